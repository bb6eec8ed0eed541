import { expect, it } from 'vitest';
import { type Known, suggestions } from './complete';

const known: Known = {
  catalogue: {
    events: [
      { name: 'Order Completed', count: 2, properties: { total: ['number'], 'cart.id': ['text'] } },
      { name: 'Product Viewed', count: 9, properties: { sku: ['text'] } },
    ],
    traits: { plan: ['text'], 'address.city': ['text'] },
  } as never,
  accounts: ['industry'],
  segments: ['vip'],
};
const labels = (before: string) => suggestions(before, known)?.options.map((o) => o.label) ?? [];

it('knows what can stand where', () => {
  expect(labels('events("Or')).toContain('Order Completed');
  expect(labels('events("Order Completed", "')).toContain('Product Viewed');
  expect(labels('sequence(["A", "')).toContain('Order Completed');
  expect(labels('in_segment("')).toEqual(['vip']);
  expect(labels('traits.')).toEqual(['plan', 'address.city']);
  expect(labels('account.')).toEqual(['industry', 'id']);
  expect(labels('events("Order Completed").filter(e, e.')).toEqual(['total', 'cart.id']);
  expect(labels('events("Product Viewed").sum("')).toEqual(['sku']);
  expect(labels('events("A").')).toContain('count()');
  expect(labels('a && ')).toContain('now()');
  expect(labels('traits.plan == "pr')).toEqual([]);
});

it('replaces only what is being written', () => {
  const before = 'traits.plan == "pro" && traits.add';
  expect(suggestions(before, known)?.from).toBe(before.length - 3);
});
