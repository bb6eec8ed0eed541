/** Customers known by id alone: those whose names are wanted at one moment are asked for together. */
import { queryOptions } from '@tanstack/react-query';
import { api, data, type Schemas } from '@/api/client';

export type Summary = Schemas['ProfileSummary'];

/** Ids of one request, so that its address stays short. */
const AT_ONCE = 200;
/** How long a request waits for further ids. */
const GATHER_MS = 10;

interface Wish {
  id: string;
  tell: (found: Summary | null) => void;
  fail: (error: unknown) => void;
}

/** Asks for what is wished for within a moment in as few calls as there can be. */
export function gather(load: (ids: string[]) => Promise<Map<string, Summary>>): (id: string) => Promise<Summary | null> {
  let wishes: Wish[] = [];
  const ask = async (now: Wish[]) => {
    try {
      const found = await load([...new Set(now.map((w) => w.id))]);
      for (const { id, tell } of now) tell(found.get(id) ?? null);
    } catch (error) {
      for (const { fail } of now) fail(error);
    }
  };
  return (id) =>
    new Promise((tell, fail) => {
      wishes.push({ id, tell, fail });
      if (wishes.length === AT_ONCE) {
        void ask(wishes);
        wishes = [];
      } else if (wishes.length === 1) {
        setTimeout(() => {
          if (wishes.length > 0) void ask(wishes);
          wishes = [];
        }, GATHER_MS);
      }
    });
}

const one = gather(async (ids) => {
  const page = await data(api.GET('/api/v1/profiles/summaries', { params: { query: { ids: ids.join(',') } } }));
  return new Map(page.items.map((row) => [row.asked, row.profile]));
});

/** What lists show of a customer; null when there is nobody with this id. */
export const summaryQuery = (id: string) =>
  queryOptions({
    queryKey: ['profiles', id, 'name'],
    queryFn: () => one(id),
    staleTime: 60_000,
    retry: false,
  });
