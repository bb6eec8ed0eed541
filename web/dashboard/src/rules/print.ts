/** Blocks as text: what the server reads back as the same blocks. */
import type { EventQuery, Expr, Field, Literal, Measure, Operand, Sequence, StepEvents, Window } from './ir';

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
const list = (values: Literal[]): string => `[${values.map(literal).join(', ')}]`;

const ROOTS = { trait: 'traits', account: 'account', event: 'e' } as const;
const RESERVED = ['in', 'true', 'false', 'null'];

export function printField(field: Field): string {
  const [kind, path] = Object.entries(field)[0] as [keyof typeof ROOTS, string];
  const part = (p: string) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(p) && !RESERVED.includes(p) ? `.${p}` : `[${quote(p)}]`);
  return ROOTS[kind] + path.split('.').map(part).join('');
}

function measure(of: Measure): string {
  if (typeof of === 'string') return `.${of}()`;
  const [name, property] = Object.entries(of)[0] as [string, string];
  const written: Record<string, string> = { first_value: 'first', last_value: 'last' };
  return `.${call(written[name] ?? name, property)}`;
}

function window({ within_ms, from, until, calendar, since }: Window): string {
  let out = '';
  if (from !== undefined && until !== undefined) out += call('.between', instant(from), instant(until));
  else if (from !== undefined) out += call('.after', instant(from));
  else if (until !== undefined) out += call('.before', instant(until));
  if (within_ms !== undefined) out += call('.within', printDuration(within_ms));
  if (calendar) out += `.within_${calendar.unit}s(${calendar.count})`;
  if (since) out += `.since(date(${printField({ trait: since.trait })})${since.for_ms === undefined ? '' : `, ${quote(printDuration(since.for_ms))}`})`;
  return out;
}

const filter = (of: Expr | undefined): string => (of ? `.filter(e, ${printExpr(of)})` : '');
const query = (q: EventQuery): string => call('events', ...(q.names ?? [])) + window(q.window ?? {}) + filter(q.filter) + measure(q.measure);

function step(of: string | StepEvents): string {
  if (typeof of === 'string') return quote(of);
  const within = of.within_ms === undefined ? '' : call('.within', printDuration(of.within_ms));
  return (of.absent ? '!' : '') + call('events', ...(of.names ?? [])) + within + filter(of.filter);
}

function sequence({ steps, within_ms, recent_ms }: Sequence): string {
  const recent = recent_ms === undefined ? '' : call('.within', printDuration(recent_ms));
  return `sequence([${steps.map(step).join(', ')}], ${quote(printDuration(within_ms))})${recent}`;
}

const SIGNS = { add: '+', subtract: '-', multiply: '*', divide: '/' } as const;
type Sign = keyof typeof SIGNS;

/** The sign of a calculation and its two sides. */
function calculation(o: Operand): [Sign, [Operand, Operand]] | null {
  if (typeof o === 'string') return null;
  const [name, sides] = Object.entries(o)[0] as [string, unknown];
  return name in SIGNS ? [name as Sign, sides as [Operand, Operand]] : null;
}

/** Products bind before sums, and of equals the left one first. */
function arithmetic(sign: Sign, [a, b]: [Operand, Operand]): string {
  const tight = (of: Sign | undefined) => of === 'multiply' || of === 'divide';
  const term = (of: Operand, right: boolean) => {
    const inner = calculation(of)?.[0];
    const brackets = inner !== undefined && (tight(sign) ? right || !tight(inner) : right && !tight(inner));
    return brackets ? `(${operand(of)})` : operand(of);
  };
  return `${term(a, false)} ${SIGNS[sign]} ${term(b, true)}`;
}

function operand(o: Operand): string {
  if (typeof o === 'string') return `${o}()`;
  if ('literal' in o) return literal(o.literal);
  if ('field' in o) return printField(o.field);
  if ('size' in o) return `size(${printField(o.size)})`;
  if ('date' in o) return `date(${printField(o.date)})`;
  if ('instant' in o) return call('date', instant(o.instant));
  if ('duration_ms' in o) return call('duration', printDuration(o.duration_ms));
  if ('events' in o) return query(o.events);
  if ('score' in o) return call('score', o.score);
  if ('version' in o) return `semver(${printField(o.version)})`;
  if ('version_literal' in o) return call('semver', o.version_literal);
  if ('distance_km' in o) return `distance(${printField(o.distance_km.value)}, ${o.distance_km.latitude}, ${o.distance_km.longitude})`;
  if ('segment_since' in o) return call('segment_since', o.segment_since);
  return arithmetic(...(calculation(o) as [Sign, [Operand, Operand]]));
}

const isJunction = (e: Expr): boolean => 'all' in e || 'any' in e;
const bracketed = (e: Expr, brackets: boolean): string => (brackets ? `(${printExpr(e)})` : printExpr(e));
const joined = (parts: Expr[], between: string, empty: string): string =>
  parts.map((p) => bracketed(p, isJunction(p))).join(between) || empty;

const TEXT_TESTS = { contains: 'contains', starts_with: 'startsWith', ends_with: 'endsWith', equals_ignore_case: 'equalsIgnoreCase', matches: 'matches' };
const MEMBERS_TESTS = { any: 'containsAny', all: 'containsAll' };

export function printExpr(e: Expr): string {
  if ('const' in e) return String(e.const);
  if ('all' in e) return joined(e.all, ' && ', 'true');
  if ('any' in e) return joined(e.any, ' || ', 'false');
  if ('not' in e) {
    const inner = e.not;
    return `!${bracketed(inner, isJunction(inner) || 'not' in inner || 'compare' in inner || 'in' in inner)}`;
  }
  if ('compare' in e) return `${operand(e.compare.left)} ${e.compare.op} ${operand(e.compare.right)}`;
  if ('in' in e) return `${operand(e.in.value)} in ${list(e.in.list)}`;
  if ('members' in e) return `${printField(e.members.value)}.${MEMBERS_TESTS[e.members.test]}(${list(e.members.list)})`;
  if ('text' in e) return `${printField(e.text.value)}.${call(TEXT_TESTS[e.text.test], e.text.argument)}`;
  if ('has' in e) return `has(${printField(e.has)})`;
  if ('exists' in e) return query(e.exists);
  if ('sequence' in e) return sequence(e.sequence);
  if ('in_segment' in e) return call('in_segment', e.in_segment);
  if ('consent' in e) return call('consent', e.consent.channel, ...(e.consent.topic ? [e.consent.topic] : []));
  return `bucket(${quote(e.bucket.salt)}, ${e.bucket.from}, ${e.bucket.to})`;
}
