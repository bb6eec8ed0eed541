import { Button, Group, Stack, Text } from '@mantine/core';
import { api, data } from '@/api/client';
import { t } from '@/i18n';
import { useNames } from '@/resources/names';
import { Tag, When } from '@/ui/bits';
import { useOptimistic } from '@/ui/useOptimistic';
import type { Customer } from './CustomerPage';
import { stated } from './stated';

const STATUS = {
  granted: { tone: 'good', text: () => t('given') },
  denied: { tone: 'bad', text: () => t('withdrawn') },
  pending: { tone: 'warn', text: () => t('not confirmed yet') },
} as const;

/** What a statement of consent says. */
export function ConsentTag({ status }: { status: string }) {
  const of = STATUS[status as keyof typeof STATUS] ?? STATUS.pending;
  return <Tag tone={of.tone}>{of.text()}</Tag>;
}

export function Consents({ of, mayEdit }: { of: Customer; mayEdit: boolean }) {
  const topicName = useNames('topic');
  // Shown at once, and as it was again when the server refuses; whether it has to be confirmed only the server knows.
  const { busy, run } = useOptimistic<Customer>(['profiles', of.id]);
  const state = (channel: string, topic: string | null, granted: boolean) =>
    run(
      (before) => stated(before, channel, topic, granted),
      () => data(api.POST('/api/v1/profiles/{id}/consents', { params: { path: { id: of.id } }, body: { channel, granted, source: 'dashboard', ...(topic ? { topic } : {}) } })),
      granted ? t('Consent recorded') : t('Withdrawal recorded'),
    );
  return (
    <Stack gap="xs">
      {of.consents.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('Nothing stated. The workspace’s default applies: see Settings.')}
        </Text>
      )}
      {of.consents.map((c) => (
        <Group key={`${c.channel} ${c.topic ?? ''}`} justify="space-between" wrap="nowrap" align="flex-start">
          <Text size="sm">
            {t(c.channel)}
            {c.topic ? ` · ${topicName(c.topic)}` : ''} <ConsentTag status={c.status} />
            <Text span size="xs" c="dimmed" display="block">
              {c.source}, <When at={c.at} />
            </Text>
          </Text>
          {mayEdit && (
            <Group gap={4} justify="flex-end">
              {c.status !== 'granted' && (
                <Button size="compact-xs" variant="default" disabled={busy} onClick={() => void state(c.channel, c.topic ?? null, true)}>
                  {c.status === 'pending' ? t('Ask again') : t('Give')}
                </Button>
              )}
              {c.status !== 'denied' && (
                <Button size="compact-xs" variant="default" disabled={busy} onClick={() => void state(c.channel, c.topic ?? null, false)}>
                  {t('Withdraw')}
                </Button>
              )}
            </Group>
          )}
        </Group>
      ))}
      {mayEdit && !of.consents.some((c) => c.channel === 'email' && !c.topic) && (
        <Group gap="xs">
          <Button size="compact-xs" variant="default" disabled={busy} onClick={() => void state('email', null, true)}>
            {t('E-mail: give')}
          </Button>
          <Button size="compact-xs" variant="default" disabled={busy} onClick={() => void state('email', null, false)}>
            {t('E-mail: withdraw')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
