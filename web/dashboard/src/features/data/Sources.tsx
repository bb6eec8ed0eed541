/** Where events come from: sources with their write keys, and how to send with them. */
import { Button, Card, Code, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { sourcesQuery } from '@/api/queries';
import { t } from '@/i18n';
import { slugOf } from '@/resources/useResource';
import { Empty, Loaded, Problem, Tag, When } from '@/ui/bits';
import { Confirm } from '@/ui/Confirm';
import { notify, notifyError } from '@/ui/notify';
import { FormModal } from '@/ui/FormModal';
import { type Once, useCall } from '@/ui/useCall';
import { Snippets } from './Snippets';
import { Waiting } from './Waiting';

type Source = Schemas['SourceView'];

export function Sources() {
  const session = useQuery(sessionQuery);
  const sources = useQuery(sourcesQuery);
  const mayManage = includes(session.data?.role, 'admin');
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  return (
    <Stack>
      {mayManage && (
        <Button w="fit-content" onClick={() => setAdding(true)}>
          {t('Add a source')}
        </Button>
      )}
      <Loaded query={sources}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={t('No sources yet')}>{t('A source is a site, an app or a server that sends events with a key of its own.')}</Empty>
          ) : (
            <>
              {page.items.map((s) => (
                <SourceCard key={s.slug} source={s} mayManage={mayManage} shown={shown === s.slug} show={(yes) => setShown(yes ? s.slug : null)} />
              ))}
            </>
          )
        }
      </Loaded>
      {adding && <AddSource close={() => setAdding(false)} />}
    </Stack>
  );
}

function SourceCard({ source, mayManage, shown, show }: { source: Source; mayManage: boolean; shown: boolean; show: (yes: boolean) => void }) {
  const active = source.keys.filter((k) => !k.revoked_at);
  const { busy, run: once } = useCall([['sources']], () => {});
  const run = (call: (once: Once) => Promise<unknown>, said: string) =>
    once(async (once) => {
      await call(once).then(() => notify('good', said), (problem: unknown) => {
        notifyError(problem);
        throw problem;
      });
    });
  return (
    <Card withBorder>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} size="h5" dir="auto">
            {source.name || source.slug}
          </Title>
          <Text size="sm" c="dimmed">
            {source.kind} {source.disabled && <Tag tone="bad">{t('switched off')}</Tag>}
          </Text>
        </div>
        <Group gap="xs">
          <Button size="xs" variant="default" aria-expanded={shown} onClick={() => show(!shown)}>
            {t('How to send')}
          </Button>
          {mayManage && (
            <>
              <Button size="xs" variant="default" loading={busy} onClick={() => void run((once) => data(api.POST('/api/v1/keys', { params: once({ source: source.slug }), body: { source: source.slug } })), t('A key was added'))}>
                {t('Add a key')}
              </Button>
              <Button
                size="xs"
                variant="default"
                onClick={() =>
                  void run(() => data(api.PATCH('/api/v1/sources/{slug}', { params: { path: { slug: source.slug } }, body: { disabled: !source.disabled } as never })), t('Done'))
                }
              >
                {source.disabled ? t('Switch on') : t('Switch off')}
              </Button>
            </>
          )}
        </Group>
      </Group>
      <Stack gap={4} mt="xs">
        {source.keys.map((k) => (
          <Group key={k.key} gap="xs">
            <Code>{k.key}</Code>
            {k.revoked_at ? (
              <Text size="xs" c="dimmed">
                {t('revoked')} <When at={k.revoked_at} />
              </Text>
            ) : (
              mayManage && (
                <Confirm
                  title={t('Revoke this key?')}
                  text={t('Whatever still sends with it is refused from now on.')}
                  action={t('Revoke')}
                  run={() => run(() => data(api.DELETE('/api/v1/keys/{key}', { params: { path: { key: k.key } } })), t('Revoked'))}
                />
              )
            )}
          </Group>
        ))}
      </Stack>
      {shown && active[0] && (
        <Stack mt="md">
          <Snippets writeKey={active[0].key} />
          <Waiting source={source.id} />
        </Stack>
      )}
    </Card>
  );
}

const KINDS = ['website', 'app', 'server'];

function AddSource({ close }: { close: () => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState('website');
  const { busy, error, run } = useCall([['sources']], close);
  const add = () =>
    run((once) => {
      const body = { slug: slugOf(name), name, kind } as never;
      return data(api.POST('/api/v1/sources', { params: once(body), body }));
    });
  return (
    <FormModal onClose={close} title={t('Add a source')}>
      <Stack>
        <TextInput label={t('Name')} required value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
        <Select label={t('Kind')} allowDeselect={false} data={KINDS.map((k) => ({ value: k, label: t(k) }))} value={kind} onChange={(v) => setKind(v ?? 'website')} />
        <Problem error={error} />
        <Button disabled={!slugOf(name)} loading={busy} onClick={() => void add()}>
          {t('Add')}
        </Button>
      </Stack>
    </FormModal>
  );
}
