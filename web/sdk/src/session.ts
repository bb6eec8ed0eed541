// Sessions: an id that ends after a time without events, shared by the tabs of a browser, and how it began.

import type { Store } from './storage';
import type { Properties } from './types';

const KEY = 'rp_session';

interface Kept {
  id: string;
  /** When it began and when its latest event was, milliseconds. */
  begun: number;
  last: number;
  /** Campaign and referrer of the page it began on. */
  from: Properties;
}

/** `context.session` of an event at `now`; begins a session when the last one ended. */
export function session(store: Store, now: number, idleMs: number, id: () => string, from: () => Properties): Properties {
  let kept: Kept | null = null;
  try {
    kept = JSON.parse(store.get(KEY) || 'null');
  } catch {
    // What is not ours begins anew.
  }
  const isNew = !(kept?.id && now - kept.last < idleMs);
  const current: Kept = isNew ? { id: id(), begun: now, last: now, from: from() } : { ...(kept as Kept), last: Math.max(now, (kept as Kept).last) };
  store.set(KEY, JSON.stringify(current));
  return { id: current.id, startedAt: new Date(current.begun).toISOString(), ...(isNew && { isNew }), ...current.from };
}

export const endSession = (store: Store): void => store.remove(KEY);
