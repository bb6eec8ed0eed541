import { Autocomplete, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery, segmentsQuery } from '@/api/queries';
import { t } from '@/i18n';
import { JsonField } from '@/ui/JsonField';
import { RuleField } from '@/rules/RuleField';
import type { JourneySpec } from './graph';

type Obj = Record<string, unknown>;

const NAMES: Record<string, string> = {
  event: 'An event',
  segment: 'Entering or leaving a segment',
  date: 'A date of the customer',
  schedule: 'The calendar',
  api: 'A call of the API',
  journey: 'Another journey',
  manual: 'By hand',
};

const FRESH: Record<string, Obj> = {
  event: { name: '' },
  segment: { id: '', on: 'entered' },
  date: { trait: '', at: '09:00', repeat: 'yearly' },
  schedule: { cron: '0 9 * * 1', audience: { segment: '' } },
  api: {},
  journey: {},
  manual: {},
};

export function TriggerForm({ spec, set, kinds }: { spec: JourneySpec; set: (spec: JourneySpec) => void; kinds: string[] }) {
  const [kind = 'event', raw] = Object.entries(spec.trigger)[0] ?? [];
  const value = (typeof raw === 'object' && raw !== null ? raw : {}) as Obj;
  const put = (part: Obj) => {
    const merged = Object.fromEntries(Object.entries({ ...value, ...part }).filter(([, v]) => v !== undefined && v !== ''));
    set({ ...spec, trigger: { [kind]: 'name' in part ? { ...merged, name: part.name } : merged } });
  };
  const member = (name: string, next: unknown) => {
    const { [name]: _, ...rest } = spec;
    set((next === undefined ? rest : { ...rest, [name]: next }) as JourneySpec);
  };
  return (
    <Stack gap="sm">
      <Select
        label={t('Begins with')}
        allowDeselect={false}
        data={[...new Set([...kinds, kind])].map((k) => ({ value: k, label: t(NAMES[k] ?? k) }))}
        value={kind}
        onChange={(k) => k && set({ ...spec, trigger: { [k]: FRESH[k] ?? {} } })}
      />
      {kind === 'event' && <EventTrigger value={value} put={put} />}
      {kind === 'segment' && <SegmentTrigger value={value} put={put} />}
      {kind === 'date' && <DateTrigger value={value} put={put} />}
      {!['event', 'segment', 'date', 'journey', 'manual'].includes(kind) && (
        <JsonField label={t('Details')} value={value} onChange={(next) => set({ ...spec, trigger: { [kind]: next } })} />
      )}
      <RuleField
        label={t('Only those who fit')}
        value={String((spec.entry as Obj | undefined)?.when ?? '')}
        onChange={(when) => member('entry', when ? { when } : undefined)}
      />
      <Reentry value={spec.reentry} change={(next) => member('reentry', next)} />
      <RuleField label={t('Leave at once when')} value={String(spec.exit_when ?? '')} onChange={(rule) => member('exit_when', rule || undefined)} />
    </Stack>
  );
}

function EventTrigger({ value, put }: { value: Obj; put: (part: Obj) => void }) {
  const catalogue = useQuery(catalogueQuery).data;
  const name = String(value.name ?? '');
  const properties = Object.keys(catalogue?.events.find((e) => e.name === name)?.properties ?? {});
  return (
    <>
      <Autocomplete label={t('Event')} required data={(catalogue?.events ?? []).map((e) => e.name)} limit={100} value={name} onChange={(v) => put({ name: v })} />
      <TextInput
        label={t('Only when')}
        description={t('A condition on the event, such as e.total > 50.')}
        className="mono"
        value={String(value.where ?? '')}
        onChange={(e) => put({ where: e.currentTarget.value })}
      />
      <Autocomplete
        label={t('About')}
        description={t('A property that tells runs apart, such as cart_id: different values go side by side.')}
        data={properties}
        value={String(value.key ?? '')}
        onChange={(v) => put({ key: v })}
      />
    </>
  );
}

function SegmentTrigger({ value, put }: { value: Obj; put: (part: Obj) => void }) {
  const segments = useQuery(segmentsQuery).data?.items ?? [];
  const id = String(value.id ?? '');
  const data = [...segments.map((s) => ({ value: s.id, label: s.name || s.id })), ...(id && !segments.some((s) => s.id === id) ? [{ value: id, label: id }] : [])];
  return (
    <>
      <Select label={t('Segment')} required searchable data={data} value={id || null} onChange={(v) => put({ id: v ?? '' })} />
      <Select
        label={t('On')}
        allowDeselect={false}
        data={[
          { value: 'entered', label: t('entering it') },
          { value: 'exited', label: t('leaving it') },
        ]}
        value={String(value.on ?? 'entered')}
        onChange={(v) => put({ on: v })}
      />
    </>
  );
}

function DateTrigger({ value, put }: { value: Obj; put: (part: Obj) => void }) {
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  return (
    <>
      <Autocomplete label={t('Trait with the date')} required data={traits} value={String(value.trait ?? '')} onChange={(v) => put({ trait: v })} />
      <TextInput label={t('Time of day')} type="time" value={String(value.at ?? '09:00')} onChange={(e) => put({ at: e.currentTarget.value })} />
      <Switch label={t('Every year')} checked={value.repeat === 'yearly'} onChange={(e) => put({ repeat: e.currentTarget.checked ? 'yearly' : undefined })} />
    </>
  );
}

function Reentry({ value, change }: { value: unknown; change: (next: unknown) => void }) {
  const after = typeof value === 'object' && value !== null ? String((value as Obj).after ?? '') : null;
  const kind = after !== null ? 'after' : value === 'always' ? 'always' : 'once';
  const days = Number(/^(\d+)d$/.exec(after ?? '')?.[1] ?? 30);
  return (
    <>
      <Select
        label={t('Coming again')}
        allowDeselect={false}
        data={[
          { value: 'once', label: t('never') },
          { value: 'always', label: t('every time') },
          { value: 'after', label: t('after a pause') },
        ]}
        value={kind}
        onChange={(k) => change(k === 'after' ? { after: '30d' } : (k ?? undefined))}
      />
      {kind === 'after' && <NumberInput label={t('Days of pause')} min={1} max={731} value={days} onChange={(n) => change({ after: `${Number(n) || 1}d` })} />}
    </>
  );
}
