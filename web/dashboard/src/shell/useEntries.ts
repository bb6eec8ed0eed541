/** What the palette offers: pages, things to do, and what the server finds of customers, accounts and documents. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, data, includes, sessionQuery } from '@/api/client';
import { aboutQuery } from '@/api/queries';
import { accountName } from '@/features/customers/accountName';
import { nameOf } from '@/features/customers/name';
import { KINDS } from '@/features/insights/kinds';
import { t } from '@/i18n';
import { type Entry, entriesOf, fits } from './found';
import { sections } from './sections';

/** How many of each there are. */
const CUSTOMERS = 6;
const ACCOUNTS = 4;
const DOCUMENTS = 20;
const SHOWN = 30;

/** The tabs of the settings and what they are called. */
const SETTINGS: [string, string][] = [
  ['members', 'Members'],
  ['channels', 'Channels'],
  ['topics', 'Topics'],
  ['suppressions', 'Suppressions'],
  ['tokens', 'API tokens'],
  ['audit', 'Audit log'],
];

/** The entries that fit what was typed, whether more may come, and what is said where the server could not be asked. */
export function useEntries(q: string): { entries: Entry[]; isSearching: boolean; error: unknown } {
  const session = useQuery(sessionQuery);
  const about = useQuery(aboutQuery);
  const people = useQuery({
    queryKey: ['profiles', 'palette', q],
    queryFn: ({ signal }) => data(api.GET('/api/v1/profiles', { params: { query: { q, limit: CUSTOMERS } }, signal })),
    enabled: q.length > 1,
  });
  const accounts = useQuery({
    queryKey: ['accounts', 'palette', q],
    queryFn: ({ signal }) => data(api.GET('/api/v1/accounts', { params: { query: { q, limit: ACCOUNTS } as never }, signal })),
    enabled: q.length > 1,
  });
  const documents = useQuery({
    queryKey: ['resources', 'palette', q],
    queryFn: ({ signal }) => data(api.GET('/api/v1/search', { params: { query: { q, limit: DOCUMENTS } }, signal })),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
  const pages: Entry[] = sections.filter((s) => !s.catcherOnly || about.data?.mail_catcher).map((s) => ({ key: s.to, group: t('Go to'), title: t(s.title), to: s.to }));
  const doings: Entry[] = includes(session.data?.role, 'editor')
    ? [
        { key: 'new-segment', group: t('Do'), title: t('New segment'), to: '/segments/new' },
        { key: 'new-journey', group: t('Do'), title: t('New journey'), to: '/journeys/new' },
        { key: 'new-campaign', group: t('Do'), title: t('New campaign'), to: '/campaigns/new' },
        { key: 'new-template', group: t('Do'), title: t('New message'), to: '/content/new' },
        { key: 'import', group: t('Do'), title: t('Import a file'), to: '/data?tab=imports' },
      ]
    : [];
  const rest: Entry[] = [
    ...KINDS.map((k) => ({ key: `r ${k.kind}`, group: t('Insights'), title: t(k.title), hint: t(k.what), to: `/insights/${k.kind}` })),
    ...SETTINGS.map(([tab, name]) => ({ key: `set ${tab}`, group: t('Settings'), title: t(name), to: `/settings?tab=${tab}` })),
    { key: 'start', group: t('Go to'), title: t('Send your first event'), to: '/start' },
  ];
  const customers: Entry[] = (q ? (people.data?.items ?? []) : []).map((p) => ({ key: `c ${p.id}`, group: t('Customers'), title: nameOf(p), hint: p.label, to: `/customers/${p.id}` }));
  const firms: Entry[] = (q ? (accounts.data?.items ?? []) : []).map((a) => ({ key: `a ${a.id}`, group: t('Accounts'), title: accountName(a), hint: a.id, to: `/accounts/${encodeURIComponent(a.id)}` }));
  // What was found for less than is typed now stays until the answer is there, as far as it fits.
  const found = q ? entriesOf(documents.data?.items ?? [], t).filter((e) => !documents.isPlaceholderData || fits(e, q)) : [];
  const known = [...pages, ...doings].filter((e) => fits(e, q));
  const further = q ? rest.filter((e) => fits(e, q)) : [];
  return {
    entries: [...customers, ...known, ...found, ...firms, ...further].slice(0, SHOWN),
    isSearching: people.isFetching || accounts.isFetching || documents.isFetching,
    error: documents.error ?? people.error ?? accounts.error,
  };
}
