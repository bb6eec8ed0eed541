import { Paper, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { Sparkline } from '@/features/home/Sparkline';
import { number, t } from '@/i18n';

/** How large a segment was over the last month. */
export function History({ id }: { id: string }) {
  const sizes = useQuery({
    queryKey: ['segments', id, 'history'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/segments/{id}/history', { params: { path: { id } }, signal })),
    staleTime: 60_000,
    retry: false,
  });
  const rows = [...(sizes.data?.items ?? [])].sort((a, b) => a.at.localeCompare(b.at));
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last || rows.length < 2) return null;
  const change = last.count - first.count;
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Size')}>
      <Title order={2} size="h5">
        {t('Size')}
      </Title>
      <Sparkline values={rows.map((r) => r.count)} />
      <Text size="sm" c="dimmed">
        {t('{change} in 30 days', { change: `${change >= 0 ? '+' : ''}${number(change)}` })}
      </Text>
    </Paper>
  );
}
