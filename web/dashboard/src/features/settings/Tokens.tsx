import { Alert, Button, Code, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { ago, t } from '@/i18n';
import { Empty, Loaded, Problem, Tag, When } from '@/ui/bits';
import { Confirm } from '@/ui/Confirm';
import { DataTable } from '@/ui/DataTable';
import { CopyButton } from '@/ui/CopyButton';
import { notifyError } from '@/ui/notify';
import { useCall } from '@/ui/useCall';

type Token = Schemas['TokenView'];

export function Tokens() {
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const list = usePages(['tokens'], (cursor, signal) => data(api.GET('/api/v1/tokens', { params: { query: { ...(cursor ? { cursor } : {}) } }, signal })));
  const revoke = async (id: string) => {
    try {
      await data(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }));
      await client.invalidateQueries({ queryKey: ['tokens'] });
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <Stack>
      <Button w="fit-content" onClick={() => setAdding(true)}>
        {t('Create a token')}
      </Button>
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('No API tokens')}>{t('Programs use the same API as this page, with a token instead of a password.')}</Empty>
          ) : (
            <DataTable<Token>
              caption={t('API tokens')}
              rows={rows}
              id={(x) => x.id}
              more={list.more}
              columns={[
                { title: t('Name'), cell: (x) => <b dir="auto">{x.name}</b> },
                { title: t('Begins with'), cell: (x) => <code>{x.prefix}</code>, wideOnly: true },
                { title: t('May'), cell: (x) => x.scopes.join(', ') },
                { title: t('Last used'), cell: (x) => <When at={x.last_used_at ?? null} />, kind: 'short', wideOnly: true },
                { title: t('Ends'), cell: (x) => <When at={x.expires_at ?? null} />, kind: 'short', wideOnly: true },
                {
                  title: t('Do'),
                  cell: (x) =>
                    x.revoked_at ? (
                      <Tag tone="bad">{t('revoked')}</Tag>
                    ) : (
                      <Confirm title={t('Revoke the token {name}?', { name: x.name })} text={x.last_used_at ? t('Whatever still uses it is refused from now on. It was used last {when}.', { when: ago(x.last_used_at) }) : t('Nothing has used it yet.')} action={t('Revoke')} run={() => revoke(x.id)} />
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {adding && <Add close={() => setAdding(false)} />}
    </Stack>
  );
}

function Add({ close }: { close: () => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState('read');
  const [days, setDays] = useState<string | null>('90');
  const [secret, setSecret] = useState('');
  const { busy, error, run } = useCall([['tokens']], () => {});
  const add = () =>
    run(async () => {
      const ends = days ? { expires_at: new Date(Date.now() + Number(days) * 86_400_000).toISOString() } : {};
      const made = await data(api.POST('/api/v1/tokens', { body: { name, scopes: [scope], ...ends } as never }));
      setSecret(made.secret);
    });
  return (
    <Modal opened onClose={close} title={t('Create a token')} closeOnClickOutside={!secret}>
      {secret ? (
        <Stack>
          <Alert variant="outline" color="yellow" title={t('Copy it now')}>
            {t('It is shown this once and kept only as a hash.')}
          </Alert>
          <Code block tabIndex={0}>{secret}</Code>
          <Group>
            <CopyButton value={secret} />
            <Button variant="default" onClick={close}>
              {t('Done')}
            </Button>
          </Group>
        </Stack>
      ) : (
        <Stack>
          <TextInput label={t('Name')} required value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
          <Select
            label={t('May')}
            allowDeselect={false}
            data={[
              { value: 'read', label: t('read') },
              { value: 'write', label: t('read and write') },
              { value: 'admin', label: t('everything') },
            ]}
            value={scope}
            onChange={(v) => setScope(v ?? 'read')}
          />
          <Select label={t('Ends after')} clearable placeholder={t('never')} data={['30', '90', '365'].map((d) => ({ value: d, label: t('{n} days', { n: Number(d) }) }))} value={days} onChange={setDays} />
          <Problem error={error} />
          <Button disabled={!name.trim()} loading={busy} onClick={() => void add()}>
            {t('Create')}
          </Button>
        </Stack>
      )}
    </Modal>
  );
}
