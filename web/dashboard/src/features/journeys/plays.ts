/** Journeys most teams begin with. Templates are left to choose: what is said is the team's own. */
import type { JourneySpec } from './graph';

export interface Play {
  id: string;
  /** Texts of the catalogue. */
  title: string;
  what: string;
  spec: JourneySpec;
  /** A segment it begins with, made when the workspace has none of that id. */
  segment?: { id: string; name: string; description: string; rule: string };
}

const send = (topic?: string) => ({ channel: 'email', template: '', ...(topic ? { topic } : {}) });

/** What most plays are for, and the tenth that goes through without messages, so that lift is known from the first day on. */
const MEASURED = { goal: { event: { name: 'Order Completed' }, exit: false }, holdout: 10 };

export const PLAYS: Play[] = [
  {
    id: 'empty',
    title: 'Begin with nothing',
    what: 'A trigger and no steps yet.',
    spec: { name: '', trigger: { event: { name: 'Signed Up' } }, steps: [{ id: 'stop', exit: 'done' }] },
  },
  {
    id: 'welcome',
    title: 'Welcome',
    what: 'Greets who is new, waits two days, and helps those who have not ordered yet.',
    spec: {
      name: 'Welcome',
      trigger: { event: { name: 'Signed Up' } },
      reentry: 'once',
      ...MEASURED,
      steps: [
        { id: 'hello', send: send() },
        { id: 'rest', wait: '2d' },
        { id: 'ordered', branch: [{ name: 'Has ordered', when: 'events("Order Completed").exists()', goto: 'end' }], otherwise: 'begin' },
        { id: 'begin', send: send() },
      ],
    },
  },
  {
    id: 'abandoned-cart',
    title: 'Abandoned cart',
    what: 'Three hours after something was put into the cart, if it was not bought.',
    spec: {
      name: 'Abandoned cart',
      trigger: { event: { name: 'Product Added', key: 'cart_id' } },
      reentry: 'once',
      ...MEASURED,
      steps: [
        { id: 'wait', wait: '3h' },
        { id: 'bought', branch: [{ name: 'Has ordered', when: 'events("Order Completed").within("3h").exists()', goto: 'end' }], otherwise: 'remind' },
        { id: 'remind', send: { ...send(), expires: '1d' } },
      ],
    },
  },
  {
    id: 'win-back',
    title: 'Win back',
    what: 'For those who ordered twice and went quiet: a letter, and a second one if they do not come.',
    segment: {
      id: 'lapsing',
      name: 'Lapsing customers',
      description: 'Ordered twice or more, but not in the last 90 days.',
      rule: 'events("Order Completed").count() >= 2 && !events("Order Completed").within("90d").exists()',
    },
    spec: {
      name: 'Win back',
      trigger: { segment: { id: 'lapsing', on: 'entered' } },
      reentry: { after: '180d' },
      ...MEASURED,
      exit_when: 'events("Order Completed").within("7d").exists()',
      steps: [
        { id: 'miss-you', send: send() },
        { id: 'wait', wait: '7d' },
        { id: 'looked', branch: [{ name: 'Came back', when: 'events("Page Viewed").within("7d").exists()', goto: 'end' }], otherwise: 'offer' },
        { id: 'offer', send: send() },
      ],
    },
  },
  {
    id: 'renewal',
    title: 'Renewal',
    what: 'Two weeks before a renewal: tells in time, and reminds those who have not renewed; needs a trait with the date.',
    spec: {
      name: 'Renewal',
      trigger: { date: { trait: 'renews_at', before: '14d', at: '09:00' } },
      reentry: 'always',
      exit_when: 'events("Subscription Renewed").within("30d").exists()',
      steps: [
        { id: 'tell', send: send() },
        { id: 'wait', wait: '7d' },
        { id: 'remind', send: send() },
      ],
    },
  },
  {
    id: 'feedback',
    title: 'Ask for feedback',
    what: 'A week after an order, at ten in the morning where the customer is.',
    spec: {
      name: 'Ask for feedback',
      trigger: { event: { name: 'Order Completed' } },
      reentry: { after: '90d' },
      steps: [
        { id: 'wait', wait: { for: '7d', until: '10:00' } },
        { id: 'ask', send: send() },
      ],
    },
  },
  {
    id: 'referral',
    title: 'Referral',
    what: 'Asks those who keep coming back to bring a friend.',
    spec: {
      name: 'Referral',
      trigger: { event: { name: 'Order Completed' } },
      entry: { when: 'events("Order Completed").count() >= 3' },
      reentry: 'once',
      steps: [
        { id: 'wait', wait: '2d' },
        { id: 'invite', send: send() },
        { id: 'mark', update: { set: { asked_to_refer: true } } },
      ],
    },
  },
  {
    id: 'birthday',
    title: 'Birthday',
    what: 'Every year at nine in the morning where the customer is; needs a trait with the date.',
    spec: {
      name: 'Birthday',
      trigger: { date: { trait: 'birthday', at: '09:00', repeat: 'yearly' } },
      reentry: 'always',
      steps: [{ id: 'wish', send: send() }],
    },
  },
];

/** What a play begins as. For a segment of one's own a play that begins with one, and the empty one, begin with that. */
export function begun(play: Play, segment?: string): JourneySpec {
  const own = segment && (play.segment || play.id === 'empty') ? { trigger: { segment: { id: segment, on: 'entered' } } } : {};
  return { ...structuredClone(play.spec), ...own };
}
