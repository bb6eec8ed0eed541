/** Fields that the forms of several reports share. */
import { Autocomplete } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { EVERY, renderEvent } from '@/rules/every';

export type Selection = { event?: string; filter?: string; measure?: string; property?: string; optional?: boolean };

function useEvents(): string[] {
  return (useQuery(catalogueQuery).data?.events ?? []).map((e) => e.name);
}

interface EventPickProps {
  label: string;
  value: unknown;
  set: (selection: Selection | undefined) => void;
  /** It has to be an event by name: a purchase, a goal. */
  named?: boolean;
}

export function EventPick({ label, value, set, named = false }: EventPickProps) {
  const selection = (value ?? {}) as Selection;
  const events = useEvents();
  return (
    <Autocomplete
      label={label}
      placeholder={named ? t('Choose an event') : t('Anything customers did')}
      data={named ? events : [...events, EVERY]}
      renderOption={renderEvent}
      limit={100}
      value={selection.event ?? ''}
      onChange={(event) => set(event ? { ...selection, event } : undefined)}
    />
  );
}

export function PropertyPick({ label, of, value, set }: { label: string; of: string | undefined; value: unknown; set: (property: string | undefined) => void }) {
  const events = useQuery(catalogueQuery).data?.events ?? [];
  const names = [...new Set(events.filter((e) => !of || e.name === of).flatMap((e) => Object.keys(e.properties)))];
  return <Autocomplete label={label} data={names} limit={50} value={String(value ?? '')} onChange={(v) => set(v || undefined)} />;
}
