import { expect, it } from 'vitest';
import { ApiProblem } from './client';
import { isLost, uniqueKey } from './once';

it('makes another key each time', () => {
  const keys = Array.from({ length: 100 }, uniqueKey);
  expect(new Set(keys).size).toBe(100);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});

it('knows which failures may have done their work', () => {
  const of = (status: number, code = 'x') => isLost(new ApiProblem(status, code, ''));
  expect([of(0), of(502), of(409, 'idempotency_in_progress')]).toEqual([true, true, true]);
  expect([of(409), of(422), of(403), isLost(new Error('x'))]).toEqual([false, false, false, false]);
});
