import type { ReactNode } from 'react';
import { language } from '@/i18n';

/** A telephone around what it shows. */
export function Phone({ dark, label, children, bare = false }: { dark: boolean; label: string; children: ReactNode; bare?: boolean }) {
  return (
    <div className="phone" data-dark={dark || undefined} data-bare={bare || undefined} role="img" aria-label={label}>
      <div className="phone-bar" aria-hidden>
        <span>9:41</span>
        <span className="phone-notch" />
        <span>▮▮▮</span>
      </div>
      <div className="phone-screen">{children}</div>
    </div>
  );
}

/** The clock of a lock screen. */
export function Clock() {
  return (
    <div className="phone-clock" aria-hidden>
      <span>{new Intl.DateTimeFormat(language(), { weekday: 'long', day: 'numeric', month: 'long' }).format(new Date())}</span>
      <strong>9:41</strong>
    </div>
  );
}
