import { t } from '@/i18n';

/** What the pages are called. */
const NAMES: Record<string, { title: string }> = {
  unsubscribe: { title: 'Leaving a topic' },
  unsubscribe_channel: { title: 'Leaving a channel' },
  unsubscribed: { title: 'After leaving' },
  preferences: { title: 'Preference centre' },
  saved: { title: 'Preference centre, saved' },
  confirm: { title: 'Confirming a topic' },
  confirm_channel: { title: 'Confirming a channel' },
  confirmed: { title: 'After confirming' },
  confirm_over: { title: 'Confirming too late' },
  invalid: { title: 'A link that does not work' },
  not_kept: { title: 'A message that is gone' },
  channels: { title: 'What channels are called' },
};

/** A page's name; its id for one that is newer than this dashboard. */
export const nameOfPage = (id: string): string => t(NAMES[id]?.title ?? id);
