import { expect, it } from 'vitest';
import { accept, adopt, compare, type Plan, type Seen } from './compare';

const plan: Plan = {
  name: 'Shop',
  events: [
    { name: 'Order Completed', properties: [{ name: 'total', type: 'number', required: true }, { name: 'order_id', required: true }, { name: 'products', type: 'list' }, { name: 'coupon' }] },
    { name: 'Never Sent' },
    { name: 'Fine', properties: [{ name: 'a', type: 'string' }] },
  ],
};
const seen: Seen[] = [
  { name: 'Order Completed', count: 10, properties: { total: ['number', 'string'], 'products.sku': ['string'], products: ['list'], currency: ['string'] } },
  { name: 'Fine', count: 3, properties: { a: ['string'] } },
  { name: 'Clicked', count: 99, properties: { x: ['number'], y: ['number', 'string'] } },
  { name: 'Message Sent', count: 50, properties: {} },
];
const rows = () => compare(plan, seen, (name) => name.startsWith('Message '));

it('puts what needs attention first, and leaves out what the product sends itself', () => {
  expect(rows().map((r) => `${r.name}: ${r.standing}`)).toEqual(['Order Completed: differs', 'Clicked: unplanned', 'Never Sent: unseen', 'Fine: fine']);
});

it('finds properties that are wrong, missing or not meant', () => {
  expect(rows()[0]?.findings).toEqual([
    { name: 'total', fault: 'type', meant: 'number', seen: ['number', 'string'] },
    { name: 'order_id', fault: 'unseen' },
    { name: 'currency', fault: 'unplanned', seen: ['string'] },
  ]);
});

it('takes an event as it was seen', () => {
  expect(adopt(seen[2] as Seen)).toEqual({ name: 'Clicked', properties: [{ name: 'x', type: 'number' }, { name: 'y' }] });
  expect(adopt({ name: 'Bare', count: 1, properties: {} })).toEqual({ name: 'Bare' });
});

it('finds nothing more once what was found is accepted', () => {
  const [first] = rows();
  const event = first?.planned ? accept(first.planned, first.findings) : null;
  const again = compare({ ...plan, events: plan.events.map((e) => (e.name === event?.name && event ? event : e)) }, seen, () => true);
  expect(again.find((r) => r.name === 'Order Completed')?.standing).toBe('fine');
});
