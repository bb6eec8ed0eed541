/** Documents: lists, one with its versions, and the way from a draft to live. */
import { api, data } from '@/api/client';
import { usePages } from '@/api/paged';

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
