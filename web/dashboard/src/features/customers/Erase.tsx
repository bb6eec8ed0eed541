import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { t } from '@/i18n';
import { Problem } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import type { Customer } from './CustomerPage';

/** Erasing cannot be undone, so the id must be typed. */
export function Erase({ who, close }: { who: Customer; close: () => void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const { busy, error, run } = useCall([], () => {});
  const erase = () =>
    run(async (once) => {
      await data(api.POST('/api/v1/profiles/{id}/erase', { params: { path: { id: who.id }, ...once() } }));
      notify('good', t('Erasing has begun'));
      client.removeQueries({ queryKey: ['profiles', who.id] });
      await navigate({ to: '/customers' });
    });
  return (
    <Modal opened onClose={close} title={t('Erase this customer')}>
      <Stack>
        <Text size="sm">
          {t('Profile, events, messages and files: everything goes, everywhere, and cannot come back. Their address stays suppressed if it was.')}
        </Text>
        <TextInput
          label={t('Type {id} to confirm', { id: who.id })}
          value={typed}
          onChange={(e) => setTyped(e.currentTarget.value)}
          data-autofocus
        />
        <Problem error={error} />
        <Button color="red" loading={busy} disabled={typed.trim() !== who.id} onClick={() => void erase()}>
          {t('Erase for ever')}
        </Button>
      </Stack>
    </Modal>
  );
}
