/** What a journey would do or did, in words. */
import { dateTime, t } from '@/i18n';
import { actionOf, type JourneySpec, type Step } from '../graph';
import { whyLeft, whyRefused, whySkipped } from '../whys';

/** One thing a journey does, as dry runs and explanations tell it. */
export interface Told {
  at: string;
  step: string | null;
  what: string;
  detail: unknown;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value));
const member = (detail: unknown, name: string): string => text((detail as Record<string, unknown> | null)?.[name]);
const words = (code: unknown): string => text(code).replaceAll('_', ' ');

/** A sentence about one thing that happened; what it does not know it tells as it is. */
export function sentence({ what, detail }: Told): string {
  switch (what) {
    case 'entered':
      return member(detail, 'group') === 'control' ? t('Enters, in the control group') : t('Enters the journey');
    case 'refused':
      return t('Is not let in: {why}', { why: whyRefused(text(detail)) });
    case 'passed':
      return t('Goes on by “{exit}”', { exit: t(words(detail)) });
    case 'message':
      return t('Gets the message {template} by {channel}', { template: member(detail, 'template'), channel: t(member(detail, 'channel')) });
    case 'withheld':
      return t('Would get {template}, but is in the control group', { template: member(detail, 'template') });
    case 'sent':
      return t('The message is let through and sent');
    case 'waits':
      return t('The message waits until {when}', { when: dateTime(member(detail, 'until')) });
    case 'skipped':
      return t('The message is not sent: {why}', { why: whySkipped(text(detail)) });
    case 'update':
      return t('Traits are changed: {traits}', { traits: [...Object.keys((detail as { set?: object }).set ?? {}), ...((detail as { unset?: string[] }).unset ?? [])].join(', ') });
    case 'event':
      return t('The event {event} is recorded', { event: member(detail, 'event') });
    case 'webhook':
      return t('{url} is called', { url: member(detail, 'url') });
    case 'unanswered':
      return t('There is no answer: {why}', { why: text(detail) });
    case 'list':
      return (detail as { add?: boolean }).add ? t('Is put on the list {list}', { list: member(detail, 'list') }) : t('Is taken off the list {list}', { list: member(detail, 'list') });
    case 'start':
      return t('The journey {journey} is started', { journey: member(detail, 'journey') });
    case 'stop':
      return t('The journey {journey} is stopped', { journey: member(detail, 'journey') });
    case 'goal':
      return t('Reaches the goal');
    case 'exited':
      return t('Leaves: {why}', { why: whyLeft(text(detail)) });
    default:
      return `${what} ${text(detail)}`;
  }
}

/** A call of another system as it would be made: a line, headers, and what is sent. */
export function call(detail: unknown): string {
  const of = (detail ?? {}) as { method?: string; headers?: Record<string, string>; body?: unknown };
  const headers = Object.entries(of.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const body = of.method === 'GET' || of.method === 'DELETE' ? [] : ['', JSON.stringify(of.body, null, 2)];
  return [`${of.method ?? ''} ${member(detail, 'url')}`, ...headers, ...body].join('\n');
}

/** A step at which one chooses how it goes on, with its exits as a dry run calls them. */
export interface Choice {
  step: string;
  options: string[];
}

/** The steps of a journey that ask for an answer: waits for events and rules, and calls of other systems. */
export function choices(spec: JourneySpec): Choice[] {
  const of = (step: Step): string[] => {
    const action = actionOf(step);
    if (action === 'webhook') return ['next', 'failed'];
    const wait = action === 'wait' ? step.wait : null;
    return typeof wait === 'object' && wait !== null && ('event' in wait || 'when' in wait) ? ['timed_out', 'next'] : [];
  };
  return spec.steps.map((step) => ({ step: step.id, options: of(step) })).filter((c) => c.options.length > 0);
}
