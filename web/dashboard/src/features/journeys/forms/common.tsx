/** Parts that the forms of several steps share. */
import { ActionIcon, Autocomplete, Button, Chip, Group, Input, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/queries';
import { parseValue, printValue } from '@/features/customers/traits';
import { day, language, t } from '@/i18n';
import type { JourneySpec, Step } from '../graph';

export type Obj = Record<string, unknown>;

export interface StepProps {
  step: Step;
  change: (step: Step) => void;
  spec: JourneySpec;
}

export const object = (value: unknown): Obj => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Obj) : {});
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
/** Without members that say nothing. */
export const lean = (value: Obj): Obj => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined && v !== '' && !(Array.isArray(v) && v.length === 0)));

export function useEventNames(): string[] {
  return (useQuery(catalogueQuery).data?.events ?? []).map((e) => e.name);
}

export function EventInput({ label, value, change, required = true }: { label: string; value: string; change: (name: string) => void; required?: boolean }) {
  return <Autocomplete label={label} required={required} data={useEventNames()} limit={100} value={value} onChange={change} />;
}

/** A condition on one event. */
export function WhereInput({ value, change }: { value: unknown; change: (where: string | undefined) => void }) {
  return <TextInput label={t('Only when')} description={t('A condition on the event, such as e.total > 50.')} classNames={{ input: 'mono' }} value={text(value)} onChange={(e) => change(e.currentTarget.value || undefined)} />;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1, 12);

/** The name of a weekday, in the present language. */
export const dayName = (index: number): string => new Intl.DateTimeFormat(language(), { weekday: 'short', timeZone: 'UTC' }).format(MONDAY + index * 86_400_000);

/** A time of day, on some weekdays. */
export function ClockFields({ value, change }: { value: Obj; change: (part: Obj) => void }) {
  const chosen = Array.isArray(value.weekdays) ? (value.weekdays as string[]) : [];
  return (
    <>
      <TextInput
        label={t('Then until')}
        type="time"
        description={t('The next time a clock at the customer’s shows this; empty: go on at once.')}
        value={text(value.until)}
        onChange={(e) => change({ until: e.currentTarget.value || undefined })}
      />
      <Input.Wrapper label={t('Only on')} labelElement="div" description={t('Every day when none is chosen.')}>
        <Chip.Group multiple value={chosen} onChange={(next) => change({ weekdays: next.length > 0 ? DAYS.filter((d) => next.includes(d)) : undefined })}>
          <Group gap={6} mt={4}>
            {DAYS.map((d, i) => (
              <Chip key={d} value={d} size="xs">
                {dayName(i)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
    </>
  );
}

/** Values by name; a text `{{ path }}` becomes what is found there. */
export function ValuesInput({ label, description, value, change, names = [] }: { label: string; description?: string; value: unknown; change: (values: Obj | undefined) => void; names?: string[] }) {
  const rows = Object.entries(object(value));
  const put = (next: [string, unknown][]) => change(next.length > 0 ? Object.fromEntries(next) : undefined);
  return (
    <Input.Wrapper label={label} labelElement="div" description={description ?? t('Text such as {{ event.properties.total }} or {{ traits.plan }} becomes what is found there.')}>
      <Stack gap={6} mt={4}>
        {rows.map(([name, v], i) => (
          <Group key={i} wrap="nowrap" gap={6}>
            <Autocomplete aria-label={t('Name')} placeholder={t('Name')} data={names} limit={50} value={name} onChange={(next) => put(rows.map((r, j) => (j === i ? [next, r[1]] : r)))} style={{ flex: 1 }} />
            <TextInput aria-label={t('Value of {name}', { name })} placeholder={t('Value')} dir="auto" value={printValue(v)} onChange={(e) => put(rows.map((r, j) => (j === i ? [r[0], parseValue(e.currentTarget.value) ?? ''] : r)))} style={{ flex: 1 }} />
            <ActionIcon variant="subtle" color="gray" aria-label={t('Remove {what}', { what: name })} onClick={() => put(rows.filter((_, j) => j !== i))}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Button size="xs" variant="default" w="fit-content" leftSection={<IconPlus size={14} />} onClick={() => put([...rows, [`value${rows.length + 1}`, '']])}>
          {t('Add a value')}
        </Button>
      </Stack>
    </Input.Wrapper>
  );
}

/** So many days before or after a date. */
export function DaysAround({ value, change }: { value: Obj; change: (part: Obj) => void }) {
  const before = text(value.before);
  const written = before || text(value.after);
  const days = Number.parseInt(written, 10) * (written.endsWith('w') ? 7 : 1) || 0;
  const signed = before ? -days : days;
  return (
    <TextInput
      label={t('Days after it')}
      description={t('Negative is before the date: −7 is a week ahead.')}
      type="number"
      value={String(signed)}
      onChange={(e) => {
        const n = Math.trunc(Number(e.currentTarget.value)) || 0;
        change({ before: n < 0 ? `${-n}d` : undefined, after: n > 0 ? `${n}d` : undefined });
      }}
    />
  );
}

/** A moment of the local calendar, as `2026-12-01T09:00`. */
export function LocalTime({ label, description, value, change }: { label: string; description?: string; value: string; change: (at: string | undefined) => void }) {
  return <TextInput label={label} description={description ?? (value ? day(value) : undefined)} type="datetime-local" value={value.slice(0, 16)} onChange={(e) => change(e.currentTarget.value || undefined)} />;
}
