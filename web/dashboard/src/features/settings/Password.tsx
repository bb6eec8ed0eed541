/** A member's own password: the present one, and a new one twice. */
import { Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { changePassword } from '@/api/client';
import { t } from '@/i18n';
import { Finish } from '@/ui/Finish';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';

/** The shortest password, characters. */
export const MIN_CHARS = 10;

export function Password({ close }: { close: () => void }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const { busy, error, run } = useCall([], () => {
    notify('good', t('Your password is changed; other sessions of yours ended.'));
    close();
  });
  const differs = again !== '' && again !== password;
  const save = () => run(() => changePassword(current, password));
  return (
    <Modal opened onClose={close} title={t('Change your password')}>
      <Stack>
        <PasswordInput label={t('Present password')} autoComplete="current-password" required value={current} onChange={(e) => setCurrent(e.currentTarget.value)} data-autofocus />
        <PasswordInput label={t('New password')} description={t('At least {n} characters.', { n: MIN_CHARS })} autoComplete="new-password" required value={password} onChange={(e) => setPassword(e.currentTarget.value)} />
        <PasswordInput label={t('Once more')} autoComplete="new-password" required value={again} onChange={(e) => setAgain(e.currentTarget.value)} error={differs ? t('The two are not the same.') : null} />
        <Text size="xs" c="dimmed">
          {t('Sessions of yours elsewhere end; this one goes on.')}
        </Text>
        <Finish busy={busy} error={error} action={t('Change')} run={() => void save()} close={close} disabled={!current || password.length < MIN_CHARS || again !== password} />
      </Stack>
    </Modal>
  );
}
