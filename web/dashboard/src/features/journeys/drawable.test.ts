import { expect, it } from 'vitest';
import { undrawable } from './drawable';
import { PLAYS } from './plays';

const trigger = { event: { name: 'Signed Up' } };

it('takes every journey, also one that is half written', () => {
  for (const play of PLAYS) expect(undrawable({ ...play.spec, name: play.id }), play.id).toBeNull();
  for (const half of [{ name: '', trigger: {}, steps: [] }, { trigger, steps: [{ id: 'a' }, { id: 'b', send: {} }, { id: 'c', branch: [] }] }]) expect(undrawable(half)).toBeNull();
});

it('says what is no journey', () => {
  const wrong: [unknown, RegExp][] = [
    [null, /an object/],
    [[], /an object/],
    ['text', /an object/],
    [{}, /“trigger”/],
    [{ trigger: [], steps: [] }, /“trigger”/],
    [{ trigger }, /“steps”/],
    [{ trigger, steps: {} }, /“steps”/],
    [{ trigger, steps: [{ id: 'a', wait: '1d' }, null] }, /Step 2/],
    [{ trigger, steps: [{ wait: '1d' }] }, /Step 1/],
    [{ trigger, steps: [{ id: 'a', send: null }] }, /Step 1/],
    [{ trigger, steps: [{ id: 'a', branch: [null] }] }, /another shape/],
  ];
  for (const [value, why] of wrong) expect(undrawable(value), JSON.stringify(value)).toMatch(why);
});
