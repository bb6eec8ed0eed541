import { api, data } from '@/api/client';
import { usePages } from '@/api/paged';
import { MessageTable } from '@/features/content/MessageTable';
import { t } from '@/i18n';
import { Empty, Loaded } from '@/ui/bits';

export function MessagesOf({ id }: { id: string }) {
  const list = usePages(
    ['profiles', id, 'messages'],
    (cursor, signal) =>
      data(api.GET('/api/v1/profiles/{id}/messages', { params: { path: { id }, query: { ...(cursor ? { cursor } : {}), limit: 50 } }, signal })),
    { refetchMs: 5_000, newest: (m) => m.id },
  );
  return (
    <Loaded query={list}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={t('No message was decided for them yet')}>
            {t('What journeys and people send appears here, and what was not sent, with its reason.')}
          </Empty>
        ) : (
          <MessageTable rows={rows} more={list.more} />
        )
      }
    </Loaded>
  );
}
