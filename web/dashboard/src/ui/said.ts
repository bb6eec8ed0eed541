/** What the server says, in the language of who reads it. */
import { ApiProblem, type Schemas } from '@/api/client';
import { serverWords, t } from '@/i18n';
import { findingIn, itemIn, problemIn, type RefusalReason, type Said } from '@/i18n/server';

type Item = ApiProblem['items'][number];

/** What went wrong, in a sentence; and the server's own where that says more. */
export function saidOf(error: unknown): Said {
  if (error instanceof ApiProblem) return problemIn(serverWords(), error.code, error.message);
  return { text: error instanceof Error ? error.message : String(error), english: null };
}

/** One thing that is wrong, in a sentence without its place. */
export function saidOfItem(item: Item): string {
  const { text, english } = itemIn(serverWords(), item);
  const meant = item.did_you_mean ? ` ${t('Did you mean {name}?', { name: item.did_you_mean })}` : '';
  return `${text || english}${meant}`;
}

export function saidOfFinding(finding: Schemas['FindingView']): string {
  const { text, english } = findingIn(serverWords(), finding);
  return text || (english ?? '');
}

/** Why an event was not accepted. */
export function saidOfRefusal({ reason, detail }: { reason: string; detail: string }): string {
  return serverWords()?.refusals[reason as RefusalReason] ?? detail;
}

/** All of it in a line, for where there is room for one: the first things that are wrong, else what the server says of them. */
export function lineOf(error: unknown): string {
  const { text, english } = saidOf(error);
  if (!serverWords() || !(error instanceof ApiProblem)) return text;
  const items = error.items.slice(0, 2).map((item) => `${item.at}: ${saidOfItem(item)}`);
  if (items.length > 0) return `${text} ${items.join('; ')}`;
  return english ? `${text} (${english})` : text;
}
