/** What this journey would have done over the last weeks, before anybody receives anything. */
import { Alert, Button, Group, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { number, t, tn } from '@/i18n';
import { Figure, Problem } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import type { JourneySpec } from './graph';

interface Tally {
  entered: number;
  people: number;
  held_out: number;
  refused: Record<string, number>;
  exited: Record<string, number>;
  goals: Record<string, number>;
  steps: Record<string, { passed: Record<string, number>; at_end: number }>;
  channels: Record<string, { decided: number; skipped: Record<string, number> }>;
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

export function Simulate({ id, spec, result, show }: { id: string; spec: JourneySpec; result: Simulation | null; show: (result: Simulation | null) => void }) {
  const [since, setSince] = useState('30d');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
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
        <Button loading={busy} onClick={() => void run()}>
          {t('Simulate')}
        </Button>
      </Group>
      <Problem error={error} />
      {result && <Outcome of={result} />}
    </Stack>
  );
}

function Outcome({ of }: { of: Simulation }) {
  const { journey, live } = of;
  const rows = (['entered', 'people', 'held_out'] as const).map((name) => ({ name: t(name.replace('_', ' ')), draft: number(journey[name]), live: live ? number(live[name]) : '–' }));
  const more = [
    { name: t('messages'), draft: list(Object.fromEntries(Object.entries(journey.channels).map(([c, x]) => [c, x.decided]))), live: live ? list(Object.fromEntries(Object.entries(live.channels).map(([c, x]) => [c, x.decided]))) : '–' },
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
