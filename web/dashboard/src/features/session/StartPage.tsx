/** The first steps, each ticked off by what the server knows, not by a click. */
import { Anchor, Card, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { channelsQuery, journeysQuery, segmentsQuery, sourcesQuery, statsQuery } from '@/api/queries';
import { Snippets } from '@/features/data/Snippets';
import { Waiting } from '@/features/data/Waiting';
import { t } from '@/i18n';
import { Page } from '@/ui/Page';

export function StartPage() {
  const stats = useQuery(statsQuery).data;
  const sources = useQuery(sourcesQuery).data?.items ?? [];
  const channels = useQuery(channelsQuery).data?.items ?? [];
  const segments = useQuery(segmentsQuery).data?.items ?? [];
  const journeys = useQuery(journeysQuery).data?.items ?? [];
  const sending = sources.flatMap((s) => s.keys.filter((k) => !k.revoked_at).map((k) => ({ key: k.key, source: s.id })))[0];
  const hasEvents = (stats?.events.processed ?? 0) > 0;
  return (
    <Page title={t('First steps')} intro={t('From nothing to a first message in ten minutes.')}>
      <Step n={1} done={hasEvents} title={t('Send your first event')}>
        {!hasEvents && sending ? (
          <Stack>
            <Snippets writeKey={sending.key} />
            <Waiting source={sending.source} />
          </Stack>
        ) : (
          <Text size="sm">
            <Anchor component={Link} to="/data" search={{ tab: 'sources' } as never}>
              {t('Sources')}
            </Anchor>
            {' · '}
            <Anchor component={Link} to="/data" search={{ tab: 'imports' } as never}>
              {t('Import a file')}
            </Anchor>
          </Text>
        )}
      </Step>
      <Step n={2} done={channels.some((c) => !c.problem)} title={t('Connect a channel')}>
        <Anchor component={Link} to="/settings" search={{ tab: 'channels' } as never} size="sm">
          {t('Channels')}
        </Anchor>
      </Step>
      <Step n={3} done={segments.length > 0} title={t('Find an audience')}>
        <Anchor component={Link} to="/segments/new" size="sm">
          {t('New segment')}
        </Anchor>
      </Step>
      <Step n={4} done={journeys.length > 0} title={t('Begin a journey')}>
        <Anchor component={Link} to="/journeys/new" size="sm">
          {t('New journey')}
        </Anchor>
      </Step>
    </Page>
  );
}

function Step({ n, done, title, children }: { n: number; done: boolean; title: string; children: ReactNode }) {
  return (
    <Card withBorder>
      <Group align="flex-start" wrap="nowrap">
        <ThemeIcon variant={done ? 'filled' : 'outline'} radius="xl" color={done ? 'teal.9' : 'gray'} aria-hidden>
          {done ? <IconCheck size={16} /> : n}
        </ThemeIcon>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Title order={2} size="h5">
            {title}{' '}
            {done && (
              <Text span size="sm" c="dimmed" fw={400}>
                {t('done')}
              </Text>
            )}
          </Title>
          {children}
        </div>
      </Group>
    </Card>
  );
}
