/** What may be written next in a rule: from the language, and from the events, properties and traits ever seen. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { Schemas } from '@/api/client';
import type { ValuesOf } from './values';

export interface Known {
  catalogue: Schemas['CatalogueView'] | undefined;
  /** Traits of accounts. */
  accounts: string[];
  segments: string[];
}

const words = (list: string[], type: string, apply?: (word: string) => string): Completion[] =>
  list.map((label) => ({ label, type, ...(apply ? { apply: apply(label) } : {}) }));

const MEASURES: Completion[] = [
  ...['count()', 'exists()', 'first()', 'last()', 'days()'].map((label) => ({ label, type: 'method' })),
  ...['sum', 'min', 'max', 'avg', 'distinct'].map((name) => ({ label: `${name}("…")`, apply: `${name}("`, type: 'method' })),
  ...['within("30d")', 'after("2026-01-01")', 'before("2026-01-01")', 'between("2026-01-01", "2026-02-01")', 'filter(e, )'].map((label) => ({
    label,
    type: 'method',
  })),
];

const START: Completion[] = [
  { label: 'events("…")', apply: 'events("', type: 'function', detail: 'what they did' },
  { label: 'traits.', type: 'variable', detail: 'who they are' },
  { label: 'account.', type: 'variable', detail: 'their company, household or team' },
  { label: 'account_members()', type: 'function' },
  { label: 'accounts()', type: 'function' },
  { label: 'in_segment("…")', apply: 'in_segment("', type: 'function' },
  { label: 'consent("email")', type: 'function' },
  { label: 'sequence(["…"], "1d")', apply: 'sequence(["', type: 'function' },
  { label: 'has(traits.)', apply: 'has(traits.', type: 'function' },
  { label: 'now()', type: 'function' },
  { label: 'today()', type: 'function' },
  { label: 'date(traits.)', apply: 'date(traits.', type: 'function' },
  { label: 'duration("1d")', type: 'function' },
  { label: 'bucket("name", 0, 10)', type: 'function' },
  { label: 'score("…")', apply: 'score("', type: 'function' },
];

/** Decides by the text before the cursor; a pure function, so that it can be tested. */
export function suggestions(before: string, known: Known): { from: number; options: Completion[] } | null {
  const events = known.catalogue?.events ?? [];
  const quoted = /"([^"\\]*)$/.exec(before);
  const outside = quoted ? before.slice(0, quoted.index) : before;
  // An even number of quotes before it: the last one opens a text.
  const opens = quoted !== null && (outside.split('"').length - 1) % 2 === 0;
  if (quoted && opens) {
    const from = quoted.index + 1;
    if (/(\bevents\(|\bsequence\(\[)("[^"]*",\s*)*$/.test(outside)) return { from, options: words(events.map((e) => e.name), 'text') };
    if (/\bin_segment\($/.test(outside)) return { from, options: words(known.segments, 'text') };
    if (/\bconsent\($/.test(outside)) return { from, options: words(['email', 'sms', 'push', 'web_push', 'in_app'], 'text') };
    if (/\.(within|sequence)\($/.test(outside)) return { from, options: words(['1d', '7d', '30d', '90d', '365d'], 'text') };
    if (/\.(sum|min|max|avg|distinct)\($/.test(outside)) return { from, options: words(propertiesOf(outside, known), 'property') };
    return null;
  }
  const field = /\btraits\.([\w.]*)$/.exec(before);
  if (field) {
    return { from: before.length - (field[1]?.length ?? 0), options: words(Object.keys(known.catalogue?.traits ?? {}), 'property') };
  }
  const account = /\baccount\.([\w.]*)$/.exec(before);
  if (account) return { from: before.length - (account[1]?.length ?? 0), options: words([...known.accounts, 'id'], 'property') };
  const property = /\be\.([\w.]*)$/.exec(before);
  if (property) return { from: before.length - (property[1]?.length ?? 0), options: words(propertiesOf(before, known), 'property') };
  const method = /\)\.(\w*)$/.exec(before);
  if (method) return { from: before.length - (method[1]?.length ?? 0), options: MEASURES };
  const word = /[A-Za-z_]*$/.exec(before)?.[0] ?? '';
  if (/(^|[\s(!,[])$/.test(before.slice(0, before.length - word.length))) return { from: before.length - word.length, options: START };
  return null;
}

/** The field whose value is being written at the end of `before`, and the beginning of that value: after `==`, `!=`, `in [`, or in a test of text. */
export function comparedAt(before: string): { of: ValuesOf; from: number; quoted: boolean } | null {
  const found = /\b(traits|e)\.([\w.]+?)(?:\s*(?:==|!=)\s*|\s+in\s*\[(?:[^\]]*,)?\s*|\.(?:equalsIgnoreCase|contains|startsWith|endsWith)\()("?)([^"\\\]\n]*)$/.exec(before);
  if (!found) return null;
  const [, whose, path = '', quote, written = ''] = found;
  const quoted = quote === '"';
  // A bare word is only the beginning of a number, of true or of false.
  if (!quoted && !/^[\w.-]*$/.test(written)) return null;
  const at = { from: before.length - written.length, quoted };
  if (whose === 'traits') return { ...at, of: { trait: path } };
  const call = before.match(/events\(([^)]*)\)(?![\s\S]*events\()/);
  const event = /"([^"]*)"/.exec(call?.[1] ?? '')?.[1];
  return event ? { ...at, of: { event, property: path } } : null;
}

/** Values as they are written in a rule. */
export function valueOptions(values: (string | number | boolean)[], quoted: boolean): Completion[] {
  const fits = quoted ? values.filter((v) => typeof v === 'string') : values;
  return fits.map((v) => ({ label: String(v), type: 'constant', apply: quoted ? String(v).replace(/["\\]/g, '\\$&') : JSON.stringify(v) }));
}

/** Properties of the events named last before the cursor; of all events when none is known. */
function propertiesOf(before: string, known: Known): string[] {
  const call = before.match(/events\(([^)]*)\)(?![\s\S]*events\()/);
  const names = [...(call?.[1] ?? '').matchAll(/"([^"]*)"/g)].map((m) => m[1]);
  const events = known.catalogue?.events ?? [];
  const chosen = events.filter((e) => names.includes(e.name));
  return [...new Set((chosen.length > 0 ? chosen : events).flatMap((e) => Object.keys(e.properties)))];
}

/** `values` finds what a field has really been. */
export function completion(known: () => Known, values: (of: ValuesOf) => Promise<(string | number | boolean)[]>) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const compared = comparedAt(context.state.sliceDoc(0, context.pos));
    if (compared) {
      const options = valueOptions(await values(compared.of), compared.quoted);
      if (options.length > 0) return { from: compared.from, options, validFor: /^[^"\n]*$/ };
    }
    const found = suggestions(context.state.sliceDoc(0, context.pos), known());
    if (!found || found.options.length === 0) return null;
    if (!context.explicit && found.from === context.pos && !/["._(]$/.test(context.state.sliceDoc(0, context.pos))) return null;
    return { from: found.from, options: found.options, validFor: /^[\w .-]*$/ };
  };
}
