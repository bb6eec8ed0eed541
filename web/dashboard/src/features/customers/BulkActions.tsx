/** What can be done with many customers at once: those that were chosen, or all that match. It can be stopped, and each may fail for itself. */
import { Alert, Button, Group, Progress, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api, data } from '@/api/client';
import { uniqueKey } from '@/api/once';
import { changeList } from '@/features/segments/ListMembers';
import { number, t, tn } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { Problem } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { FormModal } from '@/ui/FormModal';
import { collect, type Course, type Job, runJob, runPortions } from './job';
import { countProfiles, matchingOf, type Search, searchProfiles } from './search';
import { parseValue } from './traits';

type Action = 'trait' | 'send' | 'list' | 'export';

/** Whom it is for: these, or everybody a search finds. */
export type Whom = { ids: string[] } | { matching: Search };

export function BulkActions({ whom, done }: { whom: Whom; done: () => void }) {
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
      {action && <Run action={action} title={buttons.find(([what]) => what === action)?.[1] ?? ''} whom={whom} close={() => setAction(null)} done={done} />}
    </Group>
  );
}

/** Failures that are listed; more are counted. */
const LISTED = 20;
/** Customers whose everything fits into one file that a browser holds. */
const MAX_EXPORT = 1_000;
/** Customers that one call puts on a list. */
const LIST_SIZE = 1_000;
/** Calls about one customer at a time. */
const LANES = 6;

/** How many it is for; null until all that match are counted. */
function useNumber(whom: Whom) {
  const matching = 'matching' in whom ? whom.matching : null;
  const counted = useQuery({
    queryKey: ['profiles', 'count', matching],
    queryFn: ({ signal }) => countProfiles(matching as Search, signal),
    enabled: matching !== null,
    staleTime: 0,
  });
  return { all: 'ids' in whom ? whom.ids.length : (counted.data ?? null), error: counted.error };
}

function Run({ action, title, whom, close, done }: { action: Action; title: string; whom: Whom; close: () => void; done: () => void }) {
  const client = useQueryClient();
  const { all, error: uncounted } = useNumber(whom);
  /** So that whoever is tried again gets a message once. */
  const key = useRef(uniqueKey());
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [job, setJob] = useState<Job | null>(null);
  const [course, setCourse] = useState<Course | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [finding, setFinding] = useState(false);
  const stop = useRef(false);
  const running = finding || (job !== null && !job.ended) || (course !== null && !course.ended);
  const work = async (of: string[]): Promise<unknown> => {
    const id = of[0] ?? '';
    const path = { path: { id } };
    switch (action) {
      case 'trait':
        return data(api.PATCH('/api/v1/profiles/{id}', { params: path, body: { traits: { [name.trim()]: parseValue(value) } } }));
      case 'send':
        return data(api.POST('/api/v1/messages', { params: { header: { 'Idempotency-Key': `${key.current} ${chosen} ${id}` } }, body: { to: { profile: id }, template: chosen ?? '' } as never }));
      case 'list':
        return changeList(chosen ?? '', { add: of });
      default:
        return data(api.GET('/api/v1/profiles/{id}/export', { params: path }));
    }
  };
  const through = async (count: number) => {
    notify('good', tn(count, 'Done for one customer', 'Done for {n} customers'));
    close();
    done();
  };
  const changed = () => Promise.all([['profiles'], ['segments'], ['messages']].map((queryKey) => client.invalidateQueries({ queryKey })));
  /** One call after the other for each of these. */
  const runEach = async (ids: string[]) => {
    const results: unknown[] = [];
    const many = action === 'list' ? { size: LIST_SIZE } : { lanes: LANES };
    const ended = await runJob(ids, async (of) => void results.push(await work(of)), { tell: setJob, stopped: () => stop.current, ...many });
    if (action === 'export' && results.length > 0) save(results);
    await changed();
    if (ended.failed.length === 0 && ended.finished === ids.length) await through(ids.length);
  };
  /** Portion after portion of everybody who matches. */
  const runAll = async (matching: Search, before: Course) => {
    const what = action === 'trait' ? { set: { [name.trim()]: parseValue(value) } } : action === 'list' ? { list: chosen } : { template: chosen };
    const portion = (cursor: string | null) =>
      data(
        api.POST('/api/v1/profiles/bulk', {
          params: { header: { 'Idempotency-Key': `${key.current} ${chosen ?? ''} ${cursor ?? ''}` } },
          body: { matching: matchingOf(matching), ...what, ...(cursor ? { cursor } : {}) } as never,
        }),
      );
    const ended = await runPortions(before, portion, { tell: setCourse, stopped: () => stop.current });
    await changed();
    if (ended.error === null && ended.cursor === null) await through(ended.finished);
  };
  const run = async () => {
    stop.current = false;
    setError(null);
    if (job?.ended) return runEach(rest(job));
    if ('ids' in whom) return runEach(whom.ids);
    if (action !== 'export') return runAll(whom.matching, course ?? { all: all ?? 0, finished: 0, cursor: null, error: null, ended: false });
    setFinding(true);
    try {
      // By id: what happens meanwhile moves nobody to another page.
      const ids = await collect((cursor) => searchProfiles({ ...whom.matching, sort: 'id' }, cursor, 500));
      setFinding(false);
      await runEach(ids);
    } catch (problem) {
      setFinding(false);
      setError(problem);
    }
  };
  const tooMany = action === 'export' && (all ?? 0) > MAX_EXPORT;
  const ready = (all ?? 0) > 0 && !tooMany && (action === 'export' || (action === 'trait' ? name.trim() !== '' : chosen !== null));
  const far = job ?? course;
  return (
    <FormModal busy={running} onClose={close} title={title}>
      <Stack>
        <Text size="sm" role="status">
          {all === null ? t('Counting everybody who matches…') : tn(all, 'For one customer.', 'For {n} customers.')}
        </Text>
        <Problem error={uncounted ?? error ?? course?.error} />
        {tooMany && <Alert variant="outline" color="yellow">{t('A file holds at most {n}. All customers are exported under Data, those of a segment on its page.', { n: number(MAX_EXPORT) })}</Alert>}
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
        {far && <Progress value={(far.finished / Math.max(1, far.all)) * 100} aria-label={t('Progress')} />}
        {far && (
          <Text size="sm" role="status">
            {t('{n} of {all}', { n: far.finished, all: Math.max(far.all, far.finished) })}
            {far.ended && far.finished < far.all ? ` · ${t('stopped')}` : ''}
          </Text>
        )}
        {job && job.failed.length > 0 && <Failures of={job} />}
        <Group>
          <Button disabled={!ready} loading={running} onClick={() => void run()}>
            {far?.ended ? t('Go on with the rest') : title}
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
const rest = (job: Job): string[] => [...job.failed.map((f) => f.id), ...job.left];

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
  return (
    <PickDocument
      kind="template"
      status="live"
      label={t('Template')}
      description={t('The delivery gate still decides for each of them: consent, suppression, quiet hours.')}
      value={value ?? ''}
      change={(id) => change(id || null)}
      nothingFoundMessage={t('No live template')}
    />
  );
}

function Lists({ value, change }: Choice) {
  return (
    <PickDocument
      kind="segment"
      status="live"
      fits={(r) => r.spec.kind === 'list'}
      label={t('List')}
      description={t('Lists are made under Segments and kept by hand.')}
      value={value ?? ''}
      change={(id) => change(id || null)}
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
