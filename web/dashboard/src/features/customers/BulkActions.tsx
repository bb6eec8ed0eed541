/** What can be done with many customers at once: one call each, and each may fail for itself. */
import { Button, Group, Progress, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { templatesQuery } from '@/api/queries';
import { t, tn } from '@/i18n';
import { notify } from '@/ui/notify';
import { FormModal } from '@/ui/FormModal';
import { parseValue } from './traits';

type Action = 'trait' | 'send' | 'export';

export function BulkActions({ ids, done }: { ids: string[]; done: () => void }) {
  const [action, setAction] = useState<Action | null>(null);
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" onClick={() => setAction('trait')}>
        {t('Set a trait')}
      </Button>
      <Button size="xs" variant="default" onClick={() => setAction('send')}>
        {t('Send a message')}
      </Button>
      <Button size="xs" variant="default" onClick={() => setAction('export')}>
        {t('Export')}
      </Button>
      <Button size="xs" variant="subtle" onClick={done}>
        {t('Choose none')}
      </Button>
      {action && <Run action={action} ids={ids} close={() => setAction(null)} done={done} />}
    </Group>
  );
}

function Run({ action, ids, close, done }: { action: Action; ids: string[]; close: () => void; done: () => void }) {
  const client = useQueryClient();
  const templates = useQuery({ ...templatesQuery, enabled: action === 'send' });
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [template, setTemplate] = useState<string | null>(null);
  const [finished, setFinished] = useState<number | null>(null);
  const running = finished !== null;
  const one = async (id: string): Promise<unknown> => {
    const path = { path: { id } };
    if (action === 'trait') {
      return data(api.PATCH('/api/v1/profiles/{id}', { params: path, body: { traits: { [name.trim()]: parseValue(value) } } }));
    }
    if (action === 'send') {
      return data(api.POST('/api/v1/messages', { body: { to: { profile: id }, template: template ?? '' } as never }));
    }
    return data(api.GET('/api/v1/profiles/{id}/export', { params: path }));
  };
  const run = async () => {
    const failed: string[] = [];
    const results: unknown[] = [];
    setFinished(0);
    for (const [i, id] of ids.entries()) {
      try {
        results.push(await one(id));
      } catch (error) {
        failed.push(error instanceof Error ? error.message : String(error));
      }
      setFinished(i + 1);
    }
    if (action === 'export') save(results);
    await client.invalidateQueries({ queryKey: ['profiles'] });
    notify(
      failed.length === 0 ? 'good' : 'bad',
      failed.length === 0
        ? tn(ids.length, 'Done for one customer', 'Done for {n} customers')
        : t('{n} of {all} failed: {why}', { n: failed.length, all: ids.length, why: failed[0] ?? '' }),
    );
    close();
    if (failed.length === 0) done();
  };
  const ready = action === 'export' || (action === 'trait' ? name.trim() !== '' : template !== null);
  const titles = { trait: t('Set a trait'), send: t('Send a message'), export: t('Export') };
  return (
    <FormModal busy={running} onClose={close} title={titles[action]}>
      <Stack>
        <Text size="sm">{tn(ids.length, 'For one customer.', 'For {n} customers.')}</Text>
        {action === 'trait' && (
          <>
            <TextInput label={t('Trait')} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
            <TextInput
              label={t('Value')}
              description={t('A number, true, false or JSON is stored as such; anything else as text. Empty removes the trait.')}
              value={value}
              onChange={(e) => setValue(e.currentTarget.value)}
            />
          </>
        )}
        {action === 'send' && (
          <Select
            label={t('Template')}
            description={t('The delivery gate still decides for each of them: consent, suppression, quiet hours.')}
            data={(templates.data?.items ?? []).map((x) => ({ value: x.id, label: x.name }))}
            value={template}
            onChange={setTemplate}
            searchable
          />
        )}
        {action === 'export' && <Text size="sm">{t('One JSON file with everything known of each of them.')}</Text>}
        {running && <Progress value={((finished ?? 0) / ids.length) * 100} aria-label={t('Progress')} />}
        <Button disabled={!ready} loading={running} onClick={() => void run()}>
          {titles[action]}
        </Button>
      </Stack>
    </FormModal>
  );
}

function save(results: unknown[]) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(results, null, 2)], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'customers.json' });
  link.click();
  URL.revokeObjectURL(url);
}
