import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ApiProblem, api, data, type Schemas } from '@/api/client';
import type { Mark } from '@/ui/CodeEditor';
import type { Spec } from './useResource';

type Item = Schemas['ProblemItem'];

/** What the server would say to a document if it were saved now. */
export function useDryRun(kind: string, id: string, spec: Spec | undefined, enabled: boolean): Item[] {
  const written = JSON.stringify(spec ?? null);
  const [asked] = useDebouncedValue(written, 500);
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
    enabled: enabled && asked !== 'null' && asked === written,
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
      const message = p.did_you_mean ? `${p.message} (${p.did_you_mean}?)` : p.message;
      return { ...(at ? { line: Number(at[1]), column: Number(at[2]) } : {}), message, severity: 'error' as const };
    });
}
