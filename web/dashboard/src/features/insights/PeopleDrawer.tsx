/** The people behind a number: as many as wanted, and as a segment when a rule says the same. */
import { Anchor, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { nameOf } from '@/features/customers/name';
import { t, tn } from '@/i18n';
import { Loaded } from '@/ui/bits';
import { ask } from './ask';
import type { Request } from './kinds';
import type { Drill } from './views';

export function PeopleDrawer({ kind, request, drill, close }: { kind: string; request: Request; drill: Drill; close: () => void }) {
  const pages = usePages(['insights', kind, 'people', JSON.stringify(request), JSON.stringify(drill)], async (cursor, signal) => {
    const asked = { ...request, drill: { ...drill, limit: 50, ...(cursor ? { after: cursor } : {}) } };
    const report = (await ask(kind, asked, signal)) as { profiles?: Schemas['ProfilePage'] };
    const page = report.profiles ?? { total: 0, profiles: [], next: null, rule: null };
    return { items: page.profiles.map((id) => ({ id, total: page.total, rule: page.rule })), next_cursor: page.next ?? null };
  });
  return (
    <Drawer opened onClose={close} position="right" size="md" title={t('The people behind this number')}>
      <Loaded query={pages}>
        {(rows) => (
          <Stack>
            <Text size="sm" role="status">
              {tn(rows[0]?.total ?? 0, 'One customer', '{n} customers')}
            </Text>
            {rows[0]?.rule && (
              <Button component={Link} to="/segments/new" search={{ rule: rows[0].rule } as never} variant="default">
                {t('Make this a segment')}
              </Button>
            )}
            <Names ids={rows.map((r) => r.id)} />
            {pages.more.has && (
              <Group>
                <Button variant="default" loading={pages.more.loading} onClick={pages.more.load}>
                  {t('Show more')}
                </Button>
              </Group>
            )}
          </Stack>
        )}
      </Loaded>
    </Drawer>
  );
}

function Names({ ids }: { ids: string[] }) {
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['profiles', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => data(api.GET('/api/v1/profiles/{id}', { params: { path: { id } }, signal })),
      staleTime: 60_000,
      retry: false,
    })),
  });
  return (
    <ul style={{ margin: 0, paddingInlineStart: 18 }}>
      {ids.map((id, i) => {
        const profile = found[i]?.data;
        return (
          <li key={id}>
            <Anchor component={Link} to="/customers/$id" params={{ id } as never} size="sm" dir="auto">
              {profile ? nameOf(profile) : id}
            </Anchor>
          </li>
        );
      })}
    </ul>
  );
}
