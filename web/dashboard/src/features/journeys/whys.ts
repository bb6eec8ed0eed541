/** Why somebody is not let into a journey, left it, or did not get its message, in words. */
import type { Schemas } from '@/api/client';
import { t } from '@/i18n';

type Words<Code extends string> = Record<Code, { title: string }>;

const REFUSALS: Words<Schemas['JourneyRefusal']> = {
  entry_condition: { title: 'entry condition' },
  exit_condition: { title: 'exit condition' },
  active: { title: 'already inside' },
  once: { title: 'was inside before' },
  too_soon: { title: 'was inside too recently' },
  too_old: { title: 'the event is too old' },
  no_key: { title: 'the event lacks the key' },
  paused: { title: 'paused' },
  not_started: { title: 'not begun yet' },
  stopped: { title: 'its time is over' },
  goal_reached: { title: 'goal reached already' },
  concurrent: { title: 'inside as often as is allowed' },
  too_many_runs: { title: 'in too many journeys' },
};

const EXITS: Words<Schemas['JourneyExit']> = {
  completed: { title: 'came to the end' },
  exit_condition: { title: 'exit condition' },
  not_live: { title: 'not live any more' },
  merged: { title: 'merged with another' },
  goal: { title: 'goal' },
  paused: { title: 'paused' },
  not_migrated: { title: 'no place in the new version' },
  stopped: { title: 'stopped by another journey' },
};

const SKIPS: Words<Schemas['SkipReason']> = {
  suppressed: { title: 'suppressed' },
  unsubscribed: { title: 'unsubscribed' },
  no_consent: { title: 'no consent' },
  unconfirmed: { title: 'not confirmed' },
  no_address: { title: 'no address' },
  window_closed: { title: 'window closed' },
  quiet_hours_expired: { title: 'quiet hours too long' },
  frequency_cap: { title: 'frequency cap' },
  control_group: { title: 'control group' },
  not_live: { title: 'not live' },
  exited: { title: 'left before' },
  duplicate: { title: 'duplicate' },
  provider_rejected: { title: 'refused by the provider' },
  invalid_template: { title: 'broken template' },
};

/** A code in words; what is none of the list, such as the reason of an exit step, is as it was written. */
const by = (words: Record<string, { title: string }>) => (code: string): string => {
  const found = words[code];
  return found ? t(found.title) : code.replaceAll('_', ' ');
};

export const whyRefused = by(REFUSALS);
export const whyLeft = by(EXITS);
export const whySkipped = by(SKIPS);
