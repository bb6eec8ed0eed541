/** What documents are called, wherever only their ids are known. */
import { Anchor } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import { everyResource } from './useResources';

export type Kind = 'segment' | 'journey' | 'campaign' | 'template' | 'topic';

/** Where each kind has its page. */
const PAGES: Partial<Record<Kind, string>> = { segment: '/segments/$id', journey: '/journeys/$id', campaign: '/campaigns/$id', template: '/content/$id' };

async function load(kind: Kind, signal: AbortSignal): Promise<{ id: string; name: string }[]> {
  switch (kind) {
    case 'segment':
      return (await data(api.GET('/api/v1/segments', { signal }))).items;
    case 'journey':
      return (await data(api.GET('/api/v1/journeys', { signal }))).items;
    case 'template':
      return (await data(api.GET('/api/v1/templates', { signal }))).items;
    case 'campaign':
    case 'topic':
      return (await everyResource(kind, signal)).map((r) => ({ id: r.id, name: String(r.spec.name ?? '') }));
  }
}

const namesQuery = (kind: Kind) =>
  queryOptions({
    // Beneath the noun, so that a change of one of them asks anew.
    queryKey: kind === 'topic' ? ['resources', kind, 'names'] : [`${kind}s`, 'names'],
    queryFn: async ({ signal }) => new Map((await load(kind, signal)).map((x) => [x.id, x.name])),
    staleTime: 30_000,
  });

/** The kind and id of what a message or a run calls its journey: those of campaigns are called `campaign/ID`. */
export function ofJourney(id: string): { kind: 'journey' | 'campaign'; id: string } {
  return id.startsWith('campaign/') ? { kind: 'campaign', id: id.slice('campaign/'.length) } : { kind: 'journey', id };
}

/** Names of documents of a kind; one that is not live any more, or has none, is called by its id. */
export function useNames(kind: Kind): (id: string) => string {
  const names = useQuery(namesQuery(kind)).data;
  return (id) => names?.get(id) || id;
}

/** What finds the name of a document of any kind; the same id when it has none. */
export type Namer = (kind: Kind, id: string) => string;

/** Names of what the steps of a journey refer to. */
export function useNamer(): Namer {
  const by: Record<Kind, (id: string) => string> = { segment: useNames('segment'), journey: useNames('journey'), template: useNames('template'), campaign: useNames('campaign'), topic: useNames('topic') };
  return (kind, id) => (id ? by[kind](id) : id);
}

/** A document by its name, leading to its page. */
export function Named({ kind, id, size }: { kind: Kind; id: string; size?: string }) {
  const of = kind === 'journey' ? ofJourney(id) : { kind, id };
  const name = useNames(of.kind)(of.id);
  const page = PAGES[of.kind];
  const about = { dir: 'auto', title: of.id, ...(size ? { size } : {}) };
  return page ? (
    <Anchor component={Link} to={page} params={{ id: of.id } as never} {...about}>
      {name}
    </Anchor>
  ) : (
    <span dir="auto" title={of.id}>
      {name}
    </span>
  );
}
