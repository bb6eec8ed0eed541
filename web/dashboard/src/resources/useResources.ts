/** Documents: lists, one with its versions, and the way from a draft to live. */
import { api, data } from '@/api/client';
import { useQuery } from '@tanstack/react-query';
import { everyPage, usePages } from '@/api/paged';

/** Documents of a kind; archived ones are left out unless asked for by `status`. */
export function useResources(kind: string, q?: string, status?: string) {
  const list = usePages(['resources', kind, 'list', q ?? '', status ?? ''], (cursor, signal) =>
    data(
      api.GET('/api/v1/resources/{kind}', {
        params: {
          path: { kind },
          query: { ...(q ? { q } : {}), ...(status ? { status } : {}), ...(cursor ? { cursor } : {}), limit: 100 },
        },
        signal,
      }),
    ),
  );
  return status ? list : { ...list, data: list.data?.filter((r) => r.status !== 'archived' || r.live_version) };
}

/** All documents of a kind, however many there are; for what has to know each of them. */
export function everyResource(kind: string, signal: AbortSignal, status?: string) {
  return everyPage((cursor) => data(api.GET('/api/v1/resources/{kind}', { params: { path: { kind }, query: { ...(status ? { status } : {}), ...(cursor ? { cursor } : {}), limit: 500 } }, signal })));
}

/** A document: a version, or the newest. */
export function resourceQuery(kind: string, id: string, version?: string) {
  return {
    queryKey: ['resources', kind, id, version ?? 'newest'] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      data(
        api.GET('/api/v1/resources/{kind}/{id}', {
          params: { path: { kind, id }, query: version ? { version } : {} },
          signal,
        }),
      ),
  };
}

/** One document, if it is there and not archived. */
export function useDocument(kind: string, id: string) {
  const found = useQuery({ ...resourceQuery(kind, id), enabled: id !== '', retry: false }).data;
  return found && (found.status !== 'archived' || found.live_version) ? found : undefined;
}
