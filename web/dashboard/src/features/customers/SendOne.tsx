import { Button, Select, Stack, Switch, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { templatesQuery } from '@/api/queries';
import { t } from '@/i18n';
import { Problem } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { FormModal } from '@/ui/FormModal';
import type { Customer } from './CustomerPage';
import { nameOf } from './name';

export function SendOne({ to, close }: { to: Customer; close: () => void }) {
  const client = useQueryClient();
  const templates = useQuery(templatesQuery);
  const [template, setTemplate] = useState<string | null>(null);
  const [transactional, setTransactional] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    try {
      await data(api.POST('/api/v1/messages', { body: { to: { profile: to.id } as never, template: template ?? '', transactional } }));
      await client.invalidateQueries({ queryKey: ['profiles', to.id] });
      notify('good', t('Handed to the delivery gate; Messages shows what becomes of it.'));
      close();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <FormModal onClose={close} title={t('Send a message to {name}', { name: nameOf(to) })}>
      <Stack>
        <Select
          label={t('Template')}
          data={(templates.data?.items ?? []).map((x) => ({ value: x.id, label: x.name }))}
          value={template}
          onChange={setTemplate}
          searchable
          nothingFoundMessage={t('No live template')}
        />
        <Switch
          label={t('They asked for it')}
          description={t('A receipt or an answer: passes consent and quiet hours, and must not advertise.')}
          checked={transactional}
          onChange={(e) => setTransactional(e.currentTarget.checked)}
        />
        <Text size="xs" c="dimmed">{t('The delivery gate has the last word: suppression, consent, quiet hours.')}</Text>
        <Problem error={error} />
        <Button disabled={!template} loading={busy} onClick={() => void send()}>
          {t('Send')}
        </Button>
      </Stack>
    </FormModal>
  );
}
