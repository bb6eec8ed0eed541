/** A simple mapping file from choices: which column says who, what and when; the others become properties or traits. */
export interface Choices {
  kind: 'track' | 'identify';
  /** The event's name, when each row is the same event. */
  event: string;
  /** Or the column with the event's name. */
  eventColumn: string | null;
  userId: string | null;
  anonymousId: string | null;
  timestamp: string | null;
  zone: string;
  /** Columns left out. */
  without: string[];
}

/** The first rows of a delimited file, header included; quoted values may hold separators and line ends. `whole` says that the text is all of the file: else a last row without its end is left out. */
export function rowsOf(text: string, most: number, whole = true): string[][] {
  const content = text.replace(/^\uFEFF/, '');
  const line = content.split(/\r?\n/, 1)[0] ?? '';
  const separator = [',', ';', '\t', '|'].map((s) => [s, line.split(s).length] as const).sort((a, b) => b[1] - a[1])[0]?.[0] ?? ',';
  const rows: string[][] = [];
  let [row, value, quoted]: [string[], string, boolean] = [[], '', false];
  const endRow = () => {
    row.push(value.trim());
    if (row.some(Boolean)) rows.push(row);
    [row, value] = [[], ''];
  };
  for (let i = 0; i < content.length && rows.length < most; i += 1) {
    const c = content[i];
    if (c === '"') {
      if (quoted && content[i + 1] === '"') {
        value += '"';
        i += 1;
      } else quoted = !quoted;
    } else if (c === separator && !quoted) {
      row.push(value.trim());
      value = '';
    } else if (c === '\n' && !quoted) endRow();
    else value += c;
  }
  if (whole && rows.length < most && (row.length > 0 || value)) endRow();
  return rows;
}

/** The name of the property or trait a column becomes. */
const keyOf = (column: string): string => column.trim().replace(/\s+/g, '_');

/** What becomes of a column; a text of the catalogue, and the name it gets where it gets one. */
export function roleOf(column: string, c: Choices): { text: string; name?: string } {
  if (column === c.userId) return { text: 'customer id' };
  if (column === c.anonymousId) return { text: 'anonymous id' };
  if (column === c.timestamp) return { text: 'time' };
  if (c.kind === 'track' && column === c.eventColumn) return { text: 'event name' };
  if (c.without.includes(column)) return { text: 'left out' };
  return { text: c.kind === 'track' ? 'property {name}' : 'trait {name}', name: keyOf(column) };
}

const find = (columns: string[], ...words: string[]): string | null =>
  columns.find((c) => words.some((w) => c.toLowerCase().replace(/[^a-z]/g, '') === w)) ?? columns.find((c) => words.some((w) => c.toLowerCase().replace(/[^a-z]/g, '').includes(w))) ?? null;

/** What the names of columns suggest. */
export function guess(columns: string[]): Choices {
  const eventColumn = columns.find((c) => /^(event|eventname|action|activity)$/i.test(c.replace(/[^a-z]/gi, ''))) ?? null;
  const timestamp = find(columns, 'timestamp', 'time', 'date', 'createdat', 'invoicedate');
  return {
    kind: eventColumn || timestamp ? 'track' : 'identify',
    event: eventColumn ? '' : 'Imported',
    eventColumn,
    userId: find(columns, 'userid', 'customerid', 'id'),
    anonymousId: null,
    timestamp,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    without: [],
  };
}

const q = (text: string): string => JSON.stringify(text);
const column = (name: string): string => `{column: ${q(name)}}`;

/** The mapping file (YAML) the choices mean. */
export function mappingOf(columns: string[], c: Choices): string {
  const used = new Set([c.userId, c.anonymousId, c.timestamp, c.kind === 'track' ? c.eventColumn : null]);
  const rest = columns.filter((name) => !used.has(name) && !c.without.includes(name));
  return [
    `type: ${c.kind}`,
    ...(c.kind === 'track' ? [`event: ${c.eventColumn ? column(c.eventColumn) : q(c.event)}`] : []),
    ...(c.userId ? [`user_id: ${column(c.userId)}`] : []),
    ...(c.anonymousId ? [`anonymous_id: ${column(c.anonymousId)}`] : []),
    ...(c.timestamp ? [`timestamp: {column: ${q(c.timestamp)}, zone: ${c.zone}}`] : []),
    ...(rest.length > 0 ? [c.kind === 'track' ? 'properties:' : 'traits:', ...rest.map((name) => `  ${q(keyOf(name))}: ${column(name)}`)] : []),
    '',
  ].join('\n');
}
