/** What a field offers that searches on the server. */

export interface Option {
  value: string;
  label: string;
}

/** What is looked for: a field shows the name of what was chosen, and nobody typed that. */
export function typedOf(q: string, chosen: readonly string[]): string {
  return chosen.includes(q) ? '' : q;
}

/** What was found, and what is chosen and was not: a field that did not offer it would lose it. */
export function optionsOf(found: readonly Option[], chosen: readonly string[], label: (id: string) => string): Option[] {
  const others = chosen.filter((id) => id && !found.some((option) => option.value === id));
  return [...found, ...others.map((id) => ({ value: id, label: label(id) }))];
}
