/** Calls that do something once however often they are tried: by the `Idempotency-Key` the server remembers answers under. */
import { ApiProblem } from './client';

/** A text nobody else has. Unlike the browser's own it is there on plain HTTP, too. */
export function uniqueKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether a call may have done its work although it failed: no answer came, or that of something in between. */
export function isLost(problem: unknown): boolean {
  if (!(problem instanceof ApiProblem)) return false;
  return problem.status === 0 || problem.status >= 500 || problem.code === 'idempotency_in_progress';
}
