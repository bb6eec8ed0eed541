/** The audiences of the workspace, how they overlap, and what is computed for them. */
import { Anchor, Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, sessionQuery } from '@/api/client';
import { segmentsQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { changedColumn, type DocumentColumn, nameOf, ResourceList, statusColumn } from '@/resources/ResourceList';
import { Page } from '@/ui/Page';
import { PageTabs } from '@/ui/PageTabs';
import { Personas } from '@/features/personas/Personas';
import { ComputedTraits } from '@/features/traits/ComputedTraits';
import { Overlap } from './overlap/Overlap';

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
  const live = useQuery({ ...segmentsQuery, refetchInterval: 10_000 });
  const standing = new Map((live.data?.items ?? []).map((s) => [s.id, s]));
  const columns: DocumentColumn[] = [
    {
      title: t('Segment'),
      cell: (r) => (
        <>
          <Anchor component={Link} to="/segments/$id" params={{ id: r.id } as never} fw={500} dir="auto">
            {nameOf(r)}
          </Anchor>
          <Text size="xs" c="dimmed" dir="auto">
            {String(r.spec.description ?? '')}
          </Text>
        </>
      ),
      sort: { key: 'name', of: nameOf },
    },
    {
      title: t('Customers'),
      cell: (r) => {
        const s = standing.get(r.id);
        return s ? `${number(s.count)}${s.ready ? '' : '…'}` : '–';
      },
      kind: 'num',
      sort: { key: 'customers', of: (r) => standing.get(r.id)?.count ?? null },
    },
    { title: t('Rule'), cell: (r) => (r.spec.kind === 'list' ? t('by hand') : <code className="clip mono">{String(r.spec.rule ?? '')}</code>), wideOnly: true },
    statusColumn(),
    changedColumn(),
  ];
  return (
    <ResourceList
      kind="segment"
      caption={t('Segments')}
      find={{ label: t('Find segments'), placeholder: t('Name, id or part of a rule') }}
      none={t('No segment was found')}
      empty={{ title: t('No segments yet'), text: t('A segment is everybody a rule holds for, such as those who ordered twice and then went quiet.') }}
      create={create}
      createAbove
      columns={columns}
    />
  );
}
