/** The people behind a number: as many as wanted, and as a segment when a rule says the same. */
import { Button, Drawer, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { Customer } from '@/features/customers/Customer';
import { t, tn } from '@/i18n';
import { Loaded } from '@/ui/bits';
import { More } from '@/ui/More';
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
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>
              {rows.map(({ id }) => (
                <li key={id}>
                  <Customer id={id} size="sm" />
                </li>
              ))}
            </ul>
            <More of={pages.more} />
          </Stack>
        )}
      </Loaded>
    </Drawer>
  );
}
