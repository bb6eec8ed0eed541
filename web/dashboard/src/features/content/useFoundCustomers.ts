import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { t } from '@/i18n';
import { useTyped } from '@/resources/useOffered';

/** Customers found by what is typed, asked for once somebody turns to the field: spread `field` over it. */
export function useFoundCustomers(anonymous = false) {
  const { text, setText, q } = useTyped();
  const [wanted, setWanted] = useState(false);
  const found = useQuery({
    queryKey: ['profiles', 'pick', q, anonymous],
    queryFn: ({ signal }) => data(api.GET('/api/v1/profiles', { params: { query: { ...(q ? { q } : {}), ...(anonymous ? {} : { known: true }), limit: 20 } }, signal })),
    placeholderData: keepPreviousData,
    enabled: wanted,
  });
  return {
    text,
    setText,
    items: found.data?.items ?? [],
    field: {
      onFocus: () => setWanted(true),
      nothingFoundMessage: found.isPending ? t('Loading') : t('Nobody was found'),
    },
  };
}
