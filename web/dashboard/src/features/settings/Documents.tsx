/** Documents of a kind that are edited in a window: a list, and a button that adds one. */
import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { includes, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import type { Spec } from '@/resources/useResource';
import { type Document, type DocumentColumn, nameOf, ResourceList, statusColumn } from '@/resources/ResourceList';

export type { Document };

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
  columns?: DocumentColumn[];
  /** There is a simpler way to add one; this is the second. */
  second?: boolean;
  /** What more can be done with one. */
  actions?: (row: Document, mayEdit: boolean) => ReactNode;
}

export function Documents({ kind, caption, add, initial, empty, role = 'editor', columns = [], actions, second = false }: Props) {
  const session = useQuery(sessionQuery);
  const [open, setOpen] = useState<string | null>(null);
  const mayEdit = includes(session.data?.role, role);
  const begin = mayEdit && (
    <Button w="fit-content" variant={second ? 'default' : 'filled'} onClick={() => setOpen('new')}>
      {add}
    </Button>
  );
  const name: DocumentColumn = {
    title: t('Name'),
    cell: (r) => (
      <>
        <b dir="auto">{nameOf(r)}</b>
        <Text size="xs" c="dimmed" dir="auto">
          {String(r.spec.description ?? r.id)}
        </Text>
      </>
    ),
    sort: { key: 'name', of: nameOf },
  };
  const todo: DocumentColumn = {
    title: t('Do'),
    cell: (r) => (
      <Group gap={6}>
        {actions?.(r, mayEdit)}
        {mayEdit && (
          <Button size="compact-xs" variant="default" aria-label={t('Edit {name}', { name: nameOf(r) })} onClick={() => setOpen(r.id)}>
            {t('Edit')}
          </Button>
        )}
      </Group>
    ),
  };
  return (
    <>
      <ResourceList
        kind={kind}
        caption={caption}
        find={{ label: t('Find in {list}', { list: caption }), placeholder: t('Name, id or content') }}
        none={t('Nothing was found')}
        empty={empty}
        create={begin}
        columns={[name, ...columns, { ...statusColumn(), wideOnly: true }, todo]}
      />
      <Suspense>{open && <DocumentModal key={open} kind={kind} id={open} title={open === 'new' ? add : open} initial={initial} close={() => setOpen(null)} look={setOpen} />}</Suspense>
    </>
  );
}
