/** What this journey would have done over the last weeks, before anybody receives anything. */
import { Alert, Button, Group, Paper, Progress, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Sparkline } from '@/features/home/Sparkline';
import { Customer } from '@/features/customers/Customer';
import { day, number, t, tn } from '@/i18n';
import { Figure, Problem, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { Steps } from './ask/Steps';
import type { Told } from './ask/told';
import { shareOf } from './simulated';
import { Cost, type TextCost } from './TextCost';
import type { Simulated, Simulating } from './useSimulation';
import { whyLeft, whyRefused, whySkipped } from './whys';

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
  people: { profile: string; story: Told[] }[];
  warnings: string[];
}

const sum = (of: Record<string, number>) => Object.values(of).reduce((a, b) => a + b, 0);
const list = (of: Record<string, number>, word = (name: string) => name) =>
  Object.entries(of)
    .map(([name, n]) => `${word(name)} ${number(n)}`)
    .join(', ') || '–';

/** How far a simulation is, and what ends it; nothing while none goes on. */
export function SimulationProgress({ of }: { of: Simulating }) {
  if (!of.busy) return null;
  const share = of.far && shareOf(of.far);
  return (
    <Group gap="sm" role="status">
      {of.far?.state === 'waiting' && <Text size="sm">{t('It waits for its turn: others are being played.')}</Text>}
      {of.far && share !== null && (
        <>
          <Progress value={share} w={160} aria-label={t('Events read so far')} />
          <Text size="sm">{t('{read} of {all} events read', { read: of.far.events_read, all: of.far.events_all })}</Text>
        </>
      )}
      <Button variant="default" onClick={of.cancel}>
        {t('Cancel')}
      </Button>
    </Group>
  );
}

export function Simulate({ simulation, made, overlay }: { simulation: Simulating; made: Simulated | null; overlay: { isShown: boolean; show: () => void } }) {
  const [since, setSince] = useState('30d');
  return (
    <Stack>
      <Text size="sm">{t('Plays this document, saved or not, over what really happened. Nobody receives anything. It goes on when you leave this page.')}</Text>
      <Group align="flex-end">
        <Select
          label={t('Over the last')}
          allowDeselect={false}
          data={['7d', '30d', '90d', '365d'].map((d) => ({ value: d, label: t('{n} days', { n: Number.parseInt(d, 10) }) }))}
          value={since}
          onChange={(v) => setSince(v ?? '30d')}
        />
        <Button loading={simulation.busy} onClick={() => void simulation.run(since)}>
          {t('Simulate')}
        </Button>
        <SimulationProgress of={simulation} />
      </Group>
      <Problem error={simulation.error} />
      {made && (
        <>
          <Group gap="sm">
            <Text size="sm" c="dimmed">
              {t('Asked for')} <When at={made.at} />: {t('{from} to {to}', { from: day(made.result.since), to: day(made.result.until) })}
            </Text>
            {!overlay.isShown && (
              <button type="button" className="text-button" onClick={overlay.show}>
                {t('Show it on the steps')}
              </button>
            )}
          </Group>
          {made.isOld && (
            <Alert variant="outline" color="yellow">
              {t('You changed the journey since. Simulate it again to see what it does now.')}
            </Alert>
          )}
          <Outcome of={made.result} />
        </>
      )}
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
    { name: t('messages'), draft: list(Object.fromEntries(Object.entries(journey.channels).map(([c, x]) => [c, x.decided])), t), live: live ? list(Object.fromEntries(Object.entries(live.channels).map(([c, x]) => [c, x.decided])), t) : '–' },
    {
      name: t('not let through by the gate'),
      draft: list(skips(journey), whySkipped),
      live: live ? list(skips(live), whySkipped) : '–',
    },
    { name: t('goals'), draft: list(journey.goals), live: live ? list(live.goals) : '–' },
    { name: t('ended'), draft: list(journey.exited, whyLeft), live: live ? list(live.exited, whyLeft) : '–' },
    { name: t('not let in'), draft: list(journey.refused, whyRefused), live: live ? list(live.refused, whyRefused) : '–' },
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
      {of.people.length > 0 && (
        <Stack gap="xs">
          <Text fw={600} component="h3">
            {t('Some of those who would enter')}
          </Text>
          {of.people.map(({ profile, story }) => (
            <Paper key={profile} withBorder p="sm">
              <Customer id={profile} />
              <details>
                <summary style={{ cursor: 'pointer' }}>{tn(story.length, 'One step', '{n} steps')}</summary>
                <Steps label={t('What would happen')} of={story} />
              </details>
            </Paper>
          ))}
        </Stack>
      )}
    </>
  );
}
