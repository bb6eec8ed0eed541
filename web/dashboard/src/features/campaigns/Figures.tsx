/** How a campaign does: each number leads to the people behind it. */
import { Anchor, Group, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data, type Schemas } from '@/api/client';
import { ask } from '@/features/insights/ask';
import { everybodyWith, ofJourney, PeopleBehind } from '@/features/insights/PeopleBehind';
import type { JourneySpec } from '@/features/journeys/graph';
import { liftOf } from '@/features/journeys/results';
import { number, t, tn } from '@/i18n';
import type { Spec } from '@/resources/useResource';
import { Figure } from '@/ui/bits';
import { eventOf, type Fate, fatesOf } from './fates';
import { LiftFigure } from './LiftFigure';
import { rate } from './rate';

type Campaign = Schemas['CampaignView'];

export function Figures({ of, spec, channel }: { of: Campaign; spec: Spec; channel: string }) {
  const journey = `campaign/${of.id}`;
  const report = useQuery({
    queryKey: ['messages', 'report', journey],
    queryFn: ({ signal }) => data(api.GET('/api/v1/messages/report', { params: { query: { journey } }, signal })),
    refetchInterval: 5_000,
  });
  const sum = (fate: Fate) => (report.data?.items ?? []).reduce((all, line) => all + line[fate], 0);
  const fates = fatesOf(channel);
  const people = (name: string, n: number, event: string | null, text?: string) => <PeopleBehind name={name} n={n} {...(text ? { text } : {})} of={event ? ofJourney(event, journey) : null} />;
  const title: Record<Fate, string> = { delivered: t('Delivered'), opened: t('Opened'), clicked: t('Clicked'), bounced: t('Came back'), complained: t('Called spam') };
  const figure = (fate: Fate) => {
    const n = sum(fate);
    // Not every provider tells of delivery: no word of it is not none.
    const untold = fate === 'delivered' && n === 0;
    return <Figure key={fate} name={title[fate]} value={untold ? '–' : people(title[fate], n, eventOf(channel, fate), rate(n, of.sent))} hint={untold ? t('no word of it so far') : number(n)} />;
  };
  const lift = liftOf(journey, spec as unknown as JourneySpec);
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }}>
        <Figure name={t('People')} value={people(t('People'), of.people, 'Journey Entered')} hint={peopleHint(of)} />
        <Figure name={t('Waiting')} value={number(of.waiting)} />
        <Figure
          name={t('Sent')}
          value={people(t('Sent'), of.sent, 'Message Sent')}
          hint={
            <Anchor component={Link} to="/messages" search={{ journey } as never} inherit c="inherit">
              {t('of {n} decided', { n: of.decided })}
            </Anchor>
          }
        />
        {fates.map(figure)}
        <Unsubscribed journey={journey} sent={of.sent} />
        <Figure name={t('Reached the goal')} value={people(t('Reached the goal'), of.goals, 'Journey Goal Reached')} />
        {lift && <LiftFigure request={lift} />}
      </SimpleGrid>
      <Group gap="lg" component="section" aria-label={t('Results')}>
        {lift ? (
          <Anchor component={Link} to="/insights/$kind" params={{ kind: 'lift' } as never} search={{ r: JSON.stringify(lift) } as never} size="sm">
            {t('Lift: what it brought against the control group')}
          </Anchor>
        ) : (
          <Text size="sm" c="dimmed">
            {t('With an event as its goal and a control group, its lift is measured too.')}
          </Text>
        )}
      </Group>
    </>
  );
}

/** Who left by the link of one of its messages. */
function Unsubscribed({ journey, sent }: { journey: string; sent: number }) {
  const behind = ofJourney('Unsubscribed', journey);
  const found = useQuery({
    queryKey: ['insights', 'trend', 'unsubscribed', journey],
    queryFn: ({ signal }) => ask('trend', everybodyWith(behind), signal) as Promise<Schemas['TrendReport']>,
    refetchInterval: 30_000,
    retry: false,
  });
  const n = found.data?.series[0]?.total ?? 0;
  return <Figure name={t('Unsubscribed')} value={<PeopleBehind name={t('Unsubscribed')} n={n} text={rate(n, sent)} of={behind} />} hint={number(n)} />;
}

/** What is to be known of the number of people it began for. */
function peopleHint(c: { held_out: number; entering: number }): string | undefined {
  const parts = [
    ...(c.entering > 0 ? [tn(c.entering, 'one more is still to be taken in', '{n} more are still to be taken in')] : []),
    ...(c.held_out > 0 ? [tn(c.held_out, 'one of them held out', '{n} of them held out')] : []),
  ];
  return parts.join('; ') || undefined;
}
