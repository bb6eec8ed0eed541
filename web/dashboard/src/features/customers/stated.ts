import type { Customer } from './CustomerPage';

/** The customer as they are once a consent is stated here and now: the word about that channel and topic is replaced, or new. */
export function stated(of: Customer, channel: string, topic: string | null, granted: boolean): Customer {
  const same = (c: Customer['consents'][number]) => c.channel === channel && (c.topic ?? null) === topic;
  const before = of.consents.find(same);
  const now = { ...before, channel, topic, granted, status: granted ? 'granted' : 'denied', source: 'dashboard', at: new Date().toISOString() } as Customer['consents'][number];
  return { ...of, consents: before ? of.consents.map((c) => (same(c) ? now : c)) : [...of.consents, now] };
}
