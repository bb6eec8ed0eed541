/** What a customer did and what was done, newest first, grouped by day. */
import { Group, SegmentedControl, Stack, Switch, Text, Title } from '@mantine/core';
import { Button, Center } from '@mantine/core';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { dateTime, day, t } from '@/i18n';
import { Empty, Loaded, Tag, Value, When } from '@/ui/bits';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Find } from '@/ui/Find';

type Event = Schemas['EventView'];

/** What Rapport itself records has this source. */
const OURS = 0;

export function Timeline({ id }: { id: string }) {
  const [search, change] = useSearchState();
  const [text, setText] = useSearchText('find', 300);
  const who = search.by ?? 'all';
  const live = search.live !== 'no';
  const events = usePages(
    ['profiles', id, 'events', search.find ?? ''],
    (cursor, signal) =>
      data(
        api.GET('/api/v1/profiles/{id}/events', {
          params: { path: { id }, query: { ...(search.find ? { q: search.find } : {}), ...(cursor ? { cursor } : {}), limit: 100 } },
          signal,
        }),
      ),
    live ? { refetchMs: 3_000 } : {},
  );
  const fits = (e: Event) => who === 'all' || (who === 'us') === (e.source === OURS);
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
          onChange={(value) => change({ by: value === 'all' ? undefined : value })}
          data={[
            { value: 'all', label: t('All') },
            { value: 'them', label: t('Theirs') },
            { value: 'us', label: t('Ours') },
          ]}
        />
        <Switch label={t('Live')} checked={live} onChange={() => change({ live: live ? 'no' : undefined })} />
      </Group>
      <Loaded query={events} rows={10}>
        {(all) => {
          const shown = all.filter(fits);
          // The filter is for what is loaded: older lines may fit it though none of these does.
          const hidden = all.length - shown.length;
          return (
            <>
              {all.length === 0 && <Empty title={t('Nothing happened here')}>{search.find ? t('Try another word or filter.') : t('What the customer does, and what is done for them, appears here.')}</Empty>}
              {hidden > 0 && (
                <Text size="sm" c="dimmed" role="status">
                  {t(who === 'us' ? '{shown} of the {n} newest lines are what Rapport did; the others are filtered out.' : '{shown} of the {n} newest lines are what the customer did; the others are filtered out.', { shown: shown.length, n: all.length })}
                </Text>
              )}
              {byDay(shown).map(([label, rows]) => (
                <section key={label} aria-label={label}>
                  <Title order={3} size="h6" c="dimmed" mb={4}>
                    {label}
                  </Title>
                  <ol className="timeline">
                    {rows.map((e) => (
                      <Line key={e.message_id} event={e} />
                    ))}
                  </ol>
                </section>
              ))}
              {events.more.has && (
                <Center>
                  <Button variant="default" loading={events.more.loading} onClick={events.more.load}>
                    {t('Show more')}
                  </Button>
                </Center>
              )}
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
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

/** The properties that say most, on the line itself. */
function gist(event: Event): string {
  const p = event.properties;
  const words = ['name', 'title', 'order_id', 'total', 'value', 'revenue', 'subject', 'segment', 'journey', 'template', 'reason', 'url', 'path']
    .filter((key) => typeof p[key] === 'string' || typeof p[key] === 'number')
    .slice(0, 2)
    .map((key) => String(p[key]));
  return words.join(' · ');
}

function Line({ event }: { event: Event }) {
  const ours = event.source === OURS;
  return (
    <li {...(ours ? { 'data-ours': true } : {})}>
      <details>
        <summary style={{ cursor: 'pointer' }}>
          <Text span fw={500} dir="auto">
            {event.event}
          </Text>{' '}
          <Text span size="sm" c="dimmed" dir="auto">
            {gist(event)}
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
