/**
 * The visual builder's model: a tree of groups and conditions that people can change, made from a rule's blocks and turned
 * back into them. What has no condition of its own stays as it is, as a `raw` condition, so nothing is ever lost.
 */
import type { EventQuery, Expr, Field, Literal, Measure, Op, Operand, TextTest, Window } from './ir';

export type FieldTest = Op | TextTest | 'in' | 'has' | 'missing';

/** A test of one field: a trait, or in an event's filter a property. */
export interface FieldCondition {
  kind: 'field';
  name: string;
  test: FieldTest;
  value: Literal | Literal[];
}

export interface EventCondition {
  kind: 'events';
  names: string[];
  /** `did` and `did_not` ask for existence, the others compare a measure. */
  how: 'did' | 'did_not' | 'count' | 'sum' | 'min' | 'max' | 'avg' | 'distinct' | 'days';
  property: string;
  op: Op;
  value: number;
  window: Window;
  /** All of these must hold for an event to count. */
  filters: FieldCondition[];
}

export interface AgoCondition {
  kind: 'ago';
  /** The last or first such event, or a date trait. */
  of: 'first' | 'last';
  names: string[];
  /** Longer (`>`) or shorter (`<`) ago than this. */
  op: '>' | '<';
  ms: number;
}

export interface SegmentCondition {
  kind: 'segment';
  id: string;
  in: boolean;
}

export interface ConsentCondition {
  kind: 'consent';
  channel: string;
  topic: string;
  given: boolean;
}

export interface SequenceCondition {
  kind: 'sequence';
  steps: string[];
  within_ms: number;
}

export interface RawCondition {
  kind: 'raw';
  expr: Expr;
}

export type Condition =
  | FieldCondition
  | EventCondition
  | AgoCondition
  | SegmentCondition
  | ConsentCondition
  | SequenceCondition
  | RawCondition;

export interface Group {
  kind: 'group';
  join: 'all' | 'any';
  items: Node[];
}

export type Node = Group | Condition;

export const emptyGroup = (): Group => ({ kind: 'group', join: 'all', items: [] });

const DAY_MS = 86_400_000;

/** A new condition of a kind, with what is asked most. */
export function fresh(kind: Condition['kind']): Condition {
  switch (kind) {
    case 'field':
      return { kind, name: '', test: '==', value: '' };
    case 'ago':
      return { kind, of: 'last', names: [], op: '>', ms: 90 * DAY_MS };
    case 'segment':
      return { kind, id: '', in: true };
    case 'consent':
      return { kind, channel: 'email', topic: '', given: true };
    case 'sequence':
      return { kind, steps: ['', ''], within_ms: DAY_MS };
    case 'raw':
      return { kind, expr: { const: true } };
    default:
      return { kind: 'events', names: [], how: 'did', property: '', op: '>=', value: 1, window: { within_ms: 30 * DAY_MS }, filters: [] };
  }
}

const MEASURED = ['sum', 'min', 'max', 'avg', 'distinct'] as const;

function fieldCondition(e: Expr, root: 'trait' | 'event'): FieldCondition | null {
  const nameOf = (f: Field): string | null => (root in f ? ((f as Record<string, string>)[root] ?? null) : null);
  const ofOperand = (o: Operand): string | null => (typeof o === 'object' && 'field' in o ? nameOf(o.field) : null);
  const make = (name: string | null, test: FieldTest, value: Literal | Literal[]): FieldCondition | null =>
    name === null ? null : { kind: 'field', name, test, value };
  if ('compare' in e) {
    const { left, op, right } = e.compare;
    if (typeof right !== 'object' || !('literal' in right)) return null;
    return make(ofOperand(left), op, right.literal);
  }
  if ('in' in e) return make(ofOperand(e.in.value), 'in', e.in.list);
  if ('text' in e) return make(nameOf(e.text.value), e.text.test, e.text.argument);
  if ('has' in e) return make(nameOf(e.has), 'has', null);
  if ('not' in e && 'has' in e.not) return make(nameOf(e.not.has), 'missing', null);
  return null;
}

function filtersOf(filter: Expr | undefined): FieldCondition[] | null {
  if (!filter) return [];
  const parts = 'all' in filter ? filter.all : [filter];
  const read = parts.map((p) => fieldCondition(p, 'event'));
  return read.every((r) => r !== null) ? (read as FieldCondition[]) : null;
}

function eventCondition(q: EventQuery, how: EventCondition['how'], op: Op, value: number): EventCondition | null {
  const filters = filtersOf(q.filter);
  if (!filters) return null;
  const property = typeof q.measure === 'object' ? (Object.values(q.measure)[0] ?? '') : '';
  return { kind: 'events', names: q.names ?? [], how, property, op, value, window: q.window ?? {}, filters };
}

function measured(e: Expr): EventCondition | null {
  if (!('compare' in e)) return null;
  const { left, op, right } = e.compare;
  if (typeof left !== 'object' || !('events' in left)) return null;
  if (typeof right !== 'object' || !('literal' in right) || typeof right.literal !== 'number') return null;
  const m = left.events.measure;
  const how = typeof m === 'string' ? m : Object.keys(m)[0];
  if (how !== 'count' && how !== 'days' && !MEASURED.includes(how as (typeof MEASURED)[number])) return null;
  return eventCondition(left.events, how as EventCondition['how'], op, right.literal);
}

/** `now() - events("A").last() > duration("90d")`. */
function agoCondition(e: Expr): AgoCondition | null {
  if (!('compare' in e)) return null;
  const { left, op, right } = e.compare;
  if ((op !== '>' && op !== '<') || typeof left !== 'object' || !('subtract' in left)) return null;
  if (typeof right !== 'object' || !('duration_ms' in right)) return null;
  const [now, then] = left.subtract;
  if (now !== 'now' || typeof then !== 'object' || !('events' in then)) return null;
  const q = then.events;
  if ((q.measure !== 'first' && q.measure !== 'last') || q.filter || (q.window && Object.keys(q.window).length > 0)) return null;
  return { kind: 'ago', of: q.measure, names: q.names ?? [], op, ms: right.duration_ms };
}

function conditionOf(e: Expr): Condition {
  const negated = 'not' in e ? e.not : null;
  const inner = negated ?? e;
  if ('exists' in inner) {
    const read = eventCondition(inner.exists, negated ? 'did_not' : 'did', '>=', 1);
    if (read) return read;
  }
  if ('in_segment' in inner) return { kind: 'segment', id: inner.in_segment, in: !negated };
  if ('consent' in inner) {
    return { kind: 'consent', channel: inner.consent.channel, topic: inner.consent.topic ?? '', given: !negated };
  }
  if ('sequence' in e) return { kind: 'sequence', steps: e.sequence.steps, within_ms: e.sequence.within_ms };
  return measured(e) ?? agoCondition(e) ?? fieldCondition(e, 'trait') ?? { kind: 'raw', expr: e };
}

function nodeOf(e: Expr): Node {
  if ('all' in e) return { kind: 'group', join: 'all', items: e.all.map(nodeOf) };
  if ('any' in e) return { kind: 'group', join: 'any', items: e.any.map(nodeOf) };
  return conditionOf(e);
}

/** The builder's tree of a rule; its root is always a group. */
export function fromBlocks(when: Expr): Group {
  if ('const' in when && when.const) return emptyGroup();
  const node = nodeOf(when);
  return node.kind === 'group' ? node : { kind: 'group', join: 'all', items: [node] };
}

function fieldExpr(c: FieldCondition, root: 'trait' | 'event'): Expr {
  const field = { [root]: c.name } as Field;
  const one = Array.isArray(c.value) ? (c.value[0] ?? null) : c.value;
  switch (c.test) {
    case 'has':
      return { has: field };
    case 'missing':
      return { not: { has: field } };
    case 'in':
      return { in: { value: { field }, list: Array.isArray(c.value) ? c.value : [c.value] } };
    case 'contains':
    case 'starts_with':
    case 'ends_with':
    case 'matches':
      return { text: { value: field, test: c.test, argument: String(one ?? '') } };
    default:
      return { compare: { left: { field }, op: c.test, right: { literal: one } } };
  }
}

function eventExpr(c: EventCondition): Expr {
  const measure: Measure =
    c.how === 'did' || c.how === 'did_not'
      ? 'exists'
      : c.how === 'count' || c.how === 'days'
        ? c.how
        : ({ [c.how]: c.property } as Measure);
  const filters = c.filters.map((f) => fieldExpr(f, 'event'));
  const query: EventQuery = {
    ...(c.names.length > 0 ? { names: c.names } : {}),
    ...(Object.keys(c.window).length > 0 ? { window: c.window } : {}),
    ...(filters.length === 1 ? { filter: filters[0] as Expr } : filters.length > 1 ? { filter: { all: filters } } : {}),
    measure,
  };
  if (c.how === 'did') return { exists: query };
  if (c.how === 'did_not') return { not: { exists: query } };
  return { compare: { left: { events: query }, op: c.op, right: { literal: c.value } } };
}

function conditionExpr(c: Condition): Expr {
  const maybe = (e: Expr, yes: boolean): Expr => (yes ? e : { not: e });
  switch (c.kind) {
    case 'field':
      return fieldExpr(c, 'trait');
    case 'events':
      return eventExpr(c);
    case 'ago': {
      const then: Operand = { events: { ...(c.names.length > 0 ? { names: c.names } : {}), measure: c.of } };
      return { compare: { left: { subtract: ['now', then] }, op: c.op, right: { duration_ms: c.ms } } };
    }
    case 'segment':
      return maybe({ in_segment: c.id }, c.in);
    case 'consent':
      return maybe({ consent: { channel: c.channel, ...(c.topic ? { topic: c.topic } : {}) } }, c.given);
    case 'sequence':
      return { sequence: { steps: c.steps, within_ms: c.within_ms } };
    case 'raw':
      return c.expr;
  }
}

/** Whether somebody filled in all a condition needs. Unfinished ones are left out of the rule. */
export function isComplete(node: Node): boolean {
  switch (node.kind) {
    case 'group':
      return node.items.some(isComplete);
    case 'field':
      return node.name !== '' && (node.test !== 'in' || (Array.isArray(node.value) && node.value.length > 0));
    case 'events':
      return (MEASURED as readonly string[]).includes(node.how) ? node.property !== '' : true;
    case 'segment':
      return node.id !== '';
    case 'consent':
      return node.channel !== '';
    case 'sequence':
      return node.steps.length >= 2 && node.steps.every((s) => s !== '');
    default:
      return true;
  }
}

function exprOf(node: Node): Expr | null {
  if (!isComplete(node)) return null;
  if (node.kind !== 'group') return conditionExpr(node);
  const parts = node.items.map(exprOf).filter((e): e is Expr => e !== null);
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  // Groups of the same kind are one: so the server reads them, too.
  const key = node.join;
  const flat = parts.flatMap((p) => (key in p ? ((p as Record<string, Expr[]>)[key] ?? []) : [p]));
  return key === 'all' ? { all: flat } : { any: flat };
}

/** The blocks of a tree, in the server's normal form. */
export function toBlocks(group: Group): Expr {
  return exprOf(group) ?? { const: true };
}

/** A tree with the node at `path` (indices from the root) replaced, or removed when `node` is null. */
export function replaceAt(group: Group, path: number[], node: Node | null): Group {
  const [index, ...rest] = path;
  if (index === undefined) return node?.kind === 'group' ? node : group;
  const items = group.items.flatMap((item, i): Node[] => {
    if (i !== index) return [item];
    if (rest.length === 0) return node ? [node] : [];
    return item.kind === 'group' ? [replaceAt(item, rest, node)] : [item];
  });
  return { ...group, items };
}

/** A tree with a node added at the end of the group at `path`. */
export function addAt(group: Group, path: number[], node: Node): Group {
  const [index, ...rest] = path;
  if (index === undefined) return { ...group, items: [...group.items, node] };
  const items = group.items.map((item, i) => (i === index && item.kind === 'group' ? addAt(item, rest, node) : item));
  return { ...group, items };
}
