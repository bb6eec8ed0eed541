import { expect, it } from 'vitest';
import { evenly, sumOf } from './shares';

it('shares evenly, and exactly', () => {
  for (let n = 1; n <= 32; n += 1) {
    const arms = evenly(Array.from({ length: n }, (_, i) => ({ name: String(i), percent: 7 })));
    expect(sumOf(arms)).toBe(100);
    const percents = arms.map((a) => a.percent);
    expect(Math.max(...percents) - Math.min(...percents)).toBeLessThan(0.011);
  }
  expect(sumOf([{ percent: 33.33 }, { percent: 33.33 }, { percent: 33.34 }, {}])).toBe(100);
});
