import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { api, data } from '@/api/client';
import { catalogueQuery, segmentsQuery } from '@/api/queries';
import { completion, type Known } from './complete';
import { valuesOf } from './values';

/** What rules can be about, traits of accounts among it. */
export const ruleCatalogueQuery = queryOptions({
  queryKey: ['rules', 'catalogue'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/rules/catalogue', { signal })),
  staleTime: 60_000,
});

/** Completion of rules by what was seen so far; the same function as long as the editor lives. */
export function useCompletion() {
  const client = useQueryClient();
  const catalogue = useQuery(catalogueQuery).data;
  const accounts = useQuery(ruleCatalogueQuery).data?.accounts ?? [];
  const segments = useQuery(segmentsQuery).data?.items ?? [];
  const known = useRef<Known>({ catalogue: undefined, accounts: [], segments: [] });
  known.current = { catalogue, accounts: accounts.map((a) => a.name), segments: segments.map((s) => s.id) };
  return useMemo(() => completion(() => known.current, (of) => valuesOf(client, of)), [client]);
}
