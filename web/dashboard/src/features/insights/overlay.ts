/** The period and people of everything on a dashboard: what it says itself, and what somebody asks for in its address. */

/** What it does not say each report says itself. */
export interface Overlay {
  from?: string;
  to?: string;
  segment?: string;
}

/** What the address says of it. */
export interface Asked {
  from?: string | undefined;
  segment?: string | undefined;
}

/** Asked for in the place of what the dashboard says: that each report says it itself. */
const OWN = 'own';

/** What everything is shown for. */
export function shownFor(saved: Overlay, asked: Asked): Overlay {
  const { from, to, segment } = saved;
  const period: Overlay = asked.from === OWN ? {} : asked.from ? { from: asked.from } : { ...(from ? { from } : {}), ...(to ? { to } : {}) };
  const people = asked.segment === OWN ? undefined : (asked.segment ?? segment);
  return { ...period, ...(people ? { segment: people } : {}) };
}

/** What the address says when `value` is chosen where the dashboard says `saved`. */
export function askFor(saved: string | undefined, value: string | null): string | undefined {
  if (value === (saved ?? null)) return undefined;
  return value ?? OWN;
}
