import { Paper, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { dateTime, day, number, t, useLanguage } from '@/i18n';
import { Loading } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';

const Chart = lazy(() => import('@/ui/Chart').then((m) => ({ default: m.Chart })));

type Size = Schemas['SizeView'];

/** How large a segment was over the last month. */
export function History({ id }: { id: string }) {
  const sizes = useQuery({
    queryKey: ['segments', id, 'history'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/segments/{id}/history', { params: { path: { id } }, signal })),
    staleTime: 60_000,
    retry: false,
  });
  const rows = useMemo(() => [...(sizes.data?.items ?? [])].sort((a, b) => a.at.localeCompare(b.at)), [sizes.data]);
  const language = useLanguage();
  // biome-ignore lint: the language is in the picture
  const drawn = useMemo(() => picture(rows), [rows, language]);
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last || rows.length < 2) return null;
  const change = last.count - first.count;
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Size')}>
      <Title order={2} size="h5">
        {t('Size')}
      </Title>
      <Suspense fallback={<Loading rows={4} />}>
        <Chart option={drawn} height={180} label={t('How many were in it, from {from} to {to}', { from: day(first.at), to: day(last.at) })} />
      </Suspense>
      <Text size="sm" c="dimmed">
        {t('{change} in 30 days', { change: `${change >= 0 ? '+' : ''}${number(change)}` })}
      </Text>
      <details>
        <summary style={{ cursor: 'pointer' }}>{t('As a table')}</summary>
        <DataTable<Size>
          caption={t('Size')}
          rows={lastOfDays(rows)}
          id={(r) => r.at}
          columns={[
            { title: t('Day'), cell: (r) => <time dateTime={r.at}>{day(r.at)}</time> },
            { title: t('Members'), cell: (r) => number(r.count), kind: 'num' },
          ]}
        />
      </details>
    </Paper>
  );
}

/** The size at the end of each day, the last day first. */
function lastOfDays(rows: Size[]): Size[] {
  return [...new Map(rows.map((r) => [day(r.at), r])).values()].reverse();
}

function picture(rows: Size[]): Record<string, unknown> {
  const days = new Set(rows.map((r) => day(r.at))).size;
  return {
    grid: { left: 8, right: 12, top: 12, bottom: 4, containLabel: true },
    tooltip: { trigger: 'axis', confine: true, formatter: ([p]: { data: [number, number] }[]) => (p ? `${dateTime(p.data[0])}: ${number(p.data[1])}` : '') },
    legend: { show: false },
    xAxis: { type: 'time', axisLabel: { hideOverlap: true, formatter: (at: number) => (days > 3 ? day(at) : dateTime(at)) } },
    yAxis: { type: 'value', minInterval: 1, scale: true },
    series: [{ name: t('Members'), type: 'line', showSymbol: false, step: 'end', data: rows.map((r) => [Date.parse(r.at), r.count]) }],
  };
}
