import { useState } from 'react';
import { t } from '@/i18n';
import { doubles, freeName, recordOf, type Row } from './rows';
import { useUnfinished } from './unfinished';

const print = (of: unknown) => JSON.stringify(of ?? {});

/** The rows of names with a value each, told to `tell` as often as they say something that can be; what comes from elsewhere replaces them. */
export function useRows<T>(value: Record<string, T> | undefined, tell: (next: Record<string, T> | undefined) => void) {
  const [held, setHeld] = useState<{ rows: Row<T>[]; told: string }>(() => ({ rows: Object.entries(value ?? {}), told: print(value) }));
  const isForeign = held.told !== print(value);
  if (isForeign) setHeld({ rows: Object.entries(value ?? {}), told: print(value) });
  const rows = isForeign ? Object.entries(value ?? {}) : held.rows;
  const put = (next: Row<T>[]) => {
    const said = recordOf(next);
    setHeld({ rows: next, told: said === null ? held.told : print(said) });
    if (said !== null && print(said) !== held.told) tell(Object.keys(said).length > 0 ? said : undefined);
  };
  const same = doubles(rows);
  useUnfinished(same.size > 0 ? t('Two rows have the same name.') : null);
  return {
    rows,
    rename: (at: number, name: string) => put(rows.map((row, i) => (i === at ? [name, row[1]] : row))),
    set: (at: number, next: T) => put(rows.map((row, i) => (i === at ? [row[0], next] : row))),
    remove: (at: number) => put(rows.filter((_, i) => i !== at)),
    add: (name: string, first: T) => put([...rows, [freeName(rows, name), first]]),
    /** What is wrong with the name of a row. */
    fault: (at: number) => (same.has(at) ? t('Another row has this name.') : undefined),
  };
}
