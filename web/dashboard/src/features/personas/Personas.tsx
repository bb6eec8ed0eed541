import { Anchor, Button, Group, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { number, t, tn } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { Empty, Loaded, Status, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import type { Found } from './found';

/** Models that group customers by likeness. */
export function Personas() {
  const session = useQuery(sessionQuery);
  const list = useResources('persona_model');
  const live = useQuery({ queryKey: ['personas'], queryFn: ({ signal }) => data(api.GET('/api/v1/personas', { signal })) });
  const standing = new Map((live.data?.items ?? []).map((m) => [m.id, m]));
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/personas/new" leftSection={<IconPlus size={16} />}>
      {t('New persona model')}
    </Button>
  );
  return (
    <Loaded query={list}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={t('No personas yet')} action={create}>
            {t('Say what to compare customers by, such as orders, money and days since the last visit; the groups are found by themselves and become segments.')}
          </Empty>
        ) : (
          <>
            {create && <Group mb="md">{create}</Group>}
            <DataTable<Schemas['ResourceView']>
              caption={t('Personas')}
              rows={rows}
              id={(r) => r.id}
              columns={[
                {
                  title: t('Model'),
                  cell: (r) => {
                    const found = standing.get(r.id)?.result as unknown as Found | null | undefined;
                    return (
                      <>
                        <Anchor component={Link} to="/personas/$id" params={{ id: r.id } as never} fw={500} dir="auto">
                          {String(r.spec.name ?? r.id)}
                        </Anchor>
                        <Text size="xs" c="dimmed">
                          {found ? found.personas.map((p) => p.name).join(' · ') : t('not computed yet')}
                        </Text>
                      </>
                    );
                  },
                },
                {
                  title: t('Customers'),
                  cell: (r) => {
                    const found = standing.get(r.id)?.result as unknown as Found | null | undefined;
                    return found ? `${number(found.profiles)} · ${tn(found.personas.length, 'one group', '{n} groups')}` : '–';
                  },
                  wideOnly: true,
                },
                { title: t('Computed'), cell: (r) => <When at={standing.get(r.id)?.computed_at} />, kind: 'short' },
                { title: t('Status'), cell: (r) => <Status of={r.live_version ? 'live' : r.status} /> },
              ]}
            />
          </>
        )
      }
    </Loaded>
  );
}
