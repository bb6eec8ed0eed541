import { expect, it } from 'vitest';
import type { Customer } from './CustomerPage';
import { stated } from './stated';

const of = { id: 'p', consents: [{ channel: 'email', topic: 'offers', granted: true, status: 'granted', source: 'shop', at: '2026-01-01T00:00:00Z' }] } as unknown as Customer;
const words = (c: Customer) => c.consents.map((x) => `${x.channel}/${x.topic ?? '*'} ${x.status} ${x.source}`);

it('replaces the word about the same channel and topic', () => {
  expect(words(stated(of, 'email', 'offers', false))).toEqual(['email/offers denied dashboard']);
});

it('adds one about another, and leaves what it was given as it was', () => {
  expect(words(stated(of, 'email', null, true))).toEqual(['email/offers granted shop', 'email/* granted dashboard']);
  expect(words(of)).toEqual(['email/offers granted shop']);
});
