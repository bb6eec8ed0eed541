/** The reports one can ask for, and those that were saved. */
import { Anchor, Button, Card, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { aboutQuery } from '@/api/queries';
import { t } from '@/i18n';
import { everyResource, useResources } from '@/resources/useResources';
import { Loaded, When } from '@/ui/bits';
import { Find } from '@/ui/Find';
import { More } from '@/ui/More';
import { NoRows } from '@/ui/NoRows';
import { Page } from '@/ui/Page';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { KINDS } from './kinds';
import { placeOf } from './saved';

/** All saved reports; nothing when the server keeps none. */
export function useSaved() {
  const about = useQuery(aboutQuery);
  return useQuery({ ...savedQuery, enabled: about.data?.kinds?.includes('insight') ?? false });
}

const savedQuery = {
  queryKey: ['resources', 'insight', 'all'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => ({ items: await everyResource('insight', signal, 'live') }),
  retry: false,
};

export function InsightsPage() {
  const about = useQuery(aboutQuery);
  const [search] = useSearchState();
  const [text, setText] = useSearchText('q');
  const keeps = about.data?.kinds?.includes('insight') ?? false;
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
      {(keeps || hasDashboards) && <Find label={t('Find dashboards and reports')} placeholder={t('Name or id')} value={text} change={setText} />}
      {hasDashboards && (
        <Cards
          kind="dashboard"
          title={t('Dashboards')}
          q={search.q ?? ''}
          clear={() => setText('')}
          none={t('No dashboard was found')}
          empty={{ title: t('No dashboards yet'), text: t('A dashboard puts saved reports and goals side by side.') }}
          line={(r) => ({ to: '/dashboards/$id', params: { id: r.id }, hint: '' })}
        />
      )}
      {keeps && (
        <Cards
          kind="insight"
          title={t('Saved')}
          q={search.q ?? ''}
          clear={() => setText('')}
          none={t('No saved report was found')}
          empty={{ title: t('No saved reports yet'), text: t('Ask something below, and save what is worth asking again.') }}
          line={(r) => ({ ...placeOf(r), hint: `${String(r.spec.report)} · ` })}
        />
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

interface Leads {
  to: string;
  params: Record<string, string>;
  search?: Record<string, string>;
  /** Stands before who made it. */
  hint: string;
}

interface CardsProps {
  kind: string;
  title: string;
  q: string;
  clear: () => void;
  /** Said when nothing fits, and when there is nothing at all. */
  none: string;
  empty: { title: string; text: string };
  line: (of: Schemas['ResourceView']) => Leads;
}

/** Documents of a kind as cards, as many as wanted. */
function Cards({ kind, title, q, clear, none, empty, line }: CardsProps) {
  // Dashboards are looked at while they are drafts as well.
  const list = useResources(kind, q, kind === 'insight' ? 'live' : undefined);
  return (
    <section aria-label={title}>
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      <Loaded query={list} rows={2}>
        {(rows) =>
          rows.length === 0 && q === '' ? (
            // What can be asked stands below, and is what there is to do.
            <Text size="sm" c="dimmed">
              {empty.title}. {empty.text}
            </Text>
          ) : rows.length === 0 ? (
            <NoRows narrowed clear={clear} none={none} title={empty.title} />
          ) : (
            <Stack>
              <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
                {rows.map((r) => {
                  const { to, params, search, hint } = line(r);
                  return (
                    <Card key={r.id} withBorder>
                      <Anchor component={Link} to={to} params={params as never} search={(search ?? {}) as never} fw={600} dir="auto">
                        {String(r.spec.name ?? r.id)}
                      </Anchor>
                      <Text size="xs" c="dimmed">
                        {hint}
                        {r.created_by}, <When at={r.created_at} />
                      </Text>
                    </Card>
                  );
                })}
              </SimpleGrid>
              <More of={list.more} />
            </Stack>
          )
        }
      </Loaded>
    </section>
  );
}
