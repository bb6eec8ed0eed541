import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { notify, notifyError } from './notify';

/**
 * What is expected is shown before the server answers, and taken back when it refuses. For changes that are small, whose outcome is
 * known, and which nobody builds upon meanwhile.
 */
export function useOptimistic<T>(queryKey: QueryKey) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const run = async (expect: (before: T) => T, call: () => Promise<unknown>, said: string) => {
    setBusy(true);
    // An answer that was on its way already would show what was before.
    await client.cancelQueries({ queryKey });
    const before = client.getQueryData<T>(queryKey);
    if (before !== undefined) client.setQueryData(queryKey, expect(before));
    try {
      await call();
      notify('good', said);
    } catch (error) {
      client.setQueryData(queryKey, before);
      notifyError(error);
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey });
    }
  };
  return { busy, run };
}
