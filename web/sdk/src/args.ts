// The overloads of analytics.js calls: leading texts, then objects, then a callback.

import type { Callback, CallOptions, Properties } from './types';

export interface Arguments {
  /** As many as the call takes; what was not given is undefined. */
  texts: (string | undefined)[];
  data: Properties;
  options: CallOptions;
  callback: Callback | undefined;
}

const isText = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

/**
 * Reads a call's arguments. `slots` is how many texts may lead; null and undefined stand for a text when a text follows
 * or nothing else does, and for an object otherwise. Numbers are ids too.
 */
export function read(given: readonly unknown[], slots: number): Arguments {
  const lead = given.slice(0, slots);
  let count = slots;
  while (count && !isText(lead[count - 1])) count--;
  if (!count) while (count < lead.length && lead[count] == null) count++;
  const rest = given.slice(count).filter((value) => typeof value !== 'function');
  return {
    texts: lead.slice(0, count).map((value) => (isText(value) ? String(value) : undefined)),
    data: { ...(rest[0] as Properties) },
    options: { ...(rest[1] as CallOptions) },
    callback: given.find((value) => typeof value === 'function') as Callback | undefined,
  };
}
