import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { Schemas } from '@/api/client';
import { Customer } from '@/features/customers/Customer';
import { REASONS } from '@/features/messages/reasons';
import { t } from '@/i18n';
import { Named, useNames } from '@/resources/names';
import { Status, When } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';

type Message = Schemas['MessageView'];

const MessageDrawer = lazy(() => import('@/features/messages/MessageDrawer').then((m) => ({ default: m.MessageDrawer })));

/** Messages, each with what became of it and why. */
export function MessageTable({ rows, more, whose }: { rows: Message[]; more: { has: boolean; loading: boolean; load: () => void }; whose?: boolean }) {
  const [open, setOpen] = useState<string | null>(null);
  const template = useNames('template');
  const shown = rows.find((m) => m.id === open);
  const columns: Column<Message>[] = [
    { title: t('When'), cell: (m) => <When at={m.created_at} />, kind: 'short' },
    {
      title: t('Status'),
      cell: (m) => (
        <>
          <button type="button" className="text-button" aria-label={t('{status}: what became of {name}', { status: t(m.status), name: m.subject ?? template(m.template) })} onClick={() => setOpen(m.id)}>
            <Status of={m.status} />
          </button>
          {m.reason && (
            <Text size="xs" c="dimmed">
              {t(REASONS[m.reason]?.title ?? m.reason)}
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
              {m.subject ?? template(m.template)}
            </Anchor>
          )}
          {m.journey && (
            <Text size="xs" c="dimmed">
              <Named kind="journey" id={m.journey} size="xs" /> · {m.step}
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
            cell: (m: Message) => <Customer id={m.profile} />,
            wideOnly: true,
          },
        ]
      : []),
    { title: t('Channel'), cell: (m) => t(m.channel), wideOnly: true },
  ];
  return (
    <>
      <DataTable caption={t('Messages')} columns={columns} rows={rows} id={(m) => m.id} more={more} />
      <Suspense>{shown && <MessageDrawer message={shown} close={() => setOpen(null)} />}</Suspense>
    </>
  );
}
