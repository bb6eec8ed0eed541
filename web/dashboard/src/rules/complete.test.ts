import { expect, it } from 'vitest';
import { comparedAt, type Known, suggestions, valueOptions } from './complete';

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

it('knows whose value is written', () => {
  expect(comparedAt('a && traits.plan == "pr')).toEqual({ of: { trait: 'plan' }, from: 21, quoted: true });
  expect(comparedAt('traits.address.city in ["Berlin", "')).toMatchObject({ of: { trait: 'address.city' }, quoted: true });
  expect(comparedAt('traits.name.startsWith("A')).toMatchObject({ of: { trait: 'name' } });
  expect(comparedAt('traits.age == 4')).toMatchObject({ of: { trait: 'age' }, quoted: false });
  expect(comparedAt('events("Order Completed").filter(e, e.cart.id != "')).toMatchObject({ of: { event: 'Order Completed', property: 'cart.id' } });
  expect(comparedAt('traits.plan == "pro" && ')).toBeNull();
  expect(comparedAt('e.total == ')).toBeNull();
  expect(comparedAt('traits.plan')).toBeNull();
});

it('writes values as the rule needs them', () => {
  const written = (quoted: boolean) => valueOptions(['a "b"', 5, true], quoted).map((o) => o.apply);
  expect(written(true)).toEqual(['a \\"b\\"']);
  expect(written(false)).toEqual(['"a \\"b\\""', '5', 'true']);
});
