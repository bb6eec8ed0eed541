import { expect, it } from 'vitest';
import { END, type JourneySpec, remove, TRIGGER } from '../graph';
import { layout } from '../layout';
import { afterRemoving, exists, START, type Stop, targets, walk } from './walk';

const journey: JourneySpec = {
  name: 'Win back',
  trigger: { event: { name: 'Order Completed' } },
  steps: [
    { id: 'check', branch: [{ when: 'true', goto: 'mail' }, { when: 'false', goto: 'mark' }], otherwise: END },
    { id: 'mail', send: { channel: 'email', template: 'x' }, next: 'done' },
    { id: 'mark', update: { set: { a: 1 } }, next: 'done' },
    { id: 'done', exit: 'done' },
  ],
};
const at = layout(journey);
const step = (id: string): Stop => ({ kind: 'step', id });
const way = (id: string): Stop => ({ kind: 'way', id });

it('goes down along the ways, and up again', () => {
  expect(walk(journey, at, START, 'down')).toEqual(way(TRIGGER));
  expect(walk(journey, at, way(TRIGGER), 'down')).toEqual(step('check'));
  expect(walk(journey, at, step('check'), 'down')).toEqual(way('check arm 0'));
  expect(walk(journey, at, way('check arm 0'), 'up')).toEqual(step('check'));
  expect(walk(journey, at, way('check otherwise'), 'down')).toBeNull();
  expect(walk(journey, at, step('done'), 'down')).toBeNull();
  expect(walk(journey, at, START, 'up')).toBeNull();
});

it('goes from one way of a step to the next', () => {
  expect(walk(journey, at, way('check arm 0'), 'right')).toEqual(way('check arm 1'));
  expect(walk(journey, at, way('check otherwise'), 'right')).toBeNull();
  expect(walk(journey, at, way('check arm 1'), 'left')).toEqual(way('check arm 0'));
});

it('goes up by the way it came', () => {
  expect(walk(journey, at, step('done'), 'up')).toEqual(way('mail next'));
  expect(walk(journey, at, step('done'), 'up', 'mark next')).toEqual(way('mark next'));
  expect(walk(journey, at, step('done'), 'up', 'check arm 0')).toEqual(way('mail next'));
});

it('goes aside to the step that stands beside', () => {
  const [left, right] = (at.get('mail')?.x ?? 0) < (at.get('mark')?.x ?? 0) ? ['mail', 'mark'] : ['mark', 'mail'];
  expect(walk(journey, at, step(left as string), 'right')).toEqual(step(right as string));
  expect(walk(journey, at, step(right as string), 'left')).toEqual(step(left as string));
  expect(walk(journey, at, step(right as string), 'right')).toBeNull();
});

it('passes over ways where there is nothing to do on them', () => {
  expect(walk(journey, at, START, 'down', null, false)).toEqual(step('check'));
  expect(walk(journey, at, step('done'), 'up', 'mark next', false)).toEqual(step('mark'));
});

it('leads ways to any other step, in the order in which they stand', () => {
  const found = targets(journey, at, 'check');
  expect([...found].sort()).toEqual(['done', 'mail', 'mark']);
  expect(found.at(-1)).toBe('done');
});

it('knows where to go on when a step is taken out', () => {
  const next = afterRemoving(journey, 'mark', null);
  expect(next).toEqual(way('check arm 1'));
  expect(exists(remove(journey, 'mark'), next)).toBe(true);
  expect(exists(remove(journey, 'mark'), step('mark'))).toBe(false);
  expect(afterRemoving({ ...journey, steps: [...journey.steps, { id: 'alone', exit: 'x' }] }, 'alone', null)).toEqual(START);
});
