/** Sending that is far more than usual: what goes out now, and what is about to. */

/** A flood is at least so many messages a day … */
const LEAST = 100;
/** … and so many times what is usual. */
const TIMES = 3;
const DAY_HOURS = 24;

/** Messages of a journey or campaign by hour, oldest first; the last hour is the one that runs. */
export interface Sends {
  id: string;
  hours: (number | null)[];
}

/** People whose messages are still to come. */
export interface Coming {
  id: string;
  people: number;
}

export interface Flood {
  id: string;
  /** `now`: messages of the last 24 hours; `soon`: people whose messages are to come. */
  when: 'now' | 'soon';
  n: number;
  /** Messages on a usual day. */
  usual: number;
}

const sum = (list: (number | null)[]) => list.reduce<number>((a, n) => a + (n ?? 0), 0);

/** Messages on a usual day of the days before the last 24 hours; null while there is no such day. */
function usualOf(hours: (number | null)[]): number | null {
  const past = hours.slice(0, -DAY_HOURS);
  const first = past.findIndex((n) => (n ?? 0) > 0);
  if (first < 0) return null;
  const days = Math.max(1, (past.length - first) / DAY_HOURS);
  return sum(past) / days;
}

/** What is far more than usual, the largest first. A journey of which nothing is known yet is compared with all sending together; where nothing was ever sent, nothing is unusual. */
export function floods(sends: Sends[], coming: Coming[]): Flood[] {
  const length = Math.max(0, ...sends.map((s) => s.hours.length));
  const together = Array.from({ length }, (_, i) => sum(sends.map((s) => s.hours[i] ?? 0)));
  const all = usualOf(together);
  if (all === null) return [];
  const is = (n: number, usual: number) => n >= LEAST && n >= TIMES * usual;
  const now = sends.map((s): Flood => ({ id: s.id, when: 'now', n: sum(s.hours.slice(-DAY_HOURS)), usual: usualOf(s.hours) ?? all }));
  const soon = coming.map((c): Flood => ({ id: c.id, when: 'soon', n: c.people, usual: all }));
  return [...now, ...soon].filter((f) => is(f.n, f.usual)).sort((a, b) => b.n - a.n);
}
