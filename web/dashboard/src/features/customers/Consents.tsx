import { Button, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { t } from '@/i18n';
import { Tag, When } from '@/ui/bits';
import { notify, notifyError } from '@/ui/notify';
import type { Customer } from './CustomerPage';

export function Consents({ of, mayEdit }: { of: Customer; mayEdit: boolean }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const state = async (channel: string, topic: string | null, granted: boolean) => {
    setBusy(true);
    try {
      const body = { channel, granted, source: 'dashboard', ...(topic ? { topic } : {}) };
      await data(api.POST('/api/v1/profiles/{id}/consents', { params: { path: { id: of.id } }, body }));
      await client.invalidateQueries({ queryKey: ['profiles', of.id] });
      notify('good', granted ? t('Consent recorded') : t('Withdrawal recorded'));
    } catch (error) {
      notifyError(error);
    } finally {
      setBusy(false);
    }
  };
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
            {c.channel}
            {c.topic ? ` · ${c.topic}` : ''} <Tag tone={c.granted ? 'good' : 'bad'}>{c.granted ? t('given') : t('withdrawn')}</Tag>
            <Text span size="xs" c="dimmed" display="block">
              {c.source}, <When at={c.at} />
            </Text>
          </Text>
          {mayEdit && (
            <Button size="compact-xs" variant="default" disabled={busy} onClick={() => void state(c.channel, c.topic ?? null, !c.granted)}>
              {c.granted ? t('Withdraw') : t('Give')}
            </Button>
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
