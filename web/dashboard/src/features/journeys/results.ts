/** What a journey brought, as reports: how many of those who entered came how far, and what of that it caused. */
import { groupsOf } from '@/features/insights/lift';
import type { Request } from '@/features/insights/kinds';
import type { JourneySpec } from './graph';

type Obj = Record<string, unknown>;
const object = (v: unknown): Obj => (typeof v === 'object' && v !== null ? (v as Obj) : {});

/** The event that is its goal, as a selection of reports; none when the goal is a rule or there is none. */
function goalOf(spec: JourneySpec): { event: string; filter?: string } | null {
  const event = object(object(spec.goal).event);
  if (typeof event.name !== 'string' || !event.name) return null;
  return { event: event.name, ...(typeof event.where === 'string' && event.where ? { filter: event.where } : {}) };
}

const sends = (spec: JourneySpec, channel: string): boolean => spec.steps.some((s) => object(s.send).channel === channel);

/** From entering to the goal: messages sent, mails opened and followed, and the goal. An event counts also after the journey's end, as it does for lift. */
export function funnelOf(id: string, spec: JourneySpec): Request {
  const filter = `e.journey == ${JSON.stringify(id)}`;
  const of = (event: string, optional = false) => ({ event, filter, ...(optional ? { optional } : {}) });
  return {
    steps: [
      of('Journey Entered'),
      ...(spec.steps.some((s) => 'send' in s) ? [of('Message Sent')] : []),
      // Who shows no pictures is not seen to open, and may still follow a link or order.
      ...(sends(spec, 'email') ? [of('Email Opened', true), of('Email Link Clicked', true)] : []),
      goalOf(spec) ?? of(spec.goal ? 'Journey Goal Reached' : 'Journey Exited'),
    ],
    window: '30d',
    from: '-29d',
  };
}

/** Those who got it against those held out; null while there is nothing to compare or nothing to count. */
export function liftOf(id: string, spec: JourneySpec): Request | null {
  const goal = goalOf(spec);
  if (!goal || !(Number(spec.holdout) > 0)) return null;
  return { ...groupsOf(id), goal, window: '7d', from: '-29d' };
}
