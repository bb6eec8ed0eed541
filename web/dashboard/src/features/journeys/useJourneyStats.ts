import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';

/** What happened at each step of each version. */
export function useJourneyStats(id: string | null) {
  const stats = useQuery({
    queryKey: ['journeys', id, 'stats'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/journeys/{id}/stats', { params: { path: { id: id ?? '' } }, signal })),
    enabled: id !== null,
    refetchInterval: 5_000,
  });
  return stats.data;
}
