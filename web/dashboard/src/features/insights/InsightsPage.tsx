/** The reports one can ask for, and those that were saved. */
import { Anchor, Button, Card, SimpleGrid, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import { aboutQuery } from '@/api/queries';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { When } from '@/ui/bits';
import { Page } from '@/ui/Page';
import { KINDS } from './kinds';

/** Saved reports; nothing when the server keeps none. */
export function useSaved() {
  const about = useQuery(aboutQuery);
  return useQuery({ ...savedQuery, enabled: about.data?.kinds?.includes('insight') ?? false });
}

const savedQuery = {
  queryKey: ['resources', 'insight', 'all'],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    data(api.GET('/api/v1/resources/{kind}', { params: { path: { kind: 'insight' }, query: { status: 'live', limit: 200 } }, signal })),
  retry: false,
};

export function InsightsPage() {
  const saved = useSaved();
  const about = useQuery(aboutQuery);
  const hasDashboards = about.data?.kinds?.includes('dashboard') ?? false;
  return (
    <Page
      title={t('Insights')}
      intro={t('Every number comes from the events themselves, and behind every number are people.')}
      actions={
        hasDashboards && (
          <>
            <Button component={Link} to="/goals" variant="default">
              {t('Goals and reports')}
            </Button>
            <Button component={Link} to="/dashboards/new" variant="default">
              {t('New dashboard')}
            </Button>
          </>
        )
      }
    >
      {hasDashboards && <Dashboards />}
      {saved.data && saved.data.items.length > 0 && (
        <section aria-label={t('Saved')}>
          <Title order={2} size="h4" mb="xs">
            {t('Saved')}
          </Title>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {saved.data.items.map((r) => (
              <Card key={r.id} withBorder>
                <Anchor
                  component={Link}
                  to="/insights/$kind"
                  params={{ kind: String(r.spec.report) } as never}
                  search={{ r: JSON.stringify(r.spec.request ?? {}), saved: r.id } as never}
                  fw={600}
                  dir="auto"
                >
                  {String(r.spec.name ?? r.id)}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {String(r.spec.report)} · {r.created_by}, <When at={r.created_at} />
                </Text>
              </Card>
            ))}
          </SimpleGrid>
        </section>
      )}
      <section aria-label={t('Ask something new')}>
        <Title order={2} size="h4" mb="xs">
          {t('Ask something new')}
        </Title>
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {KINDS.map((k) => (
            <Card key={k.kind} withBorder>
              <Anchor component={Link} to="/insights/$kind" params={{ kind: k.kind } as never} fw={600}>
                {t(k.title)}
              </Anchor>
              <Text size="sm">{t(k.what)}</Text>
            </Card>
          ))}
        </SimpleGrid>
      </section>
    </Page>
  );
}

/** Saved reports side by side. */
function Dashboards() {
  const list = useResources('dashboard');
  if (!list.data?.length) return null;
  return (
    <section aria-label={t('Dashboards')}>
      <Title order={2} size="h4" mb="xs">
        {t('Dashboards')}
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {list.data.map((r) => (
          <Card key={r.id} withBorder>
            <Anchor component={Link} to="/dashboards/$id" params={{ id: r.id } as never} fw={600} dir="auto">
              {String(r.spec.name ?? r.id)}
            </Anchor>
            <Text size="xs" c="dimmed">
              {r.created_by}, <When at={r.created_at} />
            </Text>
          </Card>
        ))}
      </SimpleGrid>
    </section>
  );
}
