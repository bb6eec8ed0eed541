import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** One call at a time: busy while it is under way, and what went wrong. When it is through, the queries of `keys` are asked again. */
export function useCall(keys: readonly unknown[][], done: () => void) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (call: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await call();
      await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
      done();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
