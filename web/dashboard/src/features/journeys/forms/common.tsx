/** Parts that the forms of several steps share. */
import { ActionIcon, Autocomplete, Button, Chip, Group, Input, NumberInput, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/queries';
import { parseValue, printValue } from '@/features/customers/traits';
import { day, language, t } from '@/i18n';
import { useRows } from '@/ui/useRows';
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

/** A property that ties an event to what began the run. */
export function SameInput({ value, change }: { value: unknown; change: (same: string | undefined) => void }) {
  return (
    <TextInput
      label={t('About the same')}
      description={t('A property that must equal what began the run, such as cart_id.')}
      value={text(value)}
      onChange={(e) => change(e.currentTarget.value || undefined)}
    />
  );
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

/** Some days of the week, in their order. */
export function Weekdays({ value, change }: { value: unknown; change: (days: string[] | undefined) => void }) {
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  return (
    <Input.Wrapper label={t('Only on')} labelElement="div" description={t('Every day when none is chosen.')}>
      <Chip.Group multiple value={chosen} onChange={(next) => change(next.length > 0 ? DAYS.filter((d) => next.includes(d)) : undefined)}>
        <Group gap={6} mt={4}>
          {DAYS.map((d, i) => (
            <Chip key={d} value={d} size="xs">
              {dayName(i)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Input.Wrapper>
  );
}

/** A time of day, on some weekdays. */
export function ClockFields({ value, change }: { value: Obj; change: (part: Obj) => void }) {
  return (
    <>
      <TextInput
        label={t('Then until')}
        type="time"
        description={t('The next time a clock at the customer’s shows this; empty: go on at once.')}
        value={text(value.until)}
        onChange={(e) => change({ until: e.currentTarget.value || undefined })}
      />
      <Weekdays value={value.weekdays} change={(weekdays) => change({ weekdays })} />
    </>
  );
}

/** Values by name; a text `{{ path }}` becomes what is found there. */
export function ValuesInput({ label, description, value, change, names = [] }: { label: string; description?: string; value: unknown; change: (values: Obj | undefined) => void; names?: string[] }) {
  const { rows, rename, set, remove, add, fault } = useRows<unknown>(object(value), change);
  return (
    <Input.Wrapper label={label} labelElement="div" description={description ?? t('Text such as {{ event.properties.total }} or {{ traits.plan }} becomes what is found there.')}>
      <Stack gap={6} mt={4}>
        {rows.map(([name, v], i) => (
          <Group key={i} wrap="nowrap" gap={6} align="flex-start">
            <Autocomplete aria-label={t('Name')} placeholder={t('Name')} data={names} limit={50} value={name} error={fault(i)} onChange={(next) => next !== name && rename(i, next)} style={{ flex: 1 }} />
            <TextInput aria-label={t('Value of {name}', { name })} placeholder={t('Value')} dir="auto" value={v === '' ? '' : printValue(v)} onChange={(e) => set(i, parseValue(e.currentTarget.value) ?? '')} style={{ flex: 1 }} />
            <ActionIcon variant="subtle" color="gray" mt={4} aria-label={t('Remove {what}', { what: name })} onClick={() => remove(i)}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Button size="xs" variant="default" w="fit-content" leftSection={<IconPlus size={14} />} onClick={() => add('value', '')}>
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

/** How many messages of each version have to be sent before one can win. */
export function MinimumInput({ value, change }: { value: unknown; change: (minimum: number | undefined) => void }) {
  return (
    <NumberInput
      label={t('Messages of each before one can win')}
      description={t('Of few messages chance decides.')}
      placeholder="20"
      min={1}
      max={1_000_000}
      allowDecimal={false}
      value={typeof value === 'number' ? value : ''}
      onChange={(n) => change(typeof n === 'number' ? n : undefined)}
    />
  );
}

/** A moment of the local calendar, as `2026-12-01T09:00`. */
export function LocalTime({ label, description, value, change }: { label: string; description?: string; value: string; change: (at: string | undefined) => void }) {
  return <TextInput label={label} description={description ?? (value ? day(value) : undefined)} type="datetime-local" value={value.slice(0, 16)} onChange={(e) => change(e.currentTarget.value || undefined)} />;
}
