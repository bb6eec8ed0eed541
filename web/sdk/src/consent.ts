// Whether events may be sent and anything stored, from what the customer chose, what the page asks for, and what the
// browser signals. A choice outweighs a signal.

import type { Options, Preferences, Signal } from './types';

/** Yes; no; not decided, and events are kept in memory meanwhile. */
export type Gate = 'open' | 'closed' | 'wait';

export interface Decision {
  gate: Gate;
  /** Whether cookies and localStorage may be used. */
  store: boolean;
}

export interface Signals {
  gpc: boolean;
  dnt: boolean;
}

export function decide(options: Options, chosen: Preferences | null, signals: Signals): Decision {
  const required = options.consent?.required ?? [];
  const store = options.persistence !== 'memory';
  if (chosen) {
    const yes = required.length ? required.every((name) => chosen[name]) : Object.values(chosen).some(Boolean);
    if (yes) return { gate: 'open', store };
    if (required.length) return { gate: 'closed', store: false };
  }
  const said: Signal[] = [
    signals.gpc ? (options.gpc ?? 'cookieless') : 'ignore',
    signals.dnt ? (options.dnt ?? 'ignore') : 'ignore',
  ];
  if (said.includes('refuse')) return { gate: 'closed', store: false };
  if (required.length) return { gate: options.consent?.before === 'drop' ? 'closed' : 'wait', store: false };
  return { gate: 'open', store: store && !said.includes('cookieless') };
}

export function signals(): Signals {
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & { globalPrivacyControl?: boolean };
  return { gpc: !!globalPrivacyControl, dnt: doNotTrack === '1' };
}
