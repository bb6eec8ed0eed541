import { expect, it } from 'vitest';
import { gather, type Summary } from './names';

const summary = (id: string) => ({ id, label: id, traits: {} }) as unknown as Summary;

it('asks once for all that is wished for at a moment', async () => {
  const calls: string[][] = [];
  const one = gather(async (ids) => {
    calls.push(ids);
    return new Map(ids.filter((id) => id !== 'gone').map((id) => [id, summary(id)]));
  });
  const [a, again, gone] = await Promise.all([one('a'), one('a'), one('gone')]);
  expect(calls).toEqual([['a', 'gone']]);
  expect([a?.id, again?.id, gone]).toEqual(['a', 'a', null]);
  await one('later');
  expect(calls.length).toBe(2);
});

it('divides many into several calls, and tells each of its failure', async () => {
  const sizes: number[] = [];
  const one = gather(async (ids) => {
    sizes.push(ids.length);
    if (ids.includes('n249')) throw new Error('no');
    return new Map(ids.map((id) => [id, summary(id)]));
  });
  const all = await Promise.allSettled(Array.from({ length: 250 }, (_, i) => one(`n${i}`)));
  expect(sizes).toEqual([200, 50]);
  expect(all.filter((r) => r.status === 'rejected').length).toBe(50);
});
