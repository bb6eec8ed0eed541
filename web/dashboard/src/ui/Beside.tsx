/** A text and the same in other words, side by side where there is room. */
import type { ReactNode } from 'react';

/** `missing`: there are no other words yet. */
export function Beside({ missing = false, first, children }: { missing?: boolean; first: ReactNode; children: ReactNode }) {
  return (
    <div className="in-pairs" data-missing={missing || undefined}>
      <div>{first}</div>
      <div>{children}</div>
    </div>
  );
}
