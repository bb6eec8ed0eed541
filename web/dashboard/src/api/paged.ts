/** Lists that come in pages. */
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';

export interface Paged<T> {
  items: T[];
  next_cursor?: string | null;
}

type Pages<T> = InfiniteData<Paged<T>, string | undefined>;

/**
 * The pages with their beginning as it is now: `first` takes the place of the rows up to its last one, what comes after it stays.
 * Null when the two do not meet, since more came in between than a page holds.
 */
export function renewed<T>(pages: Paged<T>[], first: Paged<T>, id: (row: T) => string): Paged<T>[] | null {
  const [head, ...rest] = pages;
  const last = first.items.at(-1);
  if (!head || rest.length === 0 || !last || !first.next_cursor) return [first];
  const met = pages.flatMap((page) => page.items).findLastIndex((row) => id(row) === id(last));
  if (met < 0) return null;
  let place = 0;
  const kept = [head, ...rest].map((page) => ({ ...page, items: page.items.filter(() => place++ > met) }));
  return kept.map((page, i) => (i === 0 ? { ...page, items: [...first.items, ...page.items] } : page));
}

/** Every row of a list, page by page. */
export async function everyPage<T>(load: (cursor: string | undefined) => Promise<Paged<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await load(cursor);
    items.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return items;
}

interface Options<T> {
  /** Asks again that often. */
  refetchMs?: number;
  enabled?: boolean;
  /** Tells rows apart, of a list whose newest rows come first: then its first page alone is asked for again. */
  newest?: (row: T) => string;
}

/** Reading a list again takes one call after another, as many as it has pages. */
const READ_AGAIN = 5;

/** Whether a list is read again as time goes by. One that somebody scrolled far down stays as it was read, until it is known to have changed. */
export function isReadAgain(of: { state: { data?: { pages: readonly unknown[] } | undefined; isInvalidated: boolean } }): boolean {
  return of.state.isInvalidated || (of.state.data?.pages.length ?? 0) <= READ_AGAIN;
}

/** All pages of a list read so far. */
export function usePages<T>(key: readonly unknown[], load: (cursor: string | undefined, signal: AbortSignal) => Promise<Paged<T>>, { refetchMs, enabled = true, newest }: Options<T> = {}) {
  const query = useInfiniteQuery<Paged<T>, Error, Pages<T>, readonly unknown[], string | undefined>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    ...(refetchMs && !newest ? { refetchInterval: (of) => (isReadAgain(of) ? refetchMs : false) } : {}),
    refetchOnMount: (of) => isReadAgain(of),
    refetchOnWindowFocus: (of) => isReadAgain(of),
    refetchOnReconnect: (of) => isReadAgain(of),
    enabled,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const client = useQueryClient();
  useQuery({
    queryKey: [...key, 'newest'],
    queryFn: async ({ signal }) => {
      const first = await load(undefined, signal);
      const before = client.getQueryData<Pages<T>>(key);
      const pages = before && newest && renewed(before.pages, first, newest);
      if (before && pages) client.setQueryData<Pages<T>>(key, { pages, pageParams: before.pageParams.slice(0, pages.length) });
      else await client.refetchQueries({ queryKey: key, exact: true });
      return null;
    },
    // What the list itself has just read is new enough.
    initialData: null,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: refetchMs ?? false,
    enabled: enabled && newest !== undefined && refetchMs !== undefined && query.isSuccess && !query.isPlaceholderData,
  });
  return {
    data: rows,
    error: query.error,
    isPending: query.isPending,
    refetch: query.refetch,
    more: {
      has: query.hasNextPage,
      loading: query.isFetchingNextPage,
      load: () => {
        if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
      },
    },
  };
}
