import { expect, it } from 'vitest';
import { bend, dimensions, drivers } from './why';

const days = (...parts: [number, number][]) => parts.flatMap(([n, value]) => Array.from({ length: n }, (_, i) => value + (i % 2)));

it('finds the day from which on a number is another', () => {
  expect(bend(days([20, 10], [8, 30]))).toBe(20);
  expect(bend(days([10, 50], [18, 20]))).toBe(10);
  expect(bend(days([28, 10]))).toBeNull();
  expect(bend([1, 90, 2, 80, 1, 95, 3, 85])).toBeNull();
  expect(bend([])).toBeNull();
  expect(bend([5, 5])).toBeNull();
});

it('names the values that changed most, and leaves out what divides into too many', () => {
  const source = { dimension: 'context.campaign.source', parts: [{ value: 'google', now: 40, before: 100 }, { value: 'friend', now: 12, before: 10 }, { value: '(none)', now: 50, before: 52 }] };
  const city = { dimension: 'traits.city', parts: [{ value: 'Bonn', now: 1, before: 9 }, { value: '(other)', now: 100, before: 140 }] };
  expect(drivers([source, city]).map((d) => [d.dimension, d.value, d.change])).toEqual([['context.campaign.source', 'google', -60], ['context.campaign.source', 'friend', 2]]);
  const segment = { dimension: 'segments.vip', parts: [{ value: 'vip', now: 9, before: 1 }, { value: 'not vip', now: 1, before: 99 }] };
  expect(drivers([segment]).map((d) => [d.value, d.change])).toEqual([['vip', 8]]);
  expect(drivers([source], 1)).toHaveLength(1);
  expect(drivers([{ dimension: 'traits.plan', parts: [{ value: 'free', now: 5, before: 50 }] }])).toEqual([]);
});

it('divides by kinds, not by what names one customer', () => {
  const catalogue = {
    traits: { email: ['text'], first_name: ['text'], plan: ['text'], country: ['text'], age: ['number'], created_at: ['text'] },
    events: [{ name: 'Order Completed', count: 3, properties: { order_id: ['text'], coupon: ['text'], total: ['number'] } }],
  };
  expect(dimensions(catalogue as never, 'Order Completed', [{ id: 'vip', count: 3 }, { id: 'none', count: 0 }])).toEqual(['context.campaign.source', 'traits.plan', 'traits.country', 'coupon', 'segments.vip']);
  expect(dimensions(catalogue as never, undefined, [])).toEqual(['context.campaign.source', 'traits.plan', 'traits.country']);
});
