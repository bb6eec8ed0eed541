// Web push: asks the customer, subscribes with the server's key (RFC 8292), and tells the server where to send.

import { DAILY } from '../identity';
import type { Rapport } from '../types';

/** Whether this browser takes notifications of the site. */
export type PushState = 'unsupported' | 'denied' | 'off' | 'on';

export interface SubscribeOptions {
  /** The service worker of the site, which imports `/sdk/rapport-sw.js`; default `/rapport-sw.js`. */
  worker?: string;
  /** What of the site it is for; default all that the worker may have. */
  scope?: string;
  /** Proves who is signed in: hex HMAC-SHA256 of the user id, made by your server. Default that of `inapp`. */
  userToken?: string;
}

export interface Push {
  state(): Promise<PushState>;
  /** Asks for permission if need be (call it from a click) and subscribes. */
  subscribe(options?: SubscribeOptions): Promise<PushState>;
  unsubscribe(): Promise<PushState>;
}

const bytes = (base64url: string): Uint8Array<ArrayBuffer> => {
  const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
};

const same = (a: ArrayBuffer | null | undefined, b: Uint8Array): boolean => {
  const found = new Uint8Array(a ?? new ArrayBuffer(0));
  return found.length === b.length && found.every((byte, i) => byte === b[i]);
};

export default function push(client: Rapport): Push {
  const supported = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  const { settings } = client;
  let userToken = typeof settings.inapp === 'object' ? settings.inapp.userToken : undefined;

  const current = async (): Promise<PushSubscription | null> => {
    const registrations = await navigator.serviceWorker.getRegistrations();
    for (const registration of registrations) {
      const found = await registration.pushManager?.getSubscription();
      if (found) return found;
    }
    return null;
  };

  const tell = async (path: string, body: object): Promise<void> => {
    const visitor = client.user().anonymousId();
    const userId = client.user().id();
    // The visitor's id is known to this browser only, and becomes the customer's who signs in on it.
    const who = { writeKey: settings.writeKey, ...(visitor !== DAILY && { anonymousId: visitor }), ...(userId && userToken && { userId, userToken }) };
    const response = await fetch(settings.host + path, { method: 'POST', body: JSON.stringify({ ...who, ...body }), credentials: 'omit', keepalive: true });
    if (!response.ok) throw new Error(`rapport: the server answered ${response.status} to ${path}`);
  };

  const state = async (): Promise<PushState> => {
    if (!supported) return 'unsupported';
    if (Notification.permission === 'denied') return 'denied';
    return Notification.permission === 'granted' && (await current()) ? 'on' : 'off';
  };

  /** Somebody else is signed in now: the browser is theirs. */
  const again = async (): Promise<void> => {
    const found = supported && client.allowed && (await current());
    if (found) await tell('/v1/push/subscribe', { subscription: found.toJSON() });
  };
  client.on('identify', () => void again().catch(() => {}));

  return {
    state,
    async subscribe({ worker = '/rapport-sw.js', scope, userToken: proof } = {}) {
      userToken = proof ?? userToken;
      if (!supported) return 'unsupported';
      if (!client.allowed) throw new Error('rapport: push needs the consent that events need');
      if ((await Notification.requestPermission()) !== 'granted') return state();
      const response = await fetch(`${settings.host}/v1/push/key?${new URLSearchParams({ writeKey: settings.writeKey })}`, { credentials: 'omit' });
      if (!response.ok) throw new Error('rapport: the server has no web push channel; publish one of kind webpush');
      const key = bytes(((await response.json()) as { public_key: string }).public_key);
      const registration = await navigator.serviceWorker.register(worker, scope ? { scope } : {});
      await navigator.serviceWorker.ready;
      let found = await registration.pushManager.getSubscription();
      // A subscription of an older key can no longer be sent to.
      if (found && !same(found.options.applicationServerKey, key)) {
        await found.unsubscribe();
        found = null;
      }
      found ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      await tell('/v1/push/subscribe', { subscription: found.toJSON() });
      return state();
    },
    async unsubscribe() {
      const found = supported && (await current());
      if (found) {
        await tell('/v1/push/unsubscribe', { subscription: found.toJSON() });
        await found.unsubscribe();
      }
      return state();
    },
  };
}
