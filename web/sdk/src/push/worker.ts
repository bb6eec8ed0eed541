// The service worker: shows what is pushed, opens what is clicked. A site's own worker brings it in with
// `importScripts('https://rapport.example.com/sdk/rapport-sw.js')`.

export {};

interface Action {
  action: string;
  title: string;
  url?: string;
  icon?: string;
}

/** What the server sends. */
interface Payload {
  title: string;
  body?: string;
  url?: string;
  icon?: string;
  image?: string;
  badge?: string;
  tag?: string;
  actions?: Action[];
  requireInteraction?: boolean;
  silent?: boolean;
  data?: unknown;
  /** Where the worker tells what became of it. */
  receipt?: string;
}

/** What becomes of a notification. */
type What = 'delivered' | 'clicked' | 'dismissed';

interface Shown {
  rapport: { url: string | undefined; actions: Record<string, string | undefined>; receipt: string | undefined };
  data: unknown;
}

// The types of workers and of pages exclude each other; these are the few that are used.
const scope = self as unknown as {
  registration: ServiceWorkerRegistration;
  location: Location;
  clients: { openWindow(url: string): Promise<unknown>; matchAll(options: object): Promise<{ url: string; focus(): Promise<unknown> }[]> };
  addEventListener(kind: string, listener: (event: any) => void): void;
};

const read = (event: { data?: { json(): unknown } }): Payload | null => {
  try {
    const payload = event.data?.json() as Payload | null;
    return payload?.title ? payload : null;
  } catch {
    return null;
  }
};

/** Only addresses of the web are opened. */
const address = (url: string | undefined): string | undefined => {
  try {
    const found = new URL(url as string, scope.location.origin);
    return /^https?:$/.test(found.protocol) ? found.href : undefined;
  } catch {
    return undefined;
  }
};

/** Tells the server; nothing depends on whether it hears. */
const tell = async (receipt: string | undefined, what: What, choice?: string): Promise<void> => {
  if (receipt) await fetch(receipt, { method: 'POST', body: JSON.stringify({ event: what, ...(choice && { action: choice }) }), mode: 'no-cors', credentials: 'omit', keepalive: true }).catch(() => undefined);
};

scope.addEventListener('push', (event) => {
  const payload = read(event);
  // Pushed by somebody else: the site's own worker will know.
  if (!payload) return;
  const { title, body, icon, image, badge, tag, actions = [], requireInteraction, silent, data } = payload;
  const kept: Shown = { rapport: { url: address(payload.url), actions: Object.fromEntries(actions.map((a) => [a.action, address(a.url)])), receipt: address(payload.receipt) }, data };
  const options = {
    ...(body && { body }),
    ...(icon && { icon }),
    ...(image && { image }),
    ...(badge && { badge }),
    ...(tag && { tag, renotify: !silent }),
    actions: actions.map(({ action, title, icon }) => ({ action, title, ...(icon && { icon }) })),
    requireInteraction: !!requireInteraction,
    silent: !!silent,
    data: kept,
  };
  event.waitUntil(Promise.all([scope.registration.showNotification(title, options as NotificationOptions), tell(kept.rapport.receipt, 'delivered')]));
});

scope.addEventListener('notificationclick', (event) => {
  const kept = (event.notification.data as Shown | null)?.rapport;
  if (!kept) return;
  event.notification.close();
  const url = (event.action && kept.actions[event.action]) || kept.url || scope.location.origin;
  event.waitUntil(Promise.all([scope.clients.openWindow(url), tell(kept.receipt, 'clicked', event.action || undefined)]));
});

scope.addEventListener('notificationclose', (event) => {
  const kept = (event.notification.data as Shown | null)?.rapport;
  if (kept) event.waitUntil(tell(kept.receipt, 'dismissed'));
});
