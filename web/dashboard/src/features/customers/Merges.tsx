import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { PickCustomer } from '@/features/content/PickCustomer';
import { t } from '@/i18n';
import { When } from '@/ui/bits';
import { notify, notifyError } from '@/ui/notify';
import type { Customer } from './CustomerPage';

/** The profiles that became part of this one, and joining another by hand. Both can be undone. */
export function Merges({ of, mayEdit }: { of: Customer; mayEdit: boolean }) {
  const client = useQueryClient();
  const [other, setOther] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const path = { path: { id: of.id } };
  const run = async (call: () => Promise<unknown>, said: string) => {
    setBusy(true);
    try {
      await call();
      await client.invalidateQueries({ queryKey: ['profiles'] });
      notify('good', said);
      setOther(null);
    } catch (error) {
      notifyError(error);
    } finally {
      setBusy(false);
    }
  };
  const merge = () => run(() => data(api.POST('/api/v1/profiles/{id}/merge', { params: path, body: { with: other ?? '' } })), t('Joined'));
  const undo = (from: string) => run(() => data(api.POST('/api/v1/profiles/{id}/unmerge', { params: path, body: { from } })), t('Separated'));
  if (of.merges.length === 0 && !mayEdit) return null;
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Same person')}>
      <Title order={2} size="h5" mb="xs">
        {t('Same person')}
      </Title>
      <Stack gap="xs">
        {of.merges.map((m) => (
          <Text size="sm" key={m.from} component="div">
            <span className="mono">{m.from}</span> {t('by {what}', { what: `${m.by.namespace} ${m.by.value}` })}{' '}
            <Text span size="xs" c="dimmed">
              <When at={m.at} />
            </Text>{' '}
            {mayEdit && (
              <Button size="compact-xs" variant="default" disabled={busy} onClick={() => void undo(m.from)}>
                {t('Undo')}
              </Button>
            )}
          </Text>
        ))}
        {mayEdit && (
          <details>
            <summary style={{ cursor: 'pointer' }}>{t('Join another profile')}</summary>
            <Stack gap="xs" mt="xs">
              <PickCustomer label={t('Who is the same person')} placeholder={t('Name, address or id')} value={other} onChange={setOther} except={of.id} anonymous />
              <Button size="xs" variant="default" disabled={!other} loading={busy} onClick={() => void merge()}>
                {t('Join')}
              </Button>
            </Stack>
          </details>
        )}
      </Stack>
    </Paper>
  );
}
