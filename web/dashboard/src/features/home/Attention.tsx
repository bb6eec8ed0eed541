/** What needs somebody: sends that fail, events that are refused, channels that cannot be used, drafts that wait. */
import { Anchor, List, Paper, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import { channelsQuery, statsQuery } from '@/api/queries';
import { t, tn } from '@/i18n';
import { Loading } from '@/ui/bits';
import { saidOfItem } from '@/ui/said';
import { FAILURES_READ, failedLately } from './failures';
import { useFloods } from './useFloods';

interface Item {
  text: string;
  to: string;
  search?: Record<string, string>;
}

/** The page of what a problem names: `segment pro`, `journey welcome version 2, spec.steps[1]`. */
function placeOf(at: string): string {
  const [kind, id] = at.replace(/^computed[ _]trait/, 'trait').split(' ');
  return ['segment', 'journey', 'campaign', 'trait'].includes(kind ?? '') ? `/${kind}s/${id}` : '/data';
}

/** Documents of a kind that wait for another member's approval. */
const waiting = (kind: string) => ({
  queryKey: ['resources', kind, 'review'],
  queryFn: () => data(api.GET('/api/v1/resources/{kind}', { params: { path: { kind }, query: { status: 'review' } } })),
});

export function Attention() {
  const [stats, channels, rejected, journeys, campaigns, failed, problems] = useQueries({
    queries: [
      statsQuery,
      channelsQuery,
      {
        queryKey: ['quality', 'counts', 'week'],
        queryFn: () => data(api.GET('/api/v1/data-quality/counts')),
      },
      waiting('journey'),
      waiting('campaign'),
      {
        queryKey: ['messages', 'failed', 'newest'],
        queryFn: () => data(api.GET('/api/v1/messages', { params: { query: { status: 'failed', limit: FAILURES_READ } as never } })),
      },
      {
        queryKey: ['problems'],
        queryFn: () => data(api.GET('/api/v1/problems')),
      },
    ],
  });
  const sending = useFloods();
  // What could not be looked at is no reason to be calm.
  const looked: [{ error: unknown }, string][] = [
    [stats, t('the state of the server')],
    [channels, t('the channels')],
    [rejected, t('the events that were not accepted')],
    [journeys, t('the journeys that wait for review')],
    [campaigns, t('the campaigns that wait for review')],
    [failed, t('the messages that failed')],
    [problems, t('what is live without effect')],
    [sending, t('how much is sent')],
  ];
  const unknown = looked.filter(([query]) => query.error).map(([, name]) => name);
  const isPending = [stats, channels, rejected, journeys, campaigns, failed, problems, sending].some((query) => query.isPending);
  const items: Item[] = [];
  if ((stats.data?.lag_ms ?? 0) > 60_000) {
    items.push({ text: t('Events wait longer than a minute before they are applied.'), to: '/data' });
  }
  for (const channel of channels.data?.items ?? []) {
    if (channel.problem) items.push({ text: `${channel.id}: ${channel.problem}`, to: '/settings', search: { tab: 'channels' } });
  }
  if (channels.data?.items.length === 0) {
    items.push({ text: t('There is no channel yet, so nothing can be sent.'), to: '/settings', search: { tab: 'channels' } });
  }
  for (const { id, when, n, usual, name } of sending.floods) {
    const values = { name, n, usual: Math.round(usual) };
    items.push({
      text:
        when === 'now'
          ? t('{name} sent {n} messages in the last 24 hours, far more than usual ({usual} a day).', values)
          : t('{n} people are about to get messages of {name}, far more than usual ({usual} a day).', values),
      to: id.startsWith('campaign/') ? `/campaigns/${id.slice('campaign/'.length)}` : `/journeys/${id}`,
    });
  }
  const lately = failedLately(failed.data?.items ?? [], Date.now());
  if (lately === FAILURES_READ) items.push({ text: t('At least {n} messages failed in the last 24 hours.', { n: lately }), to: '/messages', search: { status: 'failed' } });
  else if (lately > 0) items.push({ text: tn(lately, 'One message failed in the last 24 hours.', '{n} messages failed in the last 24 hours.'), to: '/messages', search: { status: 'failed' } });
  const refused = (rejected.data?.items ?? []).reduce((sum, r) => sum + r.count, 0);
  if (refused > 0) {
    items.push({ text: tn(refused, 'One event was not accepted.', '{n} events were not accepted.'), to: '/data', search: { tab: 'quality' } });
  }
  for (const problem of problems.data?.items ?? []) {
    items.push({ text: `${problem.at}: ${saidOfItem(problem)}`, to: placeOf(problem.at) });
  }
  for (const [kind, reviews] of [['journeys', journeys], ['campaigns', campaigns]] as const) {
    for (const { id, spec } of reviews.data?.items ?? []) items.push({ text: t('{name} waits for review.', { name: String(spec.name ?? id) }), to: `/${kind}/${id}` });
  }
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Needs attention')}>
      <Title order={2} size="h5" mb="xs">
        {t('Needs attention')}
      </Title>
      {unknown.length > 0 && (
        <Text size="sm" c="red" role="alert" mb="xs">
          {t('Could not be looked at: {what}.', { what: unknown.join(', ') })}
        </Text>
      )}
      {isPending ? (
        <Loading rows={2} />
      ) : items.length + unknown.length === 0 ? (
        <Text size="sm" component="div">
          <ThemeIcon size="sm" radius="xl" color="green" variant="outline" mr={6} aria-hidden>
            <IconCheck size={12} />
          </ThemeIcon>
          {t('Nothing. Sends go out, events come in, every channel works.')}
        </Text>
      ) : items.length === 0 ? null : (
        <List
          size="sm"
          spacing="xs"
          icon={
            <ThemeIcon size="sm" radius="xl" color="orange" variant="outline" aria-hidden>
              <IconAlertTriangle size={12} />
            </ThemeIcon>
          }
        >
          {items.map((item) => (
            <List.Item key={item.text}>
              <Anchor component={Link} to={item.to} search={(item.search ?? {}) as never}>
                {item.text}
              </Anchor>
            </List.Item>
          ))}
        </List>
      )}
    </Paper>
  );
}
