/** What customers are searched by, and the calls that find and count them. */
import { api, data, type Schemas } from '@/api/client';
import { printField } from '@/rules/print';
import { parseValue } from './traits';

export interface Search {
  q: string;
  kind: 'all' | 'known' | 'anonymous';
  hasEmail: boolean;
  sort: 'last_seen' | 'id';
  /** A live segment's id; empty for everybody. */
  segment: string;
  /** A rule; empty for everybody. */
  rule: string;
}

/** How a trait is compared, as addresses have it, and what people read. */
export const COMPARED: { op: string; title: string }[] = [
  { op: 'is', title: 'is' },
  { op: 'not', title: 'is not' },
  { op: 'has', title: 'is there' },
  { op: 'least', title: 'is at least' },
  { op: 'most', title: 'is at most' },
];

const OPERATORS: Record<string, string> = { is: '==', not: '!=', least: '>=', most: '<=' };

/** The rule that a trait compares so; empty while something is missing. */
export function ruleOf(trait: string | undefined, op: string, value: string | undefined): string {
  if (!trait) return '';
  const field = printField({ trait });
  if (op === 'has') return `has(${field})`;
  const operator = OPERATORS[op];
  const typed = parseValue(value ?? '');
  if (!operator || typed === null) return '';
  const literal = typeof typed === 'number' || typeof typed === 'boolean' ? String(typed) : JSON.stringify(typeof typed === 'string' ? typed : value);
  return `${field} ${operator} ${literal}`;
}

/** Who is meant, as the API takes it. */
export function matchingOf({ q, kind, hasEmail, segment, rule }: Search): Schemas['Matching'] {
  return {
    ...(q ? { q } : {}),
    ...(kind === 'all' ? {} : { known: kind === 'known' }),
    ...(hasEmail ? { has_email: true } : {}),
    ...(segment ? { segment } : {}),
    ...(rule ? { rule } : {}),
  };
}

type Query = { q?: string; known?: boolean; has_email?: boolean; segment?: string; rule?: string };

export function searchProfiles(search: Search, cursor: string | undefined, limit: number, signal?: AbortSignal) {
  const query = { ...(matchingOf(search) as Query), ...(cursor ? { cursor } : {}), sort: search.sort, limit };
  return data(api.GET('/api/v1/profiles', { params: { query }, ...(signal ? { signal } : {}) }));
}

export async function countProfiles(search: Search, signal?: AbortSignal): Promise<number> {
  const { count } = await data(api.GET('/api/v1/profiles/count', { params: { query: matchingOf(search) as Query }, ...(signal ? { signal } : {}) }));
  return count;
}
