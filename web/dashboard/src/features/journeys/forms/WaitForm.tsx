import { Autocomplete, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { DurationInput } from '@/rules/ConditionFields';
import { parseDuration, printDuration } from '@/rules/print';
import { RuleField } from '@/rules/RuleField';
import { ClockFields, DaysAround, EventInput, lean, object, type Obj, SameInput, type StepProps, text, WhereInput } from './common';

const KINDS = ['time', 'event', 'when', 'date', 'best_hour'] as const;
type Kind = (typeof KINDS)[number];

const FRESH: Record<Kind, Obj> = {
  time: { for: '1d' },
  event: { event: { name: '' }, for: '3d' },
  when: { when: '', for: '3d' },
  date: { date: { trait: '', before: '7d', at: '09:00' } },
  best_hour: { best_hour: '1d' },
};

export function WaitForm({ step, change }: StepProps) {
  const wait = typeof step.wait === 'string' ? { for: step.wait } : object(step.wait);
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  const kind: Kind = 'event' in wait ? 'event' : 'when' in wait ? 'when' : 'date' in wait ? 'date' : 'best_hour' in wait ? 'best_hour' : 'time';
  const put = (next: Obj) => {
    // A condition that is still to be written makes it no other kind of wait.
    const kept = 'when' in next ? { ...lean(next), when: next.when } : lean(next);
    change({ ...step, wait: Object.keys(kept).join() === 'for' ? kept.for : kept });
  };
  const event = object(wait.event);
  const date = object(wait.date);
  const setEvent = (part: Obj) => put({ ...wait, event: { ...lean({ ...event, ...part }), name: part.name ?? event.name ?? '' } });
  const setDate = (part: Obj) => put({ ...wait, date: { ...lean({ ...date, ...part }), trait: part.trait ?? date.trait ?? '' } });
  const labels: Record<Kind, string> = { time: t('for a time'), event: t('for an event'), when: t('until a condition holds'), date: t('for a date of the customer'), best_hour: t('for the hour at which they react best') };
  return (
    <Stack gap="sm">
      <Select label={t('Wait')} allowDeselect={false} data={KINDS.map((value) => ({ value, label: labels[value] }))} value={kind} onChange={(k) => k && put(FRESH[k as Kind])} />
      {kind === 'event' && (
        <>
          <EventInput label={t('Event')} value={text(event.name)} change={(name) => setEvent({ name })} />
          <WhereInput value={event.where} change={(where) => setEvent({ where })} />
          <SameInput value={event.same} change={(same) => setEvent({ same })} />
        </>
      )}
      {kind === 'when' && (
        <RuleField label={t('Waits until')} description={t('Those for whom it holds already go on at once; who waited too long takes the second way.')} value={text(wait.when)} onChange={(when) => put({ ...wait, when })} />
      )}
      {(kind === 'time' || kind === 'event' || kind === 'when') && (
        <DurationInput label={kind === 'time' ? t('For') : t('At most')} ms={parseDuration(text(wait.for)) ?? 0} change={(ms) => put({ ...wait, for: printDuration(ms) })} />
      )}
      {kind === 'time' && <ClockFields value={wait} change={(part) => put({ ...wait, ...part })} />}
      {kind === 'best_hour' && <DurationInput label={t('Within')} ms={parseDuration(text(wait.best_hour)) ?? 0} change={(ms) => put({ best_hour: printDuration(ms) })} />}
      {kind === 'date' && (
        <>
          <Autocomplete label={t('Trait with the date')} required data={traits} value={text(date.trait)} onChange={(trait) => setDate({ trait })} />
          <DaysAround value={date} change={setDate} />
          <TextInput label={t('Time of day')} type="time" value={text(date.at) || '09:00'} onChange={(e) => setDate({ at: e.currentTarget.value || undefined })} />
        </>
      )}
    </Stack>
  );
}
