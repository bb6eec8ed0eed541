import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** One call that changes how a journey or campaign runs: busy while it is under way, and what went wrong. */
export function useOperate(keys: readonly unknown[][], done: () => void) {
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
