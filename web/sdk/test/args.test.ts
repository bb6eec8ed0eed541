import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../src/args';

const cb = () => {};
const P = { a: 1 };
const O = { context: { b: 2 } };

test('overloads of analytics.js', () => {
  const cases: [string, unknown[], number, (string | undefined)[], object, object, boolean][] = [
    ['track(event)', ['E'], 1, ['E'], {}, {}, false],
    ['track(event, properties)', ['E', P], 1, ['E'], P, {}, false],
    ['track(event, properties, options)', ['E', P, O], 1, ['E'], P, O, false],
    ['track(event, properties, options, callback)', ['E', P, O, cb], 1, ['E'], P, O, true],
    ['track(event, properties, callback)', ['E', P, cb], 1, ['E'], P, {}, true],
    ['track(event, callback)', ['E', cb], 1, ['E'], {}, {}, true],
    ['track(event, null, options)', ['E', null, O], 1, ['E'], {}, O, false],
    ['track(event, undefined, undefined, callback)', ['E', undefined, undefined, cb], 1, ['E'], {}, {}, true],
    ['identify(id)', ['u'], 1, ['u'], {}, {}, false],
    ['identify(number)', [42, P], 1, ['42'], P, {}, false],
    ['identify(zero)', [0, P], 1, ['0'], P, {}, false],
    ['identify(traits)', [P], 1, [], P, {}, false],
    ['identify(traits, options)', [P, O], 1, [], P, O, false],
    ['identify(null, traits)', [null, P], 1, [undefined], P, {}, false],
    ['identify(undefined, traits, callback)', [undefined, P, cb], 1, [undefined], P, {}, true],
    ['identify(traits, callback)', [P, cb], 1, [], P, {}, true],
    ['identify()', [], 1, [], {}, {}, false],
    ['page()', [], 2, [], {}, {}, false],
    ['page(name)', ['Home'], 2, ['Home'], {}, {}, false],
    ['page(category, name)', ['Shop', 'Home'], 2, ['Shop', 'Home'], {}, {}, false],
    ['page(category, name, properties, options, callback)', ['Shop', 'Home', P, O, cb], 2, ['Shop', 'Home'], P, O, true],
    ['page(name, properties)', ['Home', P], 2, ['Home'], P, {}, false],
    ['page(name, null, options)', ['Home', null, O], 2, ['Home'], {}, O, false],
    ['page(null, name)', [null, 'Home', P], 2, [undefined, 'Home'], P, {}, false],
    ['page(null, null, properties)', [null, null, P], 2, [undefined, undefined], P, {}, false],
    ['page(properties)', [P], 2, [], P, {}, false],
    ['page(properties, options, callback)', [P, O, cb], 2, [], P, O, true],
    ['page(callback)', [cb], 2, [], {}, {}, true],
    ['alias(to)', ['b'], 2, ['b'], {}, {}, false],
    ['alias(to, from, options)', ['b', 'a', P], 2, ['b', 'a'], P, {}, false],
  ];
  for (const [name, given, slots, texts, data, options, hasCallback] of cases) {
    const found = read(given, slots);
    assert.deepEqual({ ...found, callback: !!found.callback }, { texts, data, options, callback: hasCallback }, name);
  }
});

test('what the page gave is copied, not kept', () => {
  const properties = { a: 1 };
  const { data } = read(['E', properties], 1);
  data.a = 2;
  assert.equal(properties.a, 1);
});
