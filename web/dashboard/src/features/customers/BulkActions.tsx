/** What can be done with many customers at once: one call each, which can be stopped, and each may fail for itself. */
import { Alert, Button, Group, Progress, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api, data } from '@/api/client';
import { templatesQuery } from '@/api/queries';
import { changeList } from '@/features/segments/ListMembers';
import { t, tn } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { notify } from '@/ui/notify';
import { FormModal } from '@/ui/FormModal';
import { type Job, runJob } from './job';
import { parseValue } from './traits';

type Action = 'trait' | 'send' | 'list' | 'export';

export function BulkActions({ ids, done }: { ids: string[]; done: () => void }) {
  const [action, setAction] = useState<Action | null>(null);
  const buttons: [Action, string][] = [
    ['trait', t('Set a trait')],
    ['send', t('Send a message')],
    ['list', t('Put on a list')],
    ['export', t('Export')],
  ];
  return (
    <Group gap="xs">
      {buttons.map(([what, title]) => (
        <Button key={what} size="xs" variant="default" onClick={() => setAction(what)}>
          {title}
        </Button>
      ))}
      <Button size="xs" variant="subtle" onClick={done}>
        {t('Choose none')}
      </Button>
      {action && <Run action={action} title={buttons.find(([what]) => what === action)?.[1] ?? ''} ids={ids} close={() => setAction(null)} done={done} />}
    </Group>
  );
}

/** Failures that are listed; more are counted. */
const LISTED = 20;

function Run({ action, title, ids, close, done }: { action: Action; title: string; ids: string[]; close: () => void; done: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [job, setJob] = useState<Job | null>(null);
  const stop = useRef(false);
  const running = job !== null && !job.ended;
  const one = async (id: string): Promise<unknown> => {
    const path = { path: { id } };
    switch (action) {
      case 'trait':
        return data(api.PATCH('/api/v1/profiles/{id}', { params: path, body: { traits: { [name.trim()]: parseValue(value) } } }));
      case 'send':
        return data(api.POST('/api/v1/messages', { body: { to: { profile: id }, template: chosen ?? '' } as never }));
      case 'list':
        return changeList(chosen ?? '', { add: [id] });
      default:
        return data(api.GET('/api/v1/profiles/{id}/export', { params: path }));
    }
  };
  const run = async (whom: string[]) => {
    stop.current = false;
    const results: unknown[] = [];
    const ended = await runJob(whom, async (id) => void results.push(await one(id)), { tell: setJob, stopped: () => stop.current });
    if (action === 'export' && results.length > 0) save(results);
    await Promise.all([['profiles'], ['segments']].map((queryKey) => client.invalidateQueries({ queryKey })));
    if (ended.failed.length > 0 || ended.finished < whom.length) return;
    notify('good', tn(whom.length, 'Done for one customer', 'Done for {n} customers'));
    close();
    done();
  };
  const ready = action === 'export' || (action === 'trait' ? name.trim() !== '' : chosen !== null);
  return (
    <FormModal busy={running} onClose={close} title={title}>
      <Stack>
        <Text size="sm">{tn(ids.length, 'For one customer.', 'For {n} customers.')}</Text>
        {action === 'trait' && (
          <>
            <TextInput label={t('Trait')} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
            <TextInput
              label={t('Value')}
              description={t('A number, true, false or JSON is stored as such; anything else as text. Empty removes the trait.')}
              value={value}
              onChange={(e) => setValue(e.currentTarget.value)}
            />
          </>
        )}
        {action === 'send' && <Templates value={chosen} change={setChosen} />}
        {action === 'list' && <Lists value={chosen} change={setChosen} />}
        {action === 'export' && <Text size="sm">{t('One JSON file with everything known of each of them.')}</Text>}
        {job && <Progress value={(job.finished / job.all) * 100} aria-label={t('Progress')} />}
        {job && (
          <Text size="sm" role="status">
            {t('{n} of {all}', { n: job.finished, all: job.all })}
            {job.ended && job.finished < job.all ? ` · ${t('stopped')}` : ''}
          </Text>
        )}
        {job && job.failed.length > 0 && <Failures of={job} />}
        <Group>
          <Button disabled={!ready} loading={running} onClick={() => void run(job?.ended ? rest(ids, job) : ids)}>
            {job?.ended ? t('Go on with the rest') : title}
          </Button>
          {running && (
            <Button variant="default" onClick={() => { stop.current = true; }}>
              {t('Stop')}
            </Button>
          )}
        </Group>
      </Stack>
    </FormModal>
  );
}

/** Those that failed, and those it did not come to. */
const rest = (ids: string[], job: Job): string[] => [...job.failed.map((f) => f.id), ...job.left].filter((id) => ids.includes(id));

function Failures({ of }: { of: Job }) {
  return (
    <Alert variant="outline" color="red" title={tn(of.failed.length, 'One failed', '{n} failed')}>
      <ul style={{ margin: 0, paddingInlineStart: 18 }}>
        {of.failed.slice(0, LISTED).map((f) => (
          <li key={f.id}>
            <Text size="sm" component="span">
              <code>{f.id}</code>: {f.why}
            </Text>
          </li>
        ))}
      </ul>
    </Alert>
  );
}

interface Choice {
  value: string | null;
  change: (id: string | null) => void;
}

function Templates({ value, change }: Choice) {
  const templates = useQuery(templatesQuery);
  return (
    <Select
      label={t('Template')}
      description={t('The delivery gate still decides for each of them: consent, suppression, quiet hours.')}
      data={(templates.data?.items ?? []).map((x) => ({ value: x.id, label: x.name }))}
      value={value}
      onChange={change}
      searchable
    />
  );
}

function Lists({ value, change }: Choice) {
  const lists = (useResources('segment', undefined, 'live').data ?? []).filter((r) => r.spec.kind === 'list');
  return (
    <Select
      label={t('List')}
      description={t('Lists are made under Segments and kept by hand.')}
      data={lists.map((r) => ({ value: r.id, label: String(r.spec.name ?? r.id) }))}
      value={value}
      onChange={change}
      searchable
      nothingFoundMessage={t('There is no list yet')}
    />
  );
}

function save(results: unknown[]) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(results, null, 2)], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'customers.json' });
  link.click();
  URL.revokeObjectURL(url);
}
