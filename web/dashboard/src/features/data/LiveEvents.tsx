/** What happens now, over all customers: each event with what it carried, and what was refused between them. */
import { Anchor, Group, Select, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { usePages } from '@/api/paged';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { sourcesQuery } from '@/api/queries';
import { nameOf } from '@/features/customers/name';
import { t } from '@/i18n';
import { Empty, Loaded, Tag, When } from '@/ui/bits';
import { Copied } from '@/ui/Copied';
import { Find } from '@/ui/Find';
import { More } from '@/ui/More';
import { saidOfRefusal } from '@/ui/said';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { interleaved, type Item } from './feed';

/** Events of the feed that are shown with what they carried. */
const SHOWN = 100;

/** Tells an event of the feed from others. */
const idOf = (e: Schemas['FeedEvent']) => `${e.recorded?.message_id ?? ''} ${e.timestamp} ${e.profile.id} ${e.event}`;

export function LiveEvents() {
  const [search, change] = useSearchState();
  const [text, setText] = useSearchText('q');
  const running = search.live !== 'no';
  const what = search.what ?? 'all';
  const sources = useQuery(sourcesQuery).data?.items ?? [];
  const source = search.source && /^\d+$/.test(search.source) ? search.source : null;
  const narrowed = { ...(search.q ? { q: search.q } : {}), ...(source ? { source: Number(source) } : {}) };
  const feed = usePages(
    ['events', 'feed', 'details', narrowed],
    (cursor, signal) => data(api.GET('/api/v1/events', { params: { query: { ...narrowed, ...(cursor ? { cursor } : {}), limit: SHOWN, details: true } }, signal })),
    { ...(running ? { refetchMs: 2_000 } : {}), newest: idOf },
  );
  const refused = useQuery({
    queryKey: ['quality', 'feed', narrowed],
    queryFn: ({ signal }) => data(api.GET('/api/v1/data-quality', { params: { query: { ...narrowed, limit: 50 } }, signal })),
    refetchInterval: running ? 2_000 : false,
  });
  return (
    <Stack>
      <Group>
        <Find flex={1} miw={180} label={t('Find events')} placeholder={t('Part of an event’s name')} value={text} change={setText} />
        <Select
          aria-label={t('Source')}
          placeholder={t('Every source')}
          clearable
          w={180}
          data={[{ value: '0', label: 'Rapport' }, ...sources.map((s) => ({ value: String(s.id), label: s.name || s.slug }))]}
          value={source}
          onChange={(v) => change({ source: v ?? undefined })}
        />
        <Select
          aria-label={t('What to show')}
          allowDeselect={false}
          w={230}
          data={[
            { value: 'all', label: t('Accepted and refused') },
            { value: 'accepted', label: t('Accepted ones') },
            { value: 'refused', label: t('Refused ones') },
          ]}
          value={what}
          onChange={(v) => change({ what: v === 'all' ? undefined : (v ?? undefined) })}
        />
        <Switch label={t('Live')} checked={running} onChange={() => change({ live: running ? 'no' : undefined })} />
      </Group>
      <Loaded query={feed}>
        {(events) => {
          const items = interleaved(events, refused.data?.items ?? [], { what, source });
          if (items.length === 0) {
            return search.q || source || what !== 'all' ? (
              <Empty title={t('Nothing fits')}>{t('Try another word or filter.')}</Empty>
            ) : (
              <Empty title={t('No events in the last seven days')}>
                <Anchor component={Link} to="/start">
                  {t('Send your first event')}
                </Anchor>
              </Empty>
            );
          }
          return (
            <>
              <ol className="timeline" aria-label={t('Live events')}>
                {items.map((item) => (
                  <Line key={item.key} of={item} source={sources.find((s) => String(s.id) === item.source)} />
                ))}
              </ol>
              {what !== 'refused' && <More of={feed.more} />}
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

/** One event; it can be opened, and stays open while others come. */
function Line({ of, source }: { of: Item; source: Schemas['SourceView'] | undefined }) {
  const [open, setOpen] = useState(false);
  const from = of.source === '0' ? 'Rapport' : (source?.name || source?.slug || of.source);
  const keys = source?.keys.filter((k) => !k.revoked_at).map((k) => k.key) ?? [];
  return (
    <li>
      <details open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
        <summary style={{ cursor: 'pointer' }}>
          {of.refused && <Tag tone="bad">{t('refused')}</Tag>} <b dir="auto">{of.name}</b>{' '}
          <Text span size="sm" dir="auto">
            {of.profile ? nameOf(of.profile) : of.refused && saidOfRefusal(of.refused)}
          </Text>{' '}
          <Text span size="xs" c="dimmed">
            <When at={of.at} /> {from}
          </Text>
        </summary>
        {open && (
          <Stack gap="xs" mt="xs">
            {of.profile && (
              <Anchor size="sm" component={Link} to="/customers/$id" params={{ id: of.profile.id } as never}>
                {t('The customer')}
              </Anchor>
            )}
            {of.refused && <Text size="sm">{saidOfRefusal(of.refused)}</Text>}
            {keys.length > 0 && (
              <Text size="xs" c="dimmed">
                {t('Source {name}, with the key {keys}', { name: from ?? '', keys: keys.join(', ') })}
              </Text>
            )}
            {of.json ? <Copied name={of.refused ? t('Its beginning, addresses masked') : t('As it was recorded')} value={of.json} /> : <Text size="sm" c="dimmed">{t('It is no longer there.')}</Text>}
          </Stack>
        )}
      </details>
    </li>
  );
}
