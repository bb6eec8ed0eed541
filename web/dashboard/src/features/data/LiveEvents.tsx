import { Anchor, Group, Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { nameOf } from '@/features/customers/name';
import { t } from '@/i18n';
import { Empty, Loaded, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Find } from '@/ui/Find';

/** What happens now, over all customers. */
export function LiveEvents() {
  const [search] = useSearchState();
  const [text, setText] = useSearchText('q');
  const [running, setRunning] = useState(true);
  const feed = useQuery({
    queryKey: ['events', 'feed', 100, search.q ?? ''],
    queryFn: ({ signal }) => data(api.GET('/api/v1/events', { params: { query: { limit: 100, ...(search.q ? { q: search.q } : {}) } }, signal })),
    refetchInterval: running ? 2_000 : false,
  });
  return (
    <Stack>
      <Group>
        <Find flex={1} label={t('Find events')} placeholder={t('Part of an event’s name')} value={text} change={setText} />
        <Switch label={t('Live')} checked={running} onChange={(e) => setRunning(e.currentTarget.checked)} />
      </Group>
      <Loaded query={feed}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={t('No events in the last seven days')}>
              <Anchor component={Link} to="/start">
                {t('Send your first event')}
              </Anchor>
            </Empty>
          ) : (
            <DataTable<Schemas['FeedEvent'] & { key: string }>
              caption={t('Live events')}
              rows={page.items.map((e, i) => ({ ...e, key: `${e.timestamp} ${e.profile.id} ${e.event} ${i}` }))}
              id={(e) => e.key}
              columns={[
                { title: t('When'), cell: (e) => <When at={e.timestamp} />, kind: 'short' },
                { title: t('Event'), cell: (e) => <b dir="auto">{e.event}</b> },
                {
                  title: t('Customer'),
                  cell: (e) => (
                    <Anchor component={Link} to="/customers/$id" params={{ id: e.profile.id } as never} dir="auto">
                      {nameOf(e.profile)}
                    </Anchor>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Stack>
  );
}
