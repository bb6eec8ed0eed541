/** Shares of a split, in percent with at most two decimals. */
interface Share {
  percent?: number;
}

const round = (n: number): number => Math.round(n * 100) / 100;

export const sumOf = (arms: Share[]): number => round(arms.reduce((sum, a) => sum + (a.percent ?? 0), 0));

/** All the same, and together exactly 100: the first ones take what is left over. */
export function evenly<T extends Share>(arms: T[]): T[] {
  const each = Math.floor(10_000 / arms.length);
  const left = 10_000 - each * arms.length;
  return arms.map((a, i) => ({ ...a, percent: (each + (i < left ? 1 : 0)) / 100 }));
}
