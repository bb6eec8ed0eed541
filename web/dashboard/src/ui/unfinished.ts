/** What stands in fields and is not part of a document yet: it is named, and finished or taken away, before anything is saved. */
import { useEffect, useId } from 'react';

const reasons = new Map<string, string>();

/** Why nothing can be saved while this is shown; null when all is finished. */
export function useUnfinished(why: string | null): void {
  const id = useId();
  useEffect(() => {
    if (why === null) return;
    reasons.set(id, why);
    return () => void reasons.delete(id);
  }, [id, why]);
}

/** The first reason why nothing can be saved. */
export const unfinished = (): string | undefined => reasons.values().next().value;
