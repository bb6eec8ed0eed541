import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { t } from '@/i18n';
import { Status, When } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';

type Message = Schemas['MessageView'];

/** Messages, each with what became of it and why. */
export function MessageTable({ rows, more, whose }: { rows: Message[]; more: { has: boolean; loading: boolean; load: () => void }; whose?: boolean }) {
  const columns: Column<Message>[] = [
    { title: t('When'), cell: (m) => <When at={m.created_at} />, kind: 'short' },
    {
      title: t('Status'),
      cell: (m) => (
        <>
          <Status of={m.status} />
          {m.reason && (
            <Text size="xs" c="dimmed">
              {m.reason}
            </Text>
          )}
        </>
      ),
    },
    {
      title: t('Message'),
      cell: (m) => (
        <>
          {m.template.startsWith('$') ? (
            // A built-in message has no page.
            <span dir="auto">{m.subject ?? m.template}</span>
          ) : (
            <Anchor component={Link} to="/content/$id" params={{ id: m.template } as never} dir="auto">
              {m.subject ?? m.template}
            </Anchor>
          )}
          {m.journey && (
            <Text size="xs" c="dimmed">
              <Anchor component={Link} to="/journeys/$id" params={{ id: m.journey } as never} size="xs">
                {m.journey}
              </Anchor>{' '}
              · {m.step}
            </Text>
          )}
          {m.detail && m.status !== 'sent' && (
            <Text size="xs" c="dimmed">
              {m.detail}
            </Text>
          )}
        </>
      ),
    },
    ...(whose
      ? [
          {
            title: t('To'),
            cell: (m: Message) => (
              <Anchor component={Link} to="/customers/$id" params={{ id: m.profile } as never} className="mono">
                {m.profile}
              </Anchor>
            ),
            wideOnly: true,
          },
        ]
      : []),
    { title: t('Channel'), cell: (m) => m.channel, wideOnly: true },
  ];
  return <DataTable caption={t('Messages')} columns={columns} rows={rows} id={(m) => m.id} more={more} />;
}
