/** Putting rows in order by one of their columns. */
export interface Sorting {
  /** The column, by its key. */
  by: string;
  down: boolean;
}

/** As it stands in an address: `name`, or `-changed` for the other direction. */
export const readSorting = (text: string): Sorting => (text.startsWith('-') ? { by: text.slice(1), down: true } : { by: text, down: false });
export const writeSorting = ({ by, down }: Sorting): string => `${down ? '-' : ''}${by}`;

export type SortValue = string | number | null;

/** The rows in the order of what `of` finds; what has no value comes last in either direction. Words are compared as people order them. */
export function sorted<T>(rows: T[], of: (row: T) => SortValue, down: boolean, language?: string): T[] {
  const words = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
  const order = (a: SortValue, b: SortValue) => (typeof a === 'number' && typeof b === 'number' ? a - b : words.compare(String(a), String(b)));
  return [...rows].sort((x, y) => {
    const [a, b] = [of(x), of(y)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return down ? order(b, a) : order(a, b);
  });
}
