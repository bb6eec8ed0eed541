/** What was archived, of every kind, and the way back. */
import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { includes, type Schemas, sessionQuery } from '@/api/client';
import { aboutQuery } from '@/api/queries';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { Loaded, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';
import { notifyError } from '@/ui/notify';
import { Page } from '@/ui/Page';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { restore } from './restore';

type Row = Schemas['ResourceView'];

export function ArchivePage() {
  const [search, change] = useSearchState();
  const [text, setText] = useSearchText('q');
  const about = useQuery(aboutQuery);
  const kinds = about.data?.kinds ?? [];
  const kind = search.kind ?? 'segment';
  return (
    <Page title={t('Archive')} intro={t('What has no effect any more. Every version is kept and can be brought back.')}>
      <Group>
        <Select
          aria-label={t('Kind')}
          w={220}
          allowDeselect={false}
          searchable
          data={kinds.map((k) => ({ value: k, label: k.replaceAll('_', ' ') }))}
          value={kind}
          onChange={(v) => change({ kind: v ?? undefined })}
        />
        <Find flex={1} miw={180} label={t('Find in the archive')} placeholder={t('Name, id or a part of it')} value={text} change={setText} />
      </Group>
      <Archived key={kind} kind={kind} q={search.q} clear={() => setText('')} />
    </Page>
  );
}

function Archived({ kind, q, clear }: { kind: string; q: string | undefined; clear: () => void }) {
  const session = useQuery(sessionQuery);
  const list = useResources(kind, q, 'archived');
  const [busy, setBusy] = useState<string | null>(null);
  const mayEdit = includes(session.data?.role, 'editor');
  const back = async (of: Row) => {
    setBusy(of.id);
    try {
      await restore(kind, of);
    } catch (error) {
      notifyError(error);
    } finally {
      setBusy(null);
    }
  };
  return (
    <Stack>
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRows narrowed={Boolean(q)} clear={clear} title={t('Nothing of this kind is archived')}>
              {t('A document is archived from the menu beside its buttons. It then leaves the lists and stays here.')}
            </NoRows>
          ) : (
            <DataTable<Row>
              caption={t('Archive')}
              rows={rows}
              id={(r) => r.id}
              more={list.more}
              columns={[
                {
                  title: t('Name'),
                  cell: (r) => (
                    <>
                      <b dir="auto">{String(r.spec.name ?? r.id)}</b>
                      <Text size="xs" c="dimmed">
                        {r.id} · {t('version {n}', { n: r.version })}
                      </Text>
                    </>
                  ),
                },
                { title: t('Changed'), cell: (r) => <When at={r.created_at} />, kind: 'short', wideOnly: true },
                {
                  title: t('Do'),
                  cell: (r) =>
                    mayEdit ? (
                      <Button size="compact-sm" variant="default" loading={busy === r.id} aria-label={t('Restore {name}', { name: String(r.spec.name ?? r.id) })} onClick={() => void back(r)}>
                        {t('Restore')}
                      </Button>
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
