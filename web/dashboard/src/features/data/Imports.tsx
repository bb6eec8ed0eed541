/** Files coming in: a wizard that reads the columns, and what became of each file. */
import { Anchor, Button, FileInput, Group, Progress, Select, Stack, Switch, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { usePages } from '@/api/paged';
import { upload } from '@/api/upload';
import { duration, number, percent, t } from '@/i18n';
import { Empty, Loaded, Problem, Status, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { notify, notifyError } from '@/ui/notify';
import { FormModal } from '@/ui/FormModal';
import { type Choices, guess, mappingOf, rowsOf } from './mapping';
import { Preview } from './Preview';
import { progressOf } from './progress';

type Import = Schemas['ImportView'];

export function Imports() {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const [open, setOpen] = useState(false);
  const list = usePages(
    ['imports'],
    (cursor, signal) => data(api.GET('/api/v1/imports', { params: { query: { ...(cursor ? { cursor } : {}), limit: 50 } }, signal })),
    { refetchMs: 2_000 },
  );
  const act = async (id: string, verb: 'cancel' | 'resume') => {
    try {
      await data(api.POST(`/api/v1/imports/{id}/${verb}`, { params: { path: { id } } }));
      await client.invalidateQueries({ queryKey: ['imports'] });
    } catch (error) {
      notifyError(error);
    }
  };
  const mayEdit = includes(session.data?.role, 'editor');
  const begin = mayEdit && <Button onClick={() => setOpen(true)}>{t('Import a file')}</Button>;
  return (
    <Stack>
      <div>{begin}</div>
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('Nothing was imported yet')}>{t('CSV, JSON lines, Parquet or XES, packed or not. Imported history starts no journeys unless you say so.')}</Empty>
          ) : (
            <DataTable<Import>
              caption={t('Imports')}
              rows={rows}
              id={(r) => r.id}
              more={list.more}
              columns={[
                { title: t('File'), cell: (r) => <b dir="auto">{r.file_name}</b> },
                {
                  title: t('State'),
                  cell: (r) => (
                    <>
                      <Status of={r.state} />
                      <HowFar of={r} />
                      {r.error && <Text size="xs">{r.error}</Text>}
                    </>
                  ),
                },
                { title: t('Rows'), cell: (r) => number(r.rows), kind: 'num' },
                {
                  title: t('Rejected'),
                  cell: (r) =>
                    r.rejected > 0 ? (
                      <Anchor href={`/api/v1/imports/${r.id}/rejects`} download={`rejected-${r.id}.csv`}>
                        {number(r.rejected)}
                      </Anchor>
                    ) : (
                      0
                    ),
                  kind: 'num',
                },
                { title: t('Begun'), cell: (r) => <When at={r.created_at} />, kind: 'short', wideOnly: true },
                {
                  title: t('Do'),
                  cell: (r) =>
                    mayEdit && ['queued', 'running'].includes(r.state) ? (
                      <Button size="compact-xs" variant="default" onClick={() => void act(r.id, 'cancel')}>
                        {t('Stop')}
                      </Button>
                    ) : mayEdit && r.state === 'failed' ? (
                      <Button size="compact-xs" variant="default" onClick={() => void act(r.id, 'resume')}>
                        {t('Go on')}
                      </Button>
                    ) : null,
                },
              ]}
            />
          )
        }
      </Loaded>
      {open && (
        <Wizard
          close={() => {
            setOpen(false);
            void client.invalidateQueries({ queryKey: ['imports'] });
          }}
        />
      )}
    </Stack>
  );
}

/** How much of a file that is under way was read, and how long the rest takes. */
function HowFar({ of }: { of: Import }) {
  const progress = ['queued', 'running', 'failed'].includes(of.state) ? progressOf(of, Date.now()) : null;
  if (!progress) return null;
  const share = percent(progress.share * 100, 0);
  return (
    <div style={{ minWidth: 120 }}>
      <Progress value={progress.share * 100} size="sm" mt={4} aria-label={t('{file}: read so far', { file: of.file_name })} />
      <Text size="xs" c="dimmed">
        {progress.left_ms === null ? share : t('{share}, about {time} left', { share, time: duration(progress.left_ms) })}
      </Text>
    </div>
  );
}

/** How much of a file is looked at for its columns and first rows. */
const LOOK_BYTES = 64 * 1024;
const ROWS_SHOWN = 5;

function Wizard({ close }: { close: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [columns, setColumns] = useState<string[]>([]);
  const [rows, setRows] = useState<string[][]>([]);
  const [choices, setChoices] = useState<Choices | null>(null);
  const [mapping, setMapping] = useState<string | null>(null);
  const [live, setLive] = useState(false);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef<AbortController>(null);
  const choose = async (next: File | null) => {
    setFile(next);
    setChoices(null);
    setMapping(null);
    if (!next || !/\.(csv|tsv|txt)$/i.test(next.name)) return;
    const [found = [], ...first] = rowsOf(await next.slice(0, LOOK_BYTES).text(), ROWS_SHOWN + 1, next.size <= LOOK_BYTES);
    const named = found.flatMap((name, i) => (name ? [[name, i] as const] : []));
    const header = named.map(([name]) => name);
    setColumns(header);
    setRows(first.map((row) => named.map(([, i]) => row[i] ?? '')));
    setChoices(guess(header));
  };
  const text = mapping ?? (choices ? mappingOf(columns, choices) : '');
  const put = (part: Partial<Choices>) => {
    setMapping(null);
    setChoices((c) => (c ? { ...c, ...part } : c));
  };
  const send = async () => {
    if (!file) return;
    setError(null);
    setSent(0);
    try {
      const query = new URLSearchParams({ name: file.name, ...(text.trim() ? { mapping: text } : {}), ...(live ? { live: 'true' } : {}) });
      stop.current = new AbortController();
      await upload(`/api/v1/imports?${query}`, file, { progress: setSent, signal: stop.current.signal });
      notify('good', t('The import has begun.'));
      close();
    } catch (problem) {
      if (!stop.current?.signal.aborted) setError(problem);
      setSent(null);
    }
  };
  const pick = (label: string, value: string | null, set: (v: string | null) => void, required = false) => (
    <Select label={label} required={required} clearable={!required} searchable data={columns} value={value} onChange={set} />
  );
  return (
    <FormModal busy={sent !== null} onClose={close} size="lg" title={t('Import a file')}>
      <Stack>
        <FileInput
          label={t('File')}
          description={t('CSV, JSON lines, Parquet or XES; .gz and .zst are unpacked.')}
          placeholder={t('Choose a file')}
          value={file}
          onChange={(f) => void choose(f)}
        />
        {choices && (
          <>
            <Select
              label={t('Each row is')}
              allowDeselect={false}
              data={[
                { value: 'track', label: t('something that happened') },
                { value: 'identify', label: t('a customer') },
              ]}
              value={choices.kind}
              onChange={(v) => put({ kind: v as Choices['kind'] })}
            />
            {choices.kind === 'track' && (
              <Group grow align="flex-start">
                {pick(t('Event name in column'), choices.eventColumn, (eventColumn) => put({ eventColumn }))}
                {!choices.eventColumn && <TextInput label={t('Event name')} value={choices.event} onChange={(e) => put({ event: e.currentTarget.value })} />}
              </Group>
            )}
            <Group grow align="flex-start">
              {pick(t('Customer id'), choices.userId, (userId) => put({ userId }))}
              {pick(t('or anonymous id'), choices.anonymousId, (anonymousId) => put({ anonymousId }))}
            </Group>
            <Group grow align="flex-start">
              {pick(t('Time'), choices.timestamp, (timestamp) => put({ timestamp }))}
              <TextInput label={t('Time zone')} value={choices.zone} onChange={(e) => put({ zone: e.currentTarget.value })} />
            </Group>
            {rows.length > 0 && <Preview columns={columns} rows={rows} choices={choices} />}
            <TagsInput label={t('Columns left out')} data={columns} value={choices.without} onChange={(without) => put({ without })} />
          </>
        )}
        {file && (
          <details>
            <summary style={{ cursor: 'pointer' }}>{t('Mapping file')}</summary>
            <Textarea
              aria-label={t('Mapping file')}
              autosize
              minRows={4}
              classNames={{ input: 'mono' }}
              value={text}
              onChange={(e) => setMapping(e.currentTarget.value)}
              description={t('Not needed for JSON lines in Segment’s form. It can group rows, compute and skip.')}
            />
          </details>
        )}
        <Switch
          label={t('As if it happened now')}
          description={t('Off: history, which starts no journeys. On: events may start journeys.')}
          checked={live}
          onChange={(e) => setLive(e.currentTarget.checked)}
        />
        {sent !== null && <Progress value={sent * 100} aria-label={t('Uploading')} />}
        <Problem error={error} />
        <Group>
          <Button disabled={!file} loading={sent !== null} onClick={() => void send()}>
            {t('Import')}
          </Button>
          {sent !== null && (
            <Button variant="default" onClick={() => stop.current?.abort()}>
              {t('Cancel')}
            </Button>
          )}
        </Group>
      </Stack>
    </FormModal>
  );
}
