/** How a customer's consent came about: every change with what proves it, the newest first. */
import type { ReactNode } from 'react';
import { Anchor, Group, Stack, Text } from '@mantine/core';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { t } from '@/i18n';
import { Loaded, When } from '@/ui/bits';
import { NoRows } from '@/ui/NoRows';
import { type Column, DataTable } from '@/ui/DataTable';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Find } from '@/ui/Find';
import { ConsentTag } from './Consents';

type Change = Schemas['ConsentChangeView'];

export function ConsentHistory({ id }: { id: string }) {
  const [search] = useSearchState();
  const [text, setText] = useSearchText('proof', 300);
  const list = usePages(['profiles', id, 'consents', search.proof ?? ''], (cursor, signal) =>
    data(
      api.GET('/api/v1/profiles/{id}/consents/history', {
        params: { path: { id }, query: { ...(search.proof ? { q: search.proof } : {}), ...(cursor ? { cursor } : {}), limit: 50 } },
        signal,
      }),
    ),
  );
  return (
    <Stack>
      <Group>
        <Find
          flex={1}
          miw={180}
          label={t('Find in the consent history')}
          placeholder={t('Topic, source, address, words shown')}
          value={text}
          change={setText}
        />
        <Anchor href={`/api/v1/profiles/${id}/consents/history?format=csv`} download={`${id}-consents.csv`} size="sm">
          {t('Download as CSV')}
        </Anchor>
      </Group>
      <Loaded query={list}>
        {(rows) =>
          rows.length > 0 ? (
            <DataTable<Change> caption={t('Consent history')} rows={rows} id={(r) => r.id} more={list.more} columns={columns()} />
          ) : (
            <NoRows narrowed={Boolean(search.proof)} clear={() => setText('')} none={t('No change of consent matches')} title={t('They have stated nothing yet')}>
              {t('Every consent and withdrawal is kept here: when, where, by whom, and what they were shown.')}
            </NoRows>
          )
        }
      </Loaded>
    </Stack>
  );
}

const columns = (): Column<Change>[] => [
  { title: t('When'), cell: (r: Change) => <When at={r.at} /> },
  {
    title: t('What'),
    cell: (r: Change) => (
      <>
        {r.channel}
        {r.topic ? ` · ${r.topic_name ?? r.topic}` : ''} <ConsentTag status={r.status} />
        {r.topic_version != null && <Small>{t('version {n} of the topic', { n: r.topic_version })}</Small>}
        {r.wording && (
          <Text size="sm" fs="italic" dir="auto">
            “{r.wording}”
          </Text>
        )}
      </>
    ),
  },
  {
    title: t('Where'),
    cell: (r: Change) => (
      <>
        {r.source}
        {r.by && <Small>{t('by {who}', { who: r.by })}</Small>}
        {r.collected_by && <Small>{t('source {name}', { name: r.collected_by })}</Small>}
        {r.page && <Small>{r.page}</Small>}
        {r.message_id && <Small>{t('message {id}', { id: r.message_id })}</Small>}
      </>
    ),
  },
  {
    title: t('From'),
    cell: (r: Change) => (
      <>
        <span className="mono">{r.address}</span>
        {r.ip && <Small>{r.ip}</Small>}
        {r.user_agent && <Small>{r.user_agent}</Small>}
      </>
    ),
    wideOnly: true,
  },
];

function Small({ children }: { children: ReactNode }) {
  return (
    <Text size="xs" c="dimmed" dir="auto" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  );
}
