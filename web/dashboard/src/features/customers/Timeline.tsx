/** What a customer did and what was done, newest first, grouped by day. */
import { Button, FocusTrap, Group, Popover, SegmentedControl, Select, Stack, Switch, Text, Title } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { catalogueQuery, sourcesQuery } from '@/api/queries';
import { dateTime, day, t } from '@/i18n';
import { type Kind, type Namer, ofJourney, useNamer } from '@/resources/names';
import { Loaded, Tag, Value, When } from '@/ui/bits';
import { REASONS } from '../messages/reasons';
import { NoRows } from '@/ui/NoRows';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Chips } from '@/ui/Chips';
import { Find } from '@/ui/Find';
import { More } from '@/ui/More';
import { Period } from '@/ui/Period';
import { periodOf, startOf } from '@/ui/period';

type Event = Schemas['EventView'];

/** What Rapport itself records has this source. */
const OURS = 0;

export function Timeline({ id }: { id: string }) {
  const [search, change] = useSearchState();
  const [text, setText] = useSearchText('find', 300);
  const named = useNamer();
  const who = search.by ?? 'all';
  const live = search.live !== 'no';
  const source = search.source && /^\d+$/.test(search.source) ? search.source : undefined;
  const narrowed = {
    ...(search.find ? { q: search.find } : {}),
    ...(who === 'us' ? { source: OURS } : source ? { source: Number(source) } : {}),
    ...(who === 'them' ? { theirs: true } : {}),
    ...(search.event ? { event: search.event } : {}),
    ...periodOf(search),
  };
  const events = usePages(
    ['profiles', id, 'events', narrowed],
    (cursor, signal) =>
      data(
        api.GET('/api/v1/profiles/{id}/events', {
          params: { path: { id }, query: { ...narrowed, ...(cursor ? { cursor } : {}), limit: 100 } },
          signal,
        }),
      ),
    { ...(live ? { refetchMs: 3_000 } : {}), newest: (e) => e.message_id },
  );
  const clear = () => {
    setText('');
    change({ find: undefined, by: undefined, source: undefined, event: undefined, from: undefined, to: undefined });
  };
  return (
    <Stack>
      <Group>
        <Find
          flex={1}
          miw={180}
          label={t('Find in the story')}
          placeholder={t('Event or property')}
          value={text}
          change={setText}
        />
        <SegmentedControl
          aria-label={t('Whose doing')}
          value={who}
          onChange={(value) => change({ by: value === 'all' ? undefined : value, source: undefined })}
          data={[
            { value: 'all', label: t('All') },
            { value: 'them', label: t('Theirs') },
            { value: 'us', label: t('Ours') },
          ]}
        />
        <Filters />
        <Switch label={t('Live')} checked={live} onChange={() => change({ live: live ? 'no' : undefined })} />
      </Group>
      <Chosen />
      <Loaded query={events} rows={10}>
        {(all) => (
          <>
            {all.length === 0 && (
              <NoRows narrowed={Object.keys(narrowed).length > 0} clear={clear} title={t('Nothing happened here')}>
                {t('What the customer does, and what is done for them, appears here.')}
              </NoRows>
            )}
            {byDay(all).map(([label, rows]) => (
              <section key={label} aria-label={label}>
                <Title order={3} size="h6" c="dimmed" mb={4}>
                  {label}
                </Title>
                <ol className="timeline">
                  {rows.map((e) => (
                    <Line key={e.message_id} event={e} named={named} />
                  ))}
                </ol>
              </section>
            ))}
            <More of={events.more} />
          </>
        )}
      </Loaded>
    </Stack>
  );
}

/** What the story can be narrowed by beside its text. */
function Filters() {
  const [search, change] = useSearchState();
  const catalogue = useQuery(catalogueQuery);
  const sources = useQuery(sourcesQuery).data?.items ?? [];
  const names = new Set([...(catalogue.data?.events ?? []).map((e) => e.name), ...(search.event ? [search.event] : [])]);
  return (
    <Popover position="bottom-end" width={300} trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconFilter size={16} />}>
          {t('Filter')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <FocusTrap.InitialFocus />
        <Stack gap="sm">
          <Select label={t('Event')} placeholder={t('Every event')} clearable searchable limit={100} comboboxProps={{ withinPortal: false }} data={[...names]} value={search.event ?? null} onChange={(v) => change({ event: v ?? undefined })} />
          <Select
            label={t('Source')}
            placeholder={t('Every source')}
            clearable
            comboboxProps={{ withinPortal: false }}
            data={sources.map((s) => ({ value: String(s.id), label: s.name || s.slug }))}
            value={search.source ?? null}
            onChange={(v) => change({ source: v ?? undefined, by: undefined })}
          />
          <Group grow>
            <Period from={search.from} to={search.to} change={change} width="auto" />
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The filters that are on, as the address has them. */
function Chosen() {
  const [search, change] = useSearchState();
  const sources = useQuery(sourcesQuery).data?.items ?? [];
  const source = sources.find((s) => String(s.id) === search.source);
  const chips: [string, string | undefined, (value: string) => string][] = [
    ['event', search.event, (name) => t('Event: {name}', { name })],
    ['source', search.source, (id) => t('Source: {name}', { name: source?.name || source?.slug || id })],
    ['from', startOf(search.from), (at) => t('From {day}', { day: day(at) })],
    ['to', startOf(search.to), (at) => t('Until {day}', { day: day(at) })],
  ];
  return <Chips of={chips.flatMap(([name, value, say]) => (value ? [{ text: say(value), remove: () => change({ [name]: undefined }) }] : []))} />;
}

function byDay(events: Event[]): [string, Event[]][] {
  const days = new Map<string, Event[]>();
  for (const event of events) {
    const label = day(event.timestamp);
    const rows = days.get(label);
    if (rows) rows.push(event);
    else days.set(label, [event]);
  }
  return [...days];
}

/** Properties that name documents. */
const NAMED: Record<string, Kind> = { segment: 'segment', journey: 'journey', template: 'template' };

/** The properties that say most, on the line itself; documents by their names. */
function gist(event: Event, named: Namer): string {
  const p = event.properties;
  const say = (key: string): string => {
    const text = String(p[key]);
    if (key === 'reason' && event.source === OURS && REASONS[text]) return t(REASONS[text].title);
    const of = event.source === OURS ? NAMED[key] : undefined;
    if (!of) return text;
    const { kind, id } = of === 'journey' ? ofJourney(text) : { kind: of, id: text };
    return named(kind, id);
  };
  const words = ['name', 'title', 'order_id', 'total', 'value', 'revenue', 'subject', 'segment', 'journey', 'template', 'reason', 'url', 'path']
    .filter((key) => typeof p[key] === 'string' || typeof p[key] === 'number')
    .slice(0, 2)
    .map(say);
  return words.join(' · ');
}

function Line({ event, named }: { event: Event; named: Namer }) {
  const ours = event.source === OURS;
  return (
    <li {...(ours ? { 'data-ours': true } : {})}>
      <details>
        <summary style={{ cursor: 'pointer' }}>
          <Text span fw={500} dir="auto">
            {event.event}
          </Text>{' '}
          <Text span size="sm" c="dimmed" dir="auto">
            {gist(event, named)}
          </Text>{' '}
          {event.historical && <Tag>{t('imported')}</Tag>}{' '}
          <Text span size="xs" c="dimmed">
            <When at={event.timestamp} />
          </Text>
        </summary>
        <dl className="facts" style={{ marginTop: 8 }}>
          {Object.entries(event.properties).map(([name, value]) => (
            <PairOf key={name} name={name} value={value} />
          ))}
          <dt>{t('happened')}</dt>
          <dd>{dateTime(event.timestamp)}</dd>
          <dt>{t('arrived')}</dt>
          <dd>{dateTime(event.received_at)}</dd>
          <dt>messageId</dt>
          <dd className="mono">{event.message_id}</dd>
          {Object.keys(event.context).length > 0 && <PairOf name={t('context')} value={event.context} />}
        </dl>
      </details>
    </li>
  );
}

function PairOf({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Value of={value} />
      </dd>
    </>
  );
}
