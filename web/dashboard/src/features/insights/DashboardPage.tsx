/** Saved reports side by side: drawn anew when opened, arranged by mouse or by buttons. */
import 'react-grid-layout/css/styles.css';
import { ActionIcon, Anchor, Button, Group, Paper, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconArrowDown, IconArrowLeft, IconArrowRight, IconArrowUp, IconArrowsMaximize, IconPrinter, IconTrash, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { GridLayout, useContainerWidth } from 'react-grid-layout';
import { api, data } from '@/api/client';
import { GoalCard } from '@/features/home/Goals';
import { t } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, useResource } from '@/resources/useResource';
import { Empty, Loaded } from '@/ui/bits';
import { Page } from '@/ui/Page';
import { useSearchState } from '@/ui/useSearchState';
import { useSaved } from './InsightsPage';
import type { Request } from './kinds';
import { askFor, type Overlay, shownFor } from './overlay';
import { SavedReport } from './SavedReport';
import { add, type Item, move, remove, type Way } from './tiles';

const INITIAL = { name: '', items: [] };

const goalsQuery = {
  queryKey: ['goals'],
  queryFn: ({ signal }: { signal: AbortSignal }) => data(api.GET('/api/v1/goals', { signal })),
  staleTime: 60_000,
  retry: false,
};
const ROW = 90;

export function DashboardPage() {
  const { id = 'new' } = useParams({ strict: false });
  const navigate = useNavigate();
  const editing = useResource('dashboard', id, INITIAL);
  const [wanted, setArranging] = useState(id === 'new');
  const arranging = wanted && editing.mayEdit;
  const saved = useSaved();
  useScreen();
  const items = (editing.spec?.items ?? []) as Item[];
  const name = String(editing.spec?.name ?? '');
  const kept = (editing.spec?.overlay ?? {}) as Overlay;
  const [search, setSearch] = useSearchState();
  const overlay = shownFor(kept, search);
  const isAsked = Boolean(search.from || search.segment);
  const goals = useQuery(goalsQuery).data?.items ?? [];
  const set = (next: Item[]) => editing.change((before) => ({ ...before, items: next }));
  /** Makes what is asked for what everybody sees. */
  const keepForAll = () => {
    editing.change(({ overlay: _, ...before }) => (Object.keys(overlay).length > 0 ? { ...before, overlay } : before));
    setSearch({ from: undefined, segment: undefined });
  };
  const body = (
    <Page
      title={editing.isNew ? t('New dashboard') : name || id}
      crumbs={[{ title: t('Insights'), to: '/insights' }]}
      actions={
        <>
          <Button variant="default" leftSection={<IconArrowsMaximize size={16} />} onClick={() => void window.document.documentElement.requestFullscreen()}>
            {t('Full screen')}
          </Button>
          <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => window.print()}>
            {t('Print')}
          </Button>
          <ResourceBar
            kind="dashboard"
            id={id}
            editing={editing}
            newId={editing.ownId ?? slugOf(name)}
            block={name.trim() ? undefined : t('Give it a name first.')}
            onSaved={(made) => editing.isNew && void navigate({ to: '/dashboards/$id', params: { id: made.id } as never })}
            onArchived={() => void navigate({ to: '/insights' })}
          />
        </>
      }
    >
      <ResourceProblem editing={editing} />
      <Group align="flex-end" className="no-print">
        <Select
          label={t('Period')}
          w={210}
          placeholder={t('as each report says')}
          clearable
          data={[
            { value: '-7d', label: t('{n} days', { n: 7 }) },
            { value: '-30d', label: t('{n} days', { n: 30 }) },
            { value: '-90d', label: t('{n} days', { n: 90 }) },
            { value: 'this month', label: t('this month') },
            { value: 'last month', label: t('last month') },
            ...(overlay.from && !['-7d', '-30d', '-90d', 'this month', 'last month'].includes(overlay.from) ? [{ value: overlay.from, label: overlay.from }] : []),
          ]}
          value={overlay.from ?? null}
          onChange={(from) => setSearch({ from: askFor(kept.from, from) })}
        />
        <PickDocument
          kind="segment"
          status="live"
          label={t('Only customers in')}
          w={220}
          placeholder={t('Everybody')}
          clearable
          value={overlay.segment ?? ''}
          change={(id) => setSearch({ segment: askFor(kept.segment, id || null) })}
        />
        {isAsked && editing.mayEdit && (
          <Button variant="subtle" onClick={keepForAll}>
            {t('Keep for everybody')}
          </Button>
        )}
        {editing.mayEdit && <Switch label={t('Arrange')} checked={arranging} onChange={(e) => setArranging(e.currentTarget.checked)} />}
        {arranging && (
          <>
            <TextInput label={t('Name')} required dir="auto" value={name} onChange={(e) => {
                    const next = e.currentTarget.value;
                    editing.change((s) => ({ ...s, name: next }));
                  }} />
            <Select
              label={t('Add a saved report')}
              searchable
              data={(saved.data?.items ?? []).map((r) => ({ value: r.id, label: String(r.spec.name ?? r.id) }))}
              value={null}
              onChange={(insight) => insight && set(add(items, { insight }))}
            />
            {goals.length > 0 && (
              <Select label={t('Add a goal')} searchable data={goals.map((g) => ({ value: g.id, label: g.name }))} value={null} onChange={(goal) => goal && set(add(items, { goal }))} />
            )}
            <Button variant="default" onClick={() => set(add(items, { text: t('A note') }))}>
              {t('Add a note')}
            </Button>
          </>
        )}
      </Group>
      <div className="dashboard">
        {items.length === 0 ? (
          <Empty title={t('Nothing is on it yet')}>{t('Save a report under Insights, then add it here.')}</Empty>
        ) : (
          <Tiles items={items} overlay={overlay} arranging={arranging} set={set} />
        )}
      </div>
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

/** In full screen the page is the dashboard alone; what opens over a page opens over it there, too. */
function useScreen() {
  useEffect(() => {
    const root = window.document.documentElement;
    const tell = () => void root.toggleAttribute('data-screen', window.document.fullscreenElement === root);
    window.document.addEventListener('fullscreenchange', tell);
    return () => {
      window.document.removeEventListener('fullscreenchange', tell);
      root.removeAttribute('data-screen');
      if (window.document.fullscreenElement === root) void window.document.exitFullscreen();
    };
  }, []);
}

function Tiles({ items, overlay, arranging, set }: { items: Item[]; overlay: Overlay; arranging: boolean; set: (next: Item[]) => void }) {
  const { width, containerRef, mounted } = useContainerWidth();
  const narrow = width < 700;
  const tile = (item: Item, i: number) => (
    <Tile item={item} overlay={overlay} arranging={arranging} change={(next) => set(items.map((x, j) => (j === i ? next : x)))} act={(way) => set(move(items, i, way))} drop={() => set(remove(items, i))} />
  );
  return (
    <div ref={containerRef}>
      {!mounted ? null : narrow ? (
        <Stack>{items.map((item, i) => <div key={i}>{tile(item, i)}</div>)}</Stack>
      ) : (
        <GridLayout
          className="dashboard-grid"
          width={width}
          gridConfig={{ cols: 12, rowHeight: ROW, margin: [16, 16], containerPadding: [0, 0] }}
          dragConfig={{ enabled: arranging, handle: '.tile-handle' }}
          resizeConfig={{ enabled: arranging }}
          layout={items.map(({ x, y, w, h }, i) => ({ i: String(i), x, y, w, h }))}
          onLayoutChange={(layout) => {
            if (!arranging) return;
            set(
              items.map((item, i) => {
                const at = layout.find((l) => l.i === String(i));
                return at ? { ...item, x: at.x, y: at.y, w: at.w, h: at.h } : item;
              }),
            );
          }}
        >
          {items.map((item, i) => (
            <div key={String(i)}>{tile(item, i)}</div>
          ))}
        </GridLayout>
      )}
    </div>
  );
}

function Tile({ item, overlay, arranging, change, act, drop }: { item: Item; overlay: Overlay; arranging: boolean; change: (item: Item) => void; act: (way: Way) => void; drop: () => void }) {
  const saved = useSaved();
  const insight = saved.data?.items.find((r) => r.id === item.insight);
  const goal = useQuery({ ...goalsQuery, enabled: item.goal !== undefined }).data?.items.find((g) => g.id === item.goal);
  const request: Request = { ...((insight?.spec.request ?? {}) as Request), ...overlay };
  const named = item.title ?? String(insight?.spec.name ?? item.insight ?? item.goal ?? '');
  // What is arranged is taken by its title.
  const title = named || (arranging ? t('A note') : '');
  return (
    <Paper withBorder p="sm" h="100%" style={{ overflow: 'auto' }} component="section" aria-label={title || t('A note')}>
      {title && !(goal && !arranging) && (
        <Text fw={600} dir="auto" className={arranging ? 'tile-handle' : ''}>
          {insight && !arranging ? (
            <Anchor
              component={Link}
              to="/insights/$kind"
              params={{ kind: String(insight.spec.report) } as never}
              search={{ r: JSON.stringify(request), saved: insight.id } as never}
            >
              {title}
            </Anchor>
          ) : (
            title
          )}
        </Text>
      )}
      {arranging && <Controls what={title || t('A note')} act={act} drop={drop} />}
      {item.text !== undefined &&
        (arranging ? (
          <Textarea aria-label={t('A note')} autosize value={item.text} onChange={(e) => change({ ...item, text: e.currentTarget.value })} />
        ) : (
          <Text size="sm" dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
            {item.text}
          </Text>
        ))}
      {goal && <GoalCard goal={goal} framed={false} />}
      {insight && <SavedReport kind={String(insight.spec.report)} request={request} height={Math.max(140, item.h * (ROW + 16) - 90)} />}
    </Paper>
  );
}

/** All the mouse can do, by buttons. */
function Controls({ what, act, drop }: { what: string; act: (way: Way) => void; drop: () => void }) {
  const button = (label: string, icon: ReactNode, run: () => void) => (
    <ActionIcon size="sm" variant="default" aria-label={`${what}: ${label}`} onClick={run}>
      {icon}
    </ActionIcon>
  );
  return (
    <Group gap={4} mb={6}>
      {button(t('to the left'), <IconArrowLeft size={14} />, () => act('left'))}
      {button(t('to the right'), <IconArrowRight size={14} />, () => act('right'))}
      {button(t('up'), <IconArrowUp size={14} />, () => act('up'))}
      {button(t('down'), <IconArrowDown size={14} />, () => act('down'))}
      {button(t('larger'), <IconZoomIn size={14} />, () => act('larger'))}
      {button(t('smaller'), <IconZoomOut size={14} />, () => act('smaller'))}
      {button(t('Remove'), <IconTrash size={14} />, drop)}
    </Group>
  );
}
