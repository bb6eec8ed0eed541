/** A new password for a member who lost theirs; an admin tells it them. */
import { Button, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { t } from '@/i18n';
import { Finish } from '@/ui/Finish';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import { MIN_CHARS } from './Password';

export function ResetPassword({ of }: { of: Schemas['MemberView'] }) {
  const [open, setOpen] = useState(false);
  const [password, setPassword] = useState('');
  const { busy, error, run } = useCall([['members']], () => {
    notify('good', t('{name} signs in with the new password from now on.', { name: of.email }));
    setOpen(false);
    setPassword('');
  });
  const save = () => run(() => data(api.PATCH('/api/v1/members/{id}', { params: { path: { id: of.id } }, body: { password } })));
  return (
    <>
      <Button size="compact-xs" variant="default" aria-label={t('New password for {name}', { name: of.email })} onClick={() => setOpen(true)}>
        {t('New password')}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={t('New password for {name}', { name: of.email })}>
        <Stack>
          <Text size="sm">{t('Their sessions end now. Tell it them yourself; nothing is mailed. They can change it from the menu at the top.')}</Text>
          <PasswordInput label={t('New password')} description={t('At least {n} characters.', { n: MIN_CHARS })} autoComplete="new-password" required value={password} onChange={(e) => setPassword(e.currentTarget.value)} data-autofocus />
          <Finish busy={busy} error={error} action={t('Change')} run={() => void save()} close={() => setOpen(false)} disabled={password.length < MIN_CHARS} />
        </Stack>
      </Modal>
    </>
  );
}
