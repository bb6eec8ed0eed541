/** The message catalogue: English texts are the keys, other languages are files that are loaded when chosen. */
import { useSyncExternalStore } from 'react';
import type { ServerWords } from './server';

export const languages = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;
type Catalogue = Record<string, string>;
type Values = Record<string, string | number>;

const STORED = 'rapport.language';
/** Names in documents that are no English words: channels. */
const NAMES: Catalogue = { email: 'e-mail', inapp: 'in-app', push: 'app push', sms: 'SMS', telegram: 'Telegram', voice: 'call', webpush: 'web push', whatsapp: 'WhatsApp' };
const catalogues: Partial<Record<Language, Catalogue>> = { en: NAMES };
/** What the server says, where it is not said in English. */
const servers: Partial<Record<Language, ServerWords>> = {};
const listeners = new Set<() => void>();
let current: Language = 'en';

/** The language somebody chose, else that of the browser if there is a catalogue for it. */
export function preferred(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored && stored in languages) return stored as Language;
  return navigator.language.startsWith('de') ? 'de' : 'en';
}

export async function setLanguage(language: Language): Promise<void> {
  if (language === 'de' && !catalogues.de) {
    const [own, said] = await Promise.all([import('./de'), import('./de-server')]);
    catalogues.de = own.de;
    servers.de = said.server;
  }
  current = language;
  localStorage.setItem(STORED, language);
  document.documentElement.lang = language;
  for (const listener of listeners) listener();
}

/** The words for what the server says; none in English, which it speaks itself. */
export const serverWords = (): ServerWords | null => servers[current] ?? null;

export function language(): Language {
  return current;
}

/** Renders again when the language changes. */
export function useLanguage(): Language {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

function fill(text: string, values?: Values): string {
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value;
  });
}

/** The text in the present language; `{name}` is replaced by that value. */
export function t(text: string, values?: Values): string {
  return fill(catalogues[current]?.[text] ?? text, values);
}

/** One text for exactly one, another for every other number; `{n}` is the number. */
export function tn(n: number, one: string, many: string, values?: Values): string {
  return t(n === 1 ? one : many, { ...values, n });
}

/** Keeps what was made for a language and options, of which there are few: to make a formatter takes longer than to draw a row. */
function kept<T, O>(make: (language: Language, options?: O) => T): (options?: O) => T {
  const made = new Map<string, T>();
  return (options) => {
    const key = `${current} ${JSON.stringify(options)}`;
    const found = made.get(key) ?? make(current, options);
    made.set(key, found);
    return found;
  };
}

const numbers = kept((language, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options));
const dates = kept((language, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options));
const distances = kept((language) => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }));

export function number(n: number, options?: Intl.NumberFormatOptions): string {
  // What is nothing has no sign.
  return numbers({ signDisplay: 'negative', ...options }).format(n);
}

export function percent(n: number, digits = 1): string {
  return numbers({ style: 'percent', maximumFractionDigits: digits }).format(n / 100);
}

export function dateTime(at: string | number | Date): string {
  return dates({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

export function day(at: string | number | Date): string {
  return dates({ dateStyle: 'medium' }).format(new Date(at));
}

/** From how many seconds on each is said: months up to two years, for “last year” says little. */
const UNITS: [Intl.RelativeTimeFormatUnit, number, number?][] = [
  ['year', 31_536_000, 63_072_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** How long ago, in words. */
export function ago(at: string | number | Date, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const [unit, size] = UNITS.find(([, s, from]) => Math.abs(seconds) >= (from ?? s)) ?? (['second', 1] as const);
  return distances().format(Math.round(seconds / size), unit);
}

/** A length of time in its two largest units: `2 d 4 h`. */
export function duration(ms: number): string {
  const parts: [string, number][] = [['d', 86_400_000], ['h', 3_600_000], ['min', 60_000], ['s', 1000]];
  const first = parts.findIndex(([, size]) => ms >= size);
  if (first < 0) return `${Math.round(ms)} ms`;
  let rest = ms;
  return parts
    .slice(first, first + 2)
    .map(([name, size]) => {
      const n = Math.floor(rest / size);
      rest -= n * size;
      return n ? `${n} ${name}` : '';
    })
    .filter(Boolean)
    .join(' ');
}
