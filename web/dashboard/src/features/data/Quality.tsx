import { Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { sourcesQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { Loaded, Value, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';
import { Period } from '@/ui/Period';
import { periodOf } from '@/ui/period';
import { saidOfRefusal } from '@/ui/said';
import { useSearchState, useSearchText } from '@/ui/useSearchState';

/** What was not accepted, and why. */
export function Quality() {
  const [search, change] = useSearchState();
  const counts = useQuery({
    queryKey: ['quality', 'counts', 'all'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/data-quality/counts', { signal })),
  });
  const sums = new Map<string, number>();
  for (const row of counts.data?.items ?? []) sums.set(row.reason, (sums.get(row.reason) ?? 0) + row.count);
  const sources = useQuery(sourcesQuery).data?.items ?? [];
  const [text, setText] = useSearchText('q');
  const narrowed = {
    ...(search.q ? { q: search.q } : {}),
    ...(search.reason ? { reason: search.reason } : {}),
    ...(search.source && /^\d+$/.test(search.source) ? { source: Number(search.source) } : {}),
    ...periodOf(search),
  };
  const list = usePages(['quality', narrowed], (cursor, signal) =>
    data(api.GET('/api/v1/data-quality', { params: { query: { ...narrowed, ...(cursor ? { cursor } : {}), limit: 50 } }, signal })),
  );
  const clear = () => {
    setText('');
    change({ q: undefined, reason: undefined, source: undefined, from: undefined, to: undefined });
  };
  return (
    <Stack>
      <Group align="flex-end">
        <Find flex={1} miw={180} label={t('Find what was refused')} placeholder={t('A part of why, or of what it was')} value={text} change={setText} />
        <Select
          aria-label={t('Reason')}
          placeholder={t('Every reason')}
          clearable
          w={240}
          data={[...sums].map(([reason, n]) => ({ value: reason, label: `${reason} (${number(n)})` }))}
          value={search.reason ?? null}
          onChange={(v) => change({ reason: v ?? undefined })}
        />
        <Select
          aria-label={t('Source')}
          placeholder={t('Every source')}
          clearable
          w={170}
          data={sources.map((s) => ({ value: String(s.id), label: s.name || s.slug }))}
          value={search.source ?? null}
          onChange={(v) => change({ source: v ?? undefined })}
        />
        <Period from={search.from} to={search.to} change={change} />
      </Group>
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRows narrowed={Object.keys(narrowed).length > 0} clear={clear} title={t('Everything was accepted')}>
              {t('Events that are not accepted are listed here with the reason and their beginning.')}
            </NoRows>
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
                      <Text size="xs">{saidOfRefusal(r)}</Text>
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
