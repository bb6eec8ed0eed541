import { Group, Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { t } from '@/i18n';
import { Loaded, Value, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';
import { Period } from '@/ui/Period';
import { periodOf } from '@/ui/period';
import { useSearchState, useSearchText } from '@/ui/useSearchState';

/** What can be asked for by the beginning of an action's name. */
const ACTIONS: Record<string, { title: string }> = {
  'resource.': { title: 'Documents' },
  'profile.': { title: 'Customers' },
  'member.': { title: 'Members' },
  'session.': { title: 'Signing in' },
  'token.': { title: 'API tokens' },
  'key.': { title: 'Write keys' },
  'import.': { title: 'Imports' },
};

/** Who did what, newest first. */
export function Audit() {
  const [search, change] = useSearchState();
  const [text, setText] = useSearchText('q');
  const { q, actor, action, from, to } = search;
  const members = useQuery({ queryKey: ['members', 'addresses'], queryFn: ({ signal }) => data(api.GET('/api/v1/members', { params: { query: { limit: 500 } }, signal })) });
  const list = usePages(['audit', q ?? '', actor ?? '', action ?? '', from ?? '', to ?? ''], (cursor, signal) =>
    data(
      api.GET('/api/v1/audit', {
        params: {
          query: {
            ...(q ? { q } : {}),
            ...(actor ? { actor } : {}),
            ...(action ? { action } : {}),
            ...periodOf(search),
            ...(cursor ? { cursor } : {}),
            limit: 100,
          },
        },
        signal,
      }),
    ),
  );
  const narrowed = [q, actor, action, from, to].some(Boolean);
  const clear = () => {
    setText('');
    change({ q: undefined, actor: undefined, action: undefined, from: undefined, to: undefined });
  };
  const actors = (members.data?.items ?? []).map((m) => ({ value: m.email, label: m.name || m.email }));
  return (
    <Stack>
      <Group align="flex-end">
        <Find flex={1} miw={200} label={t('Find in the audit log')} placeholder={t('Who, what, or a part of it')} value={text} change={setText} />
        <Select aria-label={t('Who')} placeholder={t('Everybody')} clearable searchable w={180} data={actor && !actors.some((a) => a.value === actor) ? [...actors, actor] : actors} value={actor ?? null} onChange={(v) => change({ actor: v ?? undefined })} />
        <Select aria-label={t('What')} placeholder={t('Everything')} clearable w={170} data={Object.entries(ACTIONS).map(([value, of]) => ({ value, label: t(of.title) }))} value={action ?? null} onChange={(v) => change({ action: v ?? undefined })} />
        <Period from={from} to={to} change={change} />
      </Group>
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRows narrowed={narrowed} clear={clear} title={t('Nothing was done yet')}>
              {t('Whatever members and programs change is noted here, with who did it and when.')}
            </NoRows>
          ) : (
            <DataTable<Schemas['AuditView']>
              caption={t('Audit log')}
              rows={rows}
              id={(a) => a.id}
              more={list.more}
              columns={[
                { title: t('When'), cell: (a) => <When at={a.at} />, kind: 'short' },
                { title: t('Who'), cell: (a) => <span className="clip">{a.actor}</span> },
                { title: t('What'), cell: (a) => a.action, kind: 'short' },
                { title: t('On'), cell: (a) => a.object, wideOnly: true },
                { title: t('More'), cell: (a) => (Object.keys(a.detail).length > 0 ? <Value of={a.detail} /> : ''), wideOnly: true },
              ]}
            />
          )
        }
      </Loaded>
    </Stack>
  );
}
