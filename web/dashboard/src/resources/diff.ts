/** What differs between two documents: each place with what it was and what it is. */
export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

/** The members of a list by their ids, when all of them have one of their own. */
function byId(list: unknown[]): Map<string, unknown> | null {
  const ids = list.map((v) => (isObject(v) && typeof v.id === 'string' ? v.id : null));
  if (ids.some((id) => id === null) || new Set(ids).size !== ids.length) return null;
  return new Map(list.map((v, i) => [ids[i] as string, v]));
}

export function difference(before: unknown, after: unknown, path = ''): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => difference(before[key], after[key], path ? `${path}.${key}` : key));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const [a, b] = [byId(before), byId(after)];
    if (a && b) {
      const ids = [...new Set([...a.keys(), ...b.keys()])];
      const moved = [...a.keys()].filter((id) => b.has(id)).join() !== [...b.keys()].filter((id) => a.has(id)).join();
      const order: Difference[] = moved ? [{ path: `${path} (order)`, before: [...a.keys()], after: [...b.keys()] }] : [];
      return [...order, ...ids.flatMap((id) => difference(a.get(id), b.get(id), `${path}[${id}]`))];
    }
    const longest = Math.max(before.length, after.length);
    return Array.from({ length: longest }, (_, i) => difference(before[i], after[i], `${path}[${i}]`)).flat();
  }
  return [{ path: path || '.', before, after }];
}

export interface Line {
  kind: 'same' | 'less' | 'more';
  text: string;
}

/** Beyond this many lines a text is shown as taken away and put in as a whole. */
const MAX_LINES = 2_000;

/** Two texts line by line, by the longest common subsequence. */
export function lines(before: string, after: string): Line[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  if (a.length * b.length > MAX_LINES * MAX_LINES) {
    return [...a.map((text): Line => ({ kind: 'less', text })), ...b.map((text): Line => ({ kind: 'more', text }))];
  }
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = longest[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const out: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push({ kind: 'same', text: a[i] ?? '' });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      out.push({ kind: 'less', text: a[i] ?? '' });
      i += 1;
    } else {
      out.push({ kind: 'more', text: b[j] ?? '' });
      j += 1;
    }
  }
  return out;
}
