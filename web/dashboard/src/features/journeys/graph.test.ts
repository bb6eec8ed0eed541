import { expect, it } from 'vitest';
import { change, connect, edges, END, exits, explicit, faults, freshStep, insert, type JourneySpec, passedBy, remove, stepOf, TRIGGER, unreachable } from './graph';
import { PLAYS } from './plays';

const journey = (): JourneySpec => ({
  name: 'Second order',
  trigger: { event: { name: 'Order Completed' } },
  steps: [
    { id: 'wait', wait: '15m' },
    { id: 'check', branch: [{ when: 'true', goto: 'thanks' }], otherwise: 'nudge' },
    { id: 'nudge', send: { channel: 'email', template: 'second-order' }, next: 'end' },
    { id: 'thanks', update: { set: { loyal: true } } },
    { id: 'done', exit: 'ordered again' },
  ],
});

const ways = (spec: JourneySpec) => edges(spec).map((e) => `${e.from.step} ${e.from.exit} > ${e.target}`);

it('finds every way, those that are only the order of the list too', () => {
  expect(ways(journey())).toEqual([
    '@trigger next > wait',
    'wait next > check',
    'check arm 0 > thanks',
    'check otherwise > nudge',
    'nudge next > end',
    'thanks next > done',
  ]);
  expect(ways({ ...journey(), steps: explicit(journey().steps) })).toEqual(ways(journey()));
});

it('puts a step into a way', () => {
  const spec = journey();
  const step = freshStep(spec.steps, 'wait');
  expect(step.id).toBe('wait-2');
  const next = insert(spec, { step: 'check', exit: 'otherwise' }, step);
  expect(ways(next)).toContain('check otherwise > wait-2');
  expect(ways(next)).toContain('wait-2 next > nudge');
  expect(unreachable(next)).toEqual([]);
  const first = insert(spec, { step: TRIGGER, exit: 'next' }, step);
  expect(ways(first).slice(0, 2)).toEqual(['@trigger next > wait-2', 'wait-2 next > wait']);
  const branch = insert(spec, { step: 'nudge', exit: 'next' }, freshStep(spec.steps, 'branch'));
  expect(ways(branch)).toContain('check-2 otherwise > end');
});

it('takes a step out and joins the ways', () => {
  const spec = journey();
  expect(ways(remove(spec, 'nudge'))).toContain('check otherwise > end');
  expect(ways(remove(spec, 'check'))).toContain('wait next > thanks');
  const without = remove(spec, 'wait');
  expect(without.steps[0]?.id).toBe('check');
  const loop = remove({ ...spec, steps: [{ id: 'a', jump: 'a' }] }, 'a');
  expect(loop.steps).toEqual([]);
});

it('leads ways elsewhere and renames', () => {
  const spec = journey();
  expect(ways(connect(spec, { step: 'check', exit: 'arm 0' }, 'done'))).toContain('check arm 0 > done');
  expect(connect(spec, { step: TRIGGER, exit: 'next' }, 'check').steps[0]?.id).toBe('check');
  const renamed = change(spec, 'nudge', { ...(spec.steps[2] as { id: string }), id: 'remind' });
  expect(ways(renamed)).toContain('check otherwise > remind');
  expect(ways(renamed).some((w) => w.includes('nudge'))).toBe(false);
});

it('knows the exits of every action', () => {
  const labels = (step: Record<string, unknown>) => exits([{ id: 'x', ...step }], 0).map((e) => `${e.label}>${e.target}`);
  expect(labels({ split: [{ name: 'a', percent: 30, goto: 'p' }, { name: 'b', percent: 70, goto: 'q' }] })).toEqual(['a 30 %>p', 'b 70 %>q']);
  expect(labels({ experiment: { id: 'e', arms: [{ name: 'a', percent: 100, goto: 'p' }] } })).toEqual(['a 100 %>p']);
  expect(labels({ wait: { event: { name: 'A' }, timeout: '1d' }, next: 'p', otherwise: 'q' })).toEqual(['>p', 'timed out>q']);
  expect(labels({ wait: { when: 'traits.paid == true', for: '1d' }, next: 'p', otherwise: 'q' })).toEqual(['>p', 'timed out>q']);
  expect(labels({ message: { step: 'hello', is: 'opened' }, next: 'p', otherwise: 'q' })).toEqual(['>p', 'not>q']);
  expect(labels({ webhook: { url: 'https://x' }, otherwise: 'q' })).toEqual(['>end', 'failed>q']);
  expect(labels({ jump: 'p' })).toEqual(['>p']);
  expect(labels({ exit: 'x' })).toEqual([]);
});

it('reads counts by the names the server has for exits', () => {
  const spec: JourneySpec = {
    name: 'x',
    trigger: { event: { name: 'A' } },
    steps: [
      { id: 'b', branch: [{ when: 'true', goto: 'w' }], otherwise: 's' },
      { id: 's', split: [{ name: 'red', percent: 50, goto: 'w' }, { percent: 50, goto: 'end' }] },
      { id: 'w', wait: { event: { name: 'A' }, for: '1d' }, next: 'end', otherwise: 'end' },
      { id: 'm', message: { is: 'clicked' }, next: 'end', otherwise: 'end' },
    ],
  };
  const counts = { m: { passed: { next: 8, not: 9 } }, b: { passed: { 'arm 1': 1, otherwise: 2 } }, s: { passed: { red: 3, arm2: 4 } }, w: { passed: { next: 5, timed_out: 6 } } };
  expect(passedBy(spec, counts, 7)).toEqual({ '@trigger': 7, 'b arm 0': 1, 'b otherwise': 2, 's arm 0': 3, 's arm 1': 4, 'w next': 5, 'w otherwise': 6, 'm next': 8, 'm otherwise': 9 });
});

it('names what is wrong, and the step', () => {
  const spec = journey();
  expect(faults(spec)).toEqual([]);
  const broken: JourneySpec = {
    ...spec,
    trigger: { event: { name: '' } },
    steps: [{ id: 'a', send: { channel: 'email', template: '' }, next: 'gone' }, { id: 'b', exit: 'x' }],
  };
  expect(faults(broken).map((f) => f.step)).toEqual(['a', 'a', 'b', TRIGGER]);
  expect(stepOf(spec, 'spec.steps[2].send.template')).toBe('nudge');
  expect(stepOf(spec, 'spec.trigger.event.name')).toBe(TRIGGER);
  expect(stepOf(spec, 'spec.name')).toBeNull();
});

const whole = (): JourneySpec => ({
  name: 'All there is',
  trigger: { event: { name: 'Order Completed', key: 'order_id' } },
  goal: { event: { name: 'Order Completed', same: 'order_id' } },
  steps: [
    { id: 'hello', send: { channel: 'email', template: 't', window: { from: '09:00', to: '18:00', weekdays: ['mon'], zone: 'Europe/Berlin' }, expires: '12h' }, next: 'seen' },
    { id: 'seen', message: { step: 'hello', is: 'opened' }, next: 'paid', otherwise: 'again' },
    { id: 'again', send: { channel: 'email', template: 'u' }, next: 'paid' },
    { id: 'paid', wait: { when: 'traits.paid == true', for: '2d' }, next: 'pace', otherwise: 'pace' },
    { id: 'pace', limit: { name: 'shop', count: 10, per: '1h' }, next: 'best' },
    { id: 'best', winner: { metric: 'clicks', minimum: 50, arms: [{ step: 'hello', goto: 'end' }, { step: 'again', goto: 'end' }] } },
  ],
});

it('keeps all that steps say when another is changed', () => {
  const spec = whole();
  expect(faults(spec)).toEqual([]);
  const changed = change(spec, 'again', { ...(spec.steps[2] as { id: string }), note: 'changed' });
  const without = (steps: JourneySpec['steps']) => steps.filter((s) => s.id !== 'again');
  expect(without(changed.steps)).toEqual(without(spec.steps));
  const longer = insert(spec, { step: 'pace', exit: 'next' }, freshStep(spec.steps, 'message'));
  expect(longer.steps.map((s) => [s.id, s.send ?? s.wait ?? s.limit ?? s.winner])).toEqual(
    expect.arrayContaining(spec.steps.map((s) => [s.id, s.send ?? s.wait ?? s.limit ?? s.winner])),
  );
  expect(ways(longer)).toEqual(expect.arrayContaining(['message next > best', 'message otherwise > best']));
});

it('renames a send where it is asked about', () => {
  const spec = whole();
  const renamed = change(spec, 'hello', { ...(spec.steps[0] as { id: string }), id: 'greet' });
  expect(renamed.steps[1]?.message).toEqual({ step: 'greet', is: 'opened' });
  expect(renamed.steps[5]?.winner).toMatchObject({ minimum: 50, arms: [{ step: 'greet' }, { step: 'again' }] });
  expect(faults(renamed)).toEqual([]);
});

it('drops the ways that a step has no more', () => {
  const spec = whole();
  const timed = change(spec, 'paid', { ...(spec.steps[3] as { id: string }), wait: '2d' });
  expect(timed.steps[3]).toEqual({ id: 'paid', wait: '2d', next: 'pace' });
});

it('names what is asked for and not there', () => {
  const spec = whole();
  const broken = { ...spec, steps: spec.steps.map((s) => (s.id === 'paid' ? { ...s, wait: { when: ' ', for: '2d' } } : s.id === 'seen' ? { ...s, message: { step: 'gone', is: 'sent' } } : s)) };
  expect(faults(broken)).toEqual([
    { step: 'seen', message: 'It asks about a message that no step sends.' },
    { step: 'paid', message: 'Say what it waits for.' },
  ]);
});

it('offers plays whose every way leads somewhere', () => {
  for (const play of PLAYS) {
    const found = faults(play.spec).filter((f) => f.message !== 'Choose what to send.');
    expect([play.id, found]).toEqual([play.id, []]);
    for (const e of edges(play.spec)) expect(e.target === END || play.spec.steps.some((s) => s.id === e.target)).toBe(true);
  }
});
