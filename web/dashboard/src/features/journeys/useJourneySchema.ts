import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { ACTIONS, type Action } from './graph';

type Schema = Record<string, unknown>;

/** Names of members anywhere in a part of the schema. */
function mentions(schema: unknown, names: readonly string[]): string[] {
  const text = JSON.stringify(schema ?? {});
  return names.filter((name) => text.includes(`"${name}":`));
}

const TRIGGERS = ['event', 'segment', 'date', 'schedule', 'api', 'journey', 'manual'];

/** The actions and triggers this server knows, as its schema of journeys says. */
export function useJourneySchema(): { actions: Action[]; triggers: string[] } {
  const schema = useQuery({
    queryKey: ['resources', 'journey', 'schema'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/resources/{kind}/schema', { params: { path: { kind: 'journey' } }, signal })) as Promise<Schema>,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const properties = (schema.data?.properties ?? {}) as Schema;
  const defs = schema.data?.$defs;
  const steps = [properties.steps, defs];
  const triggers = [properties.trigger, defs];
  const actions = mentions(steps, ACTIONS) as Action[];
  return {
    actions: actions.length > 0 ? actions : ['send', 'wait', 'branch', 'update', 'exit'],
    triggers: ['event', 'segment', ...mentions(triggers, TRIGGERS.slice(2))],
  };
}
