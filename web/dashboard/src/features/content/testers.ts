/** Whom a test of a message can go to, by its channel. */

/** The most people a test goes to. */
export const MAX_TESTERS = 10;

export type Places = 'numbers' | 'chats';

export interface Reach {
  /** What `to` names: members by their address, numbers, chats; nothing where customers are named; or nobody, where there is one place. */
  to: 'members' | Places | 'nothing' | 'nowhere';
  /** Whether customers can be named, who get it on their own devices. */
  profiles: boolean;
}

export const PLACES: Record<Places, { title: string; what: string }> = {
  numbers: { title: 'Telephone numbers', what: 'With the country: +4915123456789.' },
  chats: { title: 'Chats', what: 'Numbers of chats with the bot.' },
};

export function reachOf(channel: string): Reach {
  switch (channel) {
    case 'email':
      return { to: 'members', profiles: false };
    case 'sms':
    case 'whatsapp':
    case 'voice':
      return { to: 'numbers', profiles: true };
    case 'telegram':
      return { to: 'chats', profiles: true };
    case 'webhook':
    case 'slack':
    case 'teams':
      return { to: 'nowhere', profiles: false };
    default:
      return { to: 'nothing', profiles: true };
  }
}

/** Whether somebody is named, and not too many. */
export function mayGo(reach: Reach, to: string[], people: number): boolean {
  if (reach.to === 'nowhere') return true;
  const all = to.length + people;
  return all >= 1 && all <= MAX_TESTERS;
}
