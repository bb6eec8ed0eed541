// Events that are not known to have arrived. Each is an entry of its own, so that tabs that share localStorage never
// overwrite each other; the key's order is the order of calls. An entry stays until the server has said yes, and what
// is sent again has the same `messageId`, which counts once.

import type { Store } from './storage';

/** How long the server knows a `messageId`, less a day for clocks that are off. */
const DEDUPLICATED_MS = 6 * 86_400_000;

export interface Entry {
  key: string;
  /** The event, JSON. */
  json: string;
}

export interface Queue {
  /** Keeps an event; returns how many older ones gave way. */
  add(json: string): number;
  /** What waits, oldest first, at most `count` events of together `bytes`; one at least. */
  take(count: number, bytes: number, mine?: boolean): Entry[];
  /** Notes that these are being sent. */
  tried(entries: Entry[], now: number): void;
  remove(keys: string[]): void;
  size(): number;
  /** Moves to another store; `keep` says whether what waits comes along. */
  move(store: Store, keep: boolean): void;
  clear(): void;
}

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/**
 * A queue in `store`; what does not fit there is in `spare`. `tab` makes keys of this tab its own. `most` is how many
 * events are kept. A queue named `a` sees what is in those named `a.…`.
 */
export function queue(store: Store, spare: Store, name: string, tab: string, most: number, now: () => number): Queue {
  const prefix = `rp_q.${name}.`;
  let count = 0;
  /** How many wait, as far as is known: what other tabs add is seen when the keys are read. */
  let size = 0;
  const keys = (): string[] => {
    const found = store.keys().concat(store === spare ? [] : spare.keys());
    const mine = found.filter((key) => key.startsWith(prefix)).sort();
    size = mine.length;
    return mine;
  };
  const get = (key: string): string | null => store.get(key) ?? spare.get(key);
  const put = (key: string, value: string): void => void (store.set(key, value) || spare.set(key, value));
  const remove = (gone: string[]): void => {
    gone.forEach((key) => (store.remove(key), spare.remove(key)));
    size -= gone.length;
  };
  const add = (json: string): number => {
    // Reading all keys takes time, so it is done when the queue may be full.
    const present = size < most ? [] : keys();
    const excess = Math.max(0, present.length - most + 1);
    remove(present.slice(0, excess));
    size++;
    // Milliseconds have nine digits in base 36 until the year 5188.
    put(`${prefix}${now().toString(36).padStart(9, '0')}${(count++).toString(36).padStart(4, '0')}.${tab}`, '|' + json);
    return excess;
  };
  keys();
  return {
    add,
    take(many, bytes, mine) {
      const entries: Entry[] = [];
      for (const key of keys()) {
        if (entries.length >= many) break;
        if (mine && !key.endsWith(tab)) continue;
        const value = get(key) || '';
        const [since] = value.split('|', 1) as [string];
        // Sent long ago and never answered: the server may have forgotten its id, so sending it again might count twice.
        if (!value || (since && now() - parseInt(since, 36) > DEDUPLICATED_MS)) {
          remove([key]);
          continue;
        }
        const json = value.slice(since.length + 1);
        bytes -= bytesOf(json) + 1;
        if (bytes < 0 && entries.length) break;
        entries.push({ key, json });
      }
      return entries;
    },
    tried(entries, at) {
      for (const { key, json } of entries) if (get(key)?.startsWith('|')) put(key, at.toString(36) + '|' + json);
    },
    remove,
    size: () => size,
    clear: () => remove(keys()),
    move(to, keep) {
      if (to === store && keep) return;
      const old = keys().map((key) => [key, get(key)] as const);
      remove(old.map(([key]) => key));
      store = to;
      if (keep) for (const [key, value] of old) if (value) put(key, value);
      keys();
    },
  };
}
