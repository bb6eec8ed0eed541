/** Blocks as text: what the server reads back as the same blocks. */
import type { EventQuery, Expr, Field, Literal, Measure, Operand } from './ir';

const DAY_MS = 86_400_000;
const UNITS: [string, number][] = [['d', DAY_MS], ['h', 3_600_000], ['m', 60_000], ['s', 1000], ['ms', 1]];

/** `1d12h`; zero is `0s`. */
export function printDuration(ms: number): string {
  let rest = Math.round(ms);
  let out = '';
  for (const [unit, size] of UNITS) {
    const n = Math.floor(rest / size);
    if (n > 0) out += `${n}${unit}`;
    rest -= n * size;
  }
  return out || '0s';
}

/** The milliseconds of `1d12h`, or `null`. */
export function parseDuration(text: string): number | null {
  const sizes: Record<string, number> = { w: 7 * DAY_MS, d: DAY_MS, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const trimmed = text.trim();
  if (!/^(\d+(\.\d+)?(ms|[smhdw]))+$/.test(trimmed)) return null;
  let total = 0;
  for (const [, n, , unit] of trimmed.matchAll(/(\d+(\.\d+)?)(ms|[smhdw])/g)) total += Number(n) * (sizes[unit ?? ''] ?? 0);
  return total;
}

/** A date when it is midnight UTC, else RFC 3339. */
function instant(ms: number): string {
  const text = new Date(ms).toISOString();
  return ms % DAY_MS === 0 ? text.slice(0, 10) : text;
}

const quote = (text: string): string => JSON.stringify(text);
const call = (name: string, ...args: string[]): string => `${name}(${args.map(quote).join(', ')})`;
const literal = (value: Literal): string => (typeof value === 'string' ? quote(value) : String(value));

export function printField(field: Field): string {
  const [root, path] = 'trait' in field ? ['traits', field.trait] : ['e', field.event];
  const reserved = ['in', 'true', 'false', 'null'];
  const part = (p: string) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(p) && !reserved.includes(p) ? `.${p}` : `[${quote(p)}]`);
  return root + path.split('.').map(part).join('');
}

function measure(of: Measure): string {
  if (typeof of === 'string') return `.${of}()`;
  const [name, property] = Object.entries(of)[0] as [string, string];
  return `.${call(name, property)}`;
}

function query(q: EventQuery): string {
  const { within_ms, from, until } = q.window ?? {};
  let out = call('events', ...(q.names ?? []));
  if (from !== undefined && until !== undefined) out += call('.between', instant(from), instant(until));
  else if (from !== undefined) out += call('.after', instant(from));
  else if (until !== undefined) out += call('.before', instant(until));
  if (within_ms !== undefined) out += call('.within', printDuration(within_ms));
  if (q.filter) out += `.filter(e, ${printExpr(q.filter)})`;
  return out + measure(q.measure);
}

function operand(o: Operand): string {
  if (o === 'now' || o === 'today') return `${o}()`;
  if ('literal' in o) return literal(o.literal);
  if ('field' in o) return printField(o.field);
  if ('size' in o) return `size(${printField(o.size)})`;
  if ('date' in o) return `date(${printField(o.date)})`;
  if ('instant' in o) return call('date', instant(o.instant));
  if ('duration_ms' in o) return call('duration', printDuration(o.duration_ms));
  if ('events' in o) return query(o.events);
  if ('score' in o) return call('score', o.score);
  const [sign, [a, b]] = 'add' in o ? ['+', o.add] : ['-', o.subtract];
  const compound = typeof b === 'object' && ('add' in b || 'subtract' in b);
  return `${operand(a)} ${sign} ${compound ? `(${operand(b)})` : operand(b)}`;
}

const isJunction = (e: Expr): boolean => 'all' in e || 'any' in e;
const bracketed = (e: Expr, brackets: boolean): string => (brackets ? `(${printExpr(e)})` : printExpr(e));
const joined = (parts: Expr[], between: string, empty: string): string =>
  parts.map((p) => bracketed(p, isJunction(p))).join(between) || empty;

export function printExpr(e: Expr): string {
  if ('const' in e) return String(e.const);
  if ('all' in e) return joined(e.all, ' && ', 'true');
  if ('any' in e) return joined(e.any, ' || ', 'false');
  if ('not' in e) {
    const inner = e.not;
    return `!${bracketed(inner, isJunction(inner) || 'not' in inner || 'compare' in inner || 'in' in inner)}`;
  }
  if ('compare' in e) return `${operand(e.compare.left)} ${e.compare.op} ${operand(e.compare.right)}`;
  if ('in' in e) return `${operand(e.in.value)} in [${e.in.list.map(literal).join(', ')}]`;
  if ('text' in e) {
    const names = { contains: 'contains', starts_with: 'startsWith', ends_with: 'endsWith', matches: 'matches' };
    return `${printField(e.text.value)}.${call(names[e.text.test], e.text.argument)}`;
  }
  if ('has' in e) return `has(${printField(e.has)})`;
  if ('exists' in e) return query(e.exists);
  if ('sequence' in e) return `sequence([${e.sequence.steps.map(quote).join(', ')}], ${quote(printDuration(e.sequence.within_ms))})`;
  if ('in_segment' in e) return call('in_segment', e.in_segment);
  if ('consent' in e) return call('consent', e.consent.channel, ...(e.consent.topic ? [e.consent.topic] : []));
  return `bucket(${quote(e.bucket.salt)}, ${e.bucket.from}, ${e.bucket.to})`;
}
