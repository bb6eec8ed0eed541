import { Anchor, Button, Group } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, type Schemas, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { Empty, Loaded, Status, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';

/** Traits that keep themselves current. */
export function ComputedTraits() {
  const session = useQuery(sessionQuery);
  const list = useResources('computed_trait');
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/traits/new" leftSection={<IconPlus size={16} />}>
      {t('New computed trait')}
    </Button>
  );
  return (
    <Loaded query={list}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={t('No computed traits yet')} action={create}>
            {t('What somebody spent, how often they ordered, what they like most: kept from their events, always current, for rules and messages.')}
          </Empty>
        ) : (
          <>
            {create && <Group mb="md">{create}</Group>}
            <DataTable<Schemas['ResourceView']>
              caption={t('Computed traits')}
              rows={rows}
              id={(r) => r.id}
              columns={[
                {
                  title: t('Trait'),
                  cell: (r) => (
                    <Anchor component={Link} to="/traits/$id" params={{ id: r.id } as never} fw={500} dir="auto">
                      {String(r.spec.name ?? r.id)}
                    </Anchor>
                  ),
                },
                { title: t('In rules'), cell: (r) => <code>traits.{r.id}</code>, wideOnly: true },
                { title: t('Value'), cell: (r) => <code className="clip mono">{String(r.spec.value ?? '')}</code> },
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
