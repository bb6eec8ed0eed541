/** Tables of products and the like that messages look things up in. */
import { Button, Drawer, FileInput, Group, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { Documents } from '@/features/settings/Documents';
import { number, t } from '@/i18n';
import { Loaded, Problem, Value } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import { raw } from './raw';

/** Columns of a row that are shown. */
const SHOWN = 5;

export function Catalogues() {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <>
      <Documents
        kind="catalog"
        caption={t('Catalogues')}
        add={t('New catalogue')}
        initial={{ name: '', key: 'id' }}
        empty={{ title: t('No catalogues yet'), text: t('A catalogue is a table, such as your products: messages look up prices and pictures in it when they are sent, so they are never out of date.') }}
        columns={[{ title: t('Key'), cell: (r) => <code>{String(r.spec.key ?? 'id')}</code>, wideOnly: true }]}
        actions={(r) => (
          <Button size="compact-xs" variant="default" onClick={() => setOpen(r.id)}>
            {t('Rows')}
          </Button>
        )}
      />
      <Drawer opened={open !== null} onClose={() => setOpen(null)} position="right" size="xl" title={t('Rows of {name}', { name: open ?? '' })}>
        {open && <Rows id={open} />}
      </Drawer>
    </>
  );
}

function Rows({ id }: { id: string }) {
  const [q, setQ] = useState('');
  const list = usePages(['catalogs', id, q], (cursor, signal) =>
    data(api.GET('/api/v1/catalogs/{id}/rows', { params: { path: { id }, query: { ...(q ? { q } : {}), ...(cursor ? { cursor } : {}), limit: 100 } }, signal })),
  );
  const names = [...new Set((list.data ?? []).flatMap((r) => Object.keys(r.row)))].slice(0, SHOWN);
  const columns: Column<Schemas['RowView']>[] = [{ title: t('Key'), cell: (r) => <b>{r.key}</b> }, ...names.map((name) => ({ title: name, cell: (r: Schemas['RowView']) => <Value of={(r.row as Record<string, unknown>)[name] ?? '–'} /> }))];
  return (
    <Stack>
      <Fill id={id} />
      <Find label={t('Find rows')} placeholder={t('Part of a row')} value={q} change={setQ} />
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? <NoRows narrowed={q !== ''} clear={() => setQ('')} title={t('No rows yet')}>{t('Upload a CSV file with a header, or send them with the API.')}</NoRows> : <DataTable caption={t('Rows')} columns={columns} rows={rows} id={(r) => r.key} more={list.more} />
        }
      </Loaded>
    </Stack>
  );
}

function Fill({ id }: { id: string }) {
  const [file, setFile] = useState<File | null>(null);
  const [replace, setReplace] = useState(false);
  const { busy, error, run } = useCall([['catalogs', id]], () => setFile(null));
  const send = () =>
    run(async () => {
      const standing = (await raw('PUT', `/api/v1/catalogs/${encodeURIComponent(id)}/rows?replace=${replace}`, 'text/csv', (await file?.text()) ?? '')) as { rows?: number };
      notify('good', t('{n} rows are in it now', { n: number(standing.rows ?? 0) }));
    });
  return (
    <Stack gap="xs">
      <Group align="flex-end">
        <FileInput style={{ flex: 1, minWidth: 180 }} label={t('CSV file')} accept=".csv,text/csv" placeholder={t('Choose a file')} clearable value={file} onChange={setFile} />
        <Button disabled={!file} loading={busy} onClick={() => void send()}>
          {t('Upload')}
        </Button>
      </Group>
      <Switch label={t('Remove every other row first')} checked={replace} onChange={(e) => setReplace(e.currentTarget.checked)} />
      <Text size="xs" c="dimmed">
        {t('A row with a known key takes the place of the one that was there.')}
      </Text>
      <Problem error={error} />
    </Stack>
  );
}
