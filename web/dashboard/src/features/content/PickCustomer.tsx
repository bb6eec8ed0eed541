import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { nameOf } from '@/features/customers/name';
import { t } from '@/i18n';

/** A customer, found by typing. */
export function PickCustomer({ label, value, onChange, placeholder }: { label: string; value: string | null; onChange: (id: string | null) => void; placeholder?: string }) {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 200);
  const found = useQuery({
    queryKey: ['profiles', 'pick', q],
    queryFn: ({ signal }) => data(api.GET('/api/v1/profiles', { params: { query: { ...(q ? { q } : {}), known: true, limit: 20 } }, signal })),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      label={label}
      placeholder={placeholder ?? t('Somebody without traits')}
      searchable
      clearable
      filter={({ options }) => options}
      searchValue={text}
      onSearchChange={setText}
      data={(found.data?.items ?? []).map((p) => ({ value: p.id, label: nameOf(p) }))}
      value={value}
      onChange={onChange}
      nothingFoundMessage={t('Nobody was found')}
    />
  );
}
