/** Addresses put on the list of suppressions: one by one, or from a list that was kept elsewhere. */
import { Alert, Button, FileInput, Group, List, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { t, tn } from '@/i18n';
import { Problem } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { Section } from '@/ui/Section';
import { useCall } from '@/ui/useCall';

/** Channels whose addresses can be written down; those of devices are forgotten by themselves. */
const ADDRESSED = ['email', 'sms', 'whatsapp', 'voice', 'telegram'];

/** The most a file may hold; what is larger is divided. */
const MAX_FILE_BYTES = 32 << 20;

function ChannelChoice({ value, onChange }: { value: string; onChange: (channel: string) => void }) {
  return <Select label={t('Channel')} w={150} allowDeselect={false} data={ADDRESSED.map((c) => ({ value: c, label: t(c) }))} value={value} onChange={(v) => v && onChange(v)} />;
}

export function SuppressOne() {
  const [channel, setChannel] = useState('email');
  const [address, setAddress] = useState('');
  const { busy, error, run } = useCall([['suppressions']], () => setAddress(''));
  const mail = channel === 'email';
  const add = () =>
    run(async () => {
      await data(api.POST('/api/v1/suppressions', { body: { channel, address: address.trim() } as never }));
      notify('good', t('Suppressed'));
    });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        void add();
      }}
    >
      <Stack gap="sm">
        <Group align="flex-end">
          <ChannelChoice value={channel} onChange={setChannel} />
          <TextInput flex={1} miw={200} label={t('Address')} type={mail ? 'email' : 'text'} placeholder={mail ? '' : channel === 'telegram' ? t('The id of a chat') : t('A number, with its country code')} value={address} onChange={(e) => setAddress(e.currentTarget.value)} />
          <Button type="submit" disabled={!address.trim()} loading={busy}>
            {t('Suppress')}
          </Button>
        </Group>
        <Problem error={error} />
      </Stack>
    </form>
  );
}

export function SuppressFile() {
  const [channel, setChannel] = useState('email');
  const [file, setFile] = useState<File | null>(null);
  const [made, setMade] = useState<Schemas['SuppressionUpload'] | null>(null);
  const { busy, error, run } = useCall([['suppressions']], () => setFile(null));
  const tooLarge = (file?.size ?? 0) > MAX_FILE_BYTES;
  const send = () =>
    run(async () => {
      setMade(null);
      const text = (await file?.text()) ?? '';
      const call = api.POST('/api/v1/suppressions/upload', {
        params: { query: { channel } },
        body: text as never,
        bodySerializer: (body) => body as unknown as string,
        headers: { 'content-type': 'text/csv' },
      });
      setMade(await data(call));
    });
  return (
    <Section title={t('From a file')}>
      <Text size="sm" c="dimmed">
        {t('A CSV file as other systems write it, with a column email, phone or address, and channel, reason and since if there are such. Addresses that are suppressed already keep their reason. At most 500,000 rows at once.')}
      </Text>
      <Group align="flex-end">
        <FileInput style={{ flex: 1, minWidth: 200 }} label={t('File')} accept=".csv,text/csv" placeholder={t('Choose a file')} clearable value={file} onChange={setFile} error={tooLarge ? t('At most 32 MB; divide it into several.') : null} />
        <ChannelChoice value={channel} onChange={setChannel} />
        <Button disabled={!file || tooLarge} loading={busy} onClick={() => void send()}>
          {t('Upload')}
        </Button>
      </Group>
      <Problem error={error} />
      {made && (
        <Alert variant="outline" color={made.rejected > 0 ? 'yellow' : 'green'} role="status" title={t('The file was read')}>
          <List size="sm">
            <List.Item>{tn(made.added, 'One address was suppressed.', '{n} addresses were suppressed.')}</List.Item>
            {made.known > 0 && <List.Item>{tn(made.known, 'One was suppressed already.', '{n} were suppressed already.')}</List.Item>}
            {made.rejected > 0 && <List.Item>{tn(made.rejected, 'One row has no effect:', '{n} rows have no effect:')}</List.Item>}
            {made.problems.map((p) => (
              <List.Item key={p.line}>{t('line {n}: {why}', { n: p.line, why: p.detail })}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Section>
  );
}
