import { Modal, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { onSignedOut } from '@/api/client';
import { SignInForm } from '@/features/session/SignInForm';
import { t } from '@/i18n';

/** Asks for the password over the page when a session ended, so that nothing entered is lost. */
export function SignInAgain() {
  const client = useQueryClient();
  const [needed, setNeeded] = useState(false);
  useEffect(() => onSignedOut(() => setNeeded(true)), []);
  return (
    <Modal opened={needed} zIndex={1000} onClose={() => setNeeded(false)} title={t('Your session has ended')} closeOnClickOutside={false}>
      <Text size="sm" mb="md">
        {t('Sign in again; the page stays as it is.')}
      </Text>
      <SignInForm
        done={() => {
          setNeeded(false);
          void client.invalidateQueries();
        }}
      />
    </Modal>
  );
}
