import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ApiProblem, api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import type { Mark } from '@/ui/CodeEditor';
import { saidOfItem } from '@/ui/said';
import type { Spec } from './useResource';

type Item = Schemas['ProblemItem'];

/** What the server would say to a document if it were saved now; nothing to whoever may not save it. */
export function useDryRun(kind: string, id: string, spec: Spec | undefined, enabled: boolean): Item[] {
  const written = JSON.stringify(spec ?? null);
  const [asked] = useDebouncedValue(written, 500);
  const mayEdit = includes(useQuery(sessionQuery).data?.role, 'editor');
  const tried = useQuery({
    queryKey: ['resources', kind, id, 'dry-run', asked],
    queryFn: async ({ signal }): Promise<Item[]> => {
      try {
        const made = await data(api.PUT('/api/v1/resources/{kind}/{id}', { params: { path: { kind, id }, query: { dry_run: true } }, body: JSON.parse(asked) as never, signal }));
        return (made.warnings ?? []) as Item[];
      } catch (error) {
        if (error instanceof ApiProblem && error.items.length > 0) return error.items as Item[];
        if (error instanceof ApiProblem && (error.status === 403 || error.status === 400)) return [];
        throw error;
      }
    },
    enabled: enabled && mayEdit && asked !== 'null' && asked === written,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
  return enabled ? (tried.data ?? []) : [];
}

/** Problems of one place as marks of an editor. */
export function marksAt(items: Item[], place: string): Mark[] {
  return items
    .filter((p) => p.at === place || p.at.startsWith(`${place} `))
    .map((p) => {
      const at = /(\d+):(\d+)/.exec(p.at.slice(place.length));
      const message = saidOfItem(p);
      return { ...(at ? { line: Number(at[1]), column: Number(at[2]) } : {}), message, severity: 'error' as const };
    });
}
