/** One document: what it says now, a draft in the making, saving, publishing, and what to do when somebody else was faster. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { ApiProblem, api, data, type Schemas } from '@/api/client';

export type Resource = Schemas['ResourceView'];
export type Spec = Record<string, unknown>;

/** Somebody saved a newer version meanwhile. */
export interface Conflict {
  theirs: Resource;
  mine: Spec;
  publish: boolean;
}

export function resourceQuery(kind: string, id: string, version?: string) {
  return {
    queryKey: ['resources', kind, id, version ?? 'newest'] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      data(
        api.GET('/api/v1/resources/{kind}/{id}', {
          params: { path: { kind, id }, query: version ? { version } : {} },
          signal,
        }),
      ),
  };
}

/** The slug a name suggests. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 64);
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const HISTORY = 200;

/**
 * A document being edited. `id` is `new` before it is saved for the first time; `initial` is what a new one begins with.
 * Edits can be undone; unsaved ones are kept in this browser, so a closed tab loses nothing.
 */
export function useResource(kind: string, id: string, initial: Spec) {
  const client = useQueryClient();
  const isNew = id === 'new';
  const saved = useQuery({ ...resourceQuery(kind, id), enabled: !isNew });
  const stored = `rapport.draft.${kind}.${id}`;
  const [edits, setEdits] = useState<{ at: number; list: Spec[] }>({ at: -1, list: [] });
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [error, setError] = useState<unknown>(null);
  /** What looks like a mistake, and is published only when it is meant. */
  const [doubts, setDoubts] = useState<ApiProblem | null>(null);
  const [busy, setBusy] = useState(false);

  const base = isNew ? initial : (saved.data?.spec as Spec | undefined);
  const draft = edits.list[edits.at];
  const spec = draft ?? base;
  const dirty = draft !== undefined && !same(draft, base);

  // A draft that was left behind is taken up again.
  // biome-ignore lint: once for each document
  useEffect(() => {
    setEdits({ at: -1, list: [] });
    setError(null);
    try {
      const kept = sessionStorage.getItem(stored);
      if (kept) setEdits({ at: 0, list: [JSON.parse(kept) as Spec] });
    } catch {
      sessionStorage.removeItem(stored);
    }
  }, [stored]);
  useEffect(() => {
    if (dirty) sessionStorage.setItem(stored, JSON.stringify(draft));
    else sessionStorage.removeItem(stored);
  }, [draft, dirty, stored]);
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dirty]);

  const change = useCallback(
    (next: Spec | ((before: Spec) => Spec)) => {
      setEdits((before) => {
        const current = before.list[before.at] ?? base ?? initial;
        const made = typeof next === 'function' ? next(current) : next;
        if (same(made, current)) return before;
        const past = before.at < 0 ? [current] : before.list.slice(0, before.at + 1);
        const list = [...past, made].slice(-HISTORY);
        return { at: list.length - 1, list };
      });
      setError(null);
    },
    [base, initial],
  );
  const undo = useCallback(() => setEdits((e) => ({ ...e, at: Math.max(e.list.length ? 0 : -1, e.at - 1) })), []);
  const redo = useCallback(() => setEdits((e) => ({ ...e, at: Math.min(e.list.length - 1, e.at + 1) })), []);
  const discard = useCallback(() => setEdits({ at: -1, list: [] }), []);

  const put = async (to: string, what: Spec, publish: { publish?: true; confirm?: true }, match: string): Promise<Resource> =>
    data(
      api.PUT('/api/v1/resources/{kind}/{id}', {
        params: { path: { kind, id: to }, query: publish as never, header: { 'If-Match': match } as never },
        body: what as never,
      }),
    ) as Promise<Resource>;

  /** Saves; resolves to the saved document, or null when it could not be (the reason is in `error` or `conflict`). */
  const save = async (options: { publish?: boolean; confirm?: boolean; newId?: string; over?: Resource } = {}): Promise<Resource | null> => {
    if (!spec) return null;
    const publish = options.publish ?? false;
    const to = isNew ? (options.newId ?? slugOf(String(spec.name ?? ''))) : id;
    const version = options.over?.version ?? (isNew ? 0 : (saved.data?.version ?? 0));
    setBusy(true);
    setError(null);
    try {
      const made = await put(to, spec, { ...(publish ? { publish } : {}), ...(options.confirm ? { confirm: true } : {}) }, `"${version}"`);
      sessionStorage.removeItem(stored);
      client.setQueryData(resourceQuery(kind, to).queryKey, made);
      setEdits({ at: -1, list: [] });
      setConflict(null);
      setDoubts(null);
      const stale = [['resources', kind], [`${kind}s`]];
      await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
      return made;
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.status === 412) {
        const theirs = await data(api.GET('/api/v1/resources/{kind}/{id}', { params: { path: { kind, id: to } } }));
        setConflict({ theirs, mine: spec, publish });
      } else if (problem instanceof ApiProblem && problem.code === 'needs_confirmation') {
        setDoubts(problem);
      } else {
        setError(problem);
      }
      return null;
    } finally {
      setBusy(false);
    }
  };
  const takeTheirs = () => {
    if (!conflict) return;
    client.setQueryData(resourceQuery(kind, id).queryKey, conflict.theirs);
    setEdits({ at: -1, list: [] });
    setConflict(null);
  };
  const keepMine = () => (conflict ? save({ over: conflict.theirs, publish: conflict.publish }) : Promise.resolve(null));

  return useMemo(
    () => ({
      isNew,
      saved,
      spec,
      /** Whether a version is in effect, this or an earlier one. */
      hasLive: (saved.data?.live_version ?? null) !== null,
      dirty,
      busy,
      error,
      conflict,
      doubts,
      change,
      undo,
      redo,
      discard,
      save,
      takeTheirs,
      keepMine,
      closeConflict: () => setConflict(null),
      closeDoubts: () => setDoubts(null),
      canUndo: edits.at > 0,
      canRedo: edits.at < edits.list.length - 1,
    }),
    // biome-ignore lint: the functions close over what is listed
    [isNew, saved, spec, dirty, busy, error, conflict, doubts, edits, change],
  );
}

export type Editing = ReturnType<typeof useResource>;
