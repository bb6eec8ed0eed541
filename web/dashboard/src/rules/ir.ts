/** The block form of a rule, as `docs/specs/rules.md` describes it and `/api/v1/rules/check` answers it. */
export type Literal = null | boolean | number | string;
export type Field = { trait: string } | { event: string };
export type Op = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type TextTest = 'contains' | 'starts_with' | 'ends_with' | 'matches';

export type Measure =
  | 'count'
  | 'exists'
  | 'first'
  | 'last'
  | 'days'
  | { sum: string }
  | { min: string }
  | { max: string }
  | { avg: string }
  | { distinct: string };

export interface Window {
  within_ms?: number;
  from?: number;
  until?: number;
}

export interface EventQuery {
  names?: string[];
  window?: Window;
  filter?: Expr;
  measure: Measure;
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
  | { add: [Operand, Operand] }
  | { subtract: [Operand, Operand] };

export type Expr =
  | { const: boolean }
  | { all: Expr[] }
  | { any: Expr[] }
  | { not: Expr }
  | { compare: { left: Operand; op: Op; right: Operand } }
  | { in: { value: Operand; list: Literal[] } }
  | { text: { value: Field; test: TextTest; argument: string } }
  | { has: Field }
  | { exists: EventQuery }
  | { sequence: { steps: string[]; within_ms: number } }
  | { in_segment: string }
  | { consent: { channel: string; topic?: string } }
  | { bucket: { salt: string; from: number; to: number } };
