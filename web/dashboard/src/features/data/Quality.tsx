import { Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { number, t } from '@/i18n';
import { Empty, Loaded, Value, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { useSearchState } from '@/ui/useSearchState';

/** What was not accepted, and why. */
export function Quality() {
  const [search, change] = useSearchState();
  const counts = useQuery({
    queryKey: ['quality', 'counts', 'all'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/data-quality/counts', { signal })),
  });
  const sums = new Map<string, number>();
  for (const row of counts.data?.items ?? []) sums.set(row.reason, (sums.get(row.reason) ?? 0) + row.count);
  const list = usePages(['quality', search.reason ?? ''], (cursor, signal) =>
    data(api.GET('/api/v1/data-quality', { params: { query: { ...(search.reason ? { reason: search.reason } : {}), ...(cursor ? { cursor } : {}), limit: 50 } }, signal })),
  );
  return (
    <Stack>
      <Select
        aria-label={t('Reason')}
        placeholder={t('Every reason')}
        clearable
        w={320}
        data={[...sums].map(([reason, n]) => ({ value: reason, label: `${reason} (${number(n)})` }))}
        value={search.reason ?? null}
        onChange={(v) => change({ reason: v ?? undefined })}
      />
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('Everything was accepted')}>{t('Events that are not accepted are listed here with the reason and their beginning.')}</Empty>
          ) : (
            <DataTable<Schemas['RejectedView']>
              caption={t('Data quality')}
              rows={rows}
              id={(r) => r.id}
              more={list.more}
              columns={[
                { title: t('When'), cell: (r) => <When at={r.at} />, kind: 'short' },
                {
                  title: t('Reason'),
                  cell: (r) => (
                    <>
                      <b>{r.reason}</b>
                      <Text size="xs">{r.detail}</Text>
                    </>
                  ),
                },
                { title: t('What it was'), cell: (r) => <span className="mono"><Value of={r.sample} /></span>, wideOnly: true },
              ]}
            />
          )
        }
      </Loaded>
    </Stack>
  );
}
