/** A list as a table. Long ones draw only what is in sight; more rows come as the end comes near. */
import { Button, Center, Text } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { t } from '@/i18n';

export interface Column<T> {
  title: ReactNode;
  /** Read by screen readers when the title is no text. */
  label?: string;
  cell: (row: T) => ReactNode;
  kind?: 'text' | 'num' | 'short';
  /** The rows are in the order of this column. */
  sorted?: 'ascending' | 'descending';
  /** Left out on a telephone. */
  wideOnly?: boolean;
}

/** Rows from which on only those in sight are drawn. */
const VIRTUAL_FROM = 150;

function classes<T>(column: Column<T>): string {
  return [column.kind ?? 'text', column.wideOnly ? 'wide-only' : ''].join(' ');
}

export function DataTable<T>({
  caption,
  columns,
  rows,
  id,
  more,
}: {
  /** Says what the table is, for screen readers. */
  caption: string;
  columns: Column<T>[];
  rows: T[];
  id: (row: T) => string;
  more?: { has: boolean; loading: boolean; load: () => void } | undefined;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const top = body.current?.getBoundingClientRect().top ?? 0;
    setOffset(top + window.scrollY);
  }, []);
  const virtual = rows.length >= VIRTUAL_FROM;
  const virtualizer = useWindowVirtualizer({
    count: virtual ? rows.length : 0,
    estimateSize: () => 41,
    overscan: 8,
    scrollMargin: offset,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);
  const before = first ? first.start - offset : 0;
  const after = last ? virtualizer.getTotalSize() - (last.end - offset) : 0;

  const line = (row: T, index: number) => <Line key={id(row)} row={row} index={index} columns={columns} measure={virtual ? virtualizer.measureElement : undefined} />;
  return (
    <div>
      {/* Wide tables scroll; a keyboard must be able to reach them. */}
      <div className="table-scroll" tabIndex={0} role="region" aria-label={caption}>
        <table className="data-table" aria-label={caption} aria-rowcount={virtual ? rows.length + 1 : undefined}>
          <thead>
            <tr aria-rowindex={virtual ? 1 : undefined}>
              {columns.map((column, i) => (
                <th key={i} scope="col" className={classes(column)} aria-label={column.label} aria-sort={column.sorted}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {virtual ? (
              <>
                {before > 0 && <tr aria-hidden style={{ height: before }} />}
                {items.map((item) => line(rows[item.index] as T, item.index))}
                {after > 0 && <tr aria-hidden style={{ height: after }} />}
              </>
            ) : (
              rows.map(line)
            )}
          </tbody>
        </table>
      </div>
      {more?.has && <More {...more} />}
    </div>
  );
}

interface LineProps<T> {
  row: T;
  index: number;
  columns: Column<T>[];
  measure: ((element: HTMLTableRowElement | null) => void) | undefined;
}

/** A row; drawn once, however far the list is scrolled while it is in sight. */
const Line = memo(function Line<T>({ row, index, columns, measure }: LineProps<T>) {
  return (
    // Of a long list only some rows are there; each says which it is, after the titles.
    <tr data-index={index} ref={measure} aria-rowindex={measure ? index + 2 : undefined}>
      {columns.map((column, i) => (
        <td key={i} className={classes(column)}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}) as <T>(props: LineProps<T>) => ReactNode;

function More({ loading, load }: { loading: boolean; load: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  const next = useRef(load);
  next.current = load;
  useEffect(() => {
    const element = mark.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((e) => e.isIntersecting)) next.current();
      },
      { rootMargin: '400px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [loading]);
  return (
    <Center p="md" ref={mark}>
      {loading ? (
        <Text size="sm" c="dimmed" role="status">
          {t('Loading')}
        </Text>
      ) : (
        <Button variant="default" onClick={load}>
          {t('Show more')}
        </Button>
      )}
    </Center>
  );
}
