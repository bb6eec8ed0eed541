/** What the server says, in the present language. It speaks English alone, and gives every sentence a code: by those it is said here. */
import type { ProblemItem, Schemas } from '@rapport/api-client';

/** Codes of answers; the last two are the client's own. */
export type ProblemCode = Schemas['ProblemCode'] | 'unreachable' | 'unknown';
export type ItemCode = Schemas['ItemCode'];
export type FindingRule = Schemas['FindingRule'];
export type RefusalReason = Schemas['RefusalReason'];

export interface Says {
  text: string;
  /** What the server says beside it says more than this. */
  more?: true;
}

/** A language's words for all of it. Its type lets none be forgotten. */
export interface ServerWords {
  problems: Record<ProblemCode, Says>;
  /** `{name}` stands for a value. */
  items: Record<ItemCode, string>;
  /** By rule, and where one says several things by its part. */
  findings: Record<FindingRule, string | Record<string, string>>;
  /** Why an event was not accepted, or what was odd about one that was. */
  refusals: Record<RefusalReason, string>;
  /** What values may say: types, kinds of documents. */
  values: Record<string, string>;
}

/** Something said, and what the server said in English where that says more, or where nothing else is known. */
export interface Said {
  text: string;
  english: string | null;
}

type Values = Readonly<Record<string, string>>;

const fill = (text: string, values: Values): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

/** Values that are words of the server, whatever they are about. */
const WORDS = ['expected', 'kind', 'rhythm', 'what', 'why'];
/** Kinds of problems whose `found` is a type, and not what somebody wrote. */
const OF_TYPES = ['wrong_type', 'not_an_object'];

/** The values of an item, with those in words of the language that are words of the server. */
function worded(words: ServerWords, code: string, values: Values): Values {
  const isWord = (name: string) => WORDS.includes(name) || (name === 'found' && OF_TYPES.includes(code));
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isWord(name) ? (words.values[value] ?? value) : value]));
}

/** A problem by its code. Without words of a language it is as the server says it. */
export function problemIn(words: ServerWords | null, code: string, detail: string): Said {
  if (!words) return { text: detail, english: null };
  const says = words.problems[code as ProblemCode] ?? { ...words.problems.unknown, more: true };
  return { text: says.text, english: says.more && detail !== says.text ? detail : null };
}

/** One thing that is wrong. Without a code its English words are all there is. */
export function itemIn(words: ServerWords | null, item: ProblemItem): Said {
  const text = words && item.code ? words.items[item.code as ItemCode] : undefined;
  if (words && item.code && text !== undefined) return { text: fill(text, worded(words, item.code, item.values ?? {})), english: null };
  return words ? { text: '', english: item.message } : { text: item.message, english: null };
}

interface Finding {
  rule: string;
  part: string;
  message: string;
  values: Values;
}

export function findingIn(words: ServerWords | null, { rule, part, message, values }: Finding): Said {
  const says = words?.findings[rule as FindingRule];
  const text = typeof says === 'object' ? (says[part] ?? says['']) : says;
  if (words && text !== undefined) return { text: fill(text, values), english: null };
  return words ? { text: '', english: message } : { text: message, english: null };
}
