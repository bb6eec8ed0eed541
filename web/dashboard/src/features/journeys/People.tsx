import { Select } from '@mantine/core';
import { type Schemas, api, data } from '@/api/client';
import { usePages } from '@/api/paged';
import { Customer } from '@/features/customers/Customer';
import { t } from '@/i18n';
import { Loaded, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { NoRows } from '@/ui/NoRows';
import { useSearchState } from '@/ui/useSearchState';
import type { JourneySpec } from './graph';

type Run = Schemas['RunView'];

/** Who is where in a journey now. */
export function People({ id, spec }: { id: string; spec: JourneySpec }) {
  const [search, change] = useSearchState();
  const at = search.at;
  const list = usePages(
    ['journeys', id, 'profiles', at ?? ''],
    (cursor, signal) =>
      data(
        api.GET('/api/v1/journeys/{id}/profiles', {
          params: { path: { id }, query: { ...(at ? { step: at } : {}), ...(cursor ? { cursor } : {}), limit: 50 } },
          signal,
        }),
      ),
    { refetchMs: 5_000 },
  );
  return (
    <>
      <Select
        aria-label={t('At step')}
        placeholder={t('At any step')}
        clearable
        w={240}
        mb="sm"
        data={spec.steps.map((s) => s.id)}
        value={at ?? null}
        onChange={(v) => change({ at: v ?? undefined })}
      />
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRows narrowed={at !== undefined} clear={() => change({ at: undefined })} none={t('Nobody is at this step now')} title={t('Nobody is on the way now')}>
              {t('Whoever the trigger lets in appears here, and leaves when the journey ends.')}
            </NoRows>
          ) : (
            <DataTable<Run>
              caption={t('People on the way')}
              rows={rows}
              id={(r) => `${r.profile} ${r.run}`}
              more={list.more}
              columns={[
                {
                  title: t('Customer'),
                  cell: (r) => <Customer id={r.profile} />,
                },
                { title: t('Step'), cell: (r) => r.step },
                { title: t('Entered'), cell: (r) => <When at={r.entered_at} />, kind: 'short' },
                { title: t('Goes on'), cell: (r) => <When at={r.due_at} />, kind: 'short' },
                { title: t('Version'), cell: (r) => r.version, kind: 'num', wideOnly: true },
              ]}
            />
          )
        }
      </Loaded>
    </>
  );
}
