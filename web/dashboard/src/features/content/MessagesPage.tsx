/** Every message that was decided, and what became of it. */
import { Group, Select, SimpleGrid } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, data, includes, sessionQuery } from '@/api/client';
import { CHANNELS } from '@/api/channels';
import { usePages } from '@/api/paged';
import { number, t, tn } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { PickSender } from '@/resources/PickSender';
import { Figure, Loaded } from '@/ui/bits';
import { Confirm } from '@/ui/Confirm';
import { notify, notifyError } from '@/ui/notify';
import { Page } from '@/ui/Page';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';
import { Period } from '@/ui/Period';
import { periodOf } from '@/ui/period';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { MessageTable } from './MessageTable';

/** Messages that one call tries again. */
const MOST_AGAIN = 500;

const STATUSES = ['pending', 'queued', 'deferred', 'sent', 'skipped', 'failed'];

/** What messages are narrowed by in the address, but for where they are. */
const FILTERS = ['q', 'template', 'journey', 'channel'] as const;

export function MessagesPage() {
  const [search, change] = useSearchState();
  const [text, setText] = useSearchText('q');
  const { status } = search;
  const of = { ...Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : []))), ...periodOf(search) };
  const counts = useQuery({
    queryKey: ['messages', 'counts', of],
    queryFn: ({ signal }) => data(api.GET('/api/v1/messages/counts', { params: { query: of }, signal })),
    placeholderData: (before) => before,
    refetchInterval: 5_000,
  });
  const list = usePages(
    ['messages', status ?? '', of],
    (cursor, signal) => data(api.GET('/api/v1/messages', { params: { query: { ...of, ...(status ? { status } : {}), ...(cursor ? { cursor } : {}), limit: 50 } }, signal })),
    { refetchMs: 5_000, newest: (m) => m.id },
  );
  const narrowed = status !== undefined || Object.keys(of).length > 0;
  const clear = () => {
    setText('');
    change({ q: undefined, status: undefined, template: undefined, journey: undefined, channel: undefined, from: undefined, to: undefined });
  };
  const mayEdit = includes(useQuery(sessionQuery).data?.role, 'editor');
  const client = useQueryClient();
  const again = async () => {
    try {
      const { messages } = await data(api.POST('/api/v1/messages/replay', { body: of }));
      await client.invalidateQueries({ queryKey: ['messages'] });
      notify('good', tn(messages, 'One message is in the queue again.', '{n} messages are in the queue again.'));
    } catch (error) {
      notifyError(error);
    }
  };
  const failed = counts.data?.failed ?? 0;
  const leads = (name: string, n: number, to: string) => (
    <button type="button" className="number-button" aria-pressed={status === to} aria-label={`${name}: ${number(n)}`} onClick={() => change({ status: status === to ? undefined : to })}>
      {number(n)}
    </button>
  );
  return (
    <Page title={t('Messages')} intro={t('Every message that was decided, what became of it, and why it was not sent if it was not.')}>
      {counts.data && (
        <SimpleGrid cols={{ base: 2, sm: 4 }}>
          <Figure name={t('Under way')} value={leads(t('Under way'), counts.data.pending, 'pending')} />
          <Figure name={t('Sent')} value={leads(t('Sent'), counts.data.sent, 'sent')} />
          <Figure name={t('Skipped')} value={leads(t('Skipped'), counts.data.skipped, 'skipped')} />
          <Figure name={t('Failed')} value={leads(t('Failed'), failed, 'failed')} />
        </SimpleGrid>
      )}
      <Group align="flex-end">
        <Find flex={1} miw={200} label={t('Find messages')} placeholder={t('Subject, template, journey or id')} value={text} change={setText} />
        <PickDocument kind="template" aria-label={t('Message')} placeholder={t('Every message')} clearable w={200} value={search.template ?? ''} change={(id) => change({ template: id || undefined })} />
        <PickSender aria-label={t('Journey or campaign')} placeholder={t('Every journey and campaign')} clearable w={250} value={search.journey ?? ''} change={(id) => change({ journey: id || undefined })} />
        <Select aria-label={t('Channel')} placeholder={t('Every channel')} clearable w={160} data={channels(search.channel)} value={search.channel ?? null} onChange={(v) => change({ channel: v ?? undefined })} />
        <Select
          aria-label={t('Status')}
          placeholder={t('Every status')}
          clearable
          w={170}
          data={STATUSES.map((s) => ({ value: s, label: t(s) }))}
          value={status ?? null}
          onChange={(value) => change({ status: value ?? undefined })}
        />
        <Period from={search.from} to={search.to} change={change} />
        {status === 'failed' && mayEdit && (list.data?.length ?? 0) > 0 && (
          <Confirm
            size="sm"
            title={t('Try all of them again?')}
            text={`${tn(Math.min(failed, MOST_AGAIN), 'One message that was given up goes into the queue again.', '{n} messages that were given up go into the queue again.')} ${failed > MOST_AGAIN ? `${t('There are {n}; they go in portions.', { n: number(failed) })} ` : ''}${t('Mend what was wrong first; consent and caps are asked again.')}`}
            action={t('Try all again')}
            run={again}
          />
        )}
      </Group>
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRows narrowed={narrowed} clear={clear} none={t('No message was found')} title={t('No messages here')}>
              {t('Journeys, campaigns and people send; every decision is listed here.')}
            </NoRows>
          ) : (
            <MessageTable rows={rows} more={list.more} whose />
          )
        }
      </Loaded>
    </Page>
  );
}

/** The channels there are, and one the address names all the same. */
const channels = (chosen: string | undefined) => [...new Set([...CHANNELS, ...(chosen ? [chosen] : [])])].map((c) => ({ value: c, label: t(c) }));
