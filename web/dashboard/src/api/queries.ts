/** What several features ask the API. Keys begin with the noun, so a change can say what is out of date. */
import { queryOptions } from '@tanstack/react-query';
import { api, data } from './client';

export const aboutQuery = queryOptions({
  queryKey: ['about'],
  queryFn: () => data(api.GET('/api/v1/about')),
  staleTime: Number.POSITIVE_INFINITY,
});

export const statsQuery = queryOptions({
  queryKey: ['stats'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/stats', { signal })),
  refetchInterval: 5_000,
});

/** Events, properties and traits ever seen, for completion everywhere. */
export const catalogueQuery = queryOptions({
  queryKey: ['events', 'catalogue'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/events/catalogue', { signal })),
  staleTime: 60_000,
});

export const segmentsQuery = queryOptions({
  queryKey: ['segments'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/segments', { signal })),
});

export const journeysQuery = queryOptions({
  queryKey: ['journeys'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/journeys', { signal })),
});

/** All of them, whatever became of them: 500 at most. */
export const campaignsQuery = queryOptions({
  queryKey: ['campaigns'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/campaigns', { params: { query: { limit: 500 } }, signal })),
});

export const templatesQuery = queryOptions({
  queryKey: ['templates'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/templates', { signal })),
});

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/channels', { signal })),
});

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/sources', { signal })),
});

export const workspaceQuery = queryOptions({
  queryKey: ['workspace'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/workspaces/current', { signal })),
});
