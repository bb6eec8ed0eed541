import { Anchor, Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data, includes, sessionQuery } from '@/api/client';
import { number, t, tn } from '@/i18n';
import { type Document, type DocumentColumn, nameOf, ResourceList, statusColumn } from '@/resources/ResourceList';
import { When } from '@/ui/bits';
import type { Found } from './found';

/** Models that group customers by likeness. */
export function Personas() {
  const session = useQuery(sessionQuery);
  const live = useQuery({ queryKey: ['personas'], queryFn: ({ signal }) => data(api.GET('/api/v1/personas', { signal })) });
  const standing = new Map((live.data?.items ?? []).map((m) => [m.id, m]));
  const foundOf = (r: Document) => standing.get(r.id)?.result as unknown as Found | null | undefined;
  const computed = (r: Document) => standing.get(r.id)?.computed_at ?? null;
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/personas/new" leftSection={<IconPlus size={16} />}>
      {t('New persona model')}
    </Button>
  );
  const columns: DocumentColumn[] = [
    {
      title: t('Model'),
      cell: (r) => (
        <>
          <Anchor component={Link} to="/personas/$id" params={{ id: r.id } as never} fw={500} dir="auto">
            {nameOf(r)}
          </Anchor>
          <Text size="xs" c="dimmed">
            {foundOf(r)?.personas.map((p) => p.name).join(' · ') ?? t('not computed yet')}
          </Text>
        </>
      ),
      sort: { key: 'name', of: nameOf },
    },
    {
      title: t('Customers'),
      cell: (r) => {
        const found = foundOf(r);
        return found ? `${number(found.profiles)} · ${tn(found.personas.length, 'one group', '{n} groups')}` : '–';
      },
      wideOnly: true,
      sort: { key: 'customers', of: (r) => foundOf(r)?.profiles ?? null },
    },
    { title: t('Computed'), cell: (r) => <When at={computed(r)} />, kind: 'short', sort: { key: 'computed', of: computed } },
    statusColumn(),
  ];
  return (
    <ResourceList
      kind="persona_model"
      caption={t('Personas')}
      find={{ label: t('Find persona models'), placeholder: t('Name, id or content') }}
      none={t('Nothing was found')}
      empty={{ title: t('No personas yet'), text: t('Say what to compare customers by, such as orders, money and days since the last visit; the groups are found by themselves and become segments.') }}
      create={create}
      columns={columns}
    />
  );
}
