/** Fields that can be looked at, and not changed, by whoever may not change what they belong to. */
import { createContext, type ReactNode, useContext } from 'react';

const MayEdit = createContext(true);

/** Whether the fields around may be changed; for fields that are none of the browser's own. */
export const useMayEdit = () => useContext(MayEdit);

export function Editable({ may, children }: { may: boolean; children: ReactNode }) {
  if (may) return <>{children}</>;
  return (
    <MayEdit.Provider value={false}>
      <fieldset disabled className="looked-at">
        {children}
      </fieldset>
    </MayEdit.Provider>
  );
}
