/** What is sent: messages by channel with what became of them, and what they are made of. */
import { Anchor, Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, sessionQuery } from '@/api/client';
import { templatesQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { changedColumn, type Document, type DocumentColumn, nameOf, ResourceList, statusColumn } from '@/resources/ResourceList';
import { Page } from '@/ui/Page';
import { PageTabs } from '@/ui/PageTabs';
import { Brands } from './brand/Brands';
import { MediaLibrary } from './media/MediaLibrary';
import { Catalogues } from './stock/Catalogues';
import { Coupons } from './stock/Coupons';
import { SharedBlocks } from './shared/SharedBlocks';

export function ContentPage() {
  const session = useQuery(sessionQuery);
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/content/new" leftSection={<IconPlus size={16} />}>
      {t('New message')}
    </Button>
  );
  const tabs = [
    ['messages', t('Messages'), <Templates key="m" create={create} />],
    ['media', t('Pictures'), <MediaLibrary key="p" />],
    ['brands', t('Brand kit'), <Brands key="b" />],
    ['blocks', t('Shared blocks'), <SharedBlocks key="s" />],
    ['catalogues', t('Catalogues'), <Catalogues key="c" />],
    ['coupons', t('Coupon pools'), <Coupons key="o" />],
  ] as const;
  return (
    <Page title={t('Content')} intro={t('What journeys, campaigns and people send.')} actions={create}>
      <PageTabs tabs={tabs} />
    </Page>
  );
}

function Templates({ create }: { create: React.ReactNode }) {
  const live = useQuery({ ...templatesQuery, refetchInterval: 10_000 });
  const standing = new Map((live.data?.items ?? []).map((x) => [x.id, x]));
  const sent = (r: Document) => standing.get(r.id)?.sent ?? null;
  const skipped = (r: Document) => {
    const of = standing.get(r.id);
    return of ? Object.values(of.skipped).reduce((sum, n) => sum + n, 0) : null;
  };
  const shown = (n: number | null) => (n === null ? '–' : number(n));
  const channel = (r: Document) => t(String(r.spec.channel ?? 'email'));
  const columns: DocumentColumn[] = [
    {
      title: t('Message'),
      cell: (r) => (
        <>
          <Anchor component={Link} to="/content/$id" params={{ id: r.id } as never} fw={500} dir="auto">
            {nameOf(r)}
          </Anchor>
          <Text size="xs" c="dimmed" dir="auto" className="clip">
            {String(r.spec.subject ?? '')}
          </Text>
        </>
      ),
      sort: { key: 'name', of: nameOf },
    },
    { title: t('Channel'), cell: channel, wideOnly: true, sort: { key: 'channel', of: channel } },
    { title: t('Sent'), cell: (r) => shown(sent(r)), kind: 'num', sort: { key: 'sent', of: sent } },
    { title: t('Skipped'), cell: (r) => shown(skipped(r)), kind: 'num', wideOnly: true, sort: { key: 'skipped', of: skipped } },
    statusColumn(),
    changedColumn(),
  ];
  return (
    <ResourceList
      kind="template"
      caption={t('Content')}
      find={{ label: t('Find messages'), placeholder: t('Name, id or part of the text') }}
      none={t('Nothing was found')}
      empty={{ title: t('Nothing to send yet'), text: t('A message is written once and sent by any journey. Names and products fill in by themselves.') }}
      create={create}
      createAbove
      columns={columns}
    />
  );
}
