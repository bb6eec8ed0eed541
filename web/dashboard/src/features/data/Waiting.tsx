import { Alert, Anchor, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { api, data } from '@/api/client';
import { statsQuery } from '@/api/queries';
import { nameOf } from '@/features/customers/name';
import { t } from '@/i18n';
import { When } from '@/ui/bits';

/** Looks until an event comes that was not there when it began to look. */
export function Waiting() {
  const stats = useQuery({ ...statsQuery, refetchInterval: 1_500 });
  const first = useRef<number | null>(null);
  const accepted = stats.data?.events.accepted;
  if (first.current === null && accepted !== undefined) first.current = accepted;
  const came = accepted !== undefined && first.current !== null && accepted > first.current;
  const feed = useQuery({
    queryKey: ['events', 'feed', 1],
    queryFn: ({ signal }) => data(api.GET('/api/v1/events', { params: { query: { limit: 1 } }, signal })),
    enabled: came,
    refetchInterval: came ? 2_000 : false,
  });
  const last = feed.data?.items[0];
  if (!came) {
    return (
      <Alert variant="outline" color="cyan" icon={<Loader size="sm" aria-hidden />} role="status" title={t('Waiting for your first event')}>
        {t('Send one with a snippet above; it appears here within seconds.')}
      </Alert>
    );
  }
  return (
    <Alert variant="outline" color="green" role="status" title={t('It works: an event arrived')}>
      {last && (
        <Text size="sm">
          <b>{last.event}</b>, <When at={last.timestamp} />,{' '}
          <Anchor component={Link} to="/customers/$id" params={{ id: last.profile.id } as never}>
            {nameOf(last.profile)}
          </Anchor>
        </Text>
      )}
    </Alert>
  );
}
