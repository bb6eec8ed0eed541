import { expect, it } from 'vitest';
import { call, choices, sentence } from './told';

const say = (what: string, detail: unknown = null) => sentence({ at: '', step: null, what, detail });

it('tells what happens in words', () => {
  expect(say('entered', { group: 'treatment' })).toBe('Enters the journey');
  expect(say('entered', { group: 'control' })).toBe('Enters, in the control group');
  expect(say('refused', 'entry_condition')).toBe('Is not let in: entry condition');
  expect(say('message', { template: 'thanks', channel: 'email' })).toBe('Gets the message thanks by e-mail');
  expect(say('update', { set: { plan: 'pro' }, unset: ['trial'] })).toBe('Traits are changed: plan, trial');
  expect(say('list', { list: 'vip', add: false })).toBe('Is taken off the list vip');
  expect(say('sent')).toBe('The message is let through and sent');
  expect(say('skipped', 'frequency_cap')).toBe('The message is not sent: frequency cap');
  expect(say('waits', { until: '2026-03-01T08:00:00Z' })).toMatch(/^The message waits until .*2026/);
  expect(say('somewhat new', { a: 1 })).toBe('somewhat new {"a":1}');
});

it('shows a call as it would be made', () => {
  const detail = { method: 'POST', url: 'https://a/x%20y', headers: { 'x-a': '1' }, body: { n: 1 } };
  expect(say('webhook', detail)).toBe('https://a/x%20y is called');
  expect(call(detail)).toBe('POST https://a/x%20y\nx-a: 1\n\n{\n  "n": 1\n}');
  expect(call({ ...detail, method: 'GET' })).toBe('GET https://a/x%20y\nx-a: 1');
  expect(say('unanswered', 'body.n: line 1')).toBe('There is no answer: body.n: line 1');
});

it('says the reasons of the closed lists, and an exit step’s own as it is', () => {
  expect([say('refused', 'once'), say('exited', 'goal'), say('exited', 'bought_elsewhere')]).toEqual(['Is not let in: was inside before', 'Leaves: goal', 'Leaves: bought elsewhere']);
  expect(say('skipped', 'provider_rejected')).toBe('The message is not sent: refused by the provider');
});

it('asks where a journey goes two ways', () => {
  const steps = [
    { id: 'w', wait: { event: { name: 'A' }, for: '1d' } },
    { id: 'd', wait: '1d' },
    { id: 'r', wait: { when: 'traits.paid == true', for: '1d' } },
    { id: 'h', webhook: { url: 'https://a' } },
    { id: 's', send: {} },
  ];
  expect(choices({ name: '', trigger: {}, steps })).toEqual([
    { step: 'w', options: ['timed_out', 'next'] },
    { step: 'r', options: ['timed_out', 'next'] },
    { step: 'h', options: ['next', 'failed'] },
  ]);
});
