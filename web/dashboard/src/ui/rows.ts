/** Names with a value each while they are written: rows may bear the same name, or none, for a while. */

export type Row<T> = [name: string, value: T];

/** The rows whose name another one has too. */
export function doubles<T>(rows: Row<T>[]): Set<number> {
  const has = (name: string, but: number) => rows.some(([other], i) => i !== but && other === name);
  return new Set(rows.flatMap(([name], i) => (name !== '' && has(name, i) ? [i] : [])));
}

/** What the rows say, those without a name left out; null while two have the same. */
export function recordOf<T>(rows: Row<T>[]): Record<string, T> | null {
  return doubles(rows).size > 0 ? null : Object.fromEntries(rows.filter(([name]) => name !== ''));
}

/** A name no row has: `name`, `name2`, `name3`. */
export function freeName<T>(rows: Row<T>[], name: string): string {
  const names = new Set(rows.map(([other]) => other));
  let free = name;
  for (let n = 2; names.has(free); n += 1) free = `${name}${n}`;
  return free;
}
