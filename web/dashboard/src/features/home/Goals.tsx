/** The goals of the workspace against their targets. */
import { Anchor, Button, Group, Paper, Progress, SimpleGrid, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data, type Schemas } from '@/api/client';
import { number, t } from '@/i18n';
import { Empty, Loaded, Tag, type Tone } from '@/ui/bits';

type Goal = Schemas['GoalStatus'];

const TONES: Record<string, Tone> = { met: 'good', on_track: 'good', ahead: 'good', behind: 'warn', missed: 'bad' };

export function Goals() {
  const goals = useQuery({
    queryKey: ['goals'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/goals', { signal })),
    staleTime: 60_000,
    retry: false,
  });
  return (
    <section aria-label={t('Goals')}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {t('Goals')}
        </Title>
        <Anchor component={Link} to="/goals" size="sm">
          {t('All goals')}
        </Anchor>
      </Group>
      <Loaded query={goals} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              title={t('No goal yet')}
              action={
                <Button component={Link} to="/goals" variant="default" size="xs">
                  {t('Set a goal')}
                </Button>
              }
            >
              {t('A goal is a number of a saved report with a target, such as the revenue of the month. It says whether you are on course, and tells you when you are not.')}
            </Empty>
          ) : (
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              {items.map((g) => (
                <GoalCard key={g.id} goal={g} />
              ))}
            </SimpleGrid>
          )
        }
      </Loaded>
    </section>
  );
}

/** `framed` is false where something else frames it. */
export function GoalCard({ goal: g, framed = true }: { goal: Goal; framed?: boolean }) {
  const show = (n: number | null | undefined) => (n === null || n === undefined ? '–' : `${number(n, { maximumFractionDigits: 1 })}${g.unit ? ` ${g.unit}` : ''}`);
  const share = g.value && g.target ? Math.min(100, (g.value / g.target) * 100) : 0;
  return (
    <Paper withBorder={framed} p={framed ? 'md' : 'xs'}>
      <Text size="sm" dir="auto">
        {g.name} <Tag tone={TONES[g.standing] ?? 'plain'}>{t(g.standing.replaceAll('_', ' '))}</Tag>
      </Text>
      <Text fz={24} fw={650} lh={1.2}>
        {show(g.value)}
      </Text>
      <Progress value={share} aria-label={g.name} my={6} />
      <Text size="xs" c="dimmed">
        {t('of {target}; likely {projection}', { target: show(g.target), projection: show(g.projection) })}
      </Text>
    </Paper>
  );
}
