/** Values that a trait or a property has really had, for whoever writes what it is compared with. */
import { useDebouncedValue } from '@mantine/hooks';
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';

/** What the values are of: a trait, or a property of an event; of any event without its name. */
export type ValuesOf = { trait: string } | { event?: string; property: string };

/** Values asked for at once. */
const MOST = 100;

export const valuesQuery = (of: ValuesOf, q = '') =>
  queryOptions({
    queryKey: ['rules', 'values', of, q],
    queryFn: async ({ signal }) => {
      const found = await data(api.GET('/api/v1/rules/values', { params: { query: { ...of, limit: MOST, ...(q ? { q } : {}) } }, signal }));
      return found.items.map((v) => v.value as unknown).filter((v): v is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof v));
    },
    staleTime: 60_000,
    retry: false,
  });

/** The values of a field with what was typed in them, the most frequent first; none while nothing is named. */
export function useValues(of: ValuesOf | null, typed = ''): (string | number | boolean)[] {
  const named = of !== null && ('trait' in of ? of.trait !== '' : of.property !== '');
  const [q] = useDebouncedValue(typed.trim(), 300);
  const all = useQuery({ ...valuesQuery(of ?? { trait: '' }), enabled: named }).data ?? [];
  // While all of them are there nothing has to be looked for; and what is there already is found.
  const lacks = all.length >= MOST && q !== '' && !all.some((value) => String(value) === q);
  const sought = useQuery({ ...valuesQuery(of ?? { trait: '' }, q), enabled: named && lacks }).data ?? [];
  return lacks ? [...new Set([...sought, ...all])] : all;
}

/** The same for completion, which asks when it needs them; an answer that does not come is none. */
export async function valuesOf(client: QueryClient, of: ValuesOf): Promise<(string | number | boolean)[]> {
  return client.fetchQuery(valuesQuery(of)).catch(() => []);
}
