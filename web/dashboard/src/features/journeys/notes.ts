import { number, percent, t } from '@/i18n';

interface StepNumbers {
  decided: number;
  sent: number;
  opened: number;
  clicked: number;
}

/** What became of the messages of a step, in a line; nothing for a step that sends none. */
export function noteOf(s: StepNumbers): string {
  if (s.decided === 0) return '';
  const rate = (n: number) => percent((n / Math.max(1, s.sent)) * 100, 0);
  return [t('{n} sent', { n: number(s.sent) }), s.opened > 0 ? t('{share} opened', { share: rate(s.opened) }) : '', s.clicked > 0 ? t('{share} clicked', { share: rate(s.clicked) }) : ''].filter(Boolean).join(' · ');
}
