/** How far an import is. */
import type { Schemas } from '@/api/client';

type Import = Pick<Schemas['ImportView'], 'state' | 'total_bytes' | 'read_bytes' | 'started_at'>;

/** Below so much of a file a guess of the rest would be a guess of nothing. */
const LEAST_SHARE = 0.02;

/** The share of the file that was read, from 0 to 1, and how long the rest takes at this pace; null where it cannot be told. */
export function progressOf(i: Import, now_ms: number): { share: number; left_ms: number | null } | null {
  if (i.read_bytes === null || i.read_bytes === undefined || i.total_bytes <= 0) return null;
  const share = Math.min(1, i.read_bytes / i.total_bytes);
  const since = i.started_at ? now_ms - Date.parse(i.started_at) : 0;
  const runs = i.state === 'running' && share >= LEAST_SHARE && since > 0;
  return { share, left_ms: runs ? (since / share) * (1 - share) : null };
}
