/** One document: what it says now, a draft in the making, saving, publishing, and what to do when somebody else was faster. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ApiProblem, api, data, type Schemas, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { notify } from '@/ui/notify';
import { draftKey, find, forget, keep } from './drafts';
import { type Base, canRedo, canUndo, changed, draftOf, type Edits, isDirty, NONE, redone, replaces, resumed, type Spec, shown, undone } from './edits';
import { put } from './put';
import { slugOf } from './slug';

export { slugOf } from './slug';
export type { Spec } from './edits';

export type Resource = Schemas['ResourceView'];

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

const shelf = () => localStorage;

/** The edits, and where their draft is kept: so that none is taken for one of another document. */
interface Held {
  stored: string;
  edits: Edits;
}

function takeUp(stored: string): Held {
  const kept = find(shelf, stored);
  return { stored, edits: kept ? resumed(kept) : NONE };
}

/**
 * A document being edited. `id` is `new` before it is saved for the first time; `initial` is what a new one begins with.
 * Edits can be undone; unsaved ones are kept in this browser for the member, so a closed tab loses nothing. They are saved over
 * the version they began with and no other, whatever is fetched meanwhile.
 */
export function useResource(kind: string, id: string, initial: Spec) {
  const client = useQueryClient();
  const isNew = id === 'new';
  const saved = useQuery({ ...resourceQuery(kind, id), enabled: !isNew });
  const member = useQuery(sessionQuery).data?.actor ?? '';
  const stored = draftKey(member, kind, id);
  const [held, setHeld] = useState<Held>(() => takeUp(stored));
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [error, setError] = useState<unknown>(null);
  /** What looks like a mistake, and is published only when it is meant. */
  const [doubts, setDoubts] = useState<ApiProblem | null>(null);
  const [busy, setBusy] = useState(false);

  // Another document, or another member: a draft that was left behind is taken up again.
  if (held.stored !== stored) {
    setHeld(takeUp(stored));
    setError(null);
  }
  const edits = held.stored === stored ? held.edits : NONE;
  const setEdits = useCallback(
    (make: (before: Edits) => Edits) => setHeld((before) => (before.stored === stored ? { stored, edits: make(before.edits) } : before)),
    [stored],
  );

  const version = isNew ? 0 : (saved.data?.version ?? 0);
  const base = isNew ? initial : (saved.data?.spec as Spec | undefined);
  const newest = useMemo((): Base => ({ version, ...(base ? { spec: base } : {}) }), [version, base]);
  const spec = shown(edits, newest);
  const dirty = isDirty(edits, newest);
  const draft = draftOf(edits);
  const began = replaces(edits, newest);

  const warned = useRef(false);
  useEffect(() => {
    if (draft === undefined) return;
    if (!dirty) forget(shelf, stored);
    else if (!keep(shelf, stored, { version: began, spec: draft }) && !warned.current) {
      warned.current = true;
      notify('bad', t('This browser has no room to keep your changes. Save them before you leave the page.'));
    }
  }, [draft, dirty, stored, began]);
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dirty]);

  const change = useCallback(
    (next: Spec | ((before: Spec) => Spec)) => {
      const make = typeof next === 'function' ? next : () => next;
      setEdits((before) => changed(before, newest.spec ? newest : { ...newest, spec: initial }, make));
      setError(null);
    },
    [newest, initial, setEdits],
  );
  const undo = useCallback(() => setEdits(undone), [setEdits]);
  const redo = useCallback(() => setEdits(redone), [setEdits]);
  const discard = useCallback(() => {
    forget(shelf, stored);
    setEdits(() => NONE);
  }, [stored, setEdits]);

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
      const publish = to === 'live';
      const written = edited || !before ? await put(kind, at, spec, { version: over?.version ?? began, publish, confirm: publish && confirm }) : before;
      const made = edited && to === 'live' ? written : await call(written, to, confirm);
      forget(shelf, stored);
      client.setQueryData(resourceQuery(kind, at).queryKey, made);
      setEdits(() => NONE);
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
    discard();
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
      canUndo: canUndo(edits),
      canRedo: canRedo(edits),
    }),
    // biome-ignore lint: the functions close over what is listed
    [isNew, saved, spec, dirty, busy, error, conflict, doubts, edits, change],
  );
}

export type Editing = ReturnType<typeof useResource>;
