import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';

/** Customers found by what is typed; a moment after the last letter. */
export function useFoundCustomers(anonymous = false) {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 200);
  const found = useQuery({
    queryKey: ['profiles', 'pick', q, anonymous],
    queryFn: ({ signal }) => data(api.GET('/api/v1/profiles', { params: { query: { ...(q ? { q } : {}), ...(anonymous ? {} : { known: true }), limit: 20 } }, signal })),
    placeholderData: keepPreviousData,
  });
  return { text, setText, items: found.data?.items ?? [] };
}
