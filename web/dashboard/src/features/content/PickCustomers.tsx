import { MultiSelect } from '@mantine/core';
import { nameOf } from '@/features/customers/name';
import { t } from '@/i18n';
import { useFoundCustomers } from './useFoundCustomers';

export interface Person {
  id: string;
  name: string;
}

/** Some customers, each found by typing. */
export function PickCustomers({ label, description, most, value, onChange }: { label: string; description?: string; most: number; value: Person[]; onChange: (people: Person[]) => void }) {
  const { text, setText, items, field } = useFoundCustomers();
  const offered = items.map((p): Person => ({ id: p.id, name: nameOf(p) }));
  const all = new Map([...value, ...offered].map((p) => [p.id, p]));
  return (
    <MultiSelect
      label={label}
      description={description}
      placeholder={value.length === 0 ? t('Name, address or id') : ''}
      searchable
      maxValues={most}
      filter={({ options }) => options}
      searchValue={text}
      onSearchChange={setText}
      data={[...all.values()].map((p) => ({ value: p.id, label: p.name }))}
      value={value.map((p) => p.id)}
      onChange={(ids) => onChange(ids.flatMap((id) => all.get(id) ?? []))}
      {...field}
    />
  );
}
