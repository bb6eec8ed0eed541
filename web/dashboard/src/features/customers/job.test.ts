import { expect, it } from 'vitest';
import { collect, type Course, type Job, runJob, runPortions } from './job';

it('goes on after a failure and says whom it was', async () => {
  const told: Job[] = [];
  const one = ([id]: string[]) => (id === 'b' ? Promise.reject(new Error('gone')) : Promise.resolve());
  const job = await runJob(['a', 'b', 'c'], one, { tell: (j) => told.push(j), stopped: () => false });
  expect(job).toEqual({ all: 3, finished: 3, failed: [{ id: 'b', why: 'gone' }], left: [], ended: true });
  expect(told.map((j) => j.finished)).toEqual([0, 1, 2, 3, 3]);
});

it('stops before the next one, and knows whom it did not come to', async () => {
  let n = 0;
  const job = await runJob(['a', 'b', 'c'], () => Promise.resolve((n += 1)), { tell: () => {}, stopped: () => n === 1 });
  expect(job).toMatchObject({ finished: 1, left: ['b', 'c'], ended: true });
});

it('takes several in one call, and several calls at a time', async () => {
  const calls: string[][] = [];
  const told: number[] = [];
  const work = (ids: string[]) => {
    calls.push(ids);
    return ids.includes('c') ? Promise.reject(new Error('full')) : Promise.resolve();
  };
  const job = await runJob(['a', 'b', 'c', 'd', 'e'], work, { tell: (j) => told.push(j.finished), stopped: () => false, size: 2, lanes: 2 });
  expect(calls).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  expect(job.failed.map((f) => f.id)).toEqual(['c', 'd']);
  expect(told).toEqual([0, 4, 5, 5]);
});

it('finds all there are, page by page', async () => {
  const pages: Record<string, { items: { id: string }[]; next_cursor: string | null }> = {
    first: { items: [{ id: 'a' }, { id: 'b' }], next_cursor: 'second' },
    second: { items: [{ id: 'c' }], next_cursor: null },
  };
  expect(await collect((cursor = 'first') => Promise.resolve(pages[cursor] as (typeof pages)[string]))).toEqual(['a', 'b', 'c']);
});

it('goes on from the portion that failed, and stops between two', async () => {
  const beginning: Course = { all: 5, finished: 0, cursor: null, error: null, ended: false };
  const calls: (string | null)[] = [];
  let fails = true;
  const portion = (cursor: string | null) => {
    calls.push(cursor);
    if (cursor === '2' && fails) return Promise.reject(new Error('away'));
    return Promise.resolve({ reached: cursor === '4' ? 1 : 2, next_cursor: cursor === null ? '2' : cursor === '2' ? '4' : null });
  };
  const never = { tell: () => {}, stopped: () => false };
  const failed = await runPortions(beginning, portion, never);
  expect(failed).toMatchObject({ finished: 2, cursor: '2', ended: true });
  expect((failed.error as Error).message).toBe('away');
  fails = false;
  const stopped = await runPortions(failed, portion, { tell: () => {}, stopped: () => true });
  expect(stopped).toMatchObject({ finished: 4, cursor: '4', error: null, ended: true });
  expect(await runPortions(stopped, portion, never)).toMatchObject({ finished: 5, cursor: null, ended: true });
  expect(calls).toEqual([null, '2', '2', '4']);
});
