import { useEffect, useMemo, useState } from 'react';
import { useSearchState } from '@/ui/useSearchState';
import { type KindEntry, lean, type Request, requestOf } from './kinds';

/** Between the last key and the address: each change of the address asks the server, and is a step of the browser's back. */
const SETTLE_MS = 250;

/** What the address of a report asks, and what its form shows: the same, but for what was entered this moment. The address
 * follows later than the next key comes, so a field that showed what the address says would lose letters. */
export function useRequest(entry: KindEntry | undefined): { request: Request; entered: Request; enter: (next: Request) => void } {
  const [search, setSearch] = useSearchState();
  const request = useMemo(() => (entry ? requestOf(entry, search.r) : {}), [entry, search.r]);
  const [draft, setDraft] = useState<{ kind: string; request: Request } | null>(null);
  const own = draft && draft.kind === entry?.kind ? draft.request : null;
  const wanted = own && JSON.stringify(lean(own));
  useEffect(() => {
    if (wanted === null) return;
    if (wanted === search.r) return setDraft(null);
    const timer = setTimeout(() => setSearch({ r: wanted, d: undefined }, { push: true }), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [wanted, search.r, setSearch]);
  return { request, entered: own ?? request, enter: (next) => entry && setDraft({ kind: entry.kind, request: next }) };
}
