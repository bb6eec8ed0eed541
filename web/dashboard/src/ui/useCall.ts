import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { isLost, uniqueKey } from '@/api/once';
import { mark } from '@/resources/slug';

/** The header under which the server does a thing once; another body is another thing. */
export type Once = (body?: unknown) => { header: { 'Idempotency-Key': string } };

/**
 * One call at a time: busy while it is under way, and what went wrong. When it is through, the queries of `keys` are asked again.
 * What is sent with `once` is done once although it is tried again because no answer came.
 */
export function useCall(keys: readonly unknown[][], done: () => void) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef('');
  const once: Once = (body) => ({ header: { 'Idempotency-Key': `${key.current}-${mark(JSON.stringify(body) ?? '')}` } });
  const run = async (call: (once: Once) => Promise<unknown>) => {
    key.current ||= uniqueKey();
    setBusy(true);
    setError(null);
    try {
      await call(once);
      key.current = '';
      await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
      done();
    } catch (problem) {
      if (!isLost(problem)) key.current = '';
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
