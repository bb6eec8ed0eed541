/** Accounts: the companies customers belong to. */
import { Anchor, Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { number, t, tn } from '@/i18n';
import { Loaded, Value, When } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';
import { Page } from '@/ui/Page';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';
import { accountName } from './accountName';
import { nameOf } from './name';

type Account = Schemas['AccountView'];
type Member = Schemas['AccountMember'];

export function AccountsPage() {
  const [search] = useSearchState();
  const [text, setText] = useSearchText('q');
  const list = usePages(['accounts', search.q ?? ''], (cursor, signal) =>
    data(api.GET('/api/v1/accounts', { params: { query: { ...(search.q ? { q: search.q } : {}), ...(cursor ? { cursor } : {}), limit: 100 } as never }, signal })),
  );
  const columns: Column<Account>[] = [
    {
      title: t('Account'),
      cell: (a) => (
        <Anchor component={Link} to="/accounts/$id" params={{ id: a.id } as never} dir="auto">
          {accountName(a)}
        </Anchor>
      ),
    },
    { title: t('Members'), cell: (a) => number(a.members), kind: 'num' },
    { title: t('Last seen'), cell: (a) => <When at={a.last_seen} />, kind: 'short' },
  ];
  return (
    <Page title={t('Accounts')} crumbs={[{ title: t('Customers'), to: '/customers' }]}>
      <Find
        label={t('Find accounts')}
        placeholder={t('Name or id')}
        value={text}
        change={setText}
      />
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRows narrowed={Boolean(search.q)} clear={() => setText('')} none={t('No account was found')} title={t('No accounts yet')}>
              {t('A group call puts a customer into an account.')}
            </NoRows>
          ) : (
            <DataTable caption={t('Accounts')} columns={columns} rows={rows} id={(a) => a.id} more={list.more} />
          )
        }
      </Loaded>
    </Page>
  );
}

export function AccountPage() {
  const { id = '' } = useParams({ strict: false });
  const account = useQuery({
    queryKey: ['accounts', id, 'one'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/accounts/{id}', { params: { path: { id } }, signal })),
  });
  const [search] = useSearchState();
  const [text, setText] = useSearchText('q');
  const { q } = search;
  const members = usePages(['accounts', id, 'members', q ?? ''], (cursor, signal) =>
    data(api.GET('/api/v1/accounts/{id}/members', { params: { path: { id }, query: { ...(q ? { q } : {}), ...(cursor ? { cursor } : {}), limit: 100 } }, signal })),
  );
  const columns: Column<Member>[] = [
    {
      title: t('Customer'),
      cell: (m) => (
        <Anchor component={Link} to="/customers/$id" params={{ id: m.profile.id } as never} dir="auto">
          {nameOf(m.profile)}
        </Anchor>
      ),
    },
    { title: t('Joined'), cell: (m) => <When at={m.since} />, kind: 'short' },
  ];
  return (
    <Loaded query={account}>
      {(a) => (
        <Page
          title={accountName(a)}
          crumbs={[{ title: t('Customers'), to: '/customers' }, { title: t('Accounts'), to: '/accounts' }]}
          intro={tn(a.members, 'One member', '{n} members')}
        >
          <Paper withBorder p="md">
            <Title order={2} size="h5" mb="xs">
              {t('Traits')}
            </Title>
            <dl className="facts">
              {Object.entries(a.traits).map(([name, value]) => (
                <FactOf key={name} name={name} value={value} />
              ))}
            </dl>
          </Paper>
          {a.members > 0 && <Find label={t('Find members')} placeholder={t('Name, address or id')} value={text} change={setText} />}
          <Loaded query={members}>
            {(rows) =>
              rows.length === 0 ? (
                <NoRows narrowed={Boolean(q)} clear={() => setText('')} none={t('Nobody was found')} title={t('Nobody belongs to it now')}>
                  {t('A group call puts a customer into an account.')}
                </NoRows>
              ) : (
                <DataTable caption={t('Members')} columns={columns} rows={rows} id={(m) => m.profile.id} more={members.more} />
              )
            }
          </Loaded>
        </Page>
      )}
    </Loaded>
  );
}

function FactOf({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Value of={value} />
      </dd>
    </>
  );
}
