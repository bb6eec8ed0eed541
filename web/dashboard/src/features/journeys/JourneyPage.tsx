/** A journey: drawn, listed, checked while it is made, and watched while it runs. */
import { Alert, Button, Drawer, Grid, Group, Paper, SegmentedControl, SimpleGrid, Tabs, Text, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { api, data, includes, sessionQuery } from '@/api/client';
import { number, t, useLanguage } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, useResource } from '@/resources/useResource';
import { Figure, Loaded, Loading, Problem } from '@/ui/bits';
import { JsonField } from '@/ui/JsonField';
import { Page } from '@/ui/Page';
import { useSearchState } from '@/ui/useSearchState';
import { type Action, connect, freshStep, insert, type JourneySpec, passedBy, type Place } from './graph';
import { Inspector } from './Inspector';
import { Outline } from './Outline';
import { noteOf } from './notes';
import { Operate } from './operate/Operate';
import { People } from './People';
import { Plays } from './PlaysPage';
import { Simulate, type Simulation, useSimulation } from './Simulate';
import { useJourneyFaults } from './useJourneyFaults';
import { useJourneySchema } from './useJourneySchema';
import { useJourneyStats } from './useJourneyStats';

const Canvas = lazy(() => import('./Canvas').then((m) => ({ default: m.Canvas })));
const Compare = lazy(() => import('./diff/Compare').then((m) => ({ default: m.Compare })));

const TryOut = lazy(() => import('./ask/TryOut').then((m) => ({ default: m.TryOut })));
const WhyNot = lazy(() => import('./ask/WhyNot').then((m) => ({ default: m.WhyNot })));

const NOTHING: JourneySpec = { name: '', trigger: { event: { name: '' } }, steps: [] };

export function JourneyPage() {
  const { id = 'new' } = useParams({ strict: false });
  const [search, setSearch] = useSearchState();
  const navigate = useNavigate();
  const session = useQuery(sessionQuery);
  const editing = useResource('journey', id, NOTHING);
  const small = useMediaQuery('(max-width: 48em)') ?? false;
  const [ownId, setOwnId] = useState<string | null>(null);
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
  const [simulated, setSimulated] = useState<Simulation | null>(null);
  const simulation = useSimulation(editing.isNew ? 'new-journey' : id, spec, setSimulated);
  const steps = stats?.versions[String(editing.saved.data?.version ?? '')] ?? stats?.versions[String(editing.saved.data?.live_version ?? '')];
  const passed = useMemo(() => {
    if (!spec) return {};
    if (simulated) return passedBy(spec, simulated.journey.steps, simulated.journey.entered);
    return steps ? passedBy(spec, steps, stats?.entered ?? 0) : {};
  }, [spec, simulated, stats, steps]);
  const atEnd = useMemo(() => (simulated ? Object.fromEntries(Object.entries(simulated.journey.steps).map(([step, s]) => [step, s.at_end])) : counts), [simulated, counts]);
  const language = useLanguage();
  const notes = useMemo(() => (simulated ? {} : Object.fromEntries(Object.entries(steps ?? {}).map(([step, s]) => [step, noteOf(s)]))), [simulated, steps, language]);
  const mayEdit = includes(session.data?.role, 'editor');
  const selected = search.step ?? null;
  const select = (step: string | null) => setSearch({ step: step ?? undefined });
  const set = (next: JourneySpec) => editing.change(next);
  const add = (at: Place, action: Action) => {
    if (!spec) return;
    const step = freshStep(spec.steps, action);
    set(insert(spec, at, step));
    select(step.id);
  };
  const name = String(spec?.name ?? '');
  const newId = ownId ?? slugOf(name);

  if (editing.isNew && !editing.dirty) {
    return (
      <Plays
        triggers={triggers}
        choose={(play) => {
          editing.change(play);
        }}
      />
    );
  }
  const view = search.view ?? (small ? 'list' : 'canvas');
  const block = !name.trim() ? t('Give it a name first.') : undefined;
  const inspector = spec && selected && (
    <Inspector spec={spec} selected={selected} faults={faults} set={set} select={select} triggers={triggers} />
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
          <Figure name={t('Entered')} value={number(live.data.entered)} />
          <Figure name={t('On the way')} value={number(live.data.active)} />
          <Figure name={t('Left')} value={number(total(live.data.exited))} hint={reasons(live.data.exited)} />
          {spec.goal && stats ? (
            <Figure name={t('Reached the goal')} value={number(stats.goals.treatment ?? 0)} hint={stats.held_out > 0 ? t('and {n} of {all} of the control group', { n: stats.goals.control ?? 0, all: stats.held_out }) : t('no control group')} />
          ) : (
            <Figure name={t('Not let in')} value={number(total(live.data.refused))} hint={reasons(live.data.refused)} />
          )}
        </SimpleGrid>
      )}
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
                <Grid.Col span={{ base: 12, sm: 5 }}>
                  <TextInput label={t('Name')} required dir="auto" value={name} onChange={(e) => {
                    const next = e.currentTarget.value;
                    editing.change((s) => ({ ...s, name: next }));
                  }} />
                </Grid.Col>
                {editing.isNew && (
                  <Grid.Col span={{ base: 12, sm: 4 }}>
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
                <Grid.Col span="content">
                  <Button variant="default" loading={simulation.busy} onClick={() => void simulation.run('30d')}>
                    {t('Simulate 30 days')}
                  </Button>
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
                <Alert variant="outline" color="cyan" mb="sm" title={t('The numbers on the ways are those of the simulation')}>
                  <Group gap="sm">
                    <Text size="sm">
                      {t('{entered} would have entered, {messages} messages decided.', {
                        entered: simulated.journey.entered,
                        messages: Object.values(simulated.journey.channels).reduce((a, c) => a + c.decided, 0),
                      })}
                    </Text>
                    <button type="button" className="text-button" onClick={() => setSearch({ tab: 'simulation' })}>
                      {t('All its numbers')}
                    </button>
                    <button type="button" className="text-button" onClick={() => setSimulated(null)}>
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
                      actions={actions}
                      editable={mayEdit}
                      select={select}
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
          <Simulate simulation={simulation} result={simulated} />
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
          <JsonField
            label={t('The whole document')}
            description={t('The same as `rapport get journey` shows and `rapport apply` takes.')}
            value={spec}
            onChange={(next) => set(next as JourneySpec)}
          />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

const total = (of: Record<string, number>) => Object.values(of).reduce((sum, n) => sum + n, 0);
const reasons = (of: Record<string, number>) =>
  Object.entries(of)
    .map(([reason, n]) => `${reason.replaceAll('_', ' ')} ${number(n)}`)
    .join(', ');
