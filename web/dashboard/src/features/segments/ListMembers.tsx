/** Who is on a list: added one by one, from a file, and taken off again. */
import { Alert, Button, FileInput, Group, List, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { PickCustomer } from '@/features/content/PickCustomer';
import { t, tn } from '@/i18n';
import { Problem } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';

type Change = Schemas['ListChange'];

/** Puts customers on a list or takes them off, by id. */
export function changeList(list: string, change: { add?: string[]; remove?: string[] }): Promise<Change> {
  const named = (ids: string[] | undefined) => (ids ?? []).map((profile) => ({ profile }));
  const body = { add: named(change.add), remove: named(change.remove) };
  return data(api.POST('/api/v1/segments/{id}/members', { params: { path: { id: list } }, body }));
}

export function ListTools({ id }: { id: string }) {
  return (
    <Stack mb="md">
      <AddOne id={id} />
      <AddFile id={id} />
    </Stack>
  );
}

function AddOne({ id }: { id: string }) {
  const [who, setWho] = useState<string | null>(null);
  const { busy, error, run } = useCall([['segments', id], ['segments']], () => setWho(null));
  const add = () =>
    run(async () => {
      const made = await changeList(id, { add: who ? [who] : [] });
      notify('good', made.added > 0 ? t('Added') : t('They were on it already.'));
    });
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Add a customer')}>
      <Group align="flex-end">
        <div style={{ flex: 1, minWidth: 200 }}>
          <PickCustomer label={t('Add a customer')} placeholder={t('Name, address or id')} value={who} onChange={setWho} />
        </div>
        <Button disabled={!who} loading={busy} onClick={() => void add()}>
          {t('Add')}
        </Button>
      </Group>
      <Problem error={error} />
    </Paper>
  );
}

/** The most a file may hold; what is larger is divided. */
const MAX_FILE_BYTES = 32 << 20;

function AddFile({ id }: { id: string }) {
  const [file, setFile] = useState<File | null>(null);
  const [remove, setRemove] = useState(false);
  const [made, setMade] = useState<Change | null>(null);
  const { busy, error, run } = useCall([['segments', id], ['segments']], () => setFile(null));
  const tooLarge = (file?.size ?? 0) > MAX_FILE_BYTES;
  const send = () =>
    run(async () => {
      setMade(null);
      const text = (await file?.text()) ?? '';
      const call = api.POST('/api/v1/segments/{id}/upload', {
        params: { path: { id }, query: { remove } },
        body: text as never,
        bodySerializer: (body) => body as unknown as string,
        headers: { 'content-type': 'text/csv' },
      });
      setMade(await data(call));
    });
  return (
    <Paper withBorder p="md" component="section" aria-label={t('From a file')}>
      <Title order={2} size="h5" mb="xs">
        {t('From a file')}
      </Title>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('A CSV file whose header says what each column holds: user_id, email or profile. Of a row the first that finds somebody counts. Only customers who are known here are taken, at most 500,000 rows at once.')}
        </Text>
        <Group align="flex-end">
          <FileInput
            style={{ flex: 1, minWidth: 200 }}
            label={t('File')}
            accept=".csv,text/csv"
            placeholder={t('Choose a file')}
            clearable
            value={file}
            onChange={setFile}
            error={tooLarge ? t('At most 32 MB; divide it into several.') : null}
          />
          <SegmentedControl
            aria-label={t('What to do with them')}
            value={remove ? 'remove' : 'add'}
            onChange={(v) => setRemove(v === 'remove')}
            data={[
              { value: 'add', label: t('Add them') },
              { value: 'remove', label: t('Take them off') },
            ]}
          />
          <Button disabled={!file || tooLarge} loading={busy} onClick={() => void send()}>
            {t('Upload')}
          </Button>
        </Group>
        <Problem error={error} />
        {made && <Result of={made} />}
      </Stack>
    </Paper>
  );
}

/** What came of a file, and whom nobody knows. */
function Result({ of }: { of: Change }) {
  return (
    <Alert variant="outline" color={of.unknown > 0 ? 'yellow' : 'green'} role="status" title={t('The file was read')}>
      <List size="sm">
        <List.Item>{tn(of.added, 'One customer was added.', '{n} customers were added.')}</List.Item>
        <List.Item>{tn(of.removed, 'One customer was taken off.', '{n} customers were taken off.')}</List.Item>
        {of.unknown > 0 && (
          <List.Item>
            {tn(of.unknown, 'One identifier belongs to nobody:', '{n} identifiers belong to nobody:')} <code>{of.unknown_sample.join(', ')}</code>
          </List.Item>
        )}
      </List>
    </Alert>
  );
}
