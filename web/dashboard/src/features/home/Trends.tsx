/** The last four weeks against those before: what changed. */
import { Anchor, Group, Paper, SimpleGrid, Text, Title } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Schemas } from '@/api/client';
import { catalogueQuery } from '@/api/queries';
import { ask } from '@/features/insights/ask';
import type { Request } from '@/features/insights/kinds';
import { number, percent, t } from '@/i18n';
import { Loading, Problem } from '@/ui/bits';
import { useSearchState } from '@/ui/useSearchState';
import { Sparkline } from './Sparkline';

const Why = lazy(() => import('./Why').then((m) => ({ default: m.Why })));

interface Tile {
  /** Its name in the address. */
  id: string;
  title: string;
  series: Record<string, unknown>;
}

const DAYS = 28;

/** What is worth watching in this workspace, as far as its events say. */
function tiles(events: string[]): Tile[] {
  const has = (name: string) => events.includes(name);
  return [
    { id: 'active', title: t('Active customers'), series: { measure: 'profiles' } },
    ...(has('Order Completed')
      ? [
          { id: 'orders', title: t('Orders'), series: { event: 'Order Completed', measure: 'events' } },
          { id: 'revenue', title: t('Revenue'), series: { event: 'Order Completed', measure: 'sum', property: 'total' } },
        ]
      : []),
    ...(has('Signed Up') ? [{ id: 'new', title: t('New customers'), series: { event: 'Signed Up', measure: 'profiles' } }] : []),
    ...(has('Message Sent') ? [{ id: 'sent', title: t('Messages sent'), series: { event: 'Message Sent', measure: 'events' } }] : []),
  ].slice(0, 4);
}

export function Trends() {
  const catalogue = useQuery(catalogueQuery);
  const shown = catalogue.data ? tiles(catalogue.data.events.map((e) => e.name)) : [];
  const from = new Date(Date.now() - (DAYS - 1) * 86_400_000).toISOString().slice(0, 10);
  const requests = shown.map((tile): Request => ({ series: [tile.series], unit: 'day', from, compare: true }));
  const reports = useQueries({
    queries: requests.map((request) => ({
      queryKey: ['insights', 'trend', JSON.stringify(request)],
      queryFn: ({ signal }: { signal: AbortSignal }) => ask('trend', request, signal) as Promise<Schemas['TrendReport']>,
      staleTime: 60_000,
      retry: false,
    })),
  });
  const [search, setSearch] = useSearchState();
  const asked = shown.findIndex((tile) => tile.id === search.why);
  const answer = reports[asked]?.data;
  if (catalogue.data?.events.length === 0) return null;
  return (
    <section aria-label={t('The last four weeks')}>
      <Title order={2} size="h5" mb="xs">
        {t('The last four weeks')}
      </Title>
      {catalogue.isPending && !catalogue.error ? (
        <Loading rows={3} />
      ) : (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {shown.map((tile, i) => {
            const series = reports[i]?.data?.series[0];
            const before = series?.previous?.total ?? 0;
            const now = series?.total ?? 0;
            const change = before > 0 ? ((now - before) / before) * 100 : null;
            return (
              <Paper withBorder p="md" key={tile.title}>
                <Anchor component={Link} to="/insights/$kind" params={{ kind: 'trend' } as never} search={{ r: JSON.stringify(requests[i]) } as never} size="sm">
                  {tile.title}
                </Anchor>
                <Group justify="space-between" align="flex-end" wrap="nowrap">
                  <div>
                    <Text fz={24} fw={650} lh={1.2} style={{ fontVariantNumeric: 'tabular-nums' }}>
                      {series ? number(now, { maximumFractionDigits: 0 }) : '–'}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {change === null ? t('nothing before to compare') : t('{change} against the four weeks before', { change: `${change >= 0 ? '+' : ''}${percent(change, 0)}` })}
                    </Text>
                  </div>
                  {series && <Sparkline values={series.values.map((v) => v ?? 0)} before={(series.previous?.values ?? []).map((v) => v ?? 0)} />}
                </Group>
                {reports[i]?.error ? (
                  <Problem error={reports[i].error} retry={() => void reports[i]?.refetch()} />
                ) : (
                  series && (
                    <button type="button" className="text-button" aria-expanded={asked === i} aria-label={t('Why did “{what}” change?', { what: tile.title })} onClick={() => setSearch({ why: asked === i ? undefined : tile.id })}>
                      {t('Why?')}
                    </button>
                  )
                )}
              </Paper>
            );
          })}
        </SimpleGrid>
      )}
      <Problem error={catalogue.error} retry={() => void catalogue.refetch()} />
      {answer && (
        <div style={{ marginTop: 12 }}>
          <Suspense fallback={<Loading rows={3} />}>
            <Why title={shown[asked]?.title ?? ''} request={requests[asked] ?? {}} report={answer} />
          </Suspense>
        </div>
      )}
    </section>
  );
}
