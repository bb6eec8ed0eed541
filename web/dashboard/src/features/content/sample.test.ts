import { expect, it } from 'vitest';
import { beginnings, isValues, languagesOf, valuesOf } from './sample';

it('knows the languages of a template, its own first and each once', () => {
  expect(languagesOf({ language: 'en', translations: { de: {}, en: {} } })).toEqual(['en', 'de']);
  expect(languagesOf({ name: 'A' })).toEqual([]);
});

const orders = { name: 'Orders', trigger: { event: { name: 'Order Completed', key: 'order_id' } }, steps: [{ id: 'a', branch: [{ when: 'x', send: { template: 'thanks' } }] }] };

it('finds the journeys an event begins that send it', () => {
  const journeys = [
    { id: 'orders', spec: orders },
    { id: 'others', spec: { ...orders, steps: [{ id: 'a', send: { template: 'other' } }] } },
    { id: 'trial', spec: { ...orders, trigger: { segment: { id: 'trial' } } } },
  ];
  expect(beginnings(journeys, 'thanks')).toEqual([{ event: 'Order Completed', journey: { id: 'orders', name: 'Orders' }, key: 'order_id' }]);
});

it('gives what the journey would give', () => {
  const seen = { event: 'Order Completed', timestamp: '2026-11-27T00:00:00Z', properties: { order_id: 7, total: 5 } };
  const event = { name: 'Order Completed', ts: '2026-11-27T00:00:00Z', properties: { order_id: 7, total: 5 } };
  const [beginning] = beginnings([{ id: 'orders', spec: orders }], 'thanks');
  expect(valuesOf(seen, beginning)).toEqual({ event, journey: { id: 'orders', name: 'Orders', key: '7' } });
  expect(valuesOf(seen, undefined)).toEqual({ event });
});

it('takes objects for values and nothing else', () => {
  expect([{}, [], null, 'x', 5].map(isValues)).toEqual([true, false, false, false, false]);
});
