/**
 * The visual builder's model: a tree of groups and conditions that people can change, made from a rule's blocks and turned
 * back into them. What has no condition of its own stays as it is, as a `raw` condition, so nothing is ever lost.
 */
import type { EventQuery, Expr, Field, Literal, Measure, MembersTest, Op, Operand, TextTest, Window } from './ir';

export type FieldTest = Op | TextTest | 'in' | 'contains_any' | 'contains_all' | 'has' | 'missing';

/** Whose field it is: the customer's, their account's, or in a filter the event's. */
export type Of = 'trait' | 'account' | 'event';

/** A test of one field. */
export interface FieldCondition {
  kind: 'field';
  of: Of;
  name: string;
  test: FieldTest;
  value: Literal | Literal[];
}

/** How many members the account has, or of how many accounts somebody is. */
export interface AccountsCondition {
  kind: 'accounts';
  measure: 'account_members' | 'accounts';
  op: Op;
  value: number;
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
  | AccountsCondition
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

/** An empty test of a field. */
export const freshField = (of: Of): FieldCondition => ({ kind: 'field', of, name: '', test: '==', value: '' });

/** A new condition of a kind, with what is asked most. */
export function fresh(kind: Condition['kind']): Condition {
  switch (kind) {
    case 'field':
      return freshField('trait');
    case 'accounts':
      return { kind, measure: 'account_members', op: '>=', value: 2 };
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

/** Tests whose value is a list. */
const LISTS: readonly FieldTest[] = ['in', 'contains_any', 'contains_all'];
export const takesList = (test: FieldTest): boolean => LISTS.includes(test);

function fieldCondition(e: Expr, allowed: Of[]): FieldCondition | null {
  const make = (field: Field | null, test: FieldTest, value: Literal | Literal[]): FieldCondition | null => {
    const [of, name] = Object.entries(field ?? {})[0] ?? [];
    return allowed.includes(of as Of) ? { kind: 'field', of: of as Of, name: name as string, test, value } : null;
  };
  const ofOperand = (o: Operand): Field | null => (typeof o === 'object' && 'field' in o ? o.field : null);
  if ('compare' in e) {
    const { left, op, right } = e.compare;
    if (typeof right !== 'object' || !('literal' in right)) return null;
    return make(ofOperand(left), op, right.literal);
  }
  if ('in' in e) return make(ofOperand(e.in.value), 'in', e.in.list);
  if ('members' in e) return make(e.members.value, `contains_${e.members.test}`, e.members.list);
  if ('text' in e) return make(e.text.value, e.text.test, e.text.argument);
  if ('has' in e) return make(e.has, 'has', null);
  if ('not' in e && 'has' in e.not) return make(e.not.has, 'missing', null);
  return null;
}

/** `account_members() >= 10`. */
function accountsCondition(e: Expr): AccountsCondition | null {
  if (!('compare' in e)) return null;
  const { left, op, right } = e.compare;
  if (left !== 'accounts' && left !== 'account_members') return null;
  if (typeof right !== 'object' || !('literal' in right) || typeof right.literal !== 'number') return null;
  return { kind: 'accounts', measure: left, op, value: right.literal };
}

function filtersOf(filter: Expr | undefined): FieldCondition[] | null {
  if (!filter) return [];
  const parts = 'all' in filter ? filter.all : [filter];
  const read = parts.map((p) => fieldCondition(p, ['event']));
  return read.every((r) => r !== null) ? (read as FieldCondition[]) : null;
}

/** Whether a window has a form: one length of time, or dates. */
function isPlain({ within_ms, from, until, calendar, since }: Window): boolean {
  const dates = from !== undefined || until !== undefined;
  return !calendar && !since && !(dates && within_ms !== undefined);
}

function eventCondition(q: EventQuery, how: EventCondition['how'], op: Op, value: number): EventCondition | null {
  const filters = filtersOf(q.filter);
  if (!filters || !isPlain(q.window ?? {})) return null;
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
  if ('sequence' in e) {
    const { steps, within_ms, recent_ms } = e.sequence;
    const names = steps.filter((s) => typeof s === 'string');
    if (recent_ms === undefined && names.length === steps.length) return { kind: 'sequence', steps: names, within_ms };
  }
  return measured(e) ?? agoCondition(e) ?? fieldCondition(e, ['trait', 'account']) ?? accountsCondition(e) ?? { kind: 'raw', expr: e };
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

function fieldExpr(c: FieldCondition): Expr {
  const field = { [c.of]: c.name } as Field;
  const [one, list] = Array.isArray(c.value) ? [c.value[0] ?? null, c.value] : [c.value, [c.value]];
  switch (c.test) {
    case 'has':
      return { has: field };
    case 'missing':
      return { not: { has: field } };
    case 'in':
      return { in: { value: { field }, list } };
    case 'contains_any':
    case 'contains_all':
      return { members: { value: field, test: c.test.slice('contains_'.length) as MembersTest, list } };
    case 'contains':
    case 'starts_with':
    case 'ends_with':
    case 'equals_ignore_case':
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
  const filters = c.filters.filter(isComplete).map(fieldExpr);
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
      return fieldExpr(c);
    case 'accounts':
      return { compare: { left: c.measure, op: c.op, right: { literal: c.value } } };
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
      return node.name !== '' && (!takesList(node.test) || (Array.isArray(node.value) && node.value.length > 0));
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

/** Whether nothing of a condition is left out of the rule, its filters included. */
export const isFinished = (c: Condition): boolean => isComplete(c) && (c.kind !== 'events' || c.filters.every(isComplete));

/** How many conditions of a tree are left out of the rule, whole or in part. */
export const unfinishedIn = (group: Group): number => group.items.reduce((n, item) => n + (item.kind === 'group' ? unfinishedIn(item) : isFinished(item) ? 0 : 1), 0);

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
