import { Alert, Anchor, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { nameOf } from '@/features/customers/name';
import { t } from '@/i18n';
import { When } from '@/ui/bits';

type Row = Schemas['FeedEvent'];

/** Events looked at: of those that arrive together one is enough. */
const LOOKED_AT = 20;

/** Tells an event from others; one that is gone by now has no id. */
const idOf = (e: Row): string => e.recorded?.message_id ?? `${e.timestamp} ${e.profile.id} ${e.event}`;

/** Looks until an event of a source comes that was not there when it began to look. */
export function Waiting({ source }: { source: number }) {
  const feed = useQuery({
    queryKey: ['events', 'feed', 'waiting', source],
    queryFn: ({ signal }) => data(api.GET('/api/v1/events', { params: { query: { source, limit: LOOKED_AT, details: true } }, signal })),
    // What was seen the last time it looked is not what was there when it begins.
    gcTime: 0,
    refetchInterval: 1_500,
  });
  const first = useRef<Set<string> | null>(null);
  const items = feed.data?.items;
  if (first.current === null && items) first.current = new Set(items.map(idOf));
  const last = items?.find((e) => !first.current?.has(idOf(e)));
  if (!last) {
    return (
      <Alert variant="outline" color="cyan" icon={<Loader size="sm" aria-hidden />} role="status" title={t('Waiting for your first event')}>
        {t('Send one with a snippet above; it appears here within seconds.')}
      </Alert>
    );
  }
  return (
    <Alert variant="outline" color="green" role="status" title={t('It works: an event arrived')}>
      <Text size="sm">
        <b>{last.event}</b>, <When at={last.timestamp} />,{' '}
        <Anchor component={Link} to="/customers/$id" params={{ id: last.profile.id } as never}>
          {nameOf(last.profile)}
        </Anchor>
      </Text>
    </Alert>
  );
}
