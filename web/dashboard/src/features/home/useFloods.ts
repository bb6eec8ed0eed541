import { useQueries } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { campaignsQuery, journeysQuery, segmentsQuery } from '@/api/queries';
import { everyResource } from '@/resources/useResources';
import { ask } from '@/features/insights/ask';
import { type Coming, type Flood, floods } from './floods';

const WEEK_AND_DAY_MS = 8 * 86_400_000;

/** Floods of the workspace, with the names of what sends; and the queries that could fail. */
export function useFloods(): { floods: (Flood & { name: string })[]; isPending: boolean; error: unknown } {
  const [sent, journeys, campaigns, documents, segments] = useQueries({
    queries: [
      {
        queryKey: ['insights', 'trend', 'floods'],
        // To the hour, so that the same question is the same for an hour.
        queryFn: ({ signal }: { signal: AbortSignal }) => {
          const from = new Date(Math.floor((Date.now() - WEEK_AND_DAY_MS) / 3_600_000) * 3_600_000).toISOString();
          return ask('trend', { series: [{ event: 'Message Sent', measure: 'events' }], unit: 'hour', from, breakdown: 'journey', top: 50 }, signal) as Promise<Schemas['TrendReport']>;
        },
        staleTime: 60_000,
        refetchInterval: 60_000,
      },
      journeysQuery,
      campaignsQuery,
      {
        queryKey: ['resources', 'campaign', 'live'],
        queryFn: ({ signal }: { signal: AbortSignal }) => everyResource('campaign', signal, 'live').then((items) => ({ items })),
      },
      segmentsQuery,
    ],
  });
  const all = [sent, journeys, campaigns, documents, segments];
  const names = new Map<string, string>();
  for (const j of journeys.data?.items ?? []) names.set(j.id, j.name || j.id);
  for (const c of campaigns.data?.items ?? []) names.set(`campaign/${c.id}`, c.name || c.id);
  const sends = (sent.data?.series ?? []).filter((s) => s.value && names.has(s.value)).map((s) => ({ id: s.value ?? '', hours: s.values }));
  const coming: Coming[] = (campaigns.data?.items ?? []).flatMap((c) => {
    if (c.state === 'sending') return [{ id: `campaign/${c.id}`, people: c.waiting + c.entering }];
    if (c.state !== 'scheduled') return [];
    const audience = documents.data?.items.find((d) => d.id === c.id)?.spec.audience as { segment?: string } | undefined;
    return [{ id: `campaign/${c.id}`, people: segments.data?.items.find((s) => s.id === audience?.segment)?.count ?? 0 }];
  });
  for (const j of journeys.data?.items ?? []) coming.push({ id: j.id, people: j.active });
  const found = floods(sends, coming);
  return {
    // What floods now is not said again as what is to come.
    floods: found.filter((f) => f.when === 'now' || !found.some((x) => x.id === f.id && x.when === 'now')).map((f) => ({ ...f, name: names.get(f.id) ?? f.id })),
    isPending: all.some((q) => q.isPending),
    error: all.find((q) => q.error)?.error ?? null,
  };
}
