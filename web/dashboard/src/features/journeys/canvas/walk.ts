/**
 * Walking over a drawn journey by keys: from a step to the way that leaves it, along it to the step it leads to, and back.
 * Nothing here knows the screen but where steps stand.
 */
import { type Edge, edges, END, type JourneySpec, TRIGGER } from '../graph';
import { NODE } from '../layout';

/** Where the focus can be: on a step (or the trigger), or on a way, by its edge's id. */
export interface Stop {
  kind: 'step' | 'way';
  id: string;
}

export type Direction = 'up' | 'down' | 'left' | 'right';

export interface Point {
  x: number;
  y: number;
}

export const START: Stop = { kind: 'step', id: TRIGGER };

const step = (id: string): Stop => ({ kind: 'step', id });
const way = (edge: Edge | undefined): Stop | null => (edge ? { kind: 'way', id: edge.id } : null);

/** Whether the journey still has it. */
export function exists(spec: JourneySpec, stop: Stop): boolean {
  if (stop.kind === 'way') return edges(spec).some((e) => e.id === stop.id);
  return stop.id === TRIGGER || spec.steps.some((s) => s.id === stop.id);
}

/** The way by which one comes to a step: the one that was taken last, else the first there is. */
function wayTo(all: Edge[], id: string, taken: string | null): Edge | undefined {
  const leading = all.filter((e) => e.target === id);
  return leading.find((e) => e.id === taken) ?? leading[0];
}

/** The nearest step on that side that stands about as high. */
function beside(at: Map<string, Point>, id: string, direction: 'left' | 'right'): string | null {
  const own = at.get(id);
  if (!own) return null;
  const sign = direction === 'right' ? 1 : -1;
  const found = [...at]
    .map(([other, p]) => ({ other, away: (p.x - own.x) * sign, off: Math.abs(p.y - own.y) }))
    .filter((c) => c.away > 0 && c.off < NODE.height)
    .sort((a, b) => a.away - b.away || a.off - b.off);
  return found[0]?.other ?? null;
}

/** Where steps stand that can have the focus: ends of ways are none. */
export function standing(spec: JourneySpec, at: Map<string, Point>): Map<string, Point> {
  const ids = new Set([TRIGGER, ...spec.steps.map((s) => s.id)]);
  return new Map([...at].filter(([id]) => ids.has(id)));
}

/**
 * Where an arrow leads from a stop; nothing where there is no further one. `taken` is the way that was walked last. Without
 * `ways` they are passed over, for a drawing that cannot be changed.
 */
export function walk(spec: JourneySpec, at: Map<string, Point>, from: Stop, direction: Direction, taken: string | null = null, ways = true): Stop | null {
  const all = edges(spec);
  if (from.kind === 'way') {
    const edge = all.find((e) => e.id === from.id);
    if (!edge) return null;
    if (direction === 'up') return step(edge.from.step);
    if (direction === 'down') return edge.target === END || !exists(spec, step(edge.target)) ? null : step(edge.target);
    const siblings = all.filter((e) => e.from.step === edge.from.step);
    return way(siblings[siblings.indexOf(edge) + (direction === 'right' ? 1 : -1)]);
  }
  if (direction === 'left' || direction === 'right') {
    const id = beside(standing(spec, at), from.id, direction);
    return id === null ? null : step(id);
  }
  const edge = direction === 'down' ? all.find((e) => e.from.step === from.id) : wayTo(all, from.id, taken);
  if (ways || !edge) return way(edge);
  return direction === 'up' ? step(edge.from.step) : edge.target === END ? null : step(edge.target);
}

/** Steps a way can be led to, as they stand: from above to below, from left to right. */
export function targets(spec: JourneySpec, at: Map<string, Point>, from: string): string[] {
  return [...standing(spec, at)]
    .filter(([id]) => id !== TRIGGER && id !== from)
    .sort(([, a], [, b]) => a.y - b.y || a.x - b.x)
    .map(([id]) => id);
}

/** Where the focus goes when a step is taken out: the way that led to it leads on from there. */
export function afterRemoving(spec: JourneySpec, id: string, taken: string | null): Stop {
  return way(wayTo(edges(spec), id, taken)) ?? START;
}
