/** Domains that mail is sent from: the records to publish, and whether they can sign. */
import { Alert, Button, Card, Group, Modal, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { Empty, Loaded, Tag } from '@/ui/bits';
import { Copied } from '@/ui/Copied';
import { Finish } from '@/ui/Finish';
import { DnsCheck } from './DnsCheck';
import { notify } from '@/ui/notify';
import { lineOf } from '@/ui/said';
import { useCall } from '@/ui/useCall';

type Domain = Schemas['DomainView'];

export function Domains() {
  const session = useQuery(sessionQuery);
  const admin = includes(session.data?.role, 'admin');
  const live = useQuery({ queryKey: ['domains'], queryFn: ({ signal }) => data(api.GET('/api/v1/domains', { signal })) });
  const documents = useResources('domain');
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Domain | null>(null);
  const begin = admin && (
    <Button w="fit-content" onClick={() => setAdding(true)}>
      {t('Add a sending domain')}
    </Button>
  );
  const signing = new Set((live.data?.items ?? []).map((d) => d.id));
  const drafts = (documents.data ?? []).filter((r) => !signing.has(r.id));
  return (
    <Stack>
      {made && (
        <Alert variant="outline" color="cyan" title={t('Publish these records in the DNS of {domain}, then publish the domain here', { domain: made.domain })}>
          <Records of={made} />
        </Alert>
      )}
      <Loaded query={live}>
        {(page) =>
          page.items.length + drafts.length === 0 ? (
            <Empty title={t('No sending domain yet')} action={begin}>
              {t('Mail that is signed with your domain (DKIM) arrives more surely. Rapport makes the keys; you publish two records in the DNS.')}
            </Empty>
          ) : (
            <>
              {begin}
              {page.items.map((d) => (
                <Card withBorder key={d.id}>
                  <Title order={2} size="h5">
                    {d.domain} {d.problem ? <Tag tone="bad">{t('cannot sign')}</Tag> : <Tag tone="good">{t('signs')}</Tag>}
                  </Title>
                  {d.problem && (
                    <Text size="sm" c="var(--mantine-color-error)">
                      {d.problem}
                    </Text>
                  )}
                  <Records of={d} />
                  <DnsCheck id={d.id} />
                </Card>
              ))}
              {drafts.map((r) => (
                <Draft key={r.id} id={r.id} domain={String(r.spec.domain ?? r.id)} version={r.version} admin={admin} />
              ))}
            </>
          )
        }
      </Loaded>
      {adding && (
        <Add
          close={() => setAdding(false)}
          made={(d, published) => setMade(published ? null : d)}
        />
      )}
    </Stack>
  );
}

function Records({ of }: { of: Domain }) {
  return (
    <Stack gap="sm" mt="xs">
      {of.records.map((r) => (
        <div key={`${r.name} ${r.purpose}`}>
          <Text size="sm" c="dimmed">
            {r.kind} · {r.purpose}
          </Text>
          <Copied name={t('Name')} value={r.name} />
          <Copied name={t('Value')} value={r.value} />
        </div>
      ))}
    </Stack>
  );
}

/** A domain that does not sign yet. */
function Draft({ id, domain, version, admin }: { id: string; domain: string; version: number; admin: boolean }) {
  const { busy, error, run } = useCall([['domains'], ['resources', 'domain']], () => notify('good', t('Mail from {domain} is signed from now on.', { domain })));
  return (
    <Card withBorder>
      <Group justify="space-between">
        <Title order={2} size="h5">
          {domain} <Tag tone="info">{t('does not sign yet')}</Tag>
        </Title>
        {admin && (
          <Button size="xs" loading={busy} onClick={() => void run(() => data(api.POST('/api/v1/resources/{kind}/{id}/publish', { params: { path: { kind: 'domain', id } }, body: { version, confirm: true } })))}>
            {t('Its records are in the DNS: sign')}
          </Button>
        )}
      </Group>
      {error ? <Text size="sm" c="var(--mantine-color-error)" role="alert">{lineOf(error)}</Text> : null}
      <DnsCheck id={id} />
    </Card>
  );
}

function Add({ close, made }: { close: () => void; made: (of: Domain, published: boolean) => void }) {
  const [domain, setDomain] = useState('');
  const [bounce, setBounce] = useState('');
  const [publish, setPublish] = useState(false);
  const { busy, error, run } = useCall([['domains'], ['resources', 'domain']], close);
  const add = () =>
    run(async () => {
      const body = { domain: domain.trim(), publish, ...(bounce.trim() ? { bounce_domain: bounce.trim() } : {}) };
      made(await data(api.POST('/api/v1/domains', { body })), publish);
    });
  return (
    <Modal opened onClose={close} title={t('Add a sending domain')}>
      <Stack>
        <TextInput label={t('Domain')} description={t('What stands after the @ of your senders.')} required placeholder="example.com" value={domain} onChange={(e) => setDomain(e.currentTarget.value)} data-autofocus />
        <TextInput label={t('Domain for bounces')} description={t('Where refusals come back to; empty: they stay unread.')} placeholder="bounce.example.com" value={bounce} onChange={(e) => setBounce(e.currentTarget.value)} />
        <Switch label={t('Sign at once')} description={t('Only when its records are in the DNS already.')} checked={publish} onChange={(e) => setPublish(e.currentTarget.checked)} />
        <Finish busy={busy} error={error} action={t('Make its keys')} run={() => void add()} close={close} disabled={!domain.includes('.')} />
      </Stack>
    </Modal>
  );
}
