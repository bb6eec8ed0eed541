/** The team's notes about days, on charts over time. */
import type { Schemas } from '@/api/client';

type Note = Schemas['Note'];

/** The place on the axis of the day a note begins: the last bucket that begins on it or before; none outside of the axis. */
export function bucketOf(buckets: string[], day: string): number | null {
  const begins = (b: string) => b.slice(0, Math.min(b.length, 10));
  const first = buckets[0];
  if (!first || begins(first) > day) return null;
  let at = 0;
  for (const [i, b] of buckets.entries()) if (begins(b) <= day) at = i;
  return at;
}

/** An option with a line for every note. */
export function withNotes(option: Record<string, unknown>, buckets: string[], notes: Note[]): Record<string, unknown> {
  const series = option.series as Record<string, unknown>[] | undefined;
  const marks = notes.flatMap((note, i) => {
    const at = bucketOf(buckets, note.from);
    return at === null ? [] : [{ xAxis: at, name: note.text, label: { formatter: `${i + 1}`, position: 'insideEndTop' } }];
  });
  if (!series?.[0] || marks.length === 0) return option;
  const markLine = { symbol: 'none', silent: true, lineStyle: { type: 'dashed', color: '#868e96' }, data: marks };
  return { ...option, series: [{ ...series[0], markLine }, ...series.slice(1)] };
}
