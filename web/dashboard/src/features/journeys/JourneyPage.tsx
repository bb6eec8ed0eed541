/** A journey: drawn, listed, checked while it is made, and watched while it runs. */
import { Alert, Button, Drawer, Grid, Group, Paper, SegmentedControl, SimpleGrid, Tabs, Text, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useReducer, useRef, useState } from 'react';
import { api, data } from '@/api/client';
import { number, t, useLanguage } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, useResource } from '@/resources/useResource';
import { Figure, Loaded, Loading, Problem } from '@/ui/bits';
import { Editable } from '@/ui/Editable';
import { JsonField } from '@/ui/JsonField';
import { Page } from '@/ui/Page';
import { useSearchState } from '@/ui/useSearchState';
import { ofJourney, PeopleBehind } from '@/features/insights/PeopleBehind';
import { type Action, connect, freshStep, insert, type JourneySpec, passedBy, type Place, remove } from './graph';
import { undrawable } from './drawable';
import { Inspector } from './Inspector';
import { Outline } from './Outline';
import { noteOf } from './notes';
import { Operate } from './operate/Operate';
import { People } from './People';
import { Plays } from './PlaysPage';
import { Results } from './Results';
import { Simulate, SimulationProgress } from './Simulate';
import { useJourneyFaults } from './useJourneyFaults';
import { useJourneySchema } from './useJourneySchema';
import { useJourneyStats } from './useJourneyStats';
import { useSimulation } from './useSimulation';
import { whyLeft, whyRefused } from './whys';

const Canvas = lazy(() => import('./Canvas').then((m) => ({ default: m.Canvas })));
const Compare = lazy(() => import('./diff/Compare').then((m) => ({ default: m.Compare })));

const TryOut = lazy(() => import('./ask/TryOut').then((m) => ({ default: m.TryOut })));
const WhyNot = lazy(() => import('./ask/WhyNot').then((m) => ({ default: m.WhyNot })));

const NOTHING: JourneySpec = { name: '', trigger: { event: { name: '' } }, steps: [] };

export function JourneyPage() {
  const { id = 'new' } = useParams({ strict: false });
  const [search, setSearch] = useSearchState();
  const navigate = useNavigate();
  const editing = useResource('journey', id, NOTHING, search.segment);
  const small = useMediaQuery('(max-width: 48em)') ?? false;
  const { ownId, setOwnId } = editing;
  const { actions, triggers } = useJourneySchema();
  const spec = editing.spec as JourneySpec | undefined;
  const faults = useJourneyFaults(editing.isNew ? 'new-journey' : id, spec);
  const live = useQuery({
    queryKey: ['journeys', id],
    queryFn: ({ signal }) => data(api.GET('/api/v1/journeys/{id}', { params: { path: { id } }, signal })),
    enabled: editing.hasLive,
    refetchInterval: 5_000,
  });
  const counts = useMemo(() => {
    const sum: Record<string, number> = {};
    for (const steps of Object.values(live.data?.steps ?? {})) {
      for (const [step, n] of Object.entries(steps)) sum[step] = (sum[step] ?? 0) + n;
    }
    return sum;
  }, [live.data]);
  const stats = useJourneyStats(editing.isNew ? null : id);
  const journeyId = editing.isNew ? 'new-journey' : id;
  const [simulation, made] = useSimulation(journeyId, spec, editing.isNew);
  /** Of which journey the simulation's numbers stand on the ways: what is found again waits until it is asked for. */
  const [overlaid, setOverlaid] = useState<string | null>(null);
  const simulated = overlaid === journeyId ? made : null;
  const simulate = { ...simulation, run: (since: string) => (setOverlaid(journeyId), simulation.run(since)) };
  /** The document as text, where it cannot be taken as it is written. */
  const unread = useState<string | null>(null);
  const steps = stats?.versions[String(editing.saved.data?.version ?? '')] ?? stats?.versions[String(editing.saved.data?.live_version ?? '')];
  const passed = useMemo(() => {
    if (!spec) return {};
    if (simulated) return passedBy(spec, simulated.result.journey.steps, simulated.result.journey.entered);
    return steps ? passedBy(spec, steps, stats?.entered ?? 0) : {};
  }, [spec, simulated, stats, steps]);
  const atEnd = useMemo(() => (simulated ? Object.fromEntries(Object.entries(simulated.result.journey.steps).map(([step, s]) => [step, s.at_end])) : counts), [simulated, counts]);
  const language = useLanguage();
  const notes = useMemo(() => (simulated ? {} : Object.fromEntries(Object.entries(steps ?? {}).map(([step, s]) => [step, noteOf(s)]))), [simulated, steps, language]);
  const { mayEdit } = editing;
  const selected = search.step ?? null;
  const select = (step: string | null) => setSearch({ step: step ?? undefined });
  const set = (next: JourneySpec) => editing.change(next);
  /** Whether the form was opened by keys: then the focus goes there, and comes back by Escape. */
  const byKeys = useRef(false);
  const [, drawAgain] = useReducer((n: number) => n + 1, 0);
  const open = (step: string) => {
    byKeys.current = true;
    select(step);
    // Also when it is open already, and nothing else changes.
    drawAgain();
  };
  const back = () => document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(selected ?? '')}"]`)?.focus();
  const add = (at: Place, action: Action) => {
    if (!spec) return;
    const step = freshStep(spec.steps, action);
    set(insert(spec, at, step));
    select(step.id);
  };
  const behind = (title: string, n: number, event: string, more?: string) => <PeopleBehind name={title} n={n} of={ofJourney(event, id, more)} />;
  /** A number that leads to another tab. */
  const leads = (title: string, n: number, to: Record<string, string | undefined>) => (
    <button type="button" className="number-button" aria-label={`${title}: ${number(n)}`} onClick={() => setSearch(to)}>
      {number(n)}
    </button>
  );
  /** To those who are at a step now; simulated ones are nobody. */
  const whoIsAt = editing.isNew || simulated ? undefined : (step: string) => setSearch({ tab: 'people', at: step });
  const name = String(spec?.name ?? '');
  const newId = ownId ?? slugOf(name);

  if (editing.isBlank) {
    return (
      <Plays
        triggers={triggers}
        segment={search.segment}
        choose={(play) => {
          editing.change(play);
        }}
      />
    );
  }
  const view = search.view ?? (small ? 'list' : 'canvas');
  const block = unread[0] !== null ? t('{field} cannot be read yet.', { field: t('The whole document') }) : !name.trim() ? t('Give it a name first.') : undefined;
  const inspector = spec && selected && (
    <Inspector here={counts[selected] ?? 0} whoIsAt={whoIsAt} spec={spec} selected={selected} faults={faults} set={set} select={select} triggers={triggers} editable={mayEdit} byKeys={byKeys} {...(view === 'canvas' ? { leave: back } : {})} />
  );
  const body = spec && (
    <Page
      title={editing.isNew ? t('New journey') : name || id}
      crumbs={[{ title: t('Journeys'), to: '/journeys' }]}
      intro={String(spec.description ?? '') || undefined}
      actions={
        <>
        {mayEdit && live.data && <Operate live={live.data} stats={stats} spec={spec} />}
        <ResourceBar
          kind="journey"
          id={id}
          editing={editing}
          newId={newId}
          block={block}
          onSaved={(saved) => editing.isNew && void navigate({ to: '/journeys/$id', params: { id: saved.id } as never, search: {} })}
          onArchived={() => void navigate({ to: '/journeys' })}
        />
        </>
      }
    >
      <ResourceProblem editing={editing} />
      {live.data && (
        <SimpleGrid cols={{ base: 2, sm: 4 }}>
          <Figure name={t('Entered')} value={behind(t('Entered'), live.data.entered, 'Journey Entered')} />
          <Figure name={t('On the way')} value={leads(t('On the way'), live.data.active, { tab: 'people', at: undefined })} />
          <Figure name={t('Left')} value={behind(t('Left'), total(live.data.exited), 'Journey Exited')} hint={reasons(live.data.exited, whyLeft)} />
          {spec.goal && stats ? (
            <Figure name={t('Reached the goal')} value={behind(t('Reached the goal'), stats.goals.treatment ?? 0, 'Journey Goal Reached', ' && e.group == "treatment"')} hint={stats.held_out > 0 ? t('and {n} of {all} of the control group', { n: stats.goals.control ?? 0, all: stats.held_out }) : t('no control group')} />
          ) : (
            <Figure name={t('Not let in')} value={leads(t('Not let in'), total(live.data.refused), { tab: 'why' })} hint={reasons(live.data.refused, whyRefused)} />
          )}
        </SimpleGrid>
      )}
      {live.data && <Results live={live.data} spec={spec} mayEdit={mayEdit} />}
      <Tabs value={search.tab ?? 'steps'} onChange={(tab) => setSearch({ tab: tab === 'steps' ? undefined : (tab ?? undefined) })} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="steps">{t('Steps')}</Tabs.Tab>
          {!editing.isNew && <Tabs.Tab value="people">{t('People')}</Tabs.Tab>}
          <Tabs.Tab value="simulation">{t('Simulation')}</Tabs.Tab>
          <Tabs.Tab value="try">{t('Try with a customer')}</Tabs.Tab>
          {!editing.isNew && <Tabs.Tab value="why">{t('Why (not)?')}</Tabs.Tab>}
          {!editing.isNew && <Tabs.Tab value="versions">{t('Versions')}</Tabs.Tab>}
          <Tabs.Tab value="text">{t('Document')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="steps" pt="md">
          <Grid gap="md">
            <Grid.Col span={{ base: 12, md: selected && !small ? 8 : 12 }}>
              <Grid gap="sm" mb="sm" align="flex-end">
                <Grid.Col span={{ base: 12, sm: 'auto' }} style={{ minWidth: 180 }}>
                  <TextInput label={t('Name')} required dir="auto" readOnly={!mayEdit} value={name} onChange={(e) => {
                    const next = e.currentTarget.value;
                    editing.change((s) => ({ ...s, name: next }));
                  }} />
                </Grid.Col>
                {editing.isNew && (
                  <Grid.Col span={{ base: 12, sm: 3 }}>
                    <TextInput label={t('Id')} value={newId} onChange={(e) => setOwnId(e.currentTarget.value)} />
                  </Grid.Col>
                )}
                <Grid.Col span="content">
                  <SegmentedControl
                    aria-label={t('Shown as')}
                    value={view}
                    onChange={(next) => setSearch({ view: next })}
                    data={[
                      { value: 'canvas', label: t('Canvas') },
                      { value: 'list', label: t('List') },
                    ]}
                  />
                </Grid.Col>
                <Grid.Col span="content" className="in-a-row">
                  <Button variant="default" loading={simulation.busy} onClick={() => void simulate.run('30d')}>
                    {t('Simulate 30 days')}
                  </Button>
                  <SimulationProgress of={simulation} />
                </Grid.Col>
              </Grid>
              {simulation.error ? <Problem error={simulation.error} /> : null}
              {faults.some((f) => f.step === null) && (
                <Alert variant="outline" color="yellow" mb="sm">
                  {faults.filter((f) => f.step === null).map((f) => (
                    <Text size="sm" key={f.message}>
                      {t(f.message)}
                    </Text>
                  ))}
                </Alert>
              )}
              {simulated && (
                <Alert variant="outline" color={simulated.isOld ? 'yellow' : 'cyan'} mb="sm" title={t('The numbers on the ways are those of the simulation')}>
                  <Group gap="sm">
                    {simulated.isOld && <Text size="sm">{t('You changed the journey since. Simulate it again to see what it does now.')}</Text>}
                    <Text size="sm">
                      {t('{entered} would have entered, {messages} messages decided.', {
                        entered: simulated.result.journey.entered,
                        messages: Object.values(simulated.result.journey.channels).reduce((a, c) => a + c.decided, 0),
                      })}
                    </Text>
                    <button type="button" className="text-button" onClick={() => setSearch({ tab: 'simulation' })}>
                      {t('All its numbers')}
                    </button>
                    <button type="button" className="text-button" onClick={() => setOverlaid(null)}>
                      {t('Show what really happened')}
                    </button>
                  </Group>
                </Alert>
              )}
              {view === 'list' ? (
                <Outline spec={spec} faults={faults} counts={atEnd} actions={actions} editable={mayEdit} select={select} insert={add} />
              ) : (
                <Paper withBorder style={{ height: small ? '60vh' : 'max(480px, calc(100vh - 360px))' }}>
                  <Suspense fallback={<Loading />}>
                    <Canvas
                      spec={spec}
                      selected={selected}
                      faults={faults}
                      counts={atEnd}
                      passed={passed}
                      notes={notes}
                      {...(whoIsAt ? { whoIsAt } : {})}
                      actions={actions}
                      editable={mayEdit}
                      select={select}
                      open={open}
                      remove={(step) => {
                        if (selected === step) select(null);
                        set(remove(spec, step));
                      }}
                      insert={add}
                      connect={(from: Place, target: string) => set(connect(spec, from, target))}
                      move={(step, x, y) => set({ ...spec, steps: spec.steps.map((s) => (s.id === step ? { ...s, position: { x, y } } : s)) })}
                    />
                  </Suspense>
                </Paper>
              )}
            </Grid.Col>
            {selected && !small && (
              <Grid.Col span={{ base: 12, md: 4 }}>
                <Paper withBorder p="md">{inspector}</Paper>
              </Grid.Col>
            )}
          </Grid>
          <Drawer opened={small && selected !== null} onClose={() => select(null)} position="bottom" size="85%" withCloseButton={false} title={t('Step')}>
            {inspector}
          </Drawer>
        </Tabs.Panel>
        <Tabs.Panel value="people" pt="md">
          <People id={id} spec={spec} />
        </Tabs.Panel>
        <Tabs.Panel value="simulation" pt="md">
          <Simulate
            simulation={simulate}
            made={made}
            overlay={{
              isShown: overlaid === journeyId,
              show: () => {
                setOverlaid(journeyId);
                setSearch({ tab: undefined });
              },
            }}
          />
        </Tabs.Panel>
        <Tabs.Panel value="try" pt="md">
          <Suspense fallback={<Loading />}>
            <TryOut id={editing.isNew ? 'new-journey' : id} spec={spec} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="why" pt="md">
          <Suspense fallback={<Loading />}>
            <WhyNot id={id} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="versions" pt="md">
          <Suspense fallback={<Loading />}>
            <Compare id={id} draft={editing.dirty ? spec : null} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="text" pt="md">
          <Editable may={mayEdit}>
          <JsonField
            label={t('The whole document')}
            description={t('The same as `rapport get journey` shows and `rapport apply` takes.')}
            value={spec}
            onChange={(next) => set(next as JourneySpec)}
            refuses={undrawable}
            unread={unread}
          />
          </Editable>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

const total = (of: Record<string, number>) => Object.values(of).reduce((sum, n) => sum + n, 0);
const reasons = (of: Record<string, number>, why: (code: string) => string) =>
  Object.entries(of)
    .map(([reason, n]) => `${why(reason)} ${number(n)}`)
    .join(', ');
