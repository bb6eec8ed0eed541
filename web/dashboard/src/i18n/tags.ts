/** Languages of texts that customers read, by their tags (BCP 47): the server's rules for them, and what they are called. */
import { language } from '.';

/** From the exact tag to the language, in lower case: `de-AT` is `de-at`, `de`. Nothing for what is no tag. */
export function chain(locale: string): string[] {
  const tag = locale.trim().replaceAll('_', '-').toLowerCase();
  if (!isTag(tag)) return [];
  const parts = tag.split('-');
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('-'));
}

/** Whether it can name a language: `fr`, `pt-br`, `zh-hant-tw`. */
export function isTag(text: string): boolean {
  return text.length <= 35 && /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i.test(text);
}

/** What a language is called in the present one; its tag when nobody knows. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([language()], { type: 'language', fallback: 'code' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** Languages that are offered before anybody types a tag. */
const USUAL = [
  'ar', 'bg', 'bn', 'bs', 'ca', 'cs', 'da', 'de', 'de-at', 'de-ch', 'el', 'en', 'en-gb', 'en-us', 'es', 'es-mx', 'et', 'fa', 'fi', 'fr', 'fr-ca', 'fr-ch', 'he', 'hi', 'hr', 'hu', 'id', 'it', 'ja', 'ko',
  'lt', 'lv', 'mk', 'ms', 'nb', 'nl', 'nl-be', 'pl', 'pt', 'pt-br', 'ro', 'ru', 'sk', 'sl', 'sq', 'sr', 'sv', 'th', 'tr', 'uk', 'ur', 'vi', 'zh-hans', 'zh-hant',
];

/** What can be added beside the languages that are there: the usual ones by name, and any tag that is typed. */
export function offered(there: readonly string[], typed: string): { value: string; label: string }[] {
  const taken = new Set(there.map((tag) => tag.toLowerCase()));
  const tag = typed.trim().replaceAll('_', '-').toLowerCase();
  const all = isTag(tag) && !USUAL.includes(tag) ? [...USUAL, tag] : USUAL;
  return all
    .filter((x) => !taken.has(x))
    .map((value) => ({ value, label: languageName(value) === value ? value : `${languageName(value)} (${value})` }))
    .sort((a, b) => a.label.localeCompare(b.label));
}
