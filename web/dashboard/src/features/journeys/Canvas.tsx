/** The journey drawn: steps to choose, ways to lead elsewhere, and a place on every way for another step. */
import '@xyflow/react/dist/style.css';
import { Menu, Text, UnstyledButton, useComputedColorScheme, VisuallyHidden } from '@mantine/core';
import { IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import {
  Background, BaseEdge, Controls, type Edge as FlowEdge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath, Handle, type Node as FlowNode,
  type NodeChange, type NodeProps, Position, ReactFlow, ReactFlowProvider, useReactFlow, useStore,
} from '@xyflow/react';
import { createContext, useContext, useEffect, useId, useMemo, useRef, useState } from 'react';
import { number, percent, t, useLanguage } from '@/i18n';
import { type Namer, useNamer } from '@/resources/names';
import { Tag } from '@/ui/bits';
import { useCanvasKeys, wayName } from './canvas/useCanvasKeys';
import { ABOVE, BELOW, LINE, type Stands, stands } from './canvas/stands';
import { around, firstView } from './canvas/view';
import type { Stop } from './canvas/walk';
import type { Mark } from './diff/graphDiff';
import { type Action, actionOf, type Edge, edges, END, type Exit, exits, type Fault, type JourneySpec, type Place, type Step, TRIGGER } from './graph';
import { layout, NODE, type Placed } from './layout';
import { REGISTRY, summary, triggerSummary } from './registry';

export interface CanvasActions {
  select: (id: string | null) => void;
  insert: (at: Place, action: Action) => void;
  connect: (from: Place, target: string) => void;
  move: (id: string, x: number, y: number) => void;
  /** Opens the form of a step, and puts the focus there; `select` when there is none. */
  open?: (id: string) => void;
  remove?: (id: string) => void;
}

interface Given extends CanvasActions {
  spec: JourneySpec;
  selected: string | null;
  faults: Fault[];
  /** How many are at each step now. */
  counts: Record<string, number>;
  /** How many went each way, by edge; from statistics or a simulation. */
  passed: Record<string, number>;
  /** Leads to those who are at a step now. */
  whoIsAt?: (step: string) => void;
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

interface Shared extends Given {
  /** What Tab comes to. */
  stop: Stop;
  /** What documents are called. */
  named: Namer;
  /** The way that is being led elsewhere by keys. */
  leading: string | null;
  /** The step that appears next was put in here. */
  inserted: () => void;
}

const Context = createContext<Shared | null>(null);
function useShared(): Shared {
  const shared = useContext(Context);
  if (!shared) throw new Error('a canvas part outside of a canvas');
  return shared;
}

/** The ways of a step as they are said, and where they begin from left to right. */
type StepNode = FlowNode<{ step: Step; exits: ReturnType<typeof exits>; handles: string[] }, 'step'>;
type TriggerNode = FlowNode<Record<string, never>, 'trigger'>;
type EndNode = FlowNode<Record<string, never>, 'end'>;
type WayEdge = FlowEdge<{ from: Place; label: string; stands: Stands }, 'way'>;

/** Where a step leads, for those who do not see its ways. */
function leads(ways: ReturnType<typeof exits>): string {
  if (ways.length === 0) return t('Ends the journey');
  return t('Leads to {ways}', { ways: ways.map((e) => `${e.label ? `${t(e.label)}: ` : ''}${e.target === END ? t('end') : e.target}`).join(', ') });
}

function StepView({ id, data }: NodeProps<StepNode>) {
  const { faults, counts, selected, marks, notes, named, whoIsAt } = useShared();
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
        {here ? (
          // For the mouse: a step is a button, and there is none within a button. Its form has the same for keys.
          <span
            className={whoIsAt ? 'flow-count nodrag' : ''}
            title={whoIsAt ? t('Who is at {step} now', { step: id }) : undefined}
            onClick={(e) => {
              if (!whoIsAt) return;
              e.stopPropagation();
              whoIsAt(id);
            }}
          >
            <Tag tone="info">{number(here)}</Tag>
          </span>
        ) : null}
      </div>
      <Text size="xs" truncate dir="auto">
        {summary(data.step, action, named)}
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
      <VisuallyHidden>{leads(data.exits)}</VisuallyHidden>
      {data.handles.map((exit, i) => (
        <Handle key={exit} id={exit} type="source" position={Position.Bottom} style={{ left: `${((i + 1) / (data.handles.length + 1)) * 100}%` }} />
      ))}
    </div>
  );
}

function TriggerView() {
  const { spec, faults, selected, marks, named } = useShared();
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
        {triggerSummary(spec.trigger, named)}
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
  const { insert, actions, editable, passed, wayMarks, stop, leading, inserted, whoIsAt } = useShared();
  const { from, label, stands: at } = props.data ?? { from: { step: '', exit: '' }, label: '', stands: 'middle' as const };
  const [path, middleX, middleY] = getSmoothStepPath({ ...props, borderRadius: 10 });
  const [x, y] = at === 'middle' ? [middleX, middleY] : at === 'target' ? [props.targetX, props.targetY - ABOVE] : [props.sourceX, props.sourceY + BELOW + at * LINE];
  const n = passed[props.id];
  const share = shareOf(passed, props.id, from.step);
  const mark = wayMarks?.[props.id];
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        {...(mark || leading === props.id ? { className: leading === props.id ? 'way-leading' : `way-${mark}` } : {})}
        {...(n === undefined ? {} : { style: { strokeWidth: 1 + 5 * widthOf(passed, n), opacity: n === 0 ? 0.45 : 1 } })}
        {...(props.markerEnd ? { markerEnd: props.markerEnd } : {})}
      />
      <EdgeLabelRenderer>
        <div className="flow-way nodrag nopan" data-above={at === 'target' || undefined} style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
          {label && <span className="flow-label">{t(label)}</span>}
          <div className="flow-way-line">
            {n !== undefined && <Passed n={n} share={share} {...(whoIsAt && !props.target.startsWith(`${END} `) ? { lead: () => whoIsAt(props.target), target: props.target } : {})} />}
            {editable && (
              <AddMenu
                actions={actions}
                label={t('Add a step after {step}', { step: from.step === TRIGGER ? t('the beginning') : `${from.step}${label ? ` (${label})` : ''}` })}
                add={(action) => {
                  inserted();
                  insert(from, action);
                }}
                way={props.id}
                tabIndex={stop.kind === 'way' && stop.id === props.id ? 0 : -1}
              />
            )}
          </div>
        </div>
      </EdgeLabelRenderer>
    </>
  );
}

/** How many went a way; leads to who is at the step it leads to. */
function Passed({ n, share, lead, target = '' }: { n: number; share: number | null; lead?: () => void; target?: string }) {
  const tag = (
    <Tag tone="info">
      {number(n)}
      {share !== null && ` · ${percent(share, 0)}`}
    </Tag>
  );
  if (!lead || n === 0) return tag;
  return (
    <button type="button" className="flow-passed" tabIndex={-1} title={t('Who is at {step} now', { step: target })} onClick={lead}>
      {tag}
    </button>
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

export function AddMenu({ actions, add, label, children, way, tabIndex = 0 }: { actions: Action[]; add: (a: Action) => void; label: string; children?: React.ReactNode; way?: string; tabIndex?: number }) {
  return (
    <Menu withinPortal returnFocus position="bottom" width={240}>
      <Menu.Target>
        <UnstyledButton className="flow-add" aria-label={label} data-way={way} tabIndex={tabIndex}>
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

type Size = { width: number; height: number };

/** Brings the drawing to where it is looked at first; in a room that becomes narrower or wider its middle stays. */
function FirstView({ at }: { at: Map<string, Placed> }) {
  const flow = useReactFlow();
  const width = useStore((s) => s.width);
  const height = useStore((s) => s.height);
  const shown = useRef(0);
  useEffect(() => {
    if (width === 0) return;
    const before = shown.current;
    shown.current = width;
    if (before === 0) {
      const boxes = [...at.values()].map((placed) => ({ ...placed, ...NODE }));
      const beginning = at.get(TRIGGER);
      if (beginning) void flow.setViewport(firstView(around(boxes), { ...beginning, ...NODE }, { width, height }));
      return;
    }
    const { x, y, zoom } = flow.getViewport();
    if (before !== width) void flow.setViewport({ x: x + (width - before) / 2, y, zoom });
    // biome-ignore lint: what is changed later stays where it is looked at
  }, [flow, width, height]);
  return null;
}

export function Canvas(props: Given) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  );
}

function Drawing(props: Given) {
  const { spec, editable, select, selected, connect, move, gone } = props;
  const scheme = useComputedColorScheme('light');
  const language = useLanguage();
  const host = useRef<HTMLDivElement>(null);
  const help = useId();
  /** What was measured, by step and its exits: others have their handles elsewhere. Without it a step is hidden for a moment, and loses the focus. */
  const sizes = useRef(new Map<string, Size>());
  const [dragged, setDragged] = useState<{ id: string; x: number; y: number } | null>(null);
  const at = useMemo(() => layout(spec, gone), [spec, gone]);
  const keys = useCanvasKeys(host, spec, at, editable, {
    open: props.open ?? select,
    remove: (id) => props.remove?.(id),
    connect,
    move,
  });
  const named = useNamer();
  const { stop } = keys;
  /** The exits of a step from left to right as what they lead to stands, so that ways do not cross where they begin. */
  const ordered = (index: number) => {
    const step = spec.steps[index]?.id ?? '';
    const x = (e: Exit) => at.get(e.target === END ? `${END} ${step} ${e.id}` : e.target)?.x ?? 0;
    return exits(spec.steps, index).sort((a, b) => x(a) - x(b));
  };
  const shape = (id: string) => {
    const index = spec.steps.findIndex((s) => s.id === id);
    return index < 0 ? id : `${id} ${ordered(index).map((e) => e.id).join()}`;
  };
  const { nodes, ways } = useMemo(() => {
    const drawnAt = (id: string) => {
      const measured = sizes.current.get(shape(id));
      const position = dragged?.id === id ? { x: dragged.x, y: dragged.y } : { x: at.get(id)?.x ?? 0, y: at.get(id)?.y ?? 0 };
      return { id, position, ...(measured ? { measured } : {}) };
    };
    const reached = (id: string) => ({ ariaRole: 'button' as const, domAttributes: { tabIndex: stop.kind === 'step' && stop.id === id ? 0 : -1, 'aria-pressed': selected === id, 'aria-describedby': help } });
    const all = edges(spec);
    const steps: StepNode[] = spec.steps.map((step, i) => ({
      ...drawnAt(step.id),
      ...reached(step.id),
      type: 'step',
      data: { step, exits: exits(spec.steps, i), handles: ordered(i).map((e) => e.id) },
    }));
    const ends: EndNode[] = all
      .filter((e) => e.target === END)
      .map((e) => ({ ...drawnAt(`${END} ${e.id}`), type: 'end', data: {}, draggable: false, selectable: false, focusable: false }));
    const trigger: TriggerNode = { ...drawnAt(TRIGGER), ...reached(TRIGGER), type: 'trigger', data: {}, draggable: false };
    const every = [...all, ...(gone ?? []).filter((e) => e.target !== END)];
    const drawn: WayEdge[] = every.map((e) => ({
      id: e.id,
      type: 'way',
      source: e.from.step,
      sourceHandle: e.from.exit,
      target: e.target === END ? `${END} ${e.id}` : e.target,
      data: { from: e.from, label: e.label, stands: stands(e, every) },
      focusable: false,
      ariaLabel: wayName(e),
    }));
    return { nodes: [trigger, ...steps, ...ends], ways: drawn };
    // biome-ignore lint: shape follows from the journey
  }, [spec, gone, language, at, dragged, stop, selected, help]);
  const changed = (changes: NodeChange<StepNode | TriggerNode | EndNode>[]) => {
    for (const change of changes) {
      if (change.type === 'dimensions' && change.dimensions) sizes.current.set(shape(change.id), change.dimensions);
      if (change.type === 'position' && change.position && change.dragging) setDragged({ id: change.id, ...change.position });
    }
  };
  const shared = { ...props, stop, named, leading: keys.leading?.id ?? null, inserted: keys.inserted };
  return (
    <Context.Provider value={shared}>
      {/* biome-ignore lint: what has the focus are the steps and ways in it */}
      <div ref={host} tabIndex={-1} className="flow-host" onKeyDown={keys.onKeyDown} onFocus={keys.onFocus} onBlur={keys.onBlur}>
        <ReactFlow
          nodes={nodes}
          edges={ways}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          colorMode={scheme}
          fitViewOptions={{ maxZoom: 1, padding: 0.1 }}
          minZoom={0.2}
          maxZoom={1.5}
          nodesDraggable={editable}
          nodesConnectable={editable}
          deleteKeyCode={null}
          disableKeyboardA11y
          onNodesChange={changed}
          onNodeClick={(_, node) => select(node.type === 'end' ? null : node.id)}
          onPaneClick={() => select(null)}
          onNodeDragStop={(_, node) => {
            setDragged(null);
            move(node.id, Math.round(node.position.x), Math.round(node.position.y));
          }}
          onConnect={(c) => {
            const target = c.target.startsWith(`${END} `) ? END : c.target;
            if (target !== TRIGGER) connect({ step: c.source, exit: c.sourceHandle ?? 'next' }, target);
          }}
          aria-label={t('The journey drawn')}
          ariaLabelConfig={{
            'controls.ariaLabel': t('View'),
            'controls.zoomIn.ariaLabel': t('Larger'),
            'controls.zoomOut.ariaLabel': t('Smaller'),
            'controls.fitView.ariaLabel': t('All of it'),
          }}
        >
          <FirstView at={at} />
          <Background gap={20} />
          <Controls showInteractive={false} />
        </ReactFlow>
        <p className="flow-help" id={help}>
          {editable
            ? t('By keyboard: arrows go along the ways, Enter opens a step or puts one in, C leads a way elsewhere, Delete takes away, Alt and arrows move a step.')
            : t('By keyboard: arrows go from step to step, Enter opens one.')}
        </p>
        <VisuallyHidden role="status" aria-live="polite">
          {keys.said}
        </VisuallyHidden>
      </div>
    </Context.Provider>
  );
}
