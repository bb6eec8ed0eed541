/** What starts a journey, who is let in, what it is for. */
import { Autocomplete, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { DurationInput } from '@/rules/ConditionFields';
import { parseDuration, printDuration } from '@/rules/print';
import { RuleField } from '@/rules/RuleField';
import type { JourneySpec } from '../graph';
import { AudienceFields, SegmentInput } from './AudienceFields';
import { DaysAround, EventInput, lean, object, type Obj, text, WhereInput } from './common';
import { Purpose } from './Purpose';
import { ScheduleFields } from './ScheduleFields';

const NAMES: Record<string, { title: string }> = {
  event: { title: 'An event' },
  segment: { title: 'Entering or leaving a segment' },
  date: { title: 'A date of the customer' },
  schedule: { title: 'The calendar' },
  api: { title: 'A call of the API' },
  journey: { title: 'Another journey' },
  manual: { title: 'By hand' },
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
  const value = object(raw);
  const whole = (next: Obj) => set({ ...spec, trigger: { [kind]: next } });
  const put = (part: Obj) => whole({ ...lean({ ...value, ...part }), ...('name' in part ? { name: part.name } : {}) });
  const member = (name: string, next: unknown) => {
    const { [name]: _, ...rest } = spec;
    set((next === undefined ? rest : { ...rest, [name]: next }) as JourneySpec);
  };
  return (
    <Stack gap="sm">
      <Select
        label={t('Begins with')}
        allowDeselect={false}
        data={[...new Set([...kinds, kind])].map((k) => ({ value: k, label: t(NAMES[k]?.title ?? k) }))}
        value={kind}
        onChange={(k) => k && k !== kind && set({ ...spec, trigger: { [k]: FRESH[k] ?? {} } })}
      />
      {kind === 'event' && <EventTrigger value={value} put={put} />}
      {kind === 'segment' && <SegmentTrigger value={value} put={put} />}
      {kind === 'date' && <DateTrigger value={value} put={put} />}
      {kind === 'schedule' && (
        <>
          <ScheduleFields value={value} set={(next) => whole(next ?? {})} />
          <AudienceFields value={object(value.audience)} change={(audience) => whole({ ...value, audience })} />
        </>
      )}
      {kind === 'api' && (
        <TextInput
          label={t('About')}
          description={t('A member of the call’s data that tells runs apart, such as order_id.')}
          value={text(value.key)}
          onChange={(e) => put({ key: e.currentTarget.value })}
        />
      )}
      {kind === 'journey' && <Text size="sm">{t('A Start step of another journey sends people here.')}</Text>}
      {kind === 'manual' && <Text size="sm">{t('Once it is live, “Send people in” lets a segment, a rule or single customers begin.')}</Text>}
      <RuleField label={t('Only those who fit')} value={text(object(spec.entry).when)} onChange={(when) => member('entry', when ? { when } : undefined)} />
      <Reentry value={spec.reentry} trigger={spec.trigger} change={(next) => member('reentry', next)} />
      <RuleField label={t('Leave at once when')} value={text(spec.exit_when)} onChange={(rule) => member('exit_when', rule || undefined)} />
      <Purpose spec={spec} member={member} />
    </Stack>
  );
}

function EventTrigger({ value, put }: { value: Obj; put: (part: Obj) => void }) {
  const catalogue = useQuery(catalogueQuery).data;
  const name = text(value.name);
  const within = text(value.within);
  const properties = Object.keys(catalogue?.events.find((e) => e.name === name)?.properties ?? {});
  return (
    <>
      <EventInput label={t('Event')} value={name} change={(v) => put({ name: v })} />
      <WhereInput value={value.where} change={(where) => put({ where })} />
      <Autocomplete
        label={t('About')}
        description={t('A property that tells runs apart, such as cart_id: different values go side by side.')}
        data={properties}
        value={text(value.key)}
        onChange={(v) => put({ key: v })}
      />
      <TextInput
        label={t('At most so long ago')}
        description={t('Such as 12h or 3d, for events that are told late; any time when empty.')}
        value={within}
        error={within && parseDuration(within) === null ? t('Such as 30m, 12h or 3d.') : null}
        onChange={(e) => put({ within: e.currentTarget.value || undefined })}
      />
    </>
  );
}

function SegmentTrigger({ value, put }: { value: Obj; put: (part: Obj) => void }) {
  return (
    <>
      <SegmentInput label={t('Segment')} value={text(value.id)} change={(id) => put({ id })} />
      <Select
        label={t('On')}
        allowDeselect={false}
        data={[
          { value: 'entered', label: t('entering it') },
          { value: 'exited', label: t('leaving it') },
        ]}
        value={text(value.on) || 'entered'}
        onChange={(v) => put({ on: v })}
      />
    </>
  );
}

function DateTrigger({ value, put }: { value: Obj; put: (part: Obj) => void }) {
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  return (
    <>
      <Autocomplete label={t('Trait with the date')} required data={traits} value={text(value.trait)} onChange={(v) => put({ trait: v })} />
      <DaysAround value={value} change={put} />
      <TextInput label={t('Time of day')} type="time" value={text(value.at) || '09:00'} onChange={(e) => put({ at: e.currentTarget.value })} />
      <Switch label={t('Every year')} checked={value.repeat === 'yearly'} onChange={(e) => put({ repeat: e.currentTarget.checked ? 'yearly' : undefined })} />
    </>
  );
}

/** Without a word on it people come once; where the trigger comes round or is called, every time. */
function unsaid(trigger: Obj): 'once' | 'always' {
  const schedule = object(trigger.schedule);
  const again = 'api' in trigger || 'journey' in trigger || object(trigger.date).repeat === 'yearly' || 'cron' in schedule || 'rrule' in schedule;
  return again ? 'always' : 'once';
}

function Reentry({ value, trigger, change }: { value: unknown; trigger: Obj; change: (next: unknown) => void }) {
  const own = object(value);
  const kind = 'after' in own ? 'after' : 'concurrent' in own ? 'always' : (value ?? unsaid(trigger));
  const put = (part: Obj) => {
    const next = lean({ ...own, ...part });
    change(Object.keys(next).length > 0 ? next : 'always');
  };
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
        value={String(kind)}
        onChange={(k) => (k === 'after' ? put({ after: '30d' }) : k === 'always' ? put({ after: undefined }) : change('once'))}
      />
      {kind === 'after' && <DurationInput label={t('Length of the pause')} ms={parseDuration(text(own.after)) ?? 0} change={(ms) => put({ after: printDuration(ms) })} />}
      {kind !== 'once' && (
        <NumberInput
          label={t('At once, at most')}
          description={t('Runs of one person about different things.')}
          min={1}
          max={64}
          value={typeof own.concurrent === 'number' ? own.concurrent : ''}
          onChange={(n) => put({ concurrent: typeof n === 'number' ? n : undefined })}
        />
      )}
    </>
  );
}
