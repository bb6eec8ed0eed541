/** The audiences of the workspace, how they overlap, and what is computed for them. */
import { Anchor, Button, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, type Schemas, sessionQuery } from '@/api/client';
import { segmentsQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { Empty, Loaded, Status, When } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';
import { Page } from '@/ui/Page';
import { PageTabs } from '@/ui/PageTabs';
import { Personas } from '@/features/personas/Personas';
import { ComputedTraits } from '@/features/traits/ComputedTraits';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Find } from '@/ui/Find';
import { ArchiveLink } from '@/features/archive/ArchiveLink';
import { Overlap } from './overlap/Overlap';

type Row = Schemas['ResourceView'];

export function SegmentsPage() {
  const session = useQuery(sessionQuery);
  const create = includes(session.data?.role, 'editor') && (
    <>
      <Button component={Link} to="/segments/new" search={{ kind: 'list' } as never} variant="default">
        {t('New list')}
      </Button>
      <Button component={Link} to="/segments/new" leftSection={<IconPlus size={16} />}>
        {t('New segment')}
      </Button>
    </>
  );
  const tabs = [
    ['list', t('Segments'), <List key="l" create={create} />],
    ['overlap', t('Overlap'), <Overlap key="o" />],
    ['personas', t('Personas'), <Personas key="p" />],
    ['traits', t('Computed traits'), <ComputedTraits key="t" />],
  ] as const;
  return (
    <Page title={t('Segments')} intro={t('Each is one rule; who fits it is always current.')} actions={create}>
      <PageTabs tabs={tabs} />
    </Page>
  );
}

function List({ create }: { create: React.ReactNode }) {
  const [search] = useSearchState();
  const [text, setText] = useSearchText('q');
  const live = useQuery({ ...segmentsQuery, refetchInterval: 10_000 });
  const list = useResources('segment', search.q);
  const standing = new Map((live.data?.items ?? []).map((s) => [s.id, s]));
  const columns: Column<Row>[] = [
    {
      title: t('Segment'),
      cell: (r) => (
        <>
          <Anchor component={Link} to="/segments/$id" params={{ id: r.id } as never} fw={500} dir="auto">
            {String(r.spec.name ?? r.id)}
          </Anchor>
          <Text size="xs" c="dimmed" dir="auto">
            {String(r.spec.description ?? '')}
          </Text>
        </>
      ),
    },
    {
      title: t('Customers'),
      cell: (r) => {
        const s = standing.get(r.id);
        return s ? `${number(s.count)}${s.ready ? '' : '…'}` : '–';
      },
      kind: 'num',
    },
    { title: t('Rule'), cell: (r) => (r.spec.kind === 'list' ? t('by hand') : <code className="clip mono">{String(r.spec.rule ?? '')}</code>), wideOnly: true },
    { title: t('Status'), cell: (r) => <Status of={r.live_version ? 'live' : r.status} /> },
    { title: t('Changed'), cell: (r) => <When at={r.created_at} />, kind: 'short', wideOnly: true },
  ];
  return (
    <Stack>
      <Find
        label={t('Find segments')}
        placeholder={t('Name, id or part of a rule')}
        value={text}
        change={setText}
      />
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={search.q ? t('No segment was found') : t('No segments yet')} action={create}>
              {t('A segment is everybody a rule holds for, such as those who ordered twice and then went quiet.')}
            </Empty>
          ) : (
            <DataTable caption={t('Segments')} columns={columns} rows={rows} id={(r) => r.id} more={list.more} />
          )
        }
      </Loaded>
      <ArchiveLink kind="segment" />
    </Stack>
  );
}
