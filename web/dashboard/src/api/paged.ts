/** Lists that come in pages. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';

interface Paged<T> {
  items: T[];
  next_cursor?: string | null;
}

/** All pages of a list read so far. `refetchMs` asks again that often. */
export function usePages<T>(
  key: readonly unknown[],
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Paged<T>>,
  options: { refetchMs?: number; enabled?: boolean } = {},
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    ...(options.refetchMs ? { refetchInterval: options.refetchMs } : {}),
    enabled: options.enabled ?? true,
  });
  return {
    data: query.data?.pages.flatMap((page) => page.items),
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
