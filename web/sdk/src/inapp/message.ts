// An in-app message as the server sends it (docs/specs/inapp.md), and how its texts are read.

export type Layout = 'modal' | 'banner' | 'slide_out' | 'tooltip' | 'checklist' | 'card' | 'inbox';

export interface Button {
  id: string;
  label: string;
  url?: string;
  style?: 'primary' | 'secondary' | 'link';
  /** Whether it closes the message; true when absent. */
  dismiss?: boolean;
  /** A track call it makes. */
  event?: string;
}

export interface Item {
  id: string;
  text: string;
  url?: string;
  /** The event that ticks it. */
  event?: string;
}

export interface Target {
  pages?: string[];
  not_pages?: string[];
  element?: string;
  event?: string;
  delay?: string;
  scroll_percent?: number;
  devices?: string[];
}

export interface Content {
  layout: Layout;
  title?: string;
  body?: string;
  image?: string;
  image_alt?: string;
  url?: string;
  buttons?: Button[];
  items?: Item[];
  position?: 'top' | 'bottom' | 'left' | 'right' | 'center';
  slot?: string;
  target?: Target;
  frequency?: { max?: number; every?: string };
  weight?: number;
  dismissible?: boolean;
  data?: unknown;
}

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of a duration such as `90s`, `12h` or `1d12h`; 0 when it is none. */
export function duration(text: string | undefined): number {
  let sum = 0;
  for (const [, count, unit] of (text || '').matchAll(/(\d+)(ms|[smhdw])/g)) sum += Number(count) * (UNITS[unit as string] as number);
  return sum;
}

/** An address that may be followed: one of the web, a page of this site, mail or telephone. Anything else, scripts above all, is none. */
export function safeUrl(address: string | undefined, base: string): string | null {
  if (!address) return null;
  try {
    const url = new URL(address, base);
    return /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
