import { Anchor, Button, Group } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, type Schemas, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { Empty, Loaded, Status, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';

/** Content that messages share. */
export function SharedBlocks() {
  const session = useQuery(sessionQuery);
  const list = useResources('block');
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/blocks/new" leftSection={<IconPlus size={16} />} w="fit-content">
      {t('New shared block')}
    </Button>
  );
  return (
    <Loaded query={list}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={t('No shared blocks yet')} action={create}>
            {t('A header, a footer, an offer of the week: written once, put into many messages, changed everywhere at once.')}
          </Empty>
        ) : (
          <>
            {create && <Group mb="md">{create}</Group>}
            <DataTable<Schemas['ResourceView']>
              caption={t('Shared blocks')}
              rows={rows}
              id={(r) => r.id}
              columns={[
                {
                  title: t('Block'),
                  cell: (r) => (
                    <Anchor component={Link} to="/blocks/$id" params={{ id: r.id } as never} fw={500} dir="auto">
                      {String(r.spec.name ?? r.id)}
                    </Anchor>
                  ),
                },
                { title: t('In messages'), cell: (r) => <code>{`{% render '${r.id}' %}`}</code>, wideOnly: true },
                { title: t('Status'), cell: (r) => <Status of={r.live_version ? 'live' : r.status} /> },
                { title: t('Changed'), cell: (r) => <When at={r.created_at} />, kind: 'short', wideOnly: true },
              ]}
            />
          </>
        )
      }
    </Loaded>
  );
}
