/** Values that a trait or a property has really had, for whoever writes what it is compared with. */
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';

/** What the values are of. */
export type ValuesOf = { trait: string } | { event: string; property: string };

export const valuesQuery = (of: ValuesOf) =>
  queryOptions({
    queryKey: ['rules', 'values', of],
    queryFn: async ({ signal }) => {
      const found = await data(api.GET('/api/v1/rules/values', { params: { query: { ...of, limit: 50 } }, signal }));
      return found.items.map((v) => v.value as unknown).filter((v): v is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof v));
    },
    staleTime: 60_000,
    retry: false,
  });

/** The values of a field, the most frequent first; none while nothing is named. */
export function useValues(of: ValuesOf | null): (string | number | boolean)[] {
  const named = of !== null && ('trait' in of ? of.trait !== '' : of.event !== '' && of.property !== '');
  return useQuery({ ...valuesQuery(of ?? { trait: '' }), enabled: named }).data ?? [];
}

/** The same for completion, which asks when it needs them; an answer that does not come is none. */
export async function valuesOf(client: QueryClient, of: ValuesOf): Promise<(string | number | boolean)[]> {
  return client.fetchQuery(valuesQuery(of)).catch(() => []);
}
