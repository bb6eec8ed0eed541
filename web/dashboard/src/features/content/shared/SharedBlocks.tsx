import { Anchor, Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { changedColumn, type DocumentColumn, nameOf, ResourceList, statusColumn } from '@/resources/ResourceList';

/** Content that messages share. */
export function SharedBlocks() {
  const session = useQuery(sessionQuery);
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/blocks/new" leftSection={<IconPlus size={16} />} w="fit-content">
      {t('New shared block')}
    </Button>
  );
  const columns: DocumentColumn[] = [
    {
      title: t('Block'),
      cell: (r) => (
        <Anchor component={Link} to="/blocks/$id" params={{ id: r.id } as never} fw={500} dir="auto">
          {nameOf(r)}
        </Anchor>
      ),
      sort: { key: 'name', of: nameOf },
    },
    { title: t('In messages'), cell: (r) => <code>{`{% render '${r.id}' %}`}</code>, wideOnly: true },
    statusColumn(),
    changedColumn(),
  ];
  return (
    <ResourceList
      kind="block"
      caption={t('Shared blocks')}
      find={{ label: t('Find shared blocks'), placeholder: t('Name, id or part of the text') }}
      none={t('Nothing was found')}
      empty={{ title: t('No shared blocks yet'), text: t('A header, a footer, an offer of the week: written once, put into many messages, changed everywhere at once.') }}
      create={create}
      columns={columns}
    />
  );
}
