/** What happens now, and what needs attention. */
import { Anchor, Grid, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import { statsQuery, workspaceQuery } from '@/api/queries';
import { nameOf } from '@/features/customers/name';
import { number, t } from '@/i18n';
import { Empty, Figure, Loaded, When } from '@/ui/bits';
import { Page } from '@/ui/Page';
import { Attention } from './Attention';
import { Goals } from './Goals';
import { Trends } from './Trends';

export function HomePage() {
  const workspace = useQuery(workspaceQuery);
  const stats = useQuery(statsQuery);
  return (
    <Page title={t('Home')} intro={workspace.data?.name}>
      <Loaded query={stats} rows={3}>
        {(s) => (
          <SimpleGrid cols={{ base: 2, md: 4 }}>
            <Figure name={t('Customers')} value={leads('/customers', number(s.profiles))} />
            <Figure
              name={t('Events')}
              value={leads('/data', number(s.events.processed))}
              hint={s.lag_ms > 5_000 ? t('{n} s behind', { n: Math.round(s.lag_ms / 1000) }) : t('all applied')}
            />
            <Figure name={t('Messages sent')} value={leads('/messages', number(s.messages.sent), { status: 'sent' })} hint={leads('/messages', t('{n} skipped with a reason', { n: s.messages.skipped }), { status: 'skipped' })} />
            <Figure name={t('Live segments')} value={leads('/segments', number(s.segments))} />
          </SimpleGrid>
        )}
      </Loaded>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <Attention />
            <Goals />
            <Trends />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Live />
        </Grid.Col>
      </Grid>
    </Page>
  );
}

/** A number that leads to what it counts. */
const leads = (to: string, text: string, search: Record<string, string> = {}) => (
  <Anchor component={Link} to={to} search={search as never} inherit c="inherit" className="plain-number">
    {text}
  </Anchor>
);

function Live() {
  const feed = useQuery({
    queryKey: ['events', 'feed', 15],
    queryFn: ({ signal }) => data(api.GET('/api/v1/events', { params: { query: { limit: 15 } }, signal })),
    refetchInterval: 3_000,
  });
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Live')}>
      <Title order={2} size="h5" mb="xs">
        {t('Live')}
      </Title>
      <Loaded query={feed}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={t('No events in the last seven days')}>
              <Anchor component={Link} to="/data">
                {t('Connect a source')}
              </Anchor>
            </Empty>
          ) : (
            <ol className="timeline">
              {page.items.map((e, i) => (
                <li key={`${e.timestamp} ${e.profile.id} ${e.event} ${i}`}>
                  <Text size="sm">
                    <b dir="auto">{e.event}</b>{' '}
                    <Anchor component={Link} to="/customers/$id" params={{ id: e.profile.id } as never} dir="auto">
                      {nameOf(e.profile)}
                    </Anchor>{' '}
                    <Text span size="xs" c="dimmed">
                      <When at={e.timestamp} />
                    </Text>
                  </Text>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Paper>
  );
}
