import { expect, it } from 'vitest';
import { type Job, runJob } from './job';

it('goes on after a failure and says whom it was', async () => {
  const told: Job[] = [];
  const one = (id: string) => (id === 'b' ? Promise.reject(new Error('gone')) : Promise.resolve());
  const job = await runJob(['a', 'b', 'c'], one, { tell: (j) => told.push(j), stopped: () => false });
  expect(job).toEqual({ all: 3, finished: 3, failed: [{ id: 'b', why: 'gone' }], left: [], ended: true });
  expect(told.map((j) => j.finished)).toEqual([0, 1, 2, 3, 3]);
});

it('stops before the next one, and knows whom it did not come to', async () => {
  let n = 0;
  const job = await runJob(['a', 'b', 'c'], () => Promise.resolve((n += 1)), { tell: () => {}, stopped: () => n === 1 });
  expect(job).toMatchObject({ finished: 1, left: ['b', 'c'], ended: true });
});
