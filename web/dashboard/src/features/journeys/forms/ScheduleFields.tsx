/** When something happens: once, or again and again, by whose clocks. */
import { Autocomplete, Select, TextInput } from '@mantine/core';
import { t } from '@/i18n';
import { lean, LocalTime, type Obj, text } from './common';

const OFTEN = ['once', 'cron', 'rrule'] as const;
const ZONES = ['workspace', 'profile'];

/** `none` names what it means that there is no schedule, when there may be none. */
export function ScheduleFields({ value, set, none }: { value: Obj | undefined; set: (value: Obj | undefined) => void; none?: string }) {
  const often = value ? (OFTEN.find((k) => (k === 'once' ? 'at' : k) in value) ?? 'cron') : 'none';
  const { at: _a, cron: _c, rrule: _r, start: _s, ...rest } = value ?? {};
  const own = value ?? {};
  const put = (part: Obj) => set(lean({ ...own, ...part }));
  const tomorrow = `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T09:00`;
  const fresh: Record<string, Obj> = { once: { at: tomorrow }, cron: { cron: '0 9 * * 1' }, rrule: { rrule: 'FREQ=MONTHLY;BYDAY=1MO', start: tomorrow } };
  const zone = text(own.zone) || 'workspace';
  return (
    <>
      <Select
        label={t('When')}
        allowDeselect={false}
        data={[
          ...(none ? [{ value: 'none', label: none }] : []),
          { value: 'once', label: t('once') },
          { value: 'cron', label: t('again and again, as cron says') },
          { value: 'rrule', label: t('again and again, as a calendar says (RRULE)') },
        ]}
        value={often}
        onChange={(k) => k && k !== often && set(k === 'none' ? undefined : { ...rest, ...fresh[k] })}
      />
      {often === 'once' && <LocalTime label={t('Day and time')} value={text(own.at)} change={(at) => put({ at })} />}
      {often === 'cron' && (
        <TextInput label={t('Pattern')} description={t('Minute, hour, day, month, weekday: 0 9 * * 1 is every Monday at nine.')} classNames={{ input: 'mono' }} value={text(own.cron)} onChange={(e) => put({ cron: e.currentTarget.value })} />
      )}
      {often === 'rrule' && (
        <>
          <TextInput label={t('Rule')} description={t('As calendars write it (RFC 5545): FREQ=MONTHLY;BYDAY=1MO is every first Monday.')} classNames={{ input: 'mono' }} value={text(own.rrule)} onChange={(e) => put({ rrule: e.currentTarget.value })} />
          <LocalTime label={t('First at')} value={text(own.start)} change={(start) => put({ start })} />
        </>
      )}
      {often !== 'none' && (
        <Autocomplete
          label={t('Whose clocks')}
          description={t('workspace, profile for each customer’s own, or a zone such as Europe/Berlin.')}
          data={ZONES}
          value={zone}
          onChange={(v) => put({ zone: v === 'workspace' ? undefined : v })}
        />
      )}
    </>
  );
}
