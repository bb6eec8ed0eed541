import { Stack } from '@mantine/core';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { t } from '@/i18n';
import { Empty, Loaded, Value, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';

/** Who did what, newest first. */
export function Audit() {
  const list = usePages(['audit'], (cursor, signal) => data(api.GET('/api/v1/audit', { params: { query: { ...(cursor ? { cursor } : {}), limit: 100 } as never }, signal })));
  return (
    <Stack>
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('Nothing was done yet')} />
          ) : (
            <DataTable<Schemas['AuditView']>
              caption={t('Audit log')}
              rows={rows}
              id={(a) => a.id}
              more={list.more}
              columns={[
                { title: t('When'), cell: (a) => <When at={a.at} />, kind: 'short' },
                { title: t('Who'), cell: (a) => <span className="clip">{a.actor}</span> },
                { title: t('What'), cell: (a) => a.action, kind: 'short' },
                { title: t('On'), cell: (a) => a.object, wideOnly: true },
                { title: t('More'), cell: (a) => (Object.keys(a.detail).length > 0 ? <Value of={a.detail} /> : ''), wideOnly: true },
              ]}
            />
          )
        }
      </Loaded>
    </Stack>
  );
}
