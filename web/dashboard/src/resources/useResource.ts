/** One document: what it says now, a draft in the making, saving, publishing, and what to do when somebody else was faster. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ApiProblem, api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { notify } from '@/ui/notify';
import { carry, draftKey, find, forget, keep } from './drafts';
import { type Base, canRedo, canUndo, changed, draftOf, type Edits, isDirty, NONE, rebased, redone, replaces, resumed, type Spec, shown, undone } from './edits';
import { put } from './put';
import { slugOf } from './slug';
import { resourceQuery } from './useResources';

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
  /** There is only one document of its kind: one that is there already is the same. */
  single?: boolean;
  /** Told what came of it. */
  done?: (made: Resource, to: Move) => void;
}

/** Somebody saved a newer version meanwhile; or, with `taken`, what is new was to have the id of another document. */
export interface Conflict {
  theirs: Resource;
  mine: Spec;
  taken: boolean;
}

const shelf = () => localStorage;

/** The edits, and where their draft is kept: so that none is taken for one of another document. */
interface Held {
  stored: string;
  edits: Edits;
  /** They go on with a draft that was left behind. */
  isResumed: boolean;
}

/** Whoever may not edit has no drafts. */
function takeUp(stored: string, mayEdit: boolean): Held {
  const kept = mayEdit ? find(shelf, stored) : null;
  return { stored, edits: kept ? resumed(kept) : NONE, isResumed: kept !== null };
}

/**
 * A document being edited. `id` is `new` before it is saved for the first time; `initial` is what a new one begins with, and `asked`
 * what a link wants of it: each has a draft of its own. Edits can be undone; unsaved ones are kept in this browser for the member, so
 * a closed tab loses nothing. They are saved over the version they began with and no other, whatever is fetched meanwhile; what is
 * entered while they are being saved is edits of the version that comes of it.
 */
export function useResource(kind: string, id: string, initial: Spec, asked = '') {
  const client = useQueryClient();
  const isNew = id === 'new';
  const saved = useQuery({ ...resourceQuery(kind, id), enabled: !isNew });
  const session = useQuery(sessionQuery).data;
  const member = session?.actor ?? '';
  const mayEdit = includes(session?.role, 'editor');
  const origin = draftKey(member, kind, id, isNew ? asked : '');
  /** What a new document became; its page does not have that address yet. */
  const [became, setBecame] = useState<{ origin: string; of: Resource } | null>(null);
  const made = isNew && became?.origin === origin ? became.of : null;
  const stored = made ? draftKey(member, kind, made.id) : origin;
  const [held, setHeld] = useState<Held>(() => takeUp(stored, mayEdit));
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [error, setError] = useState<unknown>(null);
  /** What looks like a mistake, and is published only when it is meant. */
  const [doubts, setDoubts] = useState<ApiProblem | null>(null);
  const [busy, setBusy] = useState(false);
  /** The id somebody chose for a new document. */
  const [ownId, setOwnId] = useState<string | null>(null);

  // Another document, or another member: a draft that was left behind is taken up again.
  if (held.stored !== stored) {
    setHeld(takeUp(stored, mayEdit));
    setError(null);
    setConflict(null);
    setDoubts(null);
    setOwnId(null);
  }
  const edits = held.stored === stored ? held.edits : NONE;
  const setEdits = useCallback(
    (make: (before: Edits) => Edits) => setHeld((before) => (before.stored === stored ? { stored, edits: make(before.edits), isResumed: false } : before)),
    [stored],
  );

  const there = made ?? saved.data;
  const version = there?.version ?? 0;
  const base = (there?.spec as Spec | undefined) ?? (isNew ? initial : undefined);
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
      if (!mayEdit) return;
      const make = typeof next === 'function' ? next : () => next;
      setEdits((before) => changed(before, newest.spec ? newest : { ...newest, spec: initial }, make));
      setError(null);
    },
    [newest, initial, setEdits, mayEdit],
  );
  const undo = useCallback(() => setEdits(undone), [setEdits]);
  const redo = useCallback(() => setEdits(redone), [setEdits]);
  /** Throws the edits away; the answer brings them back, also when the page is left meanwhile. */
  const discard = () => {
    forget(shelf, stored);
    setHeld({ stored, edits: NONE, isResumed: false });
    setOwnId(null);
    return () => {
      if (dirty && draft !== undefined) keep(shelf, stored, { version: began, spec: draft });
      setHeld((now) => (now.stored === held.stored ? held : now));
    };
  };

  /** `sent` is stored as `of`: what was entered since is edits of that version, whose draft is kept where the document is. */
  const settle = (of: Resource, sent: Spec, from: string) => {
    const to = draftKey(member, kind, of.id);
    carry(shelf, from, to, sent, of.version);
    client.setQueryData(resourceQuery(kind, of.id).queryKey, of);
    const stands = { version: of.version, spec: of.spec as Spec };
    setHeld((before) => (before.stored === from ? { stored: to, edits: rebased(before.edits, sent, stands), isResumed: false } : before));
    if (isNew) setBecame({ origin, of });
    return to;
  };

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

  const refresh = () => Promise.all([['resources', kind], [`${kind}s`]].map((queryKey) => client.invalidateQueries({ queryKey })));

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
    const isFirst = isNew && !made;
    const at = isFirst ? (options.newId ?? slugOf(String(spec.name ?? ''))) : (made?.id ?? id);
    const before = over ?? there;
    setBusy(true);
    setError(null);
    try {
      const edited = isFirst || dirty || over !== undefined;
      const publish = to === 'live';
      const written = edited || !before ? await put(kind, at, spec, { version: over?.version ?? began, publish, confirm: publish && confirm }) : before;
      // Said at once: when the next step fails, this one has been taken.
      const kept = settle(written, spec, stored);
      const moved = edited && to === 'live' ? written : await call(written, to, confirm);
      if (moved !== written) settle(moved, spec, kept);
      setConflict(null);
      setDoubts(null);
      options.done?.(moved, to);
      await refresh();
      return moved;
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.status === 412) await clash(at, spec, isFirst && options.single !== true);
      else if (problem instanceof ApiProblem && problem.code === 'needs_confirmation') setDoubts(problem);
      else {
        setDoubts(null);
        setError(problem);
      }
      return null;
    } finally {
      setBusy(false);
    }
  };
  /** Asks what is there in the place of `mine`. */
  const clash = async (at: string, mine: Spec, taken: boolean) => {
    try {
      const theirs = await data(api.GET('/api/v1/resources/{kind}/{id}', { params: { path: { kind, id: at } } }));
      setConflict({ theirs, mine, taken });
    } catch (problem) {
      setError(problem);
    }
  };
  const takeTheirs = () => {
    if (!conflict) return;
    discard();
    settle(conflict.theirs, conflict.mine, stored);
    setConflict(null);
    void refresh();
  };
  const keepMine = () => (conflict ? move(...last.current, conflict.theirs) : Promise.resolve(null));
  /** Tries again what was tried last, under another id. */
  const saveAs = (newId: string) => {
    const [to, options] = last.current;
    setOwnId(newId);
    setConflict(null);
    return move(to, { ...options, newId });
  };
  const askForReview = () => move('review', last.current[1]);

  return useMemo(
    () => ({
      isNew,
      /** New, and nothing was entered yet. */
      isBlank: isNew && !made && !dirty,
      saved,
      spec,
      /** Whether a version is in effect, this or an earlier one. */
      hasLive: (saved.data?.live_version ?? null) !== null,
      mayEdit,
      dirty,
      /** What is shown is a draft that was left behind, and nothing was entered since. */
      isResumed: held.isResumed && dirty,
      busy,
      error,
      conflict,
      doubts,
      ownId,
      setOwnId,
      change,
      undo,
      redo,
      discard,
      move,
      takeTheirs,
      keepMine,
      saveAs,
      askForReview,
      closeConflict: () => setConflict(null),
      closeDoubts: () => setDoubts(null),
      canUndo: canUndo(edits),
      canRedo: canRedo(edits),
    }),
    // biome-ignore lint: the functions close over what is listed
    [isNew, made, saved, spec, mayEdit, dirty, held, busy, error, conflict, doubts, ownId, edits, change],
  );
}

export type Editing = ReturnType<typeof useResource>;
