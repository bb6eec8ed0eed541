/** Fields that the forms of several reports share. */
import { Autocomplete } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';

export type Selection = { event?: string; filter?: string; measure?: string; property?: string; optional?: boolean };

function useEvents(): string[] {
  return (useQuery(catalogueQuery).data?.events ?? []).map((e) => e.name);
}

export function EventPick({ label, value, set }: { label: string; value: unknown; set: (selection: Selection | undefined) => void }) {
  const selection = (value ?? {}) as Selection;
  const events = useEvents();
  return (
    <Autocomplete
      label={label}
      placeholder={t('Any event')}
      data={events}
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
