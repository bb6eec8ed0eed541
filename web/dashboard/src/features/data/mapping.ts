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

/** The columns of a file by the first line of its text; quoted names may hold the separator. */
export function columnsOf(text: string): string[] {
  const line = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? '';
  const separator = [',', ';', '\t', '|'].map((s) => [s, line.split(s).length] as const).sort((a, b) => b[1] - a[1])[0]?.[0] ?? ',';
  const out: string[] = [];
  let name = '';
  let quoted = false;
  for (let i = 0; i < line.length; i += 1) {
    const c = line[i];
    if (c === '"') {
      if (quoted && line[i + 1] === '"') {
        name += '"';
        i += 1;
      } else quoted = !quoted;
    } else if (c === separator && !quoted) {
      out.push(name.trim());
      name = '';
    } else name += c;
  }
  return [...out, name.trim()].filter(Boolean);
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
  const key = (name: string) => name.trim().replace(/\s+/g, '_');
  return [
    `type: ${c.kind}`,
    ...(c.kind === 'track' ? [`event: ${c.eventColumn ? column(c.eventColumn) : q(c.event)}`] : []),
    ...(c.userId ? [`user_id: ${column(c.userId)}`] : []),
    ...(c.anonymousId ? [`anonymous_id: ${column(c.anonymousId)}`] : []),
    ...(c.timestamp ? [`timestamp: {column: ${q(c.timestamp)}, zone: ${c.zone}}`] : []),
    ...(rest.length > 0 ? [c.kind === 'track' ? 'properties:' : 'traits:', ...rest.map((name) => `  ${q(key(name))}: ${column(name)}`)] : []),
    '',
  ].join('\n');
}
