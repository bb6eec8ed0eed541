// In-app messages: takes what the server sends, shows what belongs here and now, one at a time, and tells what became of it.

import type { InappOptions, Rapport } from '../types';
import { inbox, type Inbox, type InboxLabels, type Letter } from './inbox';
import type { Button, Content } from './message';
import { belongs, choose, mayShow, type Scene, type Seen } from './target';
import { show, type Shown } from './view';
import { connect, type Message, type What } from './wire';

/** How often it is looked whether something can be shown, while something waits for time, scrolling or an element. */
const LOOK_MS = 1_000;
const SEEN = 'rp_inapp';
/** Messages whose showing is remembered; the oldest are forgotten. */
const MAX_SEEN = 200;

interface Remembered extends Seen {
  /** It was closed, or clicked: it is not shown again. */
  over?: boolean;
  read?: boolean;
  done?: string[];
}

/** What a page can ask of in-app messages. */
export interface InApp {
  /** Messages of the customer that are not over. */
  messages(): Message[];
  /** Takes one away for good. */
  dismiss(id: string): void;
  stop(): void;
}

const LABELS: Record<string, InboxLabels> = {
  en: { close: 'Close', inbox: 'Messages', unread: (n) => `${n} unread`, empty: 'No messages yet.' },
  de: { close: 'Schließen', inbox: 'Nachrichten', unread: (n) => `${n} ungelesen`, empty: 'Noch keine Nachrichten.' },
};

export default function start(client: Rapport): InApp {
  const given = client.settings.inapp;
  const options: InappOptions = given && given !== true ? given : {};
  const labels: InboxLabels = { ...(LABELS[document.documentElement.lang.slice(0, 2)] || (LABELS['en'] as InboxLabels)), ...options.labels };
  const messages = new Map<string, Message>();
  const shown = new Map<string, Shown>();
  const happened = new Set<string>();
  let opened = Date.now();
  let scrolled = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  let box: Inbox | undefined;

  const memory = (): Record<string, Remembered> => {
    try {
      return JSON.parse(client.store.get(SEEN) || '{}');
    } catch {
      return {};
    }
  };
  const remember = (id: string, change: (seen: Remembered) => void): void => {
    const all = memory();
    const seen = all[id] || { count: 0, last: 0 };
    change(seen);
    delete all[id];
    const kept = Object.entries(all).slice(-MAX_SEEN + 1);
    client.store.set(SEEN, JSON.stringify(Object.fromEntries([...kept, [id, seen]])));
  };

  /** What is known of a message, here and by the server. */
  const known = (message: Message, all = memory()): Remembered | undefined => {
    const seen = all[message.id];
    if (!seen && !message.displays && !message.read_at) return undefined;
    return {
      ...seen,
      count: Math.max(seen?.count ?? 0, message.displays ?? 0),
      last: Math.max(seen?.last ?? 0, Date.parse(message.displayed_at || '') || 0),
      read: !!(seen?.read || message.read_at),
    };
  };

  const report = (message: Message, what: What, choice?: string): void => {
    wire.report(message, what, choice);
    client.emit('inapp', what, message, choice);
  };
  const overlay = (content: Content): boolean => !(content.layout === 'card' || content.layout === 'inbox' || content.slot);

  const close = (message: Message, what?: What): void => {
    shown.get(message.id)?.remove();
    shown.delete(message.id);
    messages.delete(message.id);
    remember(message.id, (seen) => (seen.over = true));
    if (what) report(message, what);
    letters();
    look();
  };
  const act = (message: Message, choice: string | undefined, button?: Button): void => {
    // A message that was used is over; a checklist is not, for one of its items.
    if (!message.content.items?.some((item) => item.id === choice)) report(message, 'clicked', choice);
    if (button?.event) void client.track(button.event, { message_id: message.id, choice });
    // A link leads away without closing it: it is over all the same.
    if (button?.url && button.dismiss !== false) remember(message.id, (seen) => (seen.over = true));
  };

  const scene = (): Scene => ({
    path: location.pathname,
    device: /iPad|Tablet|Android(?!.*Mobile)/.test(navigator.userAgent) ? 'tablet' : /Mobi/.test(navigator.userAgent) ? 'mobile' : 'desktop',
    open_ms: Date.now() - opened,
    scrolled,
    happened,
    has: (selector) => {
      try {
        return !!document.querySelector(selector);
      } catch {
        return false;
      }
    },
  });

  const draw = (message: Message): void => {
    const { content, id } = message;
    const done = new Set(memory()[id]?.done);
    shown.get(id)?.remove();
    const handlers = {
      click: (choice?: string, button?: Button) => act(message, choice, button),
      close: () => close(message, 'dismissed'),
    };
    shown.set(id, show(content, done, handlers, labels));
  };
  const present = (message: Message): void => {
    remember(message.id, (seen) => ((seen.count += 1), (seen.last = Date.now())));
    if (!options.render?.(message)) draw(message);
    report(message, 'displayed');
  };

  const look = (): void => {
    const now = Date.now();
    const seen = memory();
    const here = scene();
    const waiting = [...messages.values()].filter((m) => m.content.layout !== 'inbox' && !shown.has(m.id) && !(m.expires_at && Date.parse(m.expires_at) < now));
    const ready = waiting.filter((m) => !seen[m.id]?.over && mayShow(m.content, known(m, seen), now) && belongs(m.content, here));
    ready.filter((m) => !overlay(m.content)).forEach(present);
    const busy = [...shown.keys()].some((id) => overlay((messages.get(id) as Message).content));
    const next = !busy && document.visibilityState === 'visible' && choose(ready.filter((m) => overlay(m.content)));
    if (next) present(next);
    clearInterval(timer);
    timer = waiting.length ? setInterval(look, LOOK_MS) : undefined;
  };

  const letters = (): void => {
    const seen = memory();
    const list = [...messages.values()].filter((m) => m.content.layout === 'inbox' && !seen[m.id]?.over);
    box?.update(list.map((m): Letter => ({ id: m.id, content: m.content, at: m.at, unread: !known(m, seen)?.read })));
  };
  const of = (letter: Letter): Message => messages.get(letter.id) as Message;
  const place = typeof options.inbox === 'string' ? document.querySelector(options.inbox) : options.inbox;
  if (place) {
    box = inbox(place, {
      click: (letter, choice, button) => act(of(letter), choice, button),
      close: (letter) => close(of(letter), 'dismissed'),
      read: (list) => {
        for (const letter of list) {
          remember(letter.id, (seen) => ((seen.read = true), (seen.count += 1), (seen.last = Date.now())));
          report(of(letter), 'displayed');
          report(of(letter), 'read');
        }
        letters();
      },
    }, labels);
  }

  const onTrack = (event: string): void => {
    happened.add(event);
    for (const message of messages.values()) {
      const ticked = message.content.items?.filter((item) => item.event === event) || [];
      if (!ticked.length) continue;
      remember(message.id, (seen) => (seen.done = [...new Set([...(seen.done || []), ...ticked.map((item) => item.id)])]));
      if (shown.has(message.id)) draw(message);
    }
    look();
  };
  const onPage = (): void => {
    opened = Date.now();
    scrolled = 0;
    happened.clear();
    onScroll();
    // What does not belong to the new view goes, and may come back.
    for (const [id, view] of shown) {
      const message = messages.get(id);
      if (message && !belongs(message.content, { ...scene(), open_ms: Infinity, scrolled: 100, happened: { has: () => true } as unknown as Set<string> })) {
        view.remove();
        shown.delete(id);
      }
    }
    look();
  };
  const onScroll = (): void => {
    const high = document.documentElement.scrollHeight - innerHeight;
    scrolled = Math.max(scrolled, high > 0 ? (scrollY / high) * 100 : 100);
  };
  const wire = connect(client, {
    messages(list) {
      const seen = memory();
      // It may have been closed in another tab.
      for (const [id, view] of shown) {
        if (!seen[id]?.over) continue;
        view.remove();
        shown.delete(id);
      }
      // What is on the screen stays until it is closed, though it may not be shown once more.
      const kept = [...messages.values()].filter((m) => shown.has(m.id) && !list.some((l) => l.id === m.id));
      messages.clear();
      for (const message of [...kept, ...list]) if (!seen[message.id]?.over) messages.set(message.id, message);
      letters();
      look();
    },
    clear() {
      shown.forEach((view) => view.remove());
      shown.clear();
      messages.clear();
      letters();
    },
  });
  client.on('track', onTrack).on('page', onPage);
  addEventListener('scroll', onScroll, { passive: true });
  document.addEventListener('visibilitychange', look);
  onScroll();
  return {
    messages: () => [...messages.values()],
    dismiss: (id) => {
      const message = messages.get(id);
      if (message) close(message, 'dismissed');
    },
    stop() {
      wire.stop();
      clearInterval(timer);
      client.off('track', onTrack).off('page', onPage);
      removeEventListener('scroll', onScroll);
      document.removeEventListener('visibilitychange', look);
      shown.forEach((view) => view.remove());
      box?.remove();
    },
  };
}
