/** What a journey would do or did, in words. */
import { t } from '@/i18n';
import { actionOf, type JourneySpec, type Step } from '../graph';

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
      return t('Is not let in: {why}', { why: t(words(detail)) });
    case 'passed':
      return t('Goes on by “{exit}”', { exit: t(words(detail)) });
    case 'message':
      return t('Gets the message {template} by {channel}', { template: member(detail, 'template'), channel: t(member(detail, 'channel')) });
    case 'withheld':
      return t('Would get {template}, but is in the control group', { template: member(detail, 'template') });
    case 'update':
      return t('Traits are changed: {traits}', { traits: [...Object.keys((detail as { set?: object }).set ?? {}), ...((detail as { unset?: string[] }).unset ?? [])].join(', ') });
    case 'event':
      return t('The event {event} is recorded', { event: member(detail, 'event') });
    case 'webhook':
      return t('{url} is called', { url: member(detail, 'url') });
    case 'list':
      return (detail as { add?: boolean }).add ? t('Is put on the list {list}', { list: member(detail, 'list') }) : t('Is taken off the list {list}', { list: member(detail, 'list') });
    case 'start':
      return t('The journey {journey} is started', { journey: member(detail, 'journey') });
    case 'stop':
      return t('The journey {journey} is stopped', { journey: member(detail, 'journey') });
    case 'goal':
      return t('Reaches the goal');
    case 'exited':
      return t('Leaves: {why}', { why: t(words(detail)) });
    default:
      return `${what} ${text(detail)}`;
  }
}

/** A step at which one chooses how it goes on, with its exits as a dry run calls them. */
export interface Choice {
  step: string;
  options: string[];
}

/** The steps of a journey that ask for an answer: waits for events and calls of other systems. */
export function choices(spec: JourneySpec): Choice[] {
  const of = (step: Step): string[] => {
    const action = actionOf(step);
    if (action === 'webhook') return ['next', 'failed'];
    const wait = action === 'wait' ? step.wait : null;
    return typeof wait === 'object' && wait !== null && 'event' in wait ? ['timed_out', 'next'] : [];
  };
  return spec.steps.map((step) => ({ step: step.id, options: of(step) })).filter((c) => c.options.length > 0);
}
