/** What is sent: messages by channel with what became of them, and what they are made of. */
import { Anchor, Button, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, type Schemas, sessionQuery } from '@/api/client';
import { templatesQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { Empty, Loaded, Status, When } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';
import { ArchiveLink } from '@/features/archive/ArchiveLink';
import { Page } from '@/ui/Page';
import { PageTabs } from '@/ui/PageTabs';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Find } from '@/ui/Find';
import { Brands } from './brand/Brands';
import { MediaLibrary } from './media/MediaLibrary';
import { Catalogues } from './stock/Catalogues';
import { Coupons } from './stock/Coupons';
import { SharedBlocks } from './shared/SharedBlocks';

type Row = Schemas['ResourceView'];

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
  const [search] = useSearchState();
  const [text, setText] = useSearchText('q');
  const live = useQuery({ ...templatesQuery, refetchInterval: 10_000 });
  const list = useResources('template', search.q);
  const standing = new Map((live.data?.items ?? []).map((x) => [x.id, x]));
  const skipped = (id: string) => Object.values(standing.get(id)?.skipped ?? {}).reduce((sum, n) => sum + n, 0);
  const columns: Column<Row>[] = [
    {
      title: t('Message'),
      cell: (r) => (
        <>
          <Anchor component={Link} to="/content/$id" params={{ id: r.id } as never} fw={500} dir="auto">
            {String(r.spec.name ?? r.id)}
          </Anchor>
          <Text size="xs" c="dimmed" dir="auto" className="clip">
            {String(r.spec.subject ?? '')}
          </Text>
        </>
      ),
    },
    { title: t('Channel'), cell: (r) => String(r.spec.channel ?? 'email'), wideOnly: true },
    { title: t('Sent'), cell: (r) => (standing.has(r.id) ? number(standing.get(r.id)?.sent ?? 0) : '–'), kind: 'num' },
    { title: t('Skipped'), cell: (r) => (standing.has(r.id) ? number(skipped(r.id)) : '–'), kind: 'num', wideOnly: true },
    { title: t('Status'), cell: (r) => <Status of={r.live_version ? 'live' : r.status} /> },
    { title: t('Changed'), cell: (r) => <When at={r.created_at} />, kind: 'short', wideOnly: true },
  ];
  return (
    <Stack>
      <Find
        label={t('Find messages')}
        placeholder={t('Name, id or part of the text')}
        value={text}
        change={setText}
      />
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={search.q ? t('Nothing was found') : t('Nothing to send yet')} action={create}>
              {t('A message is written once and sent by any journey. Names and products fill in by themselves.')}
            </Empty>
          ) : (
            <DataTable caption={t('Content')} columns={columns} rows={rows} id={(r) => r.id} more={list.more} />
          )
        }
      </Loaded>
      <ArchiveLink kind="template" />
    </Stack>
  );
}
