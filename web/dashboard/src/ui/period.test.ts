import { expect, it } from 'vitest';
import { periodOf, startOf } from './period';

it('takes in both days', () => {
  const { from, to } = periodOf({ from: '2026-01-31', to: '2026-01-31' });
  expect(new Date(from ?? '').getDate()).toBe(31);
  expect(new Date(to ?? '')).toEqual(new Date(2026, 1, 1));
});

it('leaves out what is no day', () => {
  expect(periodOf({ from: 'soon' })).toEqual({});
  expect(startOf(undefined)).toBeUndefined();
});
