/** Ids for names, in whatever script these are written. */

/** Latin letters that are no letter with a mark. */
const LETTERS: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' };
const LONGEST = 64;

/** A short text that stands for a longer one: the same each time, another one for another text (32 bits of FNV-1a). */
export function mark(name: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(36).padStart(7, '0');
}

/**
 * The id a name suggests: its Latin letters and digits. A name with letters of other scripts, or with none at all, gets a mark made of
 * the whole name, so that it has an id, and another one than the next such name. Only an empty name has none.
 */
export function slugOf(name: string): string {
  const whole = name.trim().normalize('NFKC').toLowerCase();
  if (!whole) return '';
  const plain = whole.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter] ?? '');
  const slug = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  const isLossy = !slug || /[^a-z0-9\P{L}]|[^a-z0-9\P{N}]/u.test(plain);
  const tail = isLossy ? `-${mark(whole)}` : '';
  return `${(slug || 'id').slice(0, LONGEST - tail.length).replace(/-+$/, '')}${tail}`;
}

/** The next id after one that is taken: `buyers`, `buyers-2`, `buyers-3`. */
export function nextId(id: string, between = '-'): string {
  const [, name = id, n] = new RegExp(`^(.+)${between}(\\d+)$`).exec(id) ?? [];
  const tail = `${between}${n ? Number(n) + 1 : 2}`;
  return `${name.slice(0, LONGEST - tail.length)}${tail}`;
}
