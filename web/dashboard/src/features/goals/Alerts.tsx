/** What rang: every time a goal's condition began to hold. */
import { SegmentedControl, Stack, Text } from '@mantine/core';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { t } from '@/i18n';
import { Loaded, Tag, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { NoRows } from '@/ui/NoRows';
import { useSearchState } from '@/ui/useSearchState';

export function Alerts() {
  const [search, change] = useSearchState();
  const open = search.open === 'yes';
  const list = usePages(
    ['alerts', open],
    (cursor, signal) => data(api.GET('/api/v1/alerts', { params: { query: { open, ...(cursor ? { cursor } : {}), limit: 50 } }, signal })),
    { refetchMs: 30_000 },
  );
  return (
    <Stack>
      <SegmentedControl
        aria-label={t('Which alerts')}
        w="fit-content"
        value={open ? 'open' : 'all'}
        onChange={(v) => change({ open: v === 'open' ? 'yes' : undefined })}
        data={[
          { value: 'all', label: t('All') },
          { value: 'open', label: t('Under way') },
        ]}
      />
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRows narrowed={open} clear={() => change({ open: undefined })} none={t('No alert is under way')} title={t('No alert so far')}>
              {t('A goal can tell members when it falls behind, passes a number, or has a day out of the ordinary. Add alerts in the goal’s form.')}
            </NoRows>
          ) : (
            <DataTable<Schemas['AlertRecord']>
              caption={t('Alerts')}
              rows={rows}
              id={(a) => String(a.id)}
              more={list.more}
              columns={[
                {
                  title: t('What rang'),
                  cell: (a) => (
                    <>
                      <b dir="auto">{a.event.goal_name}</b>
                      <Text size="sm" dir="auto">
                        {a.event.text}
                      </Text>
                    </>
                  ),
                },
                { title: t('State'), cell: (a) => (a.ended_at ? <Tag>{t('over')}</Tag> : <Tag tone="warn">{t('under way')}</Tag>) },
                { title: t('Began'), cell: (a) => <When at={a.began_at} />, kind: 'short' },
                { title: t('Ended'), cell: (a) => <When at={a.ended_at} />, kind: 'short', wideOnly: true },
                { title: t('Told'), cell: (a) => <When at={a.told_at} />, kind: 'short', wideOnly: true },
              ]}
            />
          )
        }
      </Loaded>
    </Stack>
  );
}
