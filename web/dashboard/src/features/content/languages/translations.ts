/** A message's content in other languages: what each says itself, and what it lacks. */
import { chain } from '@/i18n/tags';
import type { Spec } from '@/resources/useResource';

const isRecord = (value: unknown): value is Spec => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const isMail = (spec: Spec): boolean => (spec.channel ?? 'email') === 'email';

export function translationsOf(spec: Spec): Record<string, Spec> {
  if (!isRecord(spec.translations)) return {};
  return Object.fromEntries(Object.entries(spec.translations).map(([tag, own]) => [tag, isRecord(own) ? own : {}]));
}

/** A tag as the document writes it, whatever case it is asked for in. */
const written = (translations: Record<string, Spec>, tag: string): string => Object.keys(translations).find((key) => key.toLowerCase() === tag.toLowerCase()) ?? tag.toLowerCase();

/** What a language says itself. */
export function ownOf(spec: Spec, tag: string): Spec {
  const all = translationsOf(spec);
  return all[written(all, tag)] ?? {};
}

export const has = (spec: Spec, tag: string): boolean => Object.keys(translationsOf(spec)).some((key) => key.toLowerCase() === tag.toLowerCase());

/** The document with members of a language set; what is `undefined` or empty text is as in the original again, and a language that says nothing is none. */
export function withOwn(spec: Spec, tag: string, part: Spec): Spec {
  const all = translationsOf(spec);
  const key = written(all, tag);
  const own = Object.fromEntries(Object.entries({ ...all[key], ...part }).filter(([, v]) => v !== undefined && v !== ''));
  return Object.keys(own).length > 0 ? { ...spec, translations: { ...all, [key]: own } } : withoutLanguage(spec, tag);
}

export function withoutLanguage(spec: Spec, tag: string): Spec {
  const left = Object.entries(translationsOf(spec)).filter(([key]) => key.toLowerCase() !== tag.toLowerCase());
  const { translations: _, ...rest } = spec;
  return left.length > 0 ? { ...rest, translations: Object.fromEntries(left) } : rest;
}

/** Members of channels other than e-mail that hold words, as the server's checks know them. */
const WORDS = ['title', 'body', 'say', 'image_alt', 'url_label', 'buttons', 'items', 'actions', 'gather', 'template'];

/** The members of the original that hold words. A mail’s body counts as one, whatever it is written in. */
export function wordy(spec: Spec): string[] {
  const says = (name: string) => spec[name] !== undefined && spec[name] !== '' && !same(spec[name], []);
  if (!isMail(spec)) return WORDS.filter(says);
  const body = says('mjml') || says('html') ? ['body'] : [];
  return [...['subject', 'preheader'].filter(says), ...body];
}

/** The members that a language leaves, or has, as they are in the original. */
export function missing(spec: Spec, tag: string): string[] {
  const own = ownOf(spec, tag);
  const differs = (name: string) => own[name] !== undefined && !same(own[name], spec[name]);
  const lacks = wordy(spec).filter((name) => (name === 'body' && isMail(spec) ? !differs('mjml') && !differs('html') : !differs(name)));
  // What is spoken needs a voice of its language.
  return spec.channel === 'voice' && own.language === undefined ? [...lacks, 'language'] : lacks;
}

/** The languages that are written, and one that is being begun. */
export function languages(spec: Spec, chosen: string | null): string[] {
  const all = Object.keys(translationsOf(spec)).map((tag) => tag.toLowerCase());
  return [...new Set(chosen ? [...all, chosen.toLowerCase()] : all)].sort();
}

/** Which language is worked on: the one asked for, unless the original is written in it, else the first there is. */
export function chosenOf(spec: Spec, asked: string | undefined): string | null {
  const tag = chain(asked ?? '')[0];
  const original = typeof spec.language === 'string' ? spec.language.toLowerCase() : null;
  if (tag && tag !== original) return tag;
  return languages(spec, null)[0] ?? null;
}
