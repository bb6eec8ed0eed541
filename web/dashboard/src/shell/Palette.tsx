/** Everything by keyboard: pages, things to do, customers, segments, journeys. */
import { Group, Kbd, Modal, ScrollArea, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { api, data, includes, sessionQuery } from '@/api/client';
import { aboutQuery, journeysQuery, segmentsQuery, templatesQuery } from '@/api/queries';
import { nameOf } from '@/features/customers/name';
import { KINDS } from '@/features/insights/kinds';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { sections } from './sections';

interface Entry {
  key: string;
  group: string;
  title: string;
  hint?: string;
  to: string;
}

/** The tabs of the settings and what they are called. */
const SETTINGS: [string, string][] = [
  ['members', 'Members'],
  ['channels', 'Channels'],
  ['topics', 'Topics'],
  ['suppressions', 'Suppressions'],
  ['tokens', 'API tokens'],
  ['audit', 'Audit log'],
];

/** Documents with a page of their own. */
function named(kind: string, group: string, at: string, list: { id: string; spec: unknown }[] | undefined): Entry[] {
  return (list ?? []).map((r) => ({ key: `${kind} ${r.id}`, group, title: String((r.spec as { name?: unknown }).name ?? r.id), hint: r.id, to: `${at}/${r.id}` }));
}

export function Palette({ close }: { close: () => void }) {
  const navigate = useNavigate();
  const list = useId();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const [q] = useDebouncedValue(text.trim(), 150);
  const session = useQuery(sessionQuery);
  const about = useQuery(aboutQuery);
  const segments = useQuery(segmentsQuery);
  const journeys = useQuery(journeysQuery);
  const templates = useQuery(templatesQuery);
  const people = useQuery({
    queryKey: ['profiles', 'palette', q],
    queryFn: ({ signal }) => data(api.GET('/api/v1/profiles', { params: { query: { q, limit: 6 } }, signal })),
    enabled: q.length > 1,
  });
  const campaigns = useResources('campaign');
  const dashboards = useResources('dashboard');
  const entries = useMemo(() => {
    const pages: Entry[] = sections
      .filter((s) => !s.catcherOnly || about.data?.mail_catcher)
      .map((s) => ({ key: s.to, group: t('Go to'), title: t(s.title), to: s.to }));
    const doings: Entry[] = includes(session.data?.role, 'editor')
      ? [
          { key: 'new-segment', group: t('Do'), title: t('New segment'), to: '/segments/new' },
          { key: 'new-journey', group: t('Do'), title: t('New journey'), to: '/journeys/new' },
          { key: 'new-campaign', group: t('Do'), title: t('New campaign'), to: '/campaigns/new' },
          { key: 'new-template', group: t('Do'), title: t('New message'), to: '/content/new' },
          { key: 'import', group: t('Do'), title: t('Import a file'), to: '/data?tab=imports' },
        ]
      : [];
    const things: Entry[] = [
      ...(segments.data?.items ?? []).map((s) => ({ key: `s ${s.id}`, group: t('Segments'), title: s.name, hint: s.id, to: `/segments/${s.id}` })),
      ...(journeys.data?.items ?? []).map((j) => ({ key: `j ${j.id}`, group: t('Journeys'), title: j.name, hint: j.id, to: `/journeys/${j.id}` })),
      ...(templates.data?.items ?? []).map((x) => ({ key: `t ${x.id}`, group: t('Content'), title: x.name, hint: x.id, to: `/content/${x.id}` })),
      ...named('campaign', t('Campaigns'), '/campaigns', campaigns.data),
      ...named('dashboard', t('Dashboards'), '/dashboards', dashboards.data),
      ...KINDS.map((k) => ({ key: `r ${k.kind}`, group: t('Insights'), title: t(k.title), hint: t(k.what), to: `/insights/${k.kind}` })),
      ...SETTINGS.map(([tab, name]) => ({ key: `set ${tab}`, group: t('Settings'), title: t(name), to: `/settings?tab=${tab}` })),
      { key: 'start', group: t('Go to'), title: t('Send your first event'), to: '/start' },
    ];
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (e: Entry) => words.every((w) => `${e.title} ${e.hint ?? ''} ${e.group}`.toLowerCase().includes(w));
    const found: Entry[] = (q ? (people.data?.items ?? []) : []).map((p) => ({
      key: `c ${p.id}`,
      group: t('Customers'),
      title: nameOf(p),
      hint: p.label,
      to: `/customers/${p.id}`,
    }));
    const all = [...pages, ...doings, ...(q ? things : [])].filter(fits);
    return [...found, ...all].slice(0, 30);
  }, [q, session.data, about.data, segments.data, journeys.data, templates.data, people.data, campaigns.data, dashboards.data]);
  const at = Math.min(chosen, Math.max(0, entries.length - 1));
  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    void navigate({ href: entry.to });
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen(Math.min(at + 1, entries.length - 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(at - 1, 0));
    else if (event.key === 'Enter') go(entries[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={close} withCloseButton={false} padding="xs" size="lg" yOffset="10vh" aria-label={t('Search or do…')}>
      <Stack gap="xs">
        <TextInput
          data-autofocus
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={entries[at] ? `${list}-${at}` : undefined}
          aria-label={t('Search or do…')}
          placeholder={t('A page, a customer, a segment…')}
          leftSection={<IconSearch size={18} />}
          value={text}
          onChange={(e) => {
            setText(e.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={key}
        />
        <ScrollArea.Autosize mah="50vh">
          <div role="listbox" id={list} aria-label={t('Results')}>
            {entries.map((entry, i) => (
              <UnstyledButton
                key={entry.key}
                id={`${list}-${i}`}
                role="option"
                aria-selected={i === at}
                tabIndex={-1}
                w="100%"
                px="sm"
                py={6}
                onClick={() => go(entry)}
                onMouseMove={() => setChosen(i)}
                style={{ borderRadius: 6, ...(i === at ? { background: 'var(--mantine-color-default-hover)' } : {}) }}
              >
                <Group justify="space-between" wrap="nowrap">
                  <Text size="sm" truncate dir="auto">
                    {entry.title}
                    {entry.hint && entry.hint !== entry.title && (
                      <Text span size="xs" c="dimmed" ml={8}>
                        {entry.hint}
                      </Text>
                    )}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {entry.group}
                  </Text>
                </Group>
              </UnstyledButton>
            ))}
          </div>
          {entries.length === 0 && (
            <Text p="sm" size="sm" c="dimmed" role="status">
              {people.isFetching ? t('Loading') : t('Nothing was found.')}
            </Text>
          )}
        </ScrollArea.Autosize>
        <Text size="xs" c="dimmed">
          <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> <Kbd size="xs">Enter</Kbd>
        </Text>
      </Stack>
    </Modal>
  );
}
