/** Which rule holds for exactly one bar of an UpSet plot, and in what order bars stand. */

const quoted = (id: string): string => `in_segment(${JSON.stringify(id)})`;

/** Those in all of `inside` and in none of the others asked about. */
export function ruleOf(inside: string[], asked: string[]): string {
  const outside = asked.filter((id) => !inside.includes(id));
  return [...inside.map(quoted), ...outside.map((id) => `!${quoted(id)}`)].join(' && ');
}

/** A share in percent; 0 of nothing. */
export const shareOf = (n: number, all: number): number => (all > 0 ? (n / all) * 100 : 0);
