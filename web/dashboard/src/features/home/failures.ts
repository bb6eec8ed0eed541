/** Sends that fail now, not ever. */

/** So many of the newest failures are read; as many within a day are "at least" so many. */
export const FAILURES_READ = 200;
const DAY_MS = 86_400_000;

/** How many of these messages were made within the last 24 hours. */
export function failedLately(messages: { created_at: string }[], now_ms: number): number {
  return messages.filter((m) => now_ms - Date.parse(m.created_at) <= DAY_MS).length;
}
