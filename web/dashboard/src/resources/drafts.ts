/** Drafts nobody saved yet, kept in this browser: one for each member and document, for whenever the tab is open again. */
import { type Kept, type Spec, same } from './edits';

/** What is needed of `localStorage`. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** `id` is `new` for a document that is not saved yet; what a link asked of it, `asked`, keeps its draft apart from others'. */
export const draftKey = (member: string, kind: string, id: string, asked = '') => `rapport.draft.${member}.${kind}.${id}${asked && `?${asked}`}`;

/** Keeps a draft; false when the browser has no room for it or does not allow it. An older draft of it is gone then: it is not what is meant. */
export function keep(shelf: () => Shelf, key: string, draft: Kept): boolean {
  try {
    shelf().setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    forget(shelf, key);
    return false;
  }
}

/** The draft that was kept; null when there is none that can be read. */
export function find(shelf: () => Shelf, key: string): Kept | null {
  try {
    const kept = JSON.parse(shelf().getItem(key) ?? 'null') as Partial<Kept> | null;
    const isDraft = typeof kept?.version === 'number' && typeof kept.spec === 'object' && kept.spec !== null && !Array.isArray(kept.spec);
    return isDraft ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

export function forget(shelf: () => Shelf, key: string): void {
  try {
    shelf().removeItem(key);
  } catch {
    // What cannot be reached keeps nothing.
  }
}

/** Once `sent` is stored as `version`: what was entered since is the draft of that version, at `to`; otherwise there is none. */
export function carry(shelf: () => Shelf, from: string, to: string, sent: Spec, version: number): void {
  const kept = find(shelf, from);
  forget(shelf, from);
  if (kept && !same(kept.spec, sent)) keep(shelf, to, { version, spec: kept.spec });
}
