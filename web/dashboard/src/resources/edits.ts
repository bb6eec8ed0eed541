/** What somebody is doing to a document, and the version it began with: whoever saved meanwhile is noticed by it. */

export type Spec = Record<string, unknown>;

/** A version of a document; 0 is one that is not there yet. `spec` is missing where only its number is known. */
export interface Base {
  version: number;
  spec?: Spec;
}

/** The edits of a document, oldest first, and which of them is shown; `at` is -1 before the first. */
export interface Edits {
  at: number;
  list: Spec[];
  /** What the edits began with; null before the first. */
  base: Base | null;
}

/** A draft as it is kept in the browser. */
export interface Kept {
  version: number;
  spec: Spec;
}

export const NONE: Edits = { at: -1, list: [], base: null };
const HISTORY = 200;

export const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** The edits that go on with a draft left behind. */
export const resumed = (kept: Kept): Edits => ({ at: 0, list: [kept.spec], base: { version: kept.version } });

export const draftOf = (edits: Edits): Spec | undefined => edits.list[edits.at];

/** Whether there is anything to save: the draft says something else than what it began with and than the newest version. */
export function isDirty(edits: Edits, newest: Base): boolean {
  const draft = draftOf(edits);
  return draft !== undefined && !same(draft, edits.base?.spec) && !same(draft, newest.spec);
}

/** What is shown: the draft, else the newest version. */
export const shown = (edits: Edits, newest: Base): Spec | undefined => (isDirty(edits, newest) ? draftOf(edits) : newest.spec);

/** The version that saving replaces: the one the edits began with, however often the newest was fetched since. */
export const replaces = (edits: Edits, newest: Base): number => (isDirty(edits, newest) ? (edits.base ?? newest).version : newest.version);

/** One edit more. Where nothing is to be saved, the edits begin anew with the newest version. */
export function changed(edits: Edits, newest: Base, make: (before: Spec) => Spec): Edits {
  const before = shown(edits, newest) ?? {};
  const made = make(before);
  if (same(made, before)) return edits;
  const goesOn = edits.base !== null && (isDirty(edits, newest) || (edits.base.version === newest.version && same(draftOf(edits), before)));
  const past = goesOn ? edits.list.slice(0, edits.at + 1) : [before];
  const list = [...past, made].slice(-HISTORY);
  return { at: list.length - 1, list, base: goesOn ? edits.base : newest };
}

/** What is still to be saved once `sent` is stored as `stored`: what was entered meanwhile, as edits of that version. */
export function rebased(edits: Edits, sent: Spec, stored: Base): Edits {
  const draft = draftOf(edits);
  return draft === undefined || same(draft, sent) ? NONE : { ...edits, base: stored };
}

export const canUndo = (edits: Edits) => edits.at > 0;
export const canRedo = (edits: Edits) => edits.at < edits.list.length - 1;
export const undone = (edits: Edits): Edits => (canUndo(edits) ? { ...edits, at: edits.at - 1 } : edits);
export const redone = (edits: Edits): Edits => (canRedo(edits) ? { ...edits, at: edits.at + 1 } : edits);
