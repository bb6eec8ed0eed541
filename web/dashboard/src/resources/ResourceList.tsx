/** The documents of a kind as a list: found by text, in an order one chooses, with what is said while there are none. */
import { Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { ArchiveLink } from '@/features/archive/ArchiveLink';
import { language, t } from '@/i18n';
import { Loaded, Status, When } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';
import { readSorting, type SortValue, sorted, writeSorting } from '@/ui/sorting';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { useResources } from './useResources';

export type Document = Schemas['ResourceView'];

export interface DocumentColumn extends Column<Document> {
  /** Its name in the address, and what rows are put in order by. */
  sort?: { key: string; of: (row: Document) => SortValue };
}

/** What a document is called. */
export const nameOf = (r: Document): string => String(r.spec.name ?? r.spec.domain ?? r.id);

/** Columns most lists have. */
export const statusColumn = (): DocumentColumn => ({ title: t('Status'), cell: (r) => <Status of={r.live_version ? 'live' : r.status} />, sort: { key: 'status', of: (r) => (r.live_version ? 'live' : r.status) } });
export const changedColumn = (): DocumentColumn => ({ title: t('Changed'), cell: (r) => <When at={r.created_at} />, kind: 'short', wideOnly: true, sort: { key: 'changed', of: (r) => r.created_at } });

interface Props {
  kind: string;
  caption: string;
  find: { label: string; placeholder: string };
  /** Said when nothing fits the search, and when there is nothing at all. */
  none: string;
  empty: { title: string; text: string };
  /** What makes one: beside the search, and in the place of the list while there is none. */
  create?: ReactNode;
  /** `create` is elsewhere on the page too. */
  createAbove?: boolean;
  columns: DocumentColumn[];
  /** Draws them in another way than as a table. */
  draw?: (rows: Document[]) => ReactNode;
}

export function ResourceList({ kind, caption, find, none, empty, create, createAbove = false, columns, draw }: Props) {
  const [search, change] = useSearchState();
  const [text, setText] = useSearchText('q');
  const list = useResources(kind, search.q);
  // Only what is there as a whole can be put in order: more of it may belong in between.
  const whole = !list.more.has;
  const sorting = readSorting(search.sort ?? 'name');
  const of = columns.find((c) => c.sort?.key === sorting.by)?.sort?.of ?? nameOf;
  const titled = columns.map(({ sort, ...column }): Column<Document> => {
    if (!sort || !whole) return column;
    const on = sorting.by === sort.key;
    const next = writeSorting({ by: sort.key, down: on && !sorting.down });
    return {
      ...column,
      ...(on ? { sorted: sorting.down ? ('descending' as const) : ('ascending' as const) } : {}),
      title: (
        <button type="button" className="sort-button" onClick={() => change({ sort: next === 'name' ? undefined : next })}>
          {column.title} <span aria-hidden>{on ? (sorting.down ? '↓' : '↑') : ''}</span>
        </button>
      ),
    };
  });
  const bare = list.data?.length === 0 && !search.q && !text;
  return (
    <Stack>
      {!bare && (
        <Group>
          <Find flex={1} miw={200} label={find.label} placeholder={find.placeholder} value={text} change={setText} />
          {!createAbove && create}
        </Group>
      )}
      <Loaded query={list}>
        {(found) => {
          if (found.length === 0) {
            return (
              <NoRows narrowed={Boolean(search.q)} clear={() => setText('')} none={none} title={empty.title} action={create}>
                {empty.text}
              </NoRows>
            );
          }
          const rows = whole ? sorted(found, of, sorting.down, language()) : found;
          return draw ? draw(rows) : <DataTable caption={caption} columns={titled} rows={rows} id={(r) => r.id} more={list.more} />;
        }}
      </Loaded>
      <ArchiveLink kind={kind} />
    </Stack>
  );
}
