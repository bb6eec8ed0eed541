/** What this journey would have done over the last weeks, before anybody receives anything. */
import { Alert, Button, Group, Paper, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { Sparkline } from '@/features/home/Sparkline';
import { number, t, tn } from '@/i18n';
import { Figure, Problem } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import type { JourneySpec } from './graph';
import { Cost, type TextCost } from './TextCost';

interface Tally {
  entered: number;
  people: number;
  held_out: number;
  withheld: number;
  entered_by_day: Record<string, number>;
  refused: Record<string, number>;
  exited: Record<string, number>;
  goals: Record<string, number>;
  steps: Record<string, { passed: Record<string, number>; at_end: number }>;
  channels: Record<string, { decided: number; skipped: Record<string, number>; by_hour: number[]; cost?: TextCost }>;
}

export interface Simulation {
  since: string;
  until: string;
  profiles: number;
  events: number;
  journey: Tally;
  overlap: Record<string, number>;
  flood: { limit: number; people: number; worst: number };
  live: Tally | null;
  warnings: string[];
}

const sum = (of: Record<string, number>) => Object.values(of).reduce((a, b) => a + b, 0);
const list = (of: Record<string, number>) =>
  Object.entries(of)
    .map(([name, n]) => `${name.replaceAll('_', ' ')} ${number(n)}`)
    .join(', ') || '–';

/** Plays a document, saved or not, over what happened. */
export function useSimulation(id: string, spec: JourneySpec | undefined, show: (result: Simulation | null) => void) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (since: string) => {
    setBusy(true);
    setError(null);
    try {
      const made = await data(api.POST('/api/v1/journeys/{id}/simulate', { params: { path: { id } }, body: { spec, since } as never }));
      show(made as unknown as Simulation);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}

export function Simulate({ simulation, result }: { simulation: ReturnType<typeof useSimulation>; result: Simulation | null }) {
  const [since, setSince] = useState('30d');
  return (
    <Stack>
      <Text size="sm">{t('Plays this document, saved or not, over what really happened. Nobody receives anything.')}</Text>
      <Group align="flex-end">
        <Select
          label={t('Over the last')}
          allowDeselect={false}
          data={['7d', '30d', '90d'].map((d) => ({ value: d, label: t('{n} days', { n: Number.parseInt(d, 10) }) }))}
          value={since}
          onChange={(v) => setSince(v ?? '30d')}
        />
        <Button loading={simulation.busy} onClick={() => void simulation.run(since)}>
          {t('Simulate')}
        </Button>
      </Group>
      <Problem error={simulation.error} />
      {result && <Outcome of={result} />}
    </Stack>
  );
}

/** Messages the gate would hold back, by reason, over all channels. */
function skips(of: Tally): Record<string, number> {
  const out: Record<string, number> = {};
  for (const { skipped } of Object.values(of.channels)) for (const [reason, n] of Object.entries(skipped)) out[reason] = (out[reason] ?? 0) + n;
  return out;
}

function Outcome({ of }: { of: Simulation }) {
  const { journey, live } = of;
  const rows = (['entered', 'people', 'held_out'] as const).map((name) => ({ name: t(name.replace('_', ' ')), draft: number(journey[name]), live: live ? number(live[name]) : '–' }));
  const more = [
    { name: t('messages'), draft: list(Object.fromEntries(Object.entries(journey.channels).map(([c, x]) => [c, x.decided]))), live: live ? list(Object.fromEntries(Object.entries(live.channels).map(([c, x]) => [c, x.decided]))) : '–' },
    {
      name: t('not let through by the gate'),
      draft: list(skips(journey)),
      live: live ? list(skips(live)) : '–',
    },
    { name: t('goals'), draft: list(journey.goals), live: live ? list(live.goals) : '–' },
    { name: t('ended'), draft: list(journey.exited), live: live ? list(live.exited) : '–' },
    { name: t('not let in'), draft: list(journey.refused), live: live ? list(live.refused) : '–' },
  ];
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <Figure name={t('Entered')} value={number(journey.entered)} hint={tn(journey.people, 'One customer', '{n} customers')} />
        <Figure name={t('Messages')} value={number(Object.values(journey.channels).reduce((a, c) => a + c.decided, 0))} />
        <Figure name={t('Ended')} value={number(sum(journey.exited))} />
        <Figure name={t('Events looked at')} value={number(of.events)} />
      </SimpleGrid>
      {Object.keys(journey.entered_by_day).length > 1 && (
        <Paper withBorder p="md">
          <Text size="sm" c="dimmed">
            {t('Entered by day')}
          </Text>
          <Sparkline values={Object.entries(journey.entered_by_day).sort(([a], [b]) => a.localeCompare(b)).map(([, n]) => n)} />
        </Paper>
      )}
      {journey.channels.sms?.cost && <Cost of={journey.channels.sms.cost} />}
      {of.flood.people > 0 && (
        <Alert variant="outline" color="orange" title={t('Some would get too much')}>
          {tn(of.flood.people, 'One customer would get more than {limit} messages in a week, the most {worst}.', '{n} customers would get more than {limit} messages in a week, the most {worst}.', {
            limit: of.flood.limit,
            worst: of.flood.worst,
          })}
        </Alert>
      )}
      {of.warnings.map((w) => (
        <Alert key={w} variant="outline" color="yellow">
          {w}
        </Alert>
      ))}
      <DataTable<(typeof rows)[number]>
        caption={t('Simulation')}
        rows={[...rows, ...more]}
        id={(r) => r.name}
        columns={[
          { title: t('What'), cell: (r) => r.name },
          { title: t('This document'), cell: (r) => r.draft },
          { title: t('The live version'), cell: (r) => r.live },
        ]}
      />
      {Object.keys(of.overlap).length > 0 && (
        <Text size="sm">
          {t('Also in other journeys:')} {list(of.overlap)}
        </Text>
      )}
    </>
  );
}
