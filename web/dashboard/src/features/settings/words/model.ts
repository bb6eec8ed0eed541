/** The words of the pages behind links: what is built in, what the workspace says itself, and what is missing. */
import { CHANNELS } from '@/api/channels';
import type { Schemas } from '@/api/client';
import { chain } from '@/i18n/tags';
import type { Spec } from '@/resources/useResource';

export type PageText = Schemas['TextView'];
export type PageShown = Schemas['PageView'];
/** By language tag, then by the text's name. */
export type OwnWords = Record<string, Record<string, string>>;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The words of a settings document; what is not of that shape is left out. */
export function wordsOf(spec: Spec | undefined): OwnWords {
  const words = spec?.words;
  if (!isRecord(words)) return {};
  const texts = (of: unknown) => Object.fromEntries(Object.entries(isRecord(of) ? of : {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  return Object.fromEntries(Object.entries(words).map(([tag, of]) => [tag, texts(of)]));
}

const isGerman = (tag: string): boolean => chain(tag).includes('de');
const isBuiltIn = (tag: string): boolean => isGerman(tag) || chain(tag).includes('en');

/** What a language says itself, whatever case its tag is written in. */
export function ownOf(words: OwnWords, tag: string): Record<string, string> {
  const key = Object.keys(words).find((k) => k.toLowerCase() === tag.toLowerCase());
  return key === undefined ? {} : (words[key] ?? {});
}

/** What the page says of a text when this language has no word of its own for it, and in which language that is. */
export function otherwise(words: OwnWords, text: PageText, tag: string): { text: string; from: string } {
  for (const wider of chain(tag).slice(1)) {
    const said = ownOf(words, wider)[text.name];
    if (said?.trim()) return { text: said, from: wider };
  }
  return isGerman(tag) ? { text: text.de, from: 'de' } : { text: text.en, from: 'en' };
}

/** The words with a text said otherwise; what says nothing is taken out, a language that says nothing too. */
export function withText(words: OwnWords, tag: string, name: string, text: string): OwnWords {
  const key = Object.keys(words).find((k) => k.toLowerCase() === tag.toLowerCase()) ?? tag;
  const { [name]: _, ...rest } = words[key] ?? {};
  const own = text.trim() ? { ...rest, [name]: text } : rest;
  const { [key]: __, ...others } = words;
  return Object.keys(own).length > 0 ? { ...words, [key]: own } : others;
}

export function withoutLanguage(words: OwnWords, tag: string): OwnWords {
  return Object.fromEntries(Object.entries(words).filter(([key]) => key.toLowerCase() !== tag.toLowerCase()));
}

/** The languages that the pages speak, those that are built in first. */
export function spoken(words: OwnWords, chosen: string | null): string[] {
  const own = [...Object.keys(words), ...(chosen ? [chosen] : [])].map((tag) => tag.toLowerCase());
  return ['en', 'de', ...[...new Set(own)].filter((tag) => tag !== 'en' && tag !== 'de').sort()];
}

/** The texts that a page in this language would say in English though it is none; none for what is built in. */
export function missing(words: OwnWords, texts: readonly PageText[], tag: string): PageText[] {
  if (isBuiltIn(tag)) return [];
  return texts.filter((text) => chain(tag).every((wider) => !ownOf(words, wider)[text.name]?.trim()));
}

/** What stands in braces. */
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '');

/** Values that a text asks for and is not given: they would stand there as they are written. */
export const unknownValues = (text: PageText, said: string): string[] => [...new Set(holes(said))].filter((name) => !text.values.includes(name));

/** Values that it is given and does not say. */
export const unsaidValues = (text: PageText, said: string): string[] => (said.trim() ? text.values.filter((name) => !holes(said).includes(name)) : []);

export interface Group {
  /** A page's id, or `channels`: what channels are called on several of them. */
  id: string;
  texts: PageText[];
}

/** The texts by the first page that shows them, and the names of channels at the end. */
export function groups(pages: readonly PageShown[], texts: readonly PageText[]): Group[] {
  const left = new Map(texts.map((text) => [text.name, text]));
  const take = (names: readonly string[]) =>
    names.flatMap((name) => {
      const found = left.get(name);
      left.delete(name);
      return found ? [found] : [];
    });
  const channels = take(CHANNELS);
  const out = pages.map((page) => ({ id: page.id, texts: take(page.texts) }));
  return [...out, { id: 'channels', texts: channels }].filter((group) => group.texts.length > 0);
}

/** A page on which a text can be seen: the one that is shown, if it is on it. */
export function pageWith(pages: readonly PageShown[], name: string, shown: string): string {
  const has = (page: PageShown) => page.texts.includes(name);
  return (pages.find((page) => page.id === shown && has(page)) ?? pages.find(has))?.id ?? shown;
}

/** Whether a text is meant by what is searched: its name, what is built in, or what is said. */
export function fits(text: PageText, own: Record<string, string>, sought: string): boolean {
  const needle = sought.trim().toLowerCase();
  return [text.name, text.en, text.de, own[text.name] ?? ''].some((of) => of.toLowerCase().includes(needle));
}
