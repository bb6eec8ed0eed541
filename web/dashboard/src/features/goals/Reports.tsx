/** Reports that members get by mail: when the next one leaves, what left, and one at once. */
import { Button, Drawer, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas, sessionQuery } from '@/api/client';
import { usePages } from '@/api/paged';
import { Documents } from '@/features/settings/Documents';
import { t } from '@/i18n';
import { Empty, Loaded, Status, When } from '@/ui/bits';
import { MailFrame } from '@/ui/MailFrame';
import { notify, notifyError } from '@/ui/notify';

export function Reports() {
  const session = useQuery(sessionQuery);
  const live = useQuery({ queryKey: ['reports'], queryFn: ({ signal }) => data(api.GET('/api/v1/reports', { signal })), refetchInterval: 10_000 });
  const [shown, setShown] = useState<{ id: string; part: 'preview' | 'runs' } | null>(null);
  const found = new Map((live.data?.items ?? []).map((r) => [r.id, r]));
  const send = async (id: string) => {
    try {
      await data(api.POST('/api/v1/reports/{id}/run', { params: { path: { id } }, body: {} }));
      notify('good', t('The report is on its way.'));
      setShown({ id, part: 'runs' });
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <Stack>
      <Documents
        kind="report"
        caption={t('Reports by mail')}
        add={t('New report by mail')}
        initial={{ name: '', dashboard: '', schedule: { every: 'week', at: '08:00' }, recipients: session.data ? [session.data.actor] : [] }}
        empty={{ title: t('No report comes by mail yet'), text: t('A dashboard or some saved reports, each Monday morning in the mailbox of those who want them, with the tables as files.') }}
        columns={[
          { title: t('Next'), cell: (r) => <When at={found.get(r.id)?.next_due} />, kind: 'short', wideOnly: true },
          {
            title: t('Last'),
            cell: (r) => {
              const last = found.get(r.id)?.last_run;
              return last ? (
                <>
                  <Status of={last.state} /> <When at={last.started_at} />
                </>
              ) : (
                '–'
              );
            },
            wideOnly: true,
          },
          { title: t('To'), cell: (r) => (r.spec.recipients as string[] | undefined)?.join(', ') ?? '', wideOnly: true },
        ]}
        actions={(r, mayEdit) => (
          <>
            <Button size="compact-xs" variant="default" onClick={() => setShown({ id: r.id, part: 'preview' })}>
              {t('Preview')}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => setShown({ id: r.id, part: 'runs' })}>
              {t('What was sent')}
            </Button>
            {mayEdit && (
              <Button size="compact-xs" variant="default" onClick={() => void send(r.id)}>
                {t('Send now')}
              </Button>
            )}
          </>
        )}
      />
      <Drawer opened={shown !== null} onClose={() => setShown(null)} position="right" size="xl" title={shown?.part === 'runs' ? t('What was sent') : t('Preview')}>
        {shown?.part === 'preview' && <Preview id={shown.id} />}
        {shown?.part === 'runs' && <Runs id={shown.id} />}
      </Drawer>
    </Stack>
  );
}

function Preview({ id }: { id: string }) {
  const mail = useQuery({ queryKey: ['reports', id, 'preview'], queryFn: ({ signal }) => data(api.GET('/api/v1/reports/{id}/preview', { params: { path: { id } }, signal })), retry: false });
  return (
    <Loaded query={mail}>
      {(m) => (
        <Stack>
          <b>{m.subject}</b>
          <MailFrame html={m.html} title={m.subject} width="100%" />
          {m.files.map((f) => (
            <Text size="xs" key={f.name}>
              {f.name}
            </Text>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

function Runs({ id }: { id: string }) {
  const list = usePages(['reports', id, 'runs'], (cursor, signal) => data(api.GET('/api/v1/reports/{id}/runs', { params: { path: { id }, query: { ...(cursor ? { cursor } : {}), limit: 20 } }, signal })), { refetchMs: 2_000 });
  return (
    <Loaded query={list}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={t('Nothing was sent yet')}>{t('It leaves by its schedule once it is published, or at once with Send now.')}</Empty>
        ) : (
          <ol className="timeline" aria-label={t('What was sent')}>
            {rows.map((run) => (
              <Run key={run.id} of={run} />
            ))}
          </ol>
        )
      }
    </Loaded>
  );
}

function Run({ of }: { of: Schemas['ReportRunView'] }) {
  return (
    <li>
      <Text size="sm">
        <Status of={of.state} /> <When at={of.started_at} /> {of.asked_by && t('asked for by {who}', { who: of.asked_by })}
      </Text>
      {of.error && <Text size="xs">{of.error}</Text>}
      {of.mails.map((m) => (
        <Text size="xs" key={m.recipient}>
          {m.recipient}: {t(m.state)} {m.error}
        </Text>
      ))}
    </li>
  );
}
