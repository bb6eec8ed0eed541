/** What the built-in mail server caught. */
import { Alert, Anchor, Paper, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { t } from '@/i18n';
import { Loaded, When } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';
import { Page } from '@/ui/Page';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';

export function InboxPage() {
  const [search] = useSearchState();
  const [text, setText] = useSearchText('q');
  const q = search.q ? { q: search.q } : {};
  const list = usePages(
    ['inbox', search.q ?? ''],
    (cursor, signal) =>
      data(api.GET('/api/v1/inbox', { params: { query: { ...q, ...(cursor ? { cursor } : {}), limit: 50 } }, signal })),
    { refetchMs: 3_000 },
  );
  const columns: Column<Schemas['CaughtView']>[] = [
    { title: t('When'), cell: (m) => <When at={m.at} />, kind: 'short' },
    { title: t('To'), cell: (m) => <span className="clip">{m.to.join(', ')}</span>, wideOnly: true },
    {
      title: t('Subject'),
      cell: (m) => (
        <Anchor component={Link} to="/inbox/$id" params={{ id: String(m.id) } as never} dir="auto">
          {m.subject || t('(no subject)')}
        </Anchor>
      ),
    },
  ];
  return (
    <Page title={t('Mail catcher')} intro={t('Mail the built-in server caught. None of it left this machine.')}>
      <Find
        label={t('Find mail')}
        placeholder={t('Address or subject')}
        value={text}
        change={setText}
      />
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRows narrowed={Boolean(search.q)} clear={() => setText('')} none={t('No mail was found')} title={t('No mail yet')}>
              {t('Send a test from Content, or wait until a journey sends one.')}
            </NoRows>
          ) : (
            <DataTable caption={t('Caught mail')} columns={columns} rows={rows} id={(m) => String(m.id)} more={list.more} />
          )
        }
      </Loaded>
    </Page>
  );
}

export function MailPage() {
  const { id = '' } = useParams({ strict: false });
  const mail = useQuery({
    queryKey: ['inbox', id],
    queryFn: ({ signal }) => data(api.GET('/api/v1/inbox/{id}', { params: { path: { id } }, signal })),
  });
  return (
    <Loaded query={mail}>
      {(m) => (
        <Page title={m.subject || t('(no subject)')} crumbs={[{ title: t('Mail catcher'), to: '/inbox' }]}>
          <Alert variant="outline" color="cyan">
            {t('Links of this mail work: following one counts as the customer’s click.')}
          </Alert>
          <dl className="facts">
            {m.headers.map((h) => (
              <Header key={h.name} name={h.name} value={h.value} />
            ))}
          </dl>
          {m.has_html && (
            <iframe
              title={t('The mail')}
              src={`/api/v1/inbox/${id}/html`}
              sandbox="allow-popups allow-popups-to-escape-sandbox"
              style={{ width: '100%', height: '70vh', border: '1px solid var(--rule-line)', borderRadius: 8, background: '#fff' }}
            />
          )}
          {m.text && (
            <Paper withBorder p="md">
              <Title order={2} size="h5" mb="xs">
                {t('Text part')}
              </Title>
              <pre className="pre" dir="auto" tabIndex={0}>{m.text}</pre>
            </Paper>
          )}
        </Page>
      )}
    </Loaded>
  );
}

function Header({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="mono">{value}</dd>
    </>
  );
}
