import { expect, it } from 'vitest';
import { choices, sentence } from './told';

const say = (what: string, detail: unknown = null) => sentence({ at: '', step: null, what, detail });

it('tells what happens in words', () => {
  expect(say('entered', { group: 'treatment' })).toBe('Enters the journey');
  expect(say('entered', { group: 'control' })).toBe('Enters, in the control group');
  expect(say('refused', 'entry_condition')).toBe('Is not let in: entry condition');
  expect(say('message', { template: 'thanks', channel: 'email' })).toBe('Gets the message thanks by email');
  expect(say('update', { set: { plan: 'pro' }, unset: ['trial'] })).toBe('Traits are changed: plan, trial');
  expect(say('list', { list: 'vip', add: false })).toBe('Is taken off the list vip');
  expect(say('somewhat new', { a: 1 })).toBe('somewhat new {"a":1}');
});

it('asks where a journey goes two ways', () => {
  const steps = [
    { id: 'w', wait: { event: { name: 'A' }, for: '1d' } },
    { id: 'd', wait: '1d' },
    { id: 'h', webhook: { url: 'https://a' } },
    { id: 's', send: {} },
  ];
  expect(choices({ name: '', trigger: {}, steps })).toEqual([
    { step: 'w', options: ['timed_out', 'next'] },
    { step: 'h', options: ['next', 'failed'] },
  ]);
});
