import { Button, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { GateSays } from '@/features/messages/GateSays';
import { t } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { Problem } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import { FormModal } from '@/ui/FormModal';
import type { Customer } from './CustomerPage';
import { nameOf } from './name';

export function SendOne({ to, close }: { to: Customer; close: () => void }) {
  const [template, setTemplate] = useState('');
  const [transactional, setTransactional] = useState(false);
  const asked = useQuery({
    queryKey: ['messages', 'check', to.id, template, transactional],
    queryFn: ({ signal }) => data(api.POST('/api/v1/messages/check', { body: { to: { profile: to.id }, template, transactional }, signal })),
    enabled: template !== '',
    staleTime: 0,
  });
  const { busy, error, run } = useCall([['profiles', to.id]], close);
  const send = () =>
    run(async (once) => {
      const body = { to: { profile: to.id } as never, template, transactional };
      await data(api.POST('/api/v1/messages', { params: once(body), body }));
      notify('good', t('Handed to the delivery gate; Messages shows what becomes of it.'));
    });
  return (
    <FormModal onClose={close} title={t('Send a message to {name}', { name: nameOf(to) })}>
      <Stack>
        <PickDocument kind="template" status="live" label={t('Template')} value={template} change={setTemplate} nothingFoundMessage={t('No live template')} />
        <Switch
          label={t('They asked for it')}
          description={t('A receipt or an answer: passes consent and quiet hours, and must not advertise.')}
          checked={transactional}
          onChange={(e) => setTransactional(e.currentTarget.checked)}
        />
        {asked.data && <GateSays said={asked.data} />}
        <Text size="xs" c="dimmed">{t('The delivery gate has the last word: suppression, consent, quiet hours.')}</Text>
        <Problem error={error ?? asked.error} />
        <Button disabled={!template || asked.data?.decision === 'skip'} loading={busy} onClick={() => void send()}>
          {t('Send')}
        </Button>
      </Stack>
    </FormModal>
  );
}
