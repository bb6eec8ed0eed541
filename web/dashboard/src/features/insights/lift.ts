/** Whom a lift report compares. */
import type { Request } from './kinds';

/** Those a journey (or a campaign, as `campaign/ID`) let in, by group; as both were meant to be treated, whatever the gate did. */
export function groupsOf(journey: string): Request {
  if (!journey) return {};
  const of = (group: string) => ({ event: 'Journey Entered', filter: `e.journey == ${JSON.stringify(journey)} && e.group == "${group}"` });
  return { treated: of('treatment'), control: of('control') };
}

/** The journey or campaign a request is about; empty for all messages. */
export function subjectOf(request: Request): string {
  const filter = (request.treated as { filter?: string } | undefined)?.filter ?? '';
  return /^e\.journey == "([^"]+)"/.exec(filter)?.[1] ?? '';
}
