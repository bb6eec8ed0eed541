/** Without a name what customers did is meant; a star is every event, also what was written about them. */
import { t } from '@/i18n';

/** In the place of an event's name. */
export const EVERY = '*';

/** Whether a list of names asks for every event. */
export const isEvery = (names: unknown): boolean => Array.isArray(names) && names.includes(EVERY);

/** The option in words: the field itself holds the star. */
export const renderEvent = ({ option }: { option: { value: string } }) => (option.value === EVERY ? t('Every event, also what Rapport wrote') : option.value);

/** A star stands alone: the one that was put in last decides. */
export function aloneOrNone(before: readonly string[], next: readonly string[]): string[] {
  if (next.length < 2 || !next.includes(EVERY)) return [...next];
  return before.includes(EVERY) ? next.filter((name) => name !== EVERY) : [EVERY];
}
