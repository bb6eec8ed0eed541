/**
 * A journey as a graph that people edit. The document is the list of steps as the server reads it: each has an id, one
 * action, and where it leads; without `next` a step leads to the one after it in the list. Nothing here knows the screen.
 */
export type Step = Record<string, unknown> & { id: string };

export interface JourneySpec extends Record<string, unknown> {
  name: string;
  trigger: Record<string, unknown>;
  steps: Step[];
}

export const END = 'end';
export const TRIGGER = '@trigger';

/** Every action there is; what a server knows of them it says in its schema. */
export const ACTIONS = [
  'send', 'wait', 'branch', 'split', 'experiment', 'update', 'emit', 'webhook', 'list', 'limit', 'digest', 'jump', 'start', 'stop', 'winner', 'message', 'exit',
] as const;
export type Action = (typeof ACTIONS)[number];

export function actionOf(step: Step): Action | null {
  return ACTIONS.find((a) => a in step) ?? null;
}

/** A way out of a step. `id` is the place in the step where its target is written. */
export interface Exit {
  id: string;
  label: string;
  target: string;
}

interface Arm {
  goto?: string;
  name?: string;
  percent?: number;
  when?: string;
  step?: string;
}

const armsOf = (step: Step, action: Action): Arm[] => {
  const value = step[action];
  if (action === 'branch' || action === 'split') return Array.isArray(value) ? (value as Arm[]) : [];
  if (action === 'experiment' || action === 'winner') {
    const arms = (value as { arms?: Arm[] } | undefined)?.arms;
    return Array.isArray(arms) ? arms : [];
  }
  return [];
};

/** What the second exit of a step means, when it has one; the server counts it under that name with `_`. */
function second(step: Step, action: Action): string | null {
  if (action === 'webhook') return 'failed';
  if (action === 'message') return 'not';
  if (action !== 'wait' || typeof step.wait !== 'object' || step.wait === null) return null;
  if ('event' in step.wait || 'when' in step.wait) return 'timed out';
  return 'date' in step.wait ? 'no date' : null;
}

/** Every way out of the step at `index`, in order. */
export function exits(steps: Step[], index: number): Exit[] {
  const step = steps[index];
  const action = step ? actionOf(step) : null;
  if (!step || !action || action === 'exit') return [];
  const after = steps[index + 1]?.id ?? END;
  const text = (v: unknown): string => (typeof v === 'string' && v !== '' ? v : after);
  if (action === 'jump') return [{ id: 'jump', label: '', target: text(step.jump) }];
  const arms = armsOf(step, action).map((arm, i): Exit => {
    const label = action === 'branch' ? (arm.name ?? `${i + 1}`) : action === 'winner' ? (arm.step ?? '') : `${arm.name ?? `arm${i + 1}`} ${arm.percent ?? ''} %`;
    return { id: `arm ${i}`, label, target: arm.goto ?? END };
  });
  if (action === 'branch') return [...arms, { id: 'otherwise', label: 'otherwise', target: text(step.otherwise) }];
  if (arms.length > 0 || action === 'split' || action === 'experiment' || action === 'winner') return arms;
  const next: Exit = { id: 'next', label: '', target: text(step.next) };
  const name = second(step, action);
  return name ? [next, { id: 'otherwise', label: name, target: typeof step.otherwise === 'string' ? step.otherwise : next.target }] : [next];
}

function withArm(step: Step, index: number, goto: string): Step {
  const action = actionOf(step);
  if (!action) return step;
  const arms = armsOf(step, action).map((arm, i) => (i === index ? { ...arm, goto } : arm));
  const value = Array.isArray(step[action]) ? arms : { ...(step[action] as object), arms };
  return { ...step, [action]: value };
}

/** The step with one of its exits leading elsewhere. */
export function withExit(step: Step, exit: string, target: string): Step {
  if (exit.startsWith('arm ')) return withArm(step, Number(exit.slice(4)), target);
  return { ...step, [exit]: target };
}

/** All exits written out, so that the order of the list means nothing but which step is first. */
export function explicit(steps: Step[]): Step[] {
  return steps.map((step, i) => exits(steps, i).reduce((s, e) => withExit(s, e.id, e.target), step));
}

/** The shortest name nobody has. */
export function freshId(steps: Step[], base: string): string {
  const taken = new Set([...steps.map((s) => s.id), END]);
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(id)) return id;
  }
}

/** A new step of an action, with what is needed least. */
export function freshStep(steps: Step[], action: Action): Step {
  const bases: Partial<Record<Action, string>> = { send: 'send', wait: 'wait', branch: 'check', update: 'mark', exit: 'stop' };
  const id = freshId(steps, bases[action] ?? action);
  const content: Record<Action, unknown> = {
    send: { channel: 'email', template: '' },
    wait: '1d',
    branch: [{ when: '', goto: END }],
    split: [{ name: 'a', percent: 50, goto: END }, { name: 'b', percent: 50, goto: END }],
    experiment: { id, arms: [{ name: 'a', percent: 50, goto: END }, { name: 'b', percent: 50, goto: END }] },
    update: { set: {} },
    emit: { event: '' },
    webhook: { url: 'https://' },
    list: { add: '' },
    limit: { count: 100, per: '1m' },
    digest: { event: '', for: '1d' },
    jump: END,
    start: { journey: '' },
    stop: { journey: '' },
    winner: { metric: 'opens', arms: [] },
    message: { is: 'opened' },
    exit: 'done',
  };
  return { id, [action]: content[action] };
}

/** Where a step goes: the start, or an exit of another step. */
export interface Place {
  step: string;
  exit: string;
}

const arrived = (step: Step, target: string): Step => {
  const first = exits([step], 0)[0];
  if (!first) return step;
  // Every exit of the new step goes on to where the old way led.
  return exits([step], 0).reduce((s, e) => withExit(s, e.id, target), step);
};

/** The journey with a step put into a way; what came after comes after it. */
export function insert(spec: JourneySpec, at: Place, step: Step): JourneySpec {
  const steps = explicit(spec.steps);
  if (at.step === TRIGGER) return { ...spec, steps: [arrived(step, steps[0]?.id ?? END), ...steps] };
  const index = steps.findIndex((s) => s.id === at.step);
  const before = steps[index];
  if (!before) return spec;
  const target = exits(steps, index).find((e) => e.id === at.exit)?.target ?? END;
  const placed = steps.map((s, i) => (i === index ? withExit(s, at.exit, step.id) : s));
  placed.splice(index + 1, 0, arrived(step, target));
  return { ...spec, steps: placed };
}

/** The journey without a step; ways to it lead to where its first exit led. */
export function remove(spec: JourneySpec, id: string): JourneySpec {
  const steps = explicit(spec.steps);
  const index = steps.findIndex((s) => s.id === id);
  if (index < 0) return spec;
  const target = exits(steps, index)[0]?.target ?? END;
  const onward = target === id ? END : target;
  const rest = steps
    .filter((s) => s.id !== id)
    .map((s) => exits([s], 0).reduce((x, e) => (e.target === id ? withExit(x, e.id, onward) : x), s));
  if (index > 0) return { ...spec, steps: rest };
  // The first of the list is where a journey begins.
  const first = rest.findIndex((s) => s.id === onward);
  if (first > 0) rest.unshift(...rest.splice(first, 1));
  return { ...spec, steps: rest };
}

/** The journey with one way leading elsewhere. */
export function connect(spec: JourneySpec, from: Place, target: string): JourneySpec {
  const steps = explicit(spec.steps);
  if (from.step === TRIGGER) {
    const first = steps.findIndex((s) => s.id === target);
    if (first > 0) steps.unshift(...steps.splice(first, 1));
    return { ...spec, steps };
  }
  return { ...spec, steps: steps.map((s) => (s.id === from.step ? withExit(s, from.exit, target) : s)) };
}

/** The step without the ways out that it had before it did something else. */
function fitting(step: Step): Step {
  const has = exits([step], 0).map((e) => e.id);
  const gone = ['next', 'otherwise'].filter((way) => way in step && !has.includes(way));
  return gone.length === 0 ? step : (Object.fromEntries(Object.entries(step).filter(([name]) => !gone.includes(name))) as Step);
}

/** The send steps that a step asks about: the arms of a winner, and the message whose fate it asks. */
function asked(step: Step): string[] {
  const one = (step.message as { step?: unknown } | undefined)?.step;
  return [...armsOf(step, 'winner').flatMap((a) => a.step ?? []), ...(typeof one === 'string' ? [one] : [])];
}

/** The step with another id for a send step it asks about. */
function asking(step: Step, id: string, next: string): Step {
  if (!asked(step).includes(id)) return step;
  if ('message' in step) return { ...step, message: { ...(step.message as object), step: next } };
  const arms = armsOf(step, 'winner').map((a) => (a.step === id ? { ...a, step: next } : a));
  return { ...step, winner: { ...(step.winner as object), arms } };
}

/** The journey with a step changed; a new id is changed wherever it is named. */
export function change(spec: JourneySpec, id: string, next: Step): JourneySpec {
  const steps = explicit(spec.steps).map((s) => (s.id === id ? fitting(next) : s));
  if (next.id === id) return { ...spec, steps };
  const renamed = steps.map((s) => exits([s], 0).reduce((x, e) => (e.target === id ? withExit(x, e.id, next.id) : x), asking(s, id, next.id)));
  return { ...spec, steps: renamed };
}

export interface Edge {
  id: string;
  from: Place;
  target: string;
  label: string;
}

export function edges(spec: JourneySpec): Edge[] {
  const first = spec.steps[0]?.id ?? END;
  const start: Edge = { id: TRIGGER, from: { step: TRIGGER, exit: 'next' }, target: first, label: '' };
  const rest = spec.steps.flatMap((step, i) =>
    exits(spec.steps, i).map((e): Edge => ({ id: `${step.id} ${e.id}`, from: { step: step.id, exit: e.id }, target: e.target, label: e.label })),
  );
  return [start, ...rest];
}

/** Ids of steps no way leads to. */
export function unreachable(spec: JourneySpec): string[] {
  const seen = new Set<string>();
  const all = edges(spec);
  const visit = (id: string) => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const e of all) if (e.from.step === id) visit(e.target);
  };
  visit(TRIGGER);
  return spec.steps.map((s) => s.id).filter((id) => !seen.has(id));
}

export interface Fault {
  /** The step it is about, or the trigger, or nothing in particular. */
  step: string | null;
  message: string;
}

/** What keeps a journey from working, as far as its document shows; the server says the rest. */
export function faults(spec: JourneySpec): Fault[] {
  const out: Fault[] = [];
  const ids = new Set(spec.steps.map((s) => s.id));
  const sends = new Set(spec.steps.filter((s) => actionOf(s) === 'send').map((s) => s.id));
  const say = (step: string | null, message: string) => out.push({ step, message });
  if (spec.steps.length === 0) say(null, 'It has no steps yet.');
  for (const [i, step] of spec.steps.entries()) {
    const action = actionOf(step);
    if (!action) say(step.id, 'It does nothing.');
    if (spec.steps.findIndex((s) => s.id === step.id) !== i) say(step.id, 'Another step has the same id.');
    for (const e of exits(spec.steps, i)) {
      if (e.target !== END && !ids.has(e.target)) say(step.id, 'It leads to a step that is not there.');
    }
    if (action === 'send' && !(step.send as { template?: string }).template) say(step.id, 'Choose what to send.');
    if (action === 'branch' && armsOf(step, 'branch').some((a) => !a.when?.trim())) say(step.id, 'A way has no condition yet.');
    if (action === 'split' && armsOf(step, 'split').reduce((sum, a) => sum + (a.percent ?? 0), 0) !== 100) say(step.id, 'The shares do not make 100 %.');
    if (action === 'update') {
      const { set = {}, unset = [] } = step.update as { set?: object; unset?: unknown[] };
      if (Object.keys(set).length + unset.length === 0) say(step.id, 'It changes no trait yet.');
    }
    if (action === 'wait' && (step.wait as { when?: string } | null)?.when?.trim() === '') say(step.id, 'Say what it waits for.');
    if (asked(step).some((id) => !sends.has(id))) say(step.id, 'It asks about a message that no step sends.');
  }
  for (const id of unreachable(spec)) say(id, 'No way leads here.');
  const { event, segment } = spec.trigger as { event?: { name?: string }; segment?: { id?: string } };
  if (event && !event.name) say(TRIGGER, 'Choose the event that starts it.');
  if (segment && !segment.id) say(TRIGGER, 'Choose the segment that starts it.');
  return out;
}

/** The step a problem of the server is about: `spec.steps[2].send.template`. */
export function stepOf(spec: JourneySpec, at: string): string | null {
  const index = /steps\[(\d+)\]/.exec(at)?.[1];
  if (index !== undefined) return spec.steps[Number(index)]?.id ?? null;
  return at.includes('trigger') ? TRIGGER : null;
}

/** What the server calls an exit in its counts. */
export function exitName(step: Step, exit: string): string {
  const action = actionOf(step);
  if (exit === 'jump') return 'next';
  if (exit.startsWith('arm ') && action) {
    const index = Number(exit.slice(4));
    const arm = armsOf(step, action)[index];
    return action === 'branch' ? `arm ${index + 1}` : action === 'winner' ? (arm?.step ?? '') : (arm?.name ?? `arm${index + 1}`);
  }
  if (exit === 'otherwise' && action && action !== 'branch') return (second(step, action) ?? 'otherwise').replace(' ', '_');
  return exit;
}

/** How many went each way, by edge, of counts by step and exit. */
export function passedBy(spec: JourneySpec, steps: Record<string, { passed?: Record<string, number> } | undefined>, entered: number): Record<string, number> {
  const out: Record<string, number> = { [TRIGGER]: entered };
  for (const step of spec.steps) {
    for (const e of exits([step], 0)) {
      const n = steps[step.id]?.passed?.[exitName(step, e.id)];
      if (n !== undefined) out[`${step.id} ${e.id}`] = n;
    }
  }
  return out;
}
