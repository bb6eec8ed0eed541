import { Autocomplete, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { DurationInput } from '@/rules/ConditionFields';
import { parseDuration, printDuration } from '@/rules/print';
import { ClockFields, DaysAround, EventInput, lean, object, type Obj, type StepProps, text, WhereInput } from './common';

const KINDS = ['time', 'event', 'date', 'best_hour'] as const;
type Kind = (typeof KINDS)[number];

const FRESH: Record<Kind, Obj> = {
  time: { for: '1d' },
  event: { event: { name: '' }, for: '3d' },
  date: { date: { trait: '', before: '7d', at: '09:00' } },
  best_hour: { best_hour: '1d' },
};

export function WaitForm({ step, change }: StepProps) {
  const wait = typeof step.wait === 'string' ? { for: step.wait } : object(step.wait);
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  const kind: Kind = 'event' in wait ? 'event' : 'date' in wait ? 'date' : 'best_hour' in wait ? 'best_hour' : 'time';
  const put = (next: Obj) => {
    const kept = lean(next);
    change({ ...step, wait: Object.keys(kept).join() === 'for' ? kept.for : kept });
  };
  const event = object(wait.event);
  const date = object(wait.date);
  const setEvent = (part: Obj) => put({ ...wait, event: { ...lean({ ...event, ...part }), name: part.name ?? event.name ?? '' } });
  const setDate = (part: Obj) => put({ ...wait, date: { ...lean({ ...date, ...part }), trait: part.trait ?? date.trait ?? '' } });
  const labels: Record<Kind, string> = { time: t('for a time'), event: t('for an event'), date: t('for a date of the customer'), best_hour: t('for the hour at which they react best') };
  return (
    <Stack gap="sm">
      <Select label={t('Wait')} allowDeselect={false} data={KINDS.map((value) => ({ value, label: labels[value] }))} value={kind} onChange={(k) => k && put(FRESH[k as Kind])} />
      {kind === 'event' && (
        <>
          <EventInput label={t('Event')} value={text(event.name)} change={(name) => setEvent({ name })} />
          <WhereInput value={event.where} change={(where) => setEvent({ where })} />
          <TextInput
            label={t('About the same')}
            description={t('A property that must equal what began the run, such as cart_id.')}
            value={text(event.same)}
            onChange={(e) => setEvent({ same: e.currentTarget.value || undefined })}
          />
        </>
      )}
      {(kind === 'time' || kind === 'event') && (
        <DurationInput label={kind === 'event' ? t('At most') : t('For')} ms={parseDuration(text(wait.for)) ?? 0} change={(ms) => put({ ...wait, for: printDuration(ms) })} />
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
