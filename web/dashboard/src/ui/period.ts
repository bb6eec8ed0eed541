/** A period of days as addresses carry it, and as the API takes it. */

/** The first moment of a day here, or of one so many days later; nothing when it is no day. */
export function startOf(date: string | undefined, days = 0): string | undefined {
  const at = new Date(`${date}T00:00:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  at.setDate(at.getDate() + days);
  return at.toISOString();
}

/** The parameters for the days from one to another, both among them. */
export function periodOf({ from, to }: { from?: string | undefined; to?: string | undefined }): { from?: string; to?: string } {
  const [start, end] = [startOf(from), startOf(to, 1)];
  return { ...(start ? { from: start } : {}), ...(end ? { to: end } : {}) };
}
