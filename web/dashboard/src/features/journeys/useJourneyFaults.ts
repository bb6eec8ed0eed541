import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ApiProblem, api, data } from '@/api/client';
import { type Fault, faults, type JourneySpec, stepOf } from './graph';

/** What is wrong with a journey: at once what its graph shows, a moment later what the server finds. */
export function useJourneyFaults(id: string, spec: JourneySpec | undefined): Fault[] {
  const local = spec ? faults(spec) : [];
  const [asked] = useDebouncedValue(spec, 500);
  const remote = useQuery({
    queryKey: ['resources', 'journey', id, 'dry-run', JSON.stringify(asked)],
    queryFn: async ({ signal }) => {
      try {
        const made = await data(
          api.PUT('/api/v1/resources/{kind}/{id}', {
            params: { path: { kind: 'journey', id }, query: { dry_run: true } },
            body: asked as never,
            signal,
          }),
        );
        return made.warnings ?? [];
      } catch (error) {
        if (error instanceof ApiProblem && error.items.length > 0) return error.items;
        if (error instanceof ApiProblem && (error.status === 403 || error.status === 400)) return [];
        throw error;
      }
    },
    // What the graph shows already need not be asked for.
    enabled: asked !== undefined && local.length === 0 && asked === spec,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
  if (!spec || local.length > 0) return local;
  return (remote.data ?? []).map((p) => ({
    step: stepOf(spec, p.at),
    message: `${p.message}${p.did_you_mean ? ` (${p.did_you_mean}?)` : ''}`,
  }));
}
