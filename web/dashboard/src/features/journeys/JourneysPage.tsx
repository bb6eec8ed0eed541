/** The journeys of the workspace with how many are on their way. */
import { Anchor, Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, sessionQuery } from '@/api/client';
import { journeysQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { changedColumn, type Document, type DocumentColumn, nameOf, ResourceList, statusColumn } from '@/resources/ResourceList';
import { Page } from '@/ui/Page';

export function JourneysPage() {
  const session = useQuery(sessionQuery);
  const live = useQuery({ ...journeysQuery, refetchInterval: 10_000 });
  const standing = new Map((live.data?.items ?? []).map((j) => [j.id, j]));
  const figure = (title: string, of: 'entered' | 'active', wideOnly: boolean): DocumentColumn => {
    const value = (r: Document) => standing.get(r.id)?.[of] ?? null;
    const shown = (n: number | null) => (n === null ? '–' : number(n));
    return { title, cell: (r) => shown(value(r)), kind: 'num', wideOnly, sort: { key: of, of: value } };
  };
  const columns: DocumentColumn[] = [
    {
      title: t('Journey'),
      cell: (r) => (
        <>
          <Anchor component={Link} to="/journeys/$id" params={{ id: r.id } as never} fw={500} dir="auto">
            {nameOf(r)}
          </Anchor>
          <Text size="xs" c="dimmed" dir="auto">
            {String(r.spec.description ?? '')}
          </Text>
        </>
      ),
      sort: { key: 'name', of: nameOf },
    },
    figure(t('Entered'), 'entered', true),
    figure(t('On the way'), 'active', false),
    statusColumn(),
    changedColumn(),
  ];
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/journeys/new" leftSection={<IconPlus size={16} />}>
      {t('New journey')}
    </Button>
  );
  return (
    <Page title={t('Journeys')} intro={t('What happens to a customer, step by step, from a trigger on.')} actions={create}>
      <ResourceList
        kind="journey"
        caption={t('Journeys')}
        find={{ label: t('Find journeys'), placeholder: t('Name, id or content') }}
        none={t('No journey was found')}
        empty={{ title: t('No journeys yet'), text: t('Begin with a common play: a welcome, an abandoned cart, winning somebody back.') }}
        create={create}
        createAbove
        columns={columns}
      />
    </Page>
  );
}
