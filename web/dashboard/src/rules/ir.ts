/** The block form of a rule, as `docs/specs/rules.md` describes it and `/api/v1/rules/check` answers it. */
export type Literal = null | boolean | number | string;
export type Field = { trait: string } | { account: string } | { event: string };
export type Op = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type TextTest = 'contains' | 'starts_with' | 'ends_with' | 'equals_ignore_case' | 'matches';
export type MembersTest = 'any' | 'all';

export type Measure =
  | 'count'
  | 'exists'
  | 'first'
  | 'last'
  | 'days'
  | 'local_days'
  | { sum: string }
  | { min: string }
  | { max: string }
  | { avg: string }
  | { distinct: string }
  | { first_value: string }
  | { last_value: string }
  | { most_frequent: string }
  | { values: string };

export interface Window {
  within_ms?: number;
  from?: number;
  until?: number;
  calendar?: { unit: 'day' | 'week' | 'month'; count: number };
  since?: { trait: string; for_ms?: number };
}

export interface EventQuery {
  names?: string[];
  window?: Window;
  filter?: Expr;
  measure: Measure;
}

/** A step of a sequence that says more than a name. */
export interface StepEvents {
  names?: string[];
  filter?: Expr;
  absent?: boolean;
  within_ms?: number;
}

export interface Sequence {
  steps: (string | StepEvents)[];
  within_ms: number;
  recent_ms?: number;
}

export type Operand =
  | { literal: Literal }
  | { field: Field }
  | { size: Field }
  | { date: Field }
  | { instant: number }
  | { duration_ms: number }
  | 'now'
  | 'today'
  | { events: EventQuery }
  | { score: string }
  | 'accounts'
  | 'account_members'
  | { version: Field }
  | { version_literal: string }
  | { distance_km: { value: Field; latitude: number; longitude: number } }
  | { segment_since: string }
  | { add: [Operand, Operand] }
  | { subtract: [Operand, Operand] }
  | { multiply: [Operand, Operand] }
  | { divide: [Operand, Operand] };

export type Expr =
  | { const: boolean }
  | { all: Expr[] }
  | { any: Expr[] }
  | { not: Expr }
  | { compare: { left: Operand; op: Op; right: Operand } }
  | { in: { value: Operand; list: Literal[] } }
  | { members: { value: Field; test: MembersTest; list: Literal[] } }
  | { text: { value: Field; test: TextTest; argument: string } }
  | { has: Field }
  | { exists: EventQuery }
  | { sequence: Sequence }
  | { in_segment: string }
  | { consent: { channel: string; topic?: string } }
  | { bucket: { salt: string; from: number; to: number } };
