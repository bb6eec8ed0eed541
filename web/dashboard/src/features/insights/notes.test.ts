import { expect, it } from 'vitest';
import { bucketOf, withNotes } from './notes';

const weeks = ['2026-03-02', '2026-03-09', '2026-03-16'];

it('finds the bucket of a day', () => {
  expect(['2026-03-01', '2026-03-02', '2026-03-08', '2026-03-10', '2026-12-31'].map((d) => bucketOf(weeks, d))).toEqual([null, 0, 0, 1, 2]);
  expect(bucketOf(['2026-02', '2026-03'], '2026-03-05')).toBe(1);
  expect(bucketOf(['2026-03-05T01:00:00Z', '2026-03-05T02:00:00Z'], '2026-03-05')).toBe(1);
  expect(bucketOf([], '2026-03-05')).toBeNull();
});

it('draws a line for each note that is on the axis', () => {
  const option = { series: [{ name: 'A' }, { name: 'B' }] };
  const made = withNotes(option, weeks, [
    { id: 'x', from: '2026-03-10', to: '2026-03-10', text: 'Sale' },
    { id: 'y', from: '2025-01-01', to: '2025-01-01', text: 'Long ago' },
  ]);
  const [first, second] = made.series as { markLine?: { data: { xAxis: number; name: string }[] } }[];
  expect(first?.markLine?.data.map((d) => [d.xAxis, d.name])).toEqual([[1, 'Sale']]);
  expect(second?.markLine).toBeUndefined();
  expect(withNotes(option, weeks, [])).toBe(option);
});
