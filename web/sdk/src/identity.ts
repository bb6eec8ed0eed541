// Who the customer is, as far as this browser knows. Ids are read each time, so that tabs and subdomains agree.

import type { Store } from './storage';
import type { Group, Properties, User } from './types';

export const ANONYMOUS = 'rp_anonymous_id';
const USER = 'rp_user_id';
const TRAITS = 'rp_traits';
const GROUP = 'rp_group_id';
const GROUP_TRAITS = 'rp_group_traits';
/** All keys, with those that go into a cookie first. */
const KEYS = [ANONYMOUS, USER, GROUP, TRAITS, GROUP_TRAITS];
const IDS = 3;
/** The id analytics.js gave this browser: who changes to Rapport keeps knowing visitors. */
const FORMER = 'ajs_anonymous_id';
/** Asks the server for an id that lasts a day (see `Options.cookieless`). */
export const DAILY = '$daily';

/** Ids go to `ids`, traits to `local`. */
export interface Places {
  ids: Store;
  local: Store;
}

export interface Identity {
  user: User;
  group: Group;
  /** The customer is another one now: nothing of the former is left. */
  reset(): void;
  /** Keeps everything elsewhere from now on; what is known moves along. */
  move(to: Places): void;
}

export function identity(places: Places, id: () => string): Identity {
  const at = (key: string): Store => (KEYS.indexOf(key) < IDS ? places.ids : places.local);
  const get = (key: string): string | null => at(key).get(key) || null;
  const put = (key: string, value: string | null | undefined): void => (value ? void at(key).set(key, value) : at(key).remove(key));
  const object = (key: string): Properties => {
    try {
      return JSON.parse(get(key) || '{}');
    } catch {
      return {};
    }
  };
  const former = (): string | null => (places.ids.get(FORMER) || places.local.get(FORMER))?.replace(/"/g, '') || null;

  const anonymousId = (given?: string | null): string => {
    const value = given || (given === null ? null : get(ANONYMOUS) || former()) || id();
    if (value !== get(ANONYMOUS) && value !== DAILY) put(ANONYMOUS, value);
    return value;
  };
  const accessors = (key: string, traitsKey: string, changed: () => void): Group => ({
    id(given) {
      const before = get(key);
      if (given !== undefined && given !== before) {
        if (before) {
          put(traitsKey, null);
          if (given) changed();
        }
        put(key, given);
      }
      return get(key);
    },
    traits(given) {
      if (given) put(traitsKey, JSON.stringify(given));
      return object(traitsKey);
    },
  });

  return {
    // Another user of the same browser is another visitor too.
    user: { ...accessors(USER, TRAITS, () => anonymousId(null)), anonymousId },
    group: accessors(GROUP, GROUP_TRAITS, () => {}),
    reset: () => KEYS.forEach((key) => put(key, null)),
    move(to) {
      if (to === places) return;
      const known = KEYS.map((key) => [key, get(key)] as const);
      KEYS.forEach((key) => put(key, null));
      places = to;
      for (const [key, value] of known) if (value) put(key, value);
    },
  };
}
