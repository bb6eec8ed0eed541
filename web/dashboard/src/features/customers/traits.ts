/** What somebody typed as a trait's value: JSON when it is some, nothing when it is empty, else text. */
export function parseValue(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  try {
    return JSON.parse(trimmed);
  } catch {
    return text;
  }
}

/** The text that {@link parseValue} reads as this value. */
export function printValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return JSON.stringify(value);
  const read = parseValue(value);
  return read === value ? value : JSON.stringify(value);
}
