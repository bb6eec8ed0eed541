/** What the gate saw when it decided about a message, in sentences. */
import { dateTime, number, t } from '@/i18n';

type Values = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === 'number' ? number(value) : typeof value === 'string' ? value : '');
const when = (value: unknown): string => (typeof value === 'string' ? dateTime(value) : '');
const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

const STATES: Record<string, { title: string }> = {
  granted: { title: 'They agreed to {what} on {when} ({source}).' },
  denied: { title: 'They withdrew from {what} on {when} ({source}).' },
  pending: { title: 'They were asked to confirm {what} on {when} ({source}).' },
};

function consent(of: Values): string {
  const what = [t(text(of.channel)), text(of.topic)].filter(Boolean).join(' · ');
  const stated = STATES[text(of.state)];
  if (stated) return t(stated.title, { what, when: when(of.since), source: text(of.source) });
  return of.policy === 'opt_in' ? t('They said nothing about {what}, which needs their agreement.', { what }) : t('They said nothing about {what}, which they get until they object.', { what });
}

const cap = (of: Values) => t('{counted} messages within {per}, of at most {allowed}.', { counted: text(of.counted), per: text(of.per), allowed: text(of.allowed) });

const pressure = (of: Values) =>
  t('Pressure {before}, with this one {after}, of at most {limit}.', { before: text(of.pressure), after: number(Number(of.pressure) + Number(of.weight)), limit: text(of.limit) });

/** The clock that was looked at: `2026-03-01T22:10` of a zone. */
const clock = (of: Values) => t('It was {time} in {zone}.', { time: text(of.local_time).replace('T', ' '), zone: text(of.zone) });

/** The sentences for what one rule saw, or of a message that was sent, all of them. */
export function saw(rule: string | null | undefined, values: unknown): string[] {
  if (!isObject(values)) return [];
  switch (rule) {
    case 'consent':
      return [consent(values)];
    case 'frequency_cap':
    case 'wish':
      return [cap(values)];
    case 'pressure':
      return [pressure(values)];
    case 'under_way':
      return 'pressure' in values ? [pressure(values)] : [cap(values)];
    case 'quiet_hours':
      return [clock(values), t('Quiet hours are from {start} to {end}.', { start: text(values.start), end: text(values.end) })];
    case 'send_window':
      return [clock(values), t('The send window opens {when}.', { when: when(values.until) })];
    case 'pause':
      return [t('They want to be left alone until {when}.', { when: when(values.until) })];
    case 'channel':
      return [t('No live channel carries {channel}.', { channel: t(text(values.channel)) })];
    case null:
    case undefined:
      break;
    default:
      return [];
  }
  if (values.counted === false) return [t('They asked for it: consent, quiet hours and caps were not weighed.')];
  const all = isObject(values.consent) ? [consent(values.consent)] : [];
  if (Array.isArray(values.frequency_caps)) all.push(...values.frequency_caps.filter(isObject).map(cap));
  if (isObject(values.pressure)) all.push(pressure(values.pressure));
  return all;
}
