import { Anchor, Group, Select, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CHANNELS } from '@/api/channels';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { usePages } from '@/api/paged';
import { t } from '@/i18n';
import { Loaded, When } from '@/ui/bits';
import { Confirm } from '@/ui/Confirm';
import { DataTable } from '@/ui/DataTable';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';
import { notify, notifyError } from '@/ui/notify';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { SuppressFile, SuppressOne } from './SuppressionTools';

/** Addresses nothing is sent to, whoever asks. */
export function Suppressions() {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const [search, change] = useSearchState();
  const [text, setText] = useSearchText('q');
  const { q, channel } = search;
  const list = usePages(['suppressions', q ?? '', channel ?? ''], (cursor, signal) =>
    data(api.GET('/api/v1/suppressions', { params: { query: { ...(q ? { q } : {}), ...(channel ? { channel } : {}), ...(cursor ? { cursor } : {}), limit: 100 } }, signal })),
  );
  const clear = () => {
    setText('');
    change({ q: undefined, channel: undefined });
  };
  const run = async (call: () => Promise<unknown>, said: string) => {
    try {
      await call();
      await client.invalidateQueries({ queryKey: ['suppressions'] });
      notify('good', said);
    } catch (error) {
      notifyError(error);
    }
  };
  const narrowed = new URLSearchParams({ ...(q ? { q } : {}), ...(channel ? { channel } : {}) }).toString();
  return (
    <Stack>
      {includes(session.data?.role, 'editor') && (
        <>
          <SuppressOne />
          <SuppressFile />
        </>
      )}
      <Group>
        <Find flex={1} miw={200} label={t('Find suppressions')} placeholder={t('Address or reason')} value={text} change={setText} />
        <Select aria-label={t('Channel')} placeholder={t('Every channel')} clearable w={180} data={CHANNELS.map((c) => ({ value: c, label: t(c) }))} value={channel ?? null} onChange={(v) => change({ channel: v ?? undefined })} />
        <Anchor size="sm" href={`/api/v1/suppressions/export${narrowed ? `?${narrowed}` : ''}`} download="suppressions.csv">
          {t('Download as CSV')}
        </Anchor>
      </Group>
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRows narrowed={Boolean(q || channel)} clear={clear} title={t('Nobody is suppressed')}>
              {t('Hard bounces, complaints and unsubscribes from everything land here by themselves.')}
            </NoRows>
          ) : (
            <DataTable<Schemas['SuppressionView']>
              caption={t('Suppressions')}
              rows={rows}
              id={(s) => `${s.channel} ${s.address ?? s.at}`}
              more={list.more}
              columns={[
                { title: t('Address'), cell: (s) => s.address ?? t('erased') },
                { title: t('Channel'), cell: (s) => t(s.channel), wideOnly: true },
                { title: t('Reason'), cell: (s) => s.reason },
                { title: t('Since'), cell: (s) => <When at={s.at} />, kind: 'short', wideOnly: true },
                {
                  title: t('Do'),
                  cell: (s) =>
                    includes(session.data?.role, 'admin') && s.address ? (
                      <Confirm
                        title={t('Lift the suppression of {address}?', { address: s.address })}
                        text={t('Messages by {channel} can reach the address again. Only do this if its owner wants it.', { channel: t(s.channel) })}
                        action={t('Lift')}
                        run={() => run(() => data(api.DELETE('/api/v1/suppressions/{channel}/{address}', { params: { path: { channel: s.channel, address: s.address ?? '' } } })), t('Lifted'))}
                      />
                    ) : null,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Stack>
  );
}
