import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { includes, type Schemas, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { Empty, Loaded, Status } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { DocumentModal } from './DocumentModal';

/** What customers can leave or join without leaving everything. */
export function Topics() {
  const session = useQuery(sessionQuery);
  const list = useResources('topic');
  const [open, setOpen] = useState<string | null>(null);
  const mayEdit = includes(session.data?.role, 'editor');
  return (
    <Stack>
      {mayEdit && (
        <Button w="fit-content" onClick={() => setOpen('new')}>
          {t('Add a topic')}
        </Button>
      )}
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('No topics yet')}>{t('Topics are what people see in the preference centre: a newsletter, offers, news.')}</Empty>
          ) : (
            <DataTable<Schemas['ResourceView']>
              caption={t('Topics')}
              rows={rows}
              id={(r) => r.id}
              columns={[
                { title: t('Topic'), cell: (r) => <b dir="auto">{String(r.spec.name ?? r.id)}</b> },
                { title: t('Description'), cell: (r) => String(r.spec.description ?? ''), wideOnly: true },
                { title: t('Without a word of theirs'), cell: (r) => (r.spec.default === 'opt_in' ? t('they do not get it') : t('they get it')) },
                { title: t('Confirmed by a link'), cell: (r) => (r.spec.double_opt_in ? t('yes') : ''), wideOnly: true },
                { title: t('Status'), cell: (r) => <Status of={r.live_version ? 'live' : r.status} /> },
                {
                  title: t('Do'),
                  cell: (r) =>
                    mayEdit && (
                      <Button size="compact-xs" variant="default" onClick={() => setOpen(r.id)}>
                        {t('Edit')}
                      </Button>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {open && <DocumentModal kind="topic" id={open} title={open === 'new' ? t('Add a topic') : open} initial={{ name: '' }} close={() => setOpen(null)} />}
    </Stack>
  );
}
