/** One document: what it says now, a draft in the making, saving, publishing, and what to do when somebody else was faster. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ApiProblem, api, data, type Schemas } from '@/api/client';

export type Resource = Schemas['ResourceView'];
export type Spec = Record<string, unknown>;

/** Where a document is moved to: `saved` only keeps what was written, the others are the stages of its way to live. */
export type Move = 'saved' | 'draft' | 'review' | 'approved' | 'live';

export interface MoveOptions {
  /** Publish what looks like a mistake, too. */
  confirm?: boolean;
  /** The address of a document that has none yet. */
  newId?: string;
  /** Told what came of it. */
  done?: (made: Resource, to: Move) => void;
}

/** Somebody saved a newer version meanwhile. */
export interface Conflict {
  theirs: Resource;
  mine: Spec;
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

  const put = (to: string, what: Spec, query: { publish?: true; confirm?: true }, version: number): Promise<Resource> =>
    data(
      api.PUT('/api/v1/resources/{kind}/{id}', {
        params: { path: { kind, id: to }, query: query as never, header: { 'If-Match': `"${version}"` } as never },
        body: what as never,
      }),
    );

  /** Moves a version that is written; the server says whether it may. */
  const call = (of: Resource, to: Move, confirm: boolean): Promise<Resource> => {
    const params = { path: { kind, id: of.id } };
    const { version } = of;
    switch (to) {
      case 'live':
        return data(api.POST('/api/v1/resources/{kind}/{id}/publish', { params, body: { version, confirm } }));
      case 'approved':
        return data(api.POST('/api/v1/resources/{kind}/{id}/approve', { params, body: { version } }));
      case 'saved':
        return Promise.resolve(of);
      default:
        return data(api.POST('/api/v1/resources/{kind}/{id}/status', { params, body: { version, status: to } }));
    }
  };

  /** What was tried last, for whoever says how to go on with it. */
  const last = useRef<[Move, MoveOptions]>(['saved', {}]);

  /**
   * Moves the document, edits first: what goes live is saved and published at once, so that nothing is written when it may
   * not. An approval is for one version, so what was not edited is moved as it is. Resolves to what it is then, or to null
   * when it could not be moved (the reason is in `error`, `conflict` or `doubts`).
   */
  const move = async (to: Move, options: MoveOptions = {}, over?: Resource): Promise<Resource | null> => {
    if (!spec) return null;
    last.current = [to, options];
    const confirm = options.confirm ?? false;
    const at = isNew ? (options.newId ?? slugOf(String(spec.name ?? ''))) : id;
    const before = over ?? saved.data;
    setBusy(true);
    setError(null);
    try {
      const edited = isNew || dirty || over !== undefined;
      const query = to === 'live' ? { publish: true as const, ...(confirm ? { confirm: true as const } : {}) } : {};
      const written = edited || !before ? await put(at, spec, query, before?.version ?? 0) : before;
      const made = edited && to === 'live' ? written : await call(written, to, confirm);
      sessionStorage.removeItem(stored);
      client.setQueryData(resourceQuery(kind, at).queryKey, made);
      setEdits({ at: -1, list: [] });
      setConflict(null);
      setDoubts(null);
      const stale = [['resources', kind], [`${kind}s`]];
      await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
      options.done?.(made, to);
      return made;
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.status === 412) {
        const theirs = await data(api.GET('/api/v1/resources/{kind}/{id}', { params: { path: { kind, id: at } } }));
        setConflict({ theirs, mine: spec });
      } else if (problem instanceof ApiProblem && problem.code === 'needs_confirmation') {
        setDoubts(problem);
      } else {
        setDoubts(null);
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
  const keepMine = () => (conflict ? move(...last.current, conflict.theirs) : Promise.resolve(null));
  const askForReview = () => move('review', last.current[1]);

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
      move,
      takeTheirs,
      keepMine,
      askForReview,
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
