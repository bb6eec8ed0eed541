import { Alert, Button, Card, Group, List, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { channelsQuery } from '@/api/queries';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { Empty, Loaded, Problem, Status } from '@/ui/bits';
import { Copied } from '@/ui/Copied';
import { More } from '@/ui/More';
import { DocumentModal } from './DocumentModal';

/** Ways out: each with what is wrong with it, a form, and a button that tries it. */
export function Channels() {
  const session = useQuery(sessionQuery);
  const admin = includes(session.data?.role, 'admin');
  const live = useQuery(channelsQuery);
  const list = useResources('channel');
  const [open, setOpen] = useState<string | null>(null);
  const [testing, setTesting] = useState<string | null>(null);
  return (
    <Stack>
      {admin && (
        <Button w="fit-content" onClick={() => setOpen('new')}>
          {t('Add a channel')}
        </Button>
      )}
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('No channels yet')}>{t('A channel is a way out: a mail server, a provider of text messages, push. Nothing can be sent without one.')}</Empty>
          ) : (
            <>
              {rows.map((r) => {
                const problem = live.data?.items.find((c) => c.id === r.id)?.problem;
                return (
                  <Card withBorder key={r.id}>
                    <Group justify="space-between">
                      <div>
                        <Title order={2} size="h5">
                          {r.id} <Status of={r.live_version ? 'live' : r.status} />
                        </Title>
                        <Text size="sm" c="dimmed">
                          {[r.spec.kind, r.spec.host, (r.spec.from as { email?: string } | undefined)?.email].filter((x) => typeof x === 'string').join(' · ')}
                        </Text>
                      </div>
                      <Group gap="xs">
                        {admin && (
                          <Button size="xs" variant="default" onClick={() => setTesting(r.id)}>
                            {t('Try it')}
                          </Button>
                        )}
                        <Button size="xs" variant="default" onClick={() => setOpen(r.id)}>
                          {includes(session.data?.role, 'editor') ? t('Edit') : t('Look at it')}
                        </Button>
                      </Group>
                    </Group>
                    <Addresses of={live.data?.items.find((c) => c.id === r.id)} />
                    {problem && (
                      <Alert variant="outline" color="red" mt="xs">
                        {problem}
                      </Alert>
                    )}
                  </Card>
                );
              })}
              <More of={list.more} />
            </>
          )
        }
      </Loaded>
      {open && (
        <DocumentModal
          key={open}
          kind="channel"
          id={open}
          title={open === 'new' ? t('Add a channel') : open}
          initial={{ kind: 'smtp', host: '', from: { email: '' } }}
          close={() => setOpen(null)}
          look={setOpen}
        />
      )}
      {testing && <Trial id={testing} close={() => setTesting(null)} />}
    </Stack>
  );
}

/** Where its provider is to call. */
function Addresses({ of }: { of: Schemas['ChannelView'] | undefined }) {
  if (!of?.inbound_url && !of?.receipts_url) return null;
  return (
    <Stack gap={6} mt="xs">
      {of.inbound_url && <Copied name={t('Address for messages from customers')} value={of.inbound_url} hint={t('Enter it at the provider; answers then appear with the customer, and STOP is obeyed.')} />}
      {of.receipts_url && <Copied name={t('Address for receipts')} value={of.receipts_url} hint={t('Enter it at the provider; it then tells what was delivered, refused or complained about.')} />}
    </Stack>
  );
}

function Trial({ id, close }: { id: string; close: () => void }) {
  const session = useQuery(sessionQuery);
  const [to, setTo] = useState(session.data?.actor ?? '');
  const [result, setResult] = useState<Schemas['TrialView'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setError(null);
    setResult(null);
    try {
      setResult(await data(api.POST('/api/v1/channels/{id}/test', { params: { path: { id } }, body: to.trim() ? { to: to.trim() } : {} })));
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={close} title={t('Try {name}', { name: id })}>
      <Stack>
        <TextInput label={t('To')} description={t('A member’s address; empty only connects.')} value={to} onChange={(e) => setTo(e.currentTarget.value)} data-autofocus />
        <Button loading={busy} onClick={() => void run()}>
          {t('Try it')}
        </Button>
        <Problem error={error} />
        {result && (
          <Alert variant="outline" color={result.ok ? 'green' : 'red'} role="status" title={result.ok ? t('It works') : t('It does not work')}>
            <List size="sm">
              {result.done.map((line) => (
                <List.Item key={line}>{line}</List.Item>
              ))}
            </List>
            {result.problem && <Text size="sm">{result.problem}</Text>}
          </Alert>
        )}
      </Stack>
    </Modal>
  );
}
