/** Documents of a kind that are edited in a window: a list, and a button that adds one. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { includes, type Schemas, sessionQuery } from '@/api/client';
import { ArchiveLink } from '@/features/archive/ArchiveLink';
import { t } from '@/i18n';
import type { Spec } from '@/resources/useResource';
import { useResources } from '@/resources/useResources';
import { Empty, Loaded, Status } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';

export type Document = Schemas['ResourceView'];

const DocumentModal = lazy(() => import('./DocumentModal').then((m) => ({ default: m.DocumentModal })));

interface Props {
  kind: string;
  caption: string;
  /** What adds one is called. */
  add: string;
  /** What a new one begins with. */
  initial: Spec;
  /** What it is good for, while there is none. */
  empty: { title: string; text: string };
  /** Who may change them. */
  role?: 'editor' | 'admin';
  columns?: Column<Document>[];
  /** There is a simpler way to add one; this is the second. */
  second?: boolean;
  /** What more can be done with one. */
  actions?: (row: Document, mayEdit: boolean) => ReactNode;
}

export function Documents({ kind, caption, add, initial, empty, role = 'editor', columns = [], actions, second = false }: Props) {
  const session = useQuery(sessionQuery);
  const list = useResources(kind);
  const [open, setOpen] = useState<string | null>(null);
  const mayEdit = includes(session.data?.role, role);
  const begin = mayEdit && (
    <Button w="fit-content" variant={second ? 'default' : 'filled'} onClick={() => setOpen('new')}>
      {add}
    </Button>
  );
  const name: Column<Document> = {
    title: t('Name'),
    cell: (r) => (
      <>
        <b dir="auto">{String(r.spec.name ?? r.spec.domain ?? r.id)}</b>
        <Text size="xs" c="dimmed" dir="auto">
          {String(r.spec.description ?? r.id)}
        </Text>
      </>
    ),
  };
  const status: Column<Document> = { title: t('Status'), cell: (r) => <Status of={r.live_version ? 'live' : r.status} />, wideOnly: true };
  const todo: Column<Document> = {
    title: t('Do'),
    cell: (r) => (
      <Group gap={6}>
        {actions?.(r, mayEdit)}
        {mayEdit && (
          <Button size="compact-xs" variant="default" aria-label={t('Edit {name}', { name: String(r.spec.name ?? r.id) })} onClick={() => setOpen(r.id)}>
            {t('Edit')}
          </Button>
        )}
      </Group>
    ),
  };
  return (
    <Stack>
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={empty.title} action={begin}>
              {empty.text}
            </Empty>
          ) : (
            <>
              {begin}
              <DataTable caption={caption} rows={rows} id={(r) => r.id} more={list.more} columns={[name, ...columns, status, todo]} />
            </>
          )
        }
      </Loaded>
      <ArchiveLink kind={kind} />
      <Suspense>{open && <DocumentModal kind={kind} id={open} title={open === 'new' ? add : open} initial={initial} close={() => setOpen(null)} />}</Suspense>
    </Stack>
  );
}
