/** What is known of a simulation while it goes on and afterwards. */
import type { Schemas } from '@/api/client';

type View = Schemas['SimulationView'];

/** Without the order of members, and without what is not there. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, ordered(member)]));
}

interface Document {
  steps?: readonly object[];
}

/** What a document does; its name and where its steps are drawn change nothing. */
function played(document: Document): string {
  const steps = (document.steps ?? []).map((step) => ({ ...step, position: undefined }));
  return JSON.stringify(ordered({ ...document, name: undefined, steps }));
}

/** Whether two documents play the same. */
export function playsSame(a: Document, b: Document): boolean {
  return played(a) === played(b);
}

export const isUnderWay = (of: Pick<View, 'state'> | undefined): boolean => of?.state === 'waiting' || of?.state === 'running';

/** The one that counts: the newest that somebody asked for themselves. */
export function mineOf<T extends Pick<View, 'by'>>(newestFirst: readonly T[], me: string | undefined): T | undefined {
  return newestFirst.find((one) => one.by === me);
}

/** The share that is read, from 0 to 100; null before that can be told. */
export function shareOf(of: Pick<View, 'state' | 'events_read' | 'events_all'>): number | null {
  if (of.state !== 'running' || of.events_all <= 0) return null;
  return Math.min(100, (of.events_read / of.events_all) * 100);
}

/** Asked again after so long: soon at first, since most are over at once. */
export function pauseMs(askedAt_ms: number, now_ms: number): number {
  return Math.min(1_000, Math.max(150, (now_ms - askedAt_ms) / 4));
}
