import { Alert } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ApiProblem } from '@/api/client';
import { t } from '@/i18n';

/** Says that the server cannot be reached, from the first call that failed so until one succeeds. */
export function Connection() {
  const client = useQueryClient();
  const [lost, setLost] = useState(false);
  const wasLost = useRef(false);
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        const error = event.query.state.error ?? event.query.state.fetchFailureReason;
        if (error instanceof ApiProblem && error.status === 0) setLost(true);
      }),
    [client],
  );
  const probe = useQuery({
    queryKey: ['reachable'],
    queryFn: async () => (await fetch('/healthz', { cache: 'no-store' })).ok,
    enabled: lost,
    refetchInterval: 2_000,
    retry: false,
    gcTime: 0,
  });
  useEffect(() => {
    if (lost && probe.data && !probe.isError) setLost(false);
    if (wasLost.current && !lost) void client.invalidateQueries();
    wasLost.current = lost;
  }, [lost, probe.data, probe.isError, client]);
  if (!lost) return null;
  return (
    <Alert color="yellow" variant="outline" mb="md" role="status" title={t('No connection to the server')}>
      {t('What you entered is kept. The page goes on by itself when the server is back.')}
    </Alert>
  );
}
