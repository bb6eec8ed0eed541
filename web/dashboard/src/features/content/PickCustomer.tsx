import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { nameOf } from '@/features/customers/name';
import { summaryQuery } from '@/features/customers/names';
import { t } from '@/i18n';
import { useFoundCustomers } from './useFoundCustomers';

interface Props {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
  placeholder?: string;
  /** Who is not offered. */
  except?: string;
  /** Those without a `user_id` are offered as well. */
  anonymous?: boolean;
}

/** A customer, found by typing. */
export function PickCustomer({ label, value, onChange, placeholder, except, anonymous = false }: Props) {
  const { text, setText, items: found, field } = useFoundCustomers(anonymous);
  const items = found.filter((p) => p.id !== except);
  // Somebody the address names, whom nobody has typed.
  const missing = value !== null && text === '' && !items.some((p) => p.id === value);
  const one = useQuery({ ...summaryQuery(value ?? ''), enabled: missing });
  const offered = items.map((p) => ({ value: p.id, label: nameOf(p) }));
  return (
    <Select
      label={label}
      placeholder={placeholder ?? t('Somebody without traits')}
      searchable
      clearable
      filter={({ options }) => options}
      searchValue={text}
      onSearchChange={setText}
      data={missing && one.data ? [...offered, { value, label: nameOf(one.data) }] : offered}
      value={value}
      onChange={onChange}
      {...field}
    />
  );
}
