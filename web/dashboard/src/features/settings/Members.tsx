import { Button, Group, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { type InfiniteData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { usePages } from '@/api/paged';
import { t } from '@/i18n';
import { Loaded, Problem, Tag, When } from '@/ui/bits';
import { Confirm } from '@/ui/Confirm';
import { DataTable } from '@/ui/DataTable';
import { useCall } from '@/ui/useCall';
import { useOptimistic } from '@/ui/useOptimistic';
import { ResetPassword } from './ResetPassword';
import { FormModal } from '@/ui/FormModal';

type Member = Schemas['MemberView'];

const ROLES = ['viewer', 'editor', 'admin', 'owner'];

export function Members() {
  const session = useQuery(sessionQuery);
  const admin = includes(session.data?.role, 'admin');
  const [adding, setAdding] = useState(false);
  const list = usePages(['members'], (cursor, signal) => data(api.GET('/api/v1/members', { params: { query: { ...(cursor ? { cursor } : {}) } }, signal })));
  const { run } = useOptimistic<InfiniteData<{ items: Member[] }>>(['members']);
  const update = (id: string, body: Schemas['MemberPatch']) =>
    run(
      (before) => ({ ...before, pages: before.pages.map((page) => ({ ...page, items: page.items.map((m) => (m.id === id ? { ...m, role: body.role ?? m.role, disabled: body.disabled ?? m.disabled } : m)) })) }),
      () => data(api.PATCH('/api/v1/members/{id}', { params: { path: { id } }, body })),
      t('Done'),
    );
  return (
    <Stack>
      {admin && (
        <Button w="fit-content" onClick={() => setAdding(true)}>
          {t('Add a member')}
        </Button>
      )}
      <Loaded query={list}>
        {(rows) => (
          <DataTable<Member>
            caption={t('Members')}
            rows={rows}
            id={(m) => m.id}
            more={list.more}
            columns={[
              { title: t('Member'), cell: (m) => <b dir="auto">{m.name || m.email}</b> },
              { title: t('E-mail address'), cell: (m) => m.email, wideOnly: true },
              {
                title: t('Role'),
                cell: (m) =>
                  admin && m.email !== session.data?.actor ? (
                    <Select size="xs" w={120} aria-label={t('Role of {name}', { name: m.email })} allowDeselect={false} data={ROLES.map((r) => ({ value: r, label: t(r) }))} value={m.role} onChange={(role) => role && void update(m.id, { role })} />
                  ) : (
                    t(m.role)
                  ),
              },
              { title: t('State'), cell: (m) => (m.disabled ? <Tag tone="bad">{t('refused')}</Tag> : <Tag tone="good">{t('may sign in')}</Tag>), wideOnly: true },
              { title: t('Since'), cell: (m) => <When at={m.created_at} />, kind: 'short', wideOnly: true },
              {
                title: t('Do'),
                cell: (m) =>
                  admin && m.email !== session.data?.actor ? (
                    <Group gap={6}>
                    <ResetPassword of={m} />
                    {m.disabled ? (
                      <Button size="compact-xs" variant="default" onClick={() => void update(m.id, { disabled: false })}>
                        {t('Let in again')}
                      </Button>
                    ) : (
                      <Confirm title={t('Refuse {name}?', { name: m.name || m.email })} text={t('They can sign in no more, and their session ends now.')} action={t('Refuse')} run={() => update(m.id, { disabled: true })} />
                    )}
                    </Group>
                  ) : null,
              },
            ]}
          />
        )}
      </Loaded>
      {adding && <Add close={() => setAdding(false)} />}
    </Stack>
  );
}

function Add({ close }: { close: () => void }) {
  const [body, setBody] = useState({ email: '', name: '', role: 'editor', password: '' });
  const { busy, error, run } = useCall([['members']], close);
  const set = (part: Partial<typeof body>) => setBody((b) => ({ ...b, ...part }));
  const add = () => run(() => data(api.POST('/api/v1/members', { body })));
  return (
    <FormModal onClose={close} title={t('Add a member')}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void add();
        }}
      >
        <Stack>
          <TextInput label={t('E-mail address')} type="email" required value={body.email} onChange={(e) => set({ email: e.currentTarget.value })} data-autofocus />
          <TextInput label={t('Name')} value={body.name} onChange={(e) => set({ name: e.currentTarget.value })} />
          <Select
            label={t('Role')}
            description={t('Viewers read, editors change content and customers, admins also members, keys and channels.')}
            allowDeselect={false}
            data={ROLES.map((r) => ({ value: r, label: t(r) }))}
            value={body.role}
            onChange={(role) => set({ role: role ?? 'viewer' })}
          />
          <PasswordInput label={t('First password')} description={t('Tell it them yourself; nothing is mailed.')} required autoComplete="new-password" value={body.password} onChange={(e) => set({ password: e.currentTarget.value })} />
          <Problem error={error} />
          <Button type="submit" loading={busy}>
            {t('Add')}
          </Button>
        </Stack>
      </form>
    </FormModal>
  );
}
