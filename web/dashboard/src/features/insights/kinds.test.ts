import { expect, it } from 'vitest';
import { entryOf, KINDS, missing, objectIn, requestOf } from './kinds';

const NONSENSE = ['{', '[]', '"x"', '1', 'null', 'undefined', ''];

it('reads what an address carries, and nothing into nonsense', () => {
  expect(objectIn('{"bucket":"2026-03-01","series":1}')).toEqual({ bucket: '2026-03-01', series: 1 });
  expect([...NONSENSE, undefined].map(objectIn)).toEqual(Array(NONSENSE.length + 1).fill(null));
});

it('asks what a report begins with when its address says nothing', () => {
  const funnel = entryOf('funnel');
  if (!funnel) throw new Error('there is no funnel');
  for (const text of NONSENSE) expect(requestOf(funnel, text)).toBe(funnel.first);
  expect(requestOf(funnel, '{"steps":[]}')).toEqual({ steps: [] });
});

it('finds what is missing in any request', () => {
  const hostile = [{}, { steps: 1 }, { steps: [null, null] }, { stages: 'x', good: { event: 'A' } }, { stages: [null], good: { event: 'A' } }, { stages: [{ touchpoints: 1 }], good: { event: 'A' } }];
  for (const { kind } of KINDS) for (const request of hostile) expect(() => missing(kind, request)).not.toThrow();
  expect(missing('journey-map', { stages: [null], good: { event: 'A' } })).not.toBeNull();
});
