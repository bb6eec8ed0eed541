/** One message to an audience, now, at a time, or again and again. */
import { Anchor, Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, sessionQuery } from '@/api/client';
import { campaignsQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { changedColumn, type Document, type DocumentColumn, nameOf, ResourceList } from '@/resources/ResourceList';
import { Status } from '@/ui/bits';
import { Page } from '@/ui/Page';
import { rate } from './rate';

export function CampaignsPage() {
  const session = useQuery(sessionQuery);
  const live = useQuery({ ...campaignsQuery, refetchInterval: 5_000 });
  const standing = new Map((live.data?.items ?? []).map((c) => [c.id, c]));
  const figure = (title: string, of: 'people' | 'sent' | 'goals', wideOnly: boolean): DocumentColumn => {
    const value = (r: Document) => standing.get(r.id)?.[of] ?? null;
    return { title, cell: (r) => number(value(r) ?? 0), kind: 'num', wideOnly, sort: { key: of, of: value } };
  };
  const share = (title: string, of: 'opened' | 'clicked'): DocumentColumn => ({
    title,
    cell: (r) => rate(standing.get(r.id)?.[of] ?? 0, standing.get(r.id)?.sent ?? 0),
    kind: 'num',
    wideOnly: true,
    sort: { key: of, of: (r) => (standing.get(r.id)?.[of] ?? 0) / Math.max(1, standing.get(r.id)?.sent ?? 0) },
  });
  const state = (r: Document) => standing.get(r.id)?.state ?? r.status;
  const columns: DocumentColumn[] = [
    {
      title: t('Campaign'),
      cell: (r) => (
        <>
          <Anchor component={Link} to="/campaigns/$id" params={{ id: r.id } as never} fw={500} dir="auto">
            {nameOf(r)}
          </Anchor>
          <Text size="xs" c="dimmed">
            {r.id}
          </Text>
        </>
      ),
      sort: { key: 'name', of: nameOf },
    },
    { title: t('State'), cell: (r) => <Status of={state(r)} />, sort: { key: 'state', of: state } },
    figure(t('People'), 'people', false),
    figure(t('Sent'), 'sent', true),
    share(t('Opened'), 'opened'),
    share(t('Clicked'), 'clicked'),
    figure(t('Reached the goal'), 'goals', true),
    changedColumn(),
  ];
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/campaigns/new" leftSection={<IconPlus size={16} />}>
      {t('New campaign')}
    </Button>
  );
  return (
    <Page title={t('Campaigns')} intro={t('One message to an audience: now, at a time, or again and again.')} actions={create}>
      <ResourceList
        kind="campaign"
        caption={t('Campaigns')}
        find={{ label: t('Find campaigns'), placeholder: t('Name, id or content') }}
        none={t('No campaign was found')}
        empty={{ title: t('No campaigns yet'), text: t('A newsletter, a launch, an invitation: choose whom, what and when. Try two versions and let the better one win.') }}
        create={create}
        createAbove
        columns={columns}
      />
    </Page>
  );
}
