/** Two versions of a journey as one drawing: what came, what went, what changed. */
import { type Difference, difference } from '@/resources/diff';
import { type Edge, edges, END, explicit, type JourneySpec, type Step, TRIGGER } from '../graph';

export type Mark = 'added' | 'removed' | 'changed';

export interface GraphDiff {
  /** Every step of both, those that went at the end. */
  spec: JourneySpec;
  /** By step; {@link TRIGGER} for how it begins. Steps that stayed as they were have none. */
  steps: Record<string, Mark>;
  /** By the id of the edge. */
  ways: Record<string, Mark>;
  /** Ways that are no more, though their step is. */
  gone: Edge[];
  /** What differs in each step, and under {@link TRIGGER} in everything else. */
  details: Record<string, Difference[]>;
}

/** Where a canvas shows a step is no change of what it does; nor is the order of the list. */
function content(step: Step): Step {
  const { position: _, ...rest } = step;
  return rest as Step;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function graphDiff(before: JourneySpec, after: JourneySpec): GraphDiff {
  const old = explicit(before.steps);
  const now = explicit(after.steps);
  const oldById = new Map(old.map((s) => [s.id, s]));
  const ids = new Set(now.map((s) => s.id));
  const steps: Record<string, Mark> = {};
  const details: Record<string, Difference[]> = {};
  for (const step of now) {
    const was = oldById.get(step.id);
    if (!was) steps[step.id] = 'added';
    else if (!same(content(was), content(step))) {
      steps[step.id] = 'changed';
      details[step.id] = difference(content(was), content(step));
    }
  }
  const went = old.filter((s) => !ids.has(s.id));
  for (const step of went) steps[step.id] = 'removed';
  const around = ({ steps: _, ...rest }: JourneySpec) => rest;
  const beside = difference(around(before), around(after));
  if (!same(before.trigger, after.trigger)) steps[TRIGGER] = 'changed';
  if (beside.length > 0) details[TRIGGER] = beside;

  const spec: JourneySpec = { ...after, steps: [...now, ...went] };
  const [was, is] = [edges({ ...before, steps: old }), edges(spec)];
  const target = (list: Edge[]) => new Map(list.map((e) => [e.id, e.target]));
  const [wasTo, isTo] = [target(was), target(is)];
  const ways: Record<string, Mark> = {};
  for (const edge of is) {
    if (steps[edge.from.step] === 'removed') ways[edge.id] = 'removed';
    else if (wasTo.get(edge.id) !== edge.target) ways[edge.id] = 'added';
  }
  const known = new Set(spec.steps.map((s) => s.id));
  const gone = was
    .filter((e) => steps[e.from.step] !== 'removed' && isTo.get(e.id) !== e.target && (e.target === END || known.has(e.target)))
    .map((e) => ({ ...e, id: `gone ${e.id}` }));
  for (const edge of gone) ways[edge.id] = 'removed';
  return { spec, steps, ways, gone, details };
}
