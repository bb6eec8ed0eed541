/** What can become of messages of a channel after they left, and the events that tell of it. */
export type Fate = 'delivered' | 'opened' | 'clicked' | 'bounced' | 'complained';

const EVENTS: Record<string, Partial<Record<Fate, string>>> = {
  email: { delivered: 'Email Delivered', opened: 'Email Opened', clicked: 'Email Link Clicked', bounced: 'Email Bounced', complained: 'Email Marked as Spam' },
  sms: { delivered: 'SMS Delivered', clicked: 'SMS Link Clicked', bounced: 'SMS Bounced' },
  whatsapp: { delivered: 'WhatsApp Delivered', opened: 'WhatsApp Read', bounced: 'WhatsApp Bounced' },
  push: { delivered: 'Push Notification Received', clicked: 'Push Notification Tapped', bounced: 'Push Notification Bounced' },
  inapp: { opened: 'In-App Message Displayed', clicked: 'In-App Message Clicked' },
};

const of = (channel: string) => EVENTS[channel === 'webpush' ? 'push' : channel] ?? {};

/** What is told of a channel's messages, in the order it happens. */
export const fatesOf = (channel: string): Fate[] => Object.keys(of(channel)) as Fate[];

/** The event that tells of it; null where none does. */
export const eventOf = (channel: string, fate: Fate): string | null => of(channel)[fate] ?? null;
