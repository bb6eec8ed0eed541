import { Anchor, Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { changedColumn, type DocumentColumn, nameOf, ResourceList, statusColumn } from '@/resources/ResourceList';

/** Traits that keep themselves current. */
export function ComputedTraits() {
  const session = useQuery(sessionQuery);
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/traits/new" leftSection={<IconPlus size={16} />}>
      {t('New computed trait')}
    </Button>
  );
  const columns: DocumentColumn[] = [
    {
      title: t('Trait'),
      cell: (r) => (
        <Anchor component={Link} to="/traits/$id" params={{ id: r.id } as never} fw={500} dir="auto">
          {nameOf(r)}
        </Anchor>
      ),
      sort: { key: 'name', of: nameOf },
    },
    { title: t('In rules'), cell: (r) => <code>traits.{r.id}</code>, wideOnly: true },
    { title: t('Value'), cell: (r) => <code className="clip mono">{String(r.spec.value ?? '')}</code> },
    statusColumn(),
    changedColumn(),
  ];
  return (
    <ResourceList
      kind="computed_trait"
      caption={t('Computed traits')}
      find={{ label: t('Find computed traits'), placeholder: t('Name, id or part of a rule') }}
      none={t('Nothing was found')}
      empty={{ title: t('No computed traits yet'), text: t('What somebody spent, how often they ordered, what they like most: kept from their events, always current, for rules and messages.') }}
      create={create}
      columns={columns}
    />
  );
}
