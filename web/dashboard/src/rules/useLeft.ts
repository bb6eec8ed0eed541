import { useState } from 'react';
import { tn } from '@/i18n';
import { useUnfinished } from '@/ui/unfinished';

/** How many conditions an editor of rules keeps to itself, and how that is said; nothing is saved while there are any. */
export function useLeft(): { why: string | null; left: (unfinished: number) => void } {
  const [unfinished, left] = useState(0);
  const why = unfinished > 0 ? tn(unfinished, 'A condition is not finished. Finish it or remove it.', '{n} conditions are not finished. Finish or remove them.') : null;
  useUnfinished(why);
  return { why, left };
}
