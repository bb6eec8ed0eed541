/** Every message that was decided, and what became of it. */
import { Group, Select, SimpleGrid } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, data, includes, sessionQuery } from '@/api/client';
import { usePages } from '@/api/paged';
import { number, t, tn } from '@/i18n';
import { Empty, Figure, Loaded } from '@/ui/bits';
import { Confirm } from '@/ui/Confirm';
import { notify, notifyError } from '@/ui/notify';
import { Page } from '@/ui/Page';
import { useSearchState } from '@/ui/useSearchState';
import { MessageTable } from './MessageTable';

const STATUSES = ['queued', 'deferred', 'sent', 'skipped', 'failed'];

export function MessagesPage() {
  const [search, change] = useSearchState();
  const counts = useQuery({
    queryKey: ['messages', 'counts'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/messages/counts', { signal })),
    refetchInterval: 5_000,
  });
  const list = usePages(
    ['messages', search.status ?? ''],
    (cursor, signal) =>
      data(
        api.GET('/api/v1/messages', {
          params: { query: { ...(search.status ? { status: search.status } : {}), ...(cursor ? { cursor } : {}), limit: 50 } as never },
          signal,
        }),
      ),
    { refetchMs: 5_000 },
  );
  const mayEdit = includes(useQuery(sessionQuery).data?.role, 'editor');
  const client = useQueryClient();
  const again = async () => {
    try {
      const { messages } = await data(api.POST('/api/v1/messages/replay', { body: {} }));
      await client.invalidateQueries({ queryKey: ['messages'] });
      notify('good', tn(messages, 'One message is in the queue again.', '{n} messages are in the queue again.'));
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <Page title={t('Messages')} intro={t('Every message that was decided, what became of it, and why it was not sent if it was not.')}>
      {counts.data && (
        <SimpleGrid cols={{ base: 2, sm: 4 }}>
          <Figure name={t('Under way')} value={number(counts.data.pending)} />
          <Figure name={t('Sent')} value={number(counts.data.sent)} />
          <Figure name={t('Skipped')} value={number(counts.data.skipped)} />
          <Figure name={t('Failed')} value={number(counts.data.failed)} />
        </SimpleGrid>
      )}
      <Group>
      <Select
        aria-label={t('Status')}
        placeholder={t('Every status')}
        clearable
        w={220}
        data={STATUSES.map((s) => ({ value: s, label: t(s) }))}
        value={search.status ?? null}
        onChange={(value) => change({ status: value ?? undefined })}
      />
      {search.status === 'failed' && mayEdit && (list.data?.length ?? 0) > 0 && (
        <Confirm
          size="sm"
          title={t('Try all of them again?')}
          text={t('Up to 500 messages that were given up go into the queue again. Mend what was wrong first; consent and caps are asked again.')}
          action={t('Try all again')}
          run={again}
        />
      )}
      </Group>
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('No messages here')}>{t('Journeys, campaigns and people send; every decision is listed here.')}</Empty>
          ) : (
            <MessageTable rows={rows} more={list.more} whose />
          )
        }
      </Loaded>
    </Page>
  );
}
