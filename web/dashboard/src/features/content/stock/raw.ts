import { data, api } from '@/api/client';

/** A body that is no JSON, sent as it is. */
export function raw(method: 'PUT' | 'POST', path: string, type: string, body: string): Promise<unknown> {
  const call = api[method] as unknown as (path: string, options: object) => Promise<{ data?: unknown }>;
  return data(call(path, { body, bodySerializer: (text: string) => text, headers: { 'content-type': type } }));
}
