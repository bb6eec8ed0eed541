/** The journeys of the workspace with how many are on their way. */
import { Anchor, Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, type Schemas, sessionQuery } from '@/api/client';
import { journeysQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { Empty, Loaded, Status, When } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';
import { Page } from '@/ui/Page';
import { ArchiveLink } from '@/features/archive/ArchiveLink';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Find } from '@/ui/Find';

type Row = Schemas['ResourceView'];

export function JourneysPage() {
  const [search] = useSearchState();
  const [text, setText] = useSearchText('q');
  const session = useQuery(sessionQuery);
  const live = useQuery({ ...journeysQuery, refetchInterval: 10_000 });
  const list = useResources('journey', search.q);
  const standing = new Map((live.data?.items ?? []).map((j) => [j.id, j]));
  const figure = (r: Row, of: 'entered' | 'active') => {
    const n = standing.get(r.id)?.[of];
    return n === undefined ? '–' : number(n);
  };
  const columns: Column<Row>[] = [
    {
      title: t('Journey'),
      cell: (r) => (
        <>
          <Anchor component={Link} to="/journeys/$id" params={{ id: r.id } as never} fw={500} dir="auto">
            {String(r.spec.name ?? r.id)}
          </Anchor>
          <Text size="xs" c="dimmed" dir="auto">
            {String(r.spec.description ?? '')}
          </Text>
        </>
      ),
    },
    { title: t('Entered'), cell: (r) => figure(r, 'entered'), kind: 'num', wideOnly: true },
    { title: t('On the way'), cell: (r) => figure(r, 'active'), kind: 'num' },
    { title: t('Status'), cell: (r) => <Status of={r.live_version ? 'live' : r.status} /> },
    { title: t('Changed'), cell: (r) => <When at={r.created_at} />, kind: 'short', wideOnly: true },
  ];
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/journeys/new" leftSection={<IconPlus size={16} />}>
      {t('New journey')}
    </Button>
  );
  return (
    <Page title={t('Journeys')} intro={t('What happens to a customer, step by step, from a trigger on.')} actions={create}>
      <Find
        label={t('Find journeys')}
        placeholder={t('Name, id or content')}
        value={text}
        change={setText}
      />
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={search.q ? t('No journey was found') : t('No journeys yet')} action={create}>
              {t('Begin with a common play: a welcome, an abandoned cart, winning somebody back.')}
            </Empty>
          ) : (
            <DataTable caption={t('Journeys')} columns={columns} rows={rows} id={(r) => r.id} more={list.more} />
          )
        }
      </Loaded>
      <ArchiveLink kind="journey" />
    </Page>
  );
}
