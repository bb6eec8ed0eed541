/** Whom a rule holds for, now: how many, and some of them. */
import { Anchor, Group, Loader, Paper, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import { statsQuery } from '@/api/queries';
import { nameOf } from '@/features/customers/name';
import { number, percent, t } from '@/i18n';
import { useRuleCheck } from './useRuleCheck';

export function Audience({ rule }: { rule: string }) {
  const [asked] = useDebouncedValue(rule.trim(), 350);
  const { report, settled } = useRuleCheck(rule);
  const readable = settled && report !== undefined && report.problems.length === 0;
  const stats = useQuery({ ...statsQuery, refetchInterval: false });
  const preview = useQuery({
    queryKey: ['segments', 'preview', asked],
    queryFn: ({ signal }) => data(api.POST('/api/v1/segments/preview', { body: { rule: asked }, signal })),
    // Only what can be read is counted.
    enabled: asked !== '' && readable && asked === rule.trim(),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const total = stats.data?.profiles ?? 0;
  const found = asked && !preview.isError && (report?.problems.length ?? 0) === 0 ? preview.data : undefined;
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Who this is now')}>
      <Group justify="space-between">
        <Title order={2} size="h5">
          {t('Who this is now')}
        </Title>
        {preview.isFetching && <Loader size="xs" role="status" aria-label={t('Counting')} />}
      </Group>
      {found ? (
        <>
          <Text fz={32} fw={650} lh={1.2} role="status" aria-live="polite" data-testid="audience">
            {number(found.count)}
          </Text>
          <Text size="sm" c="dimmed">
            {total > 0 ? t('{share} of all customers', { share: percent((found.count / total) * 100) }) : ''}
          </Text>
          <ul style={{ margin: '12px 0 0', paddingInlineStart: 18 }}>
            {found.sample.slice(0, 8).map((p) => (
              <li key={p.id}>
                <Anchor component={Link} to="/customers/$id" params={{ id: p.id } as never} size="sm" dir="auto">
                  {nameOf(p)}
                </Anchor>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {asked === '' ? t('Add a condition to see whom it holds for.') : t('The rule cannot be read yet.')}
        </Text>
      )}
    </Paper>
  );
}
