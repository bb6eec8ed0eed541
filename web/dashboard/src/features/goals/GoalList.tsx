/** The goals: how each stands, and the form of each. */
import { Button, Group, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, includes, sessionQuery } from '@/api/client';
import { Documents } from '@/features/settings/Documents';
import { useSaved } from '@/features/insights/InsightsPage';
import { number, t } from '@/i18n';
import { slugOf } from '@/resources/useResource';
import { Empty, Tag, type Tone } from '@/ui/bits';
import { Finish } from '@/ui/Finish';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';

export const TONES: Record<string, Tone> = { met: 'good', on_track: 'good', ahead: 'good', behind: 'warn', missed: 'bad' };

const PERIODS = ['day', 'week', 'month', 'quarter', 'year'];

export function GoalList() {
  const session = useQuery(sessionQuery);
  const standing = useQuery({ queryKey: ['goals'], queryFn: ({ signal }) => data(api.GET('/api/v1/goals', { signal })), refetchInterval: 60_000 });
  const [adding, setAdding] = useState(false);
  const found = new Map((standing.data?.items ?? []).map((g) => [g.id, g]));
  const show = (n: number | null | undefined, unit?: string | null) => (n === null || n === undefined ? '–' : `${number(n, { maximumFractionDigits: 1 })}${unit ? ` ${unit}` : ''}`);
  return (
    <Stack>
      {includes(session.data?.role, 'editor') && (
        <Button w="fit-content" onClick={() => setAdding(true)}>
          {t('A goal from a saved report')}
        </Button>
      )}
      <Documents
        kind="goal"
        caption={t('Goals')}
        add={t('A goal as a document')}
        second
        initial={{ name: '', metric: { insight: '', number: '/series/0/total' }, target: 100, period: 'month' }}
        empty={{ title: t('No goals yet'), text: t('A goal is a number of a saved report with a target, such as the revenue of the month. It says whether you are on course, and tells you when you are not.') }}
        columns={[
          { title: t('So far'), kind: 'num', cell: (r) => show(found.get(r.id)?.value, found.get(r.id)?.unit) },
          { title: t('Target'), kind: 'num', cell: (r) => show(found.get(r.id)?.target ?? (r.spec.target as number), found.get(r.id)?.unit), wideOnly: true },
          {
            title: t('Standing'),
            cell: (r) => {
              const of = found.get(r.id)?.standing;
              return of ? <Tag tone={TONES[of] ?? 'plain'}>{t(of.replaceAll('_', ' '))}</Tag> : '–';
            },
          },
          { title: t('Each'), cell: (r) => t(String(r.spec.period ?? 'month')), wideOnly: true },
        ]}
      />
      {adding && <FromReport close={() => setAdding(false)} />}
    </Stack>
  );
}

/** Where the number of a saved report is, when it does not say so itself. */
const NUMBERS: Record<string, string> = { trend: '/series/0/total', funnel: '/conversion_percent', retention: '/average_percent/1', value: '/value_per_customer' };

function FromReport({ close }: { close: () => void }) {
  const saved = useSaved();
  const [name, setName] = useState('');
  const [insight, setInsight] = useState<string | null>(null);
  const [target, setTarget] = useState<number | null>(null);
  const [period, setPeriod] = useState('month');
  const [direction, setDirection] = useState('at_least');
  const [unit, setUnit] = useState('');
  const { busy, error, run } = useCall([['goals'], ['resources', 'goal']], () => {
    notify('good', t('The goal is live.'));
    close();
  });
  const reports = (saved.data?.items ?? []).filter((r) => r.spec.number || String(r.spec.report) in NUMBERS);
  const add = () =>
    run(() => {
      const of = reports.find((r) => r.id === insight);
      const pointer = String(of?.spec.number ?? NUMBERS[String(of?.spec.report)] ?? '');
      const level = ['funnel', 'retention', 'value'].includes(String(of?.spec.report));
      const spec = { name, metric: { insight, number: pointer }, target: target ?? 0, period, direction, nature: level ? 'level' : 'total', alerts: [{ when: 'behind' }], ...(unit ? { unit } : {}) };
      const params = { path: { kind: 'goal', id: slugOf(name) }, query: { publish: true, confirm: true } as never, header: { 'If-Match': '"0"' } as never };
      return data(api.PUT('/api/v1/resources/{kind}/{id}', { params, body: spec as never }));
    });
  return (
    <Modal opened onClose={close} title={t('A goal from a saved report')}>
      {saved.data && reports.length === 0 ? (
        <Empty title={t('No saved report has a number yet')}>{t('Ask for a trend or a funnel under Insights and save it; then it can become a goal.')}</Empty>
      ) : (
        <Stack>
          <TextInput label={t('Name')} required value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
          <Select label={t('Saved report')} required searchable data={reports.map((r) => ({ value: r.id, label: String(r.spec.name ?? r.id) }))} value={insight} onChange={setInsight} />
          <Group grow>
            <Select
              label={t('The number should be')}
              allowDeselect={false}
              data={[
                { value: 'at_least', label: t('at least') },
                { value: 'at_most', label: t('at most') },
              ]}
              value={direction}
              onChange={(v) => setDirection(v ?? 'at_least')}
            />
            <NumberInput label={t('Target')} required value={target ?? ''} onChange={(v) => setTarget(typeof v === 'number' ? v : null)} />
          </Group>
          <Group grow>
            <Select label={t('Each')} allowDeselect={false} data={PERIODS.map((p) => ({ value: p, label: t(p) }))} value={period} onChange={(v) => setPeriod(v ?? 'month')} />
            <TextInput label={t('Unit')} placeholder="€" value={unit} onChange={(e) => setUnit(e.currentTarget.value)} />
          </Group>
          <Finish busy={busy} error={error} action={t('Publish')} run={() => void add()} close={close} disabled={!slugOf(name) || !insight || target === null} />
        </Stack>
      )}
    </Modal>
  );
}
