/** The journey drawn: steps to choose, ways to lead elsewhere, and a place on every way for another step. */
import '@xyflow/react/dist/style.css';
import { Menu, Text, UnstyledButton, useComputedColorScheme } from '@mantine/core';
import { IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import {
  Background, BaseEdge, Controls, type Edge as FlowEdge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath, Handle, type Node as FlowNode,
  type NodeProps, Position, ReactFlow, ReactFlowProvider,
} from '@xyflow/react';
import { createContext, useContext, useMemo } from 'react';
import { number, percent, t, useLanguage } from '@/i18n';
import { Tag } from '@/ui/bits';
import type { Mark } from './diff/graphDiff';
import { type Action, actionOf, type Edge, edges, END, exits, type Fault, type JourneySpec, type Place, type Step, TRIGGER } from './graph';
import { layout, NODE } from './layout';
import { REGISTRY, summary, triggerSummary } from './registry';

export interface CanvasActions {
  select: (id: string | null) => void;
  insert: (at: Place, action: Action) => void;
  connect: (from: Place, target: string) => void;
  move: (id: string, x: number, y: number) => void;
}

interface Shared extends CanvasActions {
  spec: JourneySpec;
  selected: string | null;
  faults: Fault[];
  /** How many are at each step now. */
  counts: Record<string, number>;
  /** How many went each way, by edge; from statistics or a simulation. */
  passed: Record<string, number>;
  /** What became of the messages of a step, in a line. */
  notes?: Record<string, string>;
  /** What differs from another version, by step and by edge. */
  marks?: Record<string, Mark>;
  wayMarks?: Record<string, Mark>;
  /** Ways of that version that are no more. */
  gone?: Edge[];
  actions: Action[];
  editable: boolean;
}

const Context = createContext<Shared | null>(null);
function useShared(): Shared {
  const shared = useContext(Context);
  if (!shared) throw new Error('a canvas part outside of a canvas');
  return shared;
}

type StepNode = FlowNode<{ step: Step; exits: ReturnType<typeof exits> }, 'step'>;
type TriggerNode = FlowNode<Record<string, never>, 'trigger'>;
type EndNode = FlowNode<Record<string, never>, 'end'>;
type WayEdge = FlowEdge<{ from: Place; label: string }, 'way'>;

function StepView({ id, data }: NodeProps<StepNode>) {
  const { faults, counts, selected, marks, notes } = useShared();
  const action = actionOf(data.step);
  const entry = action ? REGISTRY[action] : null;
  const Icon = entry?.icon ?? IconPlus;
  const wrong = faults.filter((f) => f.step === id);
  const here = counts[id];
  return (
    <div className="flow-node" data-selected={selected === id || undefined} data-wrong={wrong.length > 0 || undefined} data-mark={marks?.[id]} style={{ width: NODE.width }}>
      <Handle type="target" position={Position.Top} isConnectable />
      <div className="flow-node-head">
        <Icon size={16} color={`light-dark(${entry?.colour ?? '#495057'}, currentcolor)`} aria-hidden />
        <Text span size="sm" fw={600} truncate>
          {entry ? t(entry.title) : '?'}
        </Text>
        <Text span size="xs" c="dimmed" truncate>
          {id}
        </Text>
        {here ? <Tag tone="info">{number(here)}</Tag> : null}
      </div>
      <Text size="xs" truncate dir="auto">
        {summary(data.step, action)}
      </Text>
      {notes?.[id] && (
        <Text size="xs" c="dimmed" truncate>
          {notes[id]}
        </Text>
      )}
      {wrong[0] && (
        <Text size="xs" c="var(--mantine-color-error)" truncate title={wrong.map((f) => t(f.message)).join(' ')}>
          {t(wrong[0].message)}
        </Text>
      )}
      {data.exits.map((e, i) => (
        <Handle key={e.id} id={e.id} type="source" position={Position.Bottom} style={{ left: `${((i + 1) / (data.exits.length + 1)) * 100}%` }} />
      ))}
    </div>
  );
}

function TriggerView() {
  const { spec, faults, selected, marks } = useShared();
  const wrong = faults.some((f) => f.step === TRIGGER);
  return (
    <div className="flow-node flow-trigger" data-selected={selected === TRIGGER || undefined} data-wrong={wrong || undefined} data-mark={marks?.[TRIGGER]} style={{ width: NODE.width }}>
      <div className="flow-node-head">
        <IconPlayerPlay size={16} aria-hidden />
        <Text span size="sm" fw={600}>
          {t('Begins')}
        </Text>
      </div>
      <Text size="xs" lineClamp={2} dir="auto">
        {triggerSummary(spec.trigger)}
      </Text>
      <Handle id="next" type="source" position={Position.Bottom} />
    </div>
  );
}

function EndView() {
  return (
    <div className="flow-end">
      <Handle type="target" position={Position.Top} />
      {t('end')}
    </div>
  );
}

function WayView(props: EdgeProps<WayEdge>) {
  const { insert, actions, editable, passed, wayMarks } = useShared();
  const [path, x, y] = getSmoothStepPath({ ...props, borderRadius: 10 });
  const { from, label } = props.data ?? { from: { step: '', exit: '' }, label: '' };
  const n = passed[props.id];
  const share = shareOf(passed, props.id, from.step);
  const mark = wayMarks?.[props.id];
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        {...(mark ? { className: `way-${mark}` } : {})}
        {...(n === undefined ? {} : { style: { strokeWidth: 1 + 5 * widthOf(passed, n), opacity: n === 0 ? 0.45 : 1 } })}
        {...(props.markerEnd ? { markerEnd: props.markerEnd } : {})}
      />
      <EdgeLabelRenderer>
        <div className="flow-way nodrag nopan" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
          {label && <span className="flow-label">{t(label)}</span>}
          {n !== undefined && (
            <Tag tone="info">
              {number(n)}
              {share !== null && ` · ${percent(share, 0)}`}
            </Tag>
          )}
          {editable && (
            <AddMenu
              actions={actions}
              label={t('Add a step after {step}', { step: from.step === TRIGGER ? t('the beginning') : `${from.step}${label ? ` (${label})` : ''}` })}
              add={(action) => insert(from, action)}
            />
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}

/** The part of those who left a step that went this way, when there are several; in percent. */
function shareOf(passed: Record<string, number>, id: string, step: string): number | null {
  const all = Object.entries(passed).filter(([key]) => key.startsWith(`${step} `));
  const sum = all.reduce((a, [, n]) => a + n, 0);
  return all.length > 1 && sum > 0 && passed[id] !== undefined ? (passed[id] / sum) * 100 : null;
}

/** From 0 to 1: how many this is of the most anywhere. */
function widthOf(passed: Record<string, number>, n: number): number {
  const most = Math.max(1, ...Object.values(passed));
  return Math.sqrt(n / most);
}

export function AddMenu({ actions, add, label, children }: { actions: Action[]; add: (a: Action) => void; label: string; children?: React.ReactNode }) {
  return (
    <Menu withinPortal position="bottom" width={240}>
      <Menu.Target>
        <UnstyledButton className="flow-add" aria-label={label}>
          {children ?? <IconPlus size={12} />}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        {actions.map((action) => {
          const { icon: Icon, title, what } = REGISTRY[action];
          return (
            <Menu.Item key={action} leftSection={<Icon size={16} />} onClick={() => add(action)}>
              {t(title)}{' '}
              <Text span size="xs" c="dimmed">
                {t(what)}
              </Text>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

const nodeTypes = { step: StepView, trigger: TriggerView, end: EndView };
const edgeTypes = { way: WayView };

export function Canvas(props: Shared) {
  const { spec, editable, select, connect, move, gone } = props;
  const scheme = useComputedColorScheme('light');
  const language = useLanguage();
  const { nodes, ways } = useMemo(() => {
    const at = layout(spec, gone);
    const place = (id: string) => ({ x: at.get(id)?.x ?? 0, y: at.get(id)?.y ?? 0 });
    const all = edges(spec);
    const steps: StepNode[] = spec.steps.map((step, i) => ({
      id: step.id,
      type: 'step',
      position: place(step.id),
      data: { step, exits: exits(spec.steps, i) },
      ariaLabel: `${actionOf(step) ?? ''} ${step.id}: ${summary(step, actionOf(step))}`,
    }));
    const ends: EndNode[] = all
      .filter((e) => e.target === END)
      .map((e) => ({ id: `${END} ${e.id}`, type: 'end', position: place(`${END} ${e.id}`), data: {}, draggable: false, selectable: false, focusable: false }));
    const trigger: TriggerNode = { id: TRIGGER, type: 'trigger', position: place(TRIGGER), data: {}, draggable: false, ariaLabel: triggerSummary(spec.trigger) };
    const drawn: WayEdge[] = [...all, ...(gone ?? []).filter((e) => e.target !== END)].map((e) => ({
      id: e.id,
      type: 'way',
      source: e.from.step,
      sourceHandle: e.from.exit,
      target: e.target === END ? `${END} ${e.id}` : e.target,
      data: { from: e.from, label: e.label },
      focusable: false,
    }));
    return { nodes: [trigger, ...steps, ...ends], ways: drawn };
  }, [spec, gone, language]);
  return (
    <Context.Provider value={props}>
      <ReactFlowProvider>
        <ReactFlow
          nodes={nodes}
          edges={ways}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          colorMode={scheme}
          fitView
          fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
          minZoom={0.2}
          maxZoom={1.5}
          nodesDraggable={editable}
          nodesConnectable={editable}
          deleteKeyCode={null}
          onNodeClick={(_, node) => select(node.type === 'end' ? null : node.id)}
          onPaneClick={() => select(null)}
          onSelectionChange={({ nodes: chosen }) => {
            const one = chosen[0];
            if (one && one.type !== 'end') select(one.id);
          }}
          onNodeDragStop={(_, node) => move(node.id, Math.round(node.position.x), Math.round(node.position.y))}
          onConnect={(c) => {
            const target = c.target.startsWith(`${END} `) ? END : c.target;
            if (target !== TRIGGER) connect({ step: c.source, exit: c.sourceHandle ?? 'next' }, target);
          }}
          ariaLabelConfig={{ 'node.a11yDescription.default': t('Press Enter to choose this step.') }}
        >
          <Background gap={20} />
          <Controls showInteractive={false} />
        </ReactFlow>
      </ReactFlowProvider>
    </Context.Provider>
  );
}
