/** The reports: what each is called, what is asked first, and which parts its form has. */
import type { paths } from '@rapport/api-client';

export type Kind =
  | 'trend' | 'funnel' | 'retention' | 'lifecycle' | 'power-users' | 'heatmap' | 'paths' | 'rfm' | 'attribution' | 'journey-map' | 'ladder' | 'lift' | 'value';

export type ReportPath = Exclude<Extract<keyof paths, `/api/v1/insights/${string}`>, `${string}{${string}`>;

export type Request = Record<string, unknown>;

export interface KindEntry {
  kind: Kind;
  /** Texts of the catalogue. */
  title: string;
  what: string;
  first: Request;
}

export const KINDS: KindEntry[] = [
  { kind: 'trend', title: 'Trend', what: 'How much of something happens over time.', first: { series: [{ measure: 'profiles' }], unit: 'day' } },
  { kind: 'funnel', title: 'Funnel', what: 'How many go from one event to the next, and where they stop.', first: { steps: [{}, {}], window: '7d' } },
  { kind: 'retention', title: 'Retention', what: 'How many come back, and when.', first: { unit: 'week' } },
  { kind: 'lifecycle', title: 'Lifecycle', what: 'Who is new, stays, comes back or goes quiet.', first: { unit: 'week' } },
  { kind: 'power-users', title: 'Power users', what: 'On how many days people are active.', first: { days: 28 } },
  { kind: 'paths', title: 'Paths', what: 'What follows what.', first: { gap: '30m', top: 40 } },
  { kind: 'heatmap', title: 'Heatmap', what: 'At which hours of the week people are active.', first: {} },
  { kind: 'rfm', title: 'Buyers', what: 'Who bought lately, often, and for how much.', first: { of: {} } },
  { kind: 'attribution', title: 'Attribution', what: 'Which touches lead to a goal.', first: { goal: {}, touches: [{}], by: 'context.campaign.source' } },
  { kind: 'journey-map', title: 'Journey map', what: 'Stages, touchpoints and moments of truth on the way to a goal.', first: { stages: [{ name: 'Discover', touchpoints: [{}] }], good: {} } },
  { kind: 'ladder', title: 'Ladder', what: 'Who stands on which rung of engagement.', first: { unit: 'week' } },
  { kind: 'lift', title: 'Lift of messages', what: 'What messages brought, against people who got none.', first: { goal: {}, window: '7d' } },
  { kind: 'value', title: 'Customer value', what: 'What customers brought, and what they are likely to bring.', first: { horizon: '180d' } },
];

export const entryOf = (kind: string): KindEntry | undefined => KINDS.find((k) => k.kind === kind);

/** Without members that say nothing, so that an address stays short. */
export function lean(request: Request): Request {
  return Object.fromEntries(Object.entries(request).filter(([, v]) => v !== undefined && v !== '' && v !== null));
}

/** The object an address carries as JSON; null when it carries none, whatever it says instead. */
export function objectIn(text: string | undefined): Record<string, unknown> | null {
  try {
    const read = JSON.parse(text ?? 'null') as unknown;
    return typeof read === 'object' && !Array.isArray(read) ? (read as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

/** The request in an address: what it begins with, and what was changed. */
export const requestOf = (entry: KindEntry, text: string | undefined): Request => objectIn(text) ?? entry.first;

const isSelection = (v: unknown): v is { event?: string } => typeof v === 'object' && v !== null;

/** What is still missing for a report to be asked for; a text of the catalogue. */
export function missing(kind: Kind, request: Request): string | null {
  const named = (v: unknown) => isSelection(v) && Boolean(v.event);
  switch (kind) {
    case 'funnel':
      return Array.isArray(request.steps) && request.steps.length > 1 && request.steps.every(named) ? null : 'Choose the events of at least two steps.';
    case 'rfm':
      return named(request.of) ? null : 'Choose the event that is a purchase.';
    case 'lift':
      return named(request.goal) ? null : 'Choose the event that is the goal.';
    case 'attribution':
      return named(request.goal) ? null : 'Choose the event that is the goal.';
    case 'journey-map':
      return named(request.good) && Array.isArray(request.stages) && (request.stages as { touchpoints?: unknown[] }[]).every((s) => s?.touchpoints?.every?.(named))
        ? null
        : 'Choose the goal and the events of each stage.';
    case 'ladder':
      return ((request.rungs ?? []) as { name?: string; rule?: string }[]).every((r, i) => r.name && (i === 0 || r.rule?.trim())) ? null : 'Give every rung a name and, but for the lowest, a rule.';
    default:
      return null;
  }
}

export interface Table {
  heads: string[];
  rows: (string | number | null)[][];
}
