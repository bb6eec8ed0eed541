/** One message to an audience, now, at a time, or again and again. */
import { Anchor, Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { number, t } from '@/i18n';
import { Empty, Loaded, Status } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { Page } from '@/ui/Page';
import { ArchiveLink } from '@/features/archive/ArchiveLink';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Find } from '@/ui/Find';
import { rate } from './rate';

type Row = Schemas['CampaignView'];

export function CampaignsPage() {
  const [search] = useSearchState();
  const [text, setText] = useSearchText('q');
  const session = useQuery(sessionQuery);
  const list = useQuery({
    queryKey: ['campaigns'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/campaigns', { signal })),
    refetchInterval: 5_000,
  });
  const q = (search.q ?? '').toLowerCase();
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/campaigns/new" leftSection={<IconPlus size={16} />}>
      {t('New campaign')}
    </Button>
  );
  return (
    <Page title={t('Campaigns')} intro={t('One message to an audience: now, at a time, or again and again.')} actions={create}>
      <Find label={t('Find campaigns')} placeholder={t('Name or id')} value={text} change={setText} />
      <Loaded query={list}>
        {({ items }) => {
          const rows = items.filter((c) => `${c.name} ${c.id}`.toLowerCase().includes(q));
          return rows.length === 0 ? (
            <Empty title={q ? t('No campaign was found') : t('No campaigns yet')} action={create}>
              {t('A newsletter, a launch, an invitation: choose whom, what and when. Try two versions and let the better one win.')}
            </Empty>
          ) : (
            <DataTable<Row>
              caption={t('Campaigns')}
              rows={rows}
              id={(r) => r.id}
              columns={[
                {
                  title: t('Campaign'),
                  cell: (r) => (
                    <>
                      <Anchor component={Link} to="/campaigns/$id" params={{ id: r.id } as never} fw={500} dir="auto">
                        {r.name}
                      </Anchor>
                      <Text size="xs" c="dimmed">
                        {r.id}
                      </Text>
                    </>
                  ),
                },
                { title: t('State'), cell: (r) => <Status of={r.state} /> },
                { title: t('People'), cell: (r) => number(r.people), kind: 'num' },
                { title: t('Sent'), cell: (r) => number(r.sent), kind: 'num', wideOnly: true },
                { title: t('Opened'), cell: (r) => rate(r.opened, r.sent), kind: 'num', wideOnly: true },
                { title: t('Clicked'), cell: (r) => rate(r.clicked, r.sent), kind: 'num', wideOnly: true },
                { title: t('Reached the goal'), cell: (r) => number(r.goals), kind: 'num', wideOnly: true },
              ]}
            />
          );
        }}
      </Loaded>
      <ArchiveLink kind="campaign" />
    </Page>
  );
}
