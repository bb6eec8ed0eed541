// The client: turns calls into events, asks consent's gate, and hands them to the queue.

import { read } from './args';
import { autocapture } from './autocapture';
import { decide, type Decision, signals } from './consent';
import { attempt, emitter } from './emitter';
import { ANONYMOUS, DAILY, identity, type Places } from './identity';
import { device, origin, page } from './page';
import { bytesOf, type Queue, queue } from './queue';
import { endSession, session } from './session';
import { cookieStore, localStore, memoryStore, peek, type Store } from './storage';
import { type Transport, transport } from './transport';
import type { CallOptions, Kind, LineOptions, Middleware, Options, Preferences, Properties, Rapport, RapportEvent, Sent } from './types';
import { uuid } from './uuid';

declare const __VERSION__: string;

/** What the server takes. */
const MAX_EVENT_BYTES = 32_000;
/** Events kept in memory while the customer has not decided. */
const MAX_HELD = 100;
const CONSENT = 'rp_consent';
/** What is kept of a customer; queues, which are of one write key, and the choice are not. */
const OF_CUSTOMER = /^rp_(?!q\.|consent$)/;

const isObject = (value: unknown): value is Properties => !!value && typeof value === 'object' && !Array.isArray(value);

/** `b` over `a`, members of members too. */
const merged = (a: Properties, b: Properties): Properties => {
  const out = { ...a };
  for (const key in b) out[key] = isObject(a[key]) && isObject(b[key]) ? { ...(a[key] as Properties), ...(b[key] as Properties) } : b[key];
  return out;
};

/** An element, or several, as the helpers take them. */
const elements = (given: Parameters<Rapport['trackLink']>[0]): Element[] => (!given ? [] : given instanceof Element ? [given] : Array.from(given as ArrayLike<Element>));

/** A queue with what empties it. */
type Sender = Queue & Transport;

/** A client that waits for `load`. `defaultHost` is where the SDK itself came from, if that is known. */
export function create(defaultHost = ''): Rapport {
  const memory = memoryStore();
  const events = emitter();
  const middleware: Middleware[] = [];
  const chunks = new Map<string, Promise<any>>();
  const waiting: (() => void)[] = [];
  let loaded = false;
  let settings = { host: '', writeKey: '' } as Options & { writeKey: string; host: string };
  const nowhere: Places = { ids: memory, local: memory };
  let lasting: Places | undefined;
  let decision: Decision = { gate: 'closed', store: false };
  let chosen: Preferences | null = null;
  let held: RapportEvent[] = [];
  let referrer = '';
  /** An id for a visitor without one. What is held for a decision may be stored later, so it gets one that lasts. */
  const freshId = (): string => (decision.gate === 'open' && !decision.store && settings.cookieless !== 'page' ? DAILY : uuid());
  const who = identity(nowhere, freshId);
  const senders: Sender[] = [];
  let wire: Sender;
  let debugging = false;

  /** Where things outlast the page. Made when first needed, since finding out what works writes. */
  const kept = (): Places => {
    if (lasting) return lasting;
    const { persistence, cookieDomain, cookieDays } = settings;
    if (persistence === 'memory') return (lasting = nowhere);
    const local = localStore() || memory;
    const cookies = persistence === 'localStorage' ? null : cookieStore({ domain: cookieDomain, days: cookieDays ?? 365 });
    return (lasting = { ids: cookies || local, local });
  };
  const places = (): Places => (decision.store ? kept() : nowhere);
  const local = (): Store => places().local;

  /** Runs now, or after `load`. */
  const later = <T>(run: () => T): Promise<T> =>
    loaded ? Promise.resolve(run()) : new Promise((done) => waiting.push(() => done(run())));

  const stamp = (event: RapportEvent): void => {
    if (chosen) event.context = merged(event.context, { consent: { categoryPreferences: chosen } });
  };

  /** Whether it was taken. */
  const enqueue = (event: RapportEvent): boolean => {
    stamp(event);
    const json = JSON.stringify(event);
    const bytes = bytesOf(json);
    if (bytes > MAX_EVENT_BYTES) {
      console.warn(`rapport: ${event.event || event.type} has ${bytes} bytes, at most ${MAX_EVENT_BYTES} are sent; it was dropped`);
      events.emit('drop', 1, 'too_large');
      return false;
    }
    const gone = wire.add(json);
    if (gone) events.emit('drop', gone, 'queue_full');
    if (debugging) console.log('rapport:', event);
    wire.soon(wire.size() < (settings.flushAt ?? 20) ? (settings.flushInterval ?? 500) : 0);
    return true;
  };

  /** Through the filters, one after the other; what `next` is not called with goes no further. */
  const filtered = (event: RapportEvent, from: number, done: (event: RapportEvent) => void): void => {
    const filter = middleware[from];
    if (!filter) return done(event);
    attempt(() =>
      filter({ payload: { obj: event }, integrations: event.integrations || {}, next: (payload) => payload && filtered(payload.obj, from + 1, done) }),
    );
  };

  const context = (): Properties => {
    const { search } = location;
    const from = () => origin(search, document.referrer.startsWith(location.origin) ? '' : document.referrer);
    const { campaign, referrer: click } = origin(search, '') as Record<string, Properties | undefined>;
    const groupId = who.group.id();
    return {
      page: page(referrer),
      session: session(local(), Date.now(), (settings.sessionMinutes ?? 30) * 60_000, uuid, from),
      ...(campaign && { campaign }),
      ...(click && { referrer: click }),
      ...(groupId && { groupId }),
    };
  };

  /** An event of who the customer is now. */
  const make = (type: Kind, members: Partial<RapportEvent>, { timestamp, messageId, anonymousId, userId }: CallOptions): RapportEvent => {
    const user = userId || members.userId || who.user.id();
    const visitor = anonymousId || who.user.anonymousId();
    return {
      type,
      messageId: messageId || uuid(),
      timestamp: (timestamp ? new Date(timestamp) : new Date()).toISOString(),
      context: {},
      // People behind one address share an id of the day, so it says nothing of who is known by name.
      ...(!(user && visitor === DAILY) && { anonymousId: visitor }),
      ...members,
      ...(user && { userId: user }),
    };
  };

  const send = (type: Kind, members: Partial<RapportEvent>, options: CallOptions): Sent => {
    if (decision.gate === 'closed') return {};
    const { timestamp, messageId, anonymousId, userId, integrations, context: given, ...rest } = options;
    const event = make(type, { ...members, ...(integrations && { integrations }), context: merged(merged(context(), rest), given || {}) }, options);
    let sent: Sent = {};
    filtered(event, 0, (final) => {
      if (decision.gate === 'wait') {
        held.push(final);
        if (held.length > MAX_HELD) held.shift();
      } else if (!enqueue(final)) return;
      sent = { event: final };
    });
    return sent;
  };

  /** Makes a call: reads the arguments, does `act`, tells listeners and the caller. */
  const call = (type: Kind, slots: number, act: (texts: (string | undefined)[], data: Properties) => Partial<RapportEvent>) =>
    (...given: any[]): Promise<Sent> => {
      const { texts, data, options, callback } = read(given, slots);
      // Of when it was made, though the SDK may come later.
      options.timestamp ??= new Date();
      return later(() => {
        const sent = attempt(() => send(type, act(texts, data), options)) || {};
        events.emit(type, ...(type === 'page' || type === 'screen' ? [texts[1] && texts[0], texts[1] || texts[0]] : [texts[0]]), data, options);
        if (callback) attempt(() => callback(sent));
        return sent;
      });
    };

  const view = (texts: (string | undefined)[], data: Properties): Partial<RapportEvent> => {
    const name = texts[1] || texts[0];
    const category = texts[1] && texts[0];
    return { ...(name && { name }), ...(category && { category }), properties: { ...(name && { name }), ...(category && { category }), ...data } };
  };

  /** Loads what the options ask for, once it may talk to the server. */
  const parts = (): void => {
    if (loaded && decision.gate === 'open' && settings.inapp) client.chunk('inapp').catch(() => console.warn('rapport: in-app messages could not be loaded'));
  };

  /** What the decision means for what is stored and what was held. */
  const apply = (): void => {
    decision = decide(settings, chosen, signals());
    if (decision.store) who.move(kept());
    else if (decision.gate !== 'wait' && settings.persistence !== 'memory' && (lasting || peek(CONSENT) || peek(ANONYMOUS))) {
      // Nothing of an earlier time stays, the choice itself excepted.
      if (decision.gate === 'closed') who.reset();
      const { ids, local } = kept();
      for (const store of [ids, local]) for (const key of store.keys()) if (OF_CUSTOMER.test(key)) store.remove(key);
      queue(local, local, settings.writeKey, '', 0, Date.now).clear();
    }
    if (!decision.store) who.move(nowhere);
    for (const sender of senders) sender.move(local(), decision.gate !== 'closed');
    if (decision.gate === 'closed') held = [];
    if (decision.gate === 'open') held.splice(0).forEach(enqueue);
    parts();
  };

  const tracker = (kind: string): Rapport['trackLink'] => (given, event, properties) => {
    for (const element of elements(given)) {
      element.addEventListener(kind, () => {
        const of = <T>(value: T | ((element: Element) => T)): T => (typeof value === 'function' ? (value as (element: Element) => T)(element) : value);
        void client.track(of(event), of(properties));
      });
    }
    return client;
  };

  const line = ({ name, path, body, ready, refused = () => {} }: LineOptions): Sender => {
    const id = `${settings.writeKey}.${name}`;
    const waits = queue(local(), memory, id, uuid().slice(0, 8), settings.maxQueueSize ?? 1000, Date.now);
    const sender: Sender = {
      ...waits,
      ...transport({
        url: settings.host + path,
        name: id,
        queue: waits,
        body,
        refused,
        online: () => navigator.onLine !== false && (!ready || ready()),
        now: Date.now,
        random: Math.random,
        fetch: (...given) => fetch(...given),
        locks: navigator.locks,
      }),
    };
    senders.push(sender);
    addEventListener('online', () => void sender.flush());
    addEventListener('pageshow', () => sender.soon(0));
    document.addEventListener('visibilitychange', () => document.hidden && void sender.flush());
    addEventListener('pagehide', () => sender.leave());
    return sender;
  };

  const begin = (writeKey: string, options: Options): void => {
    settings = { ...options, writeKey, host: (options.host || defaultHost).replace(/\/+$/, '') };
    referrer = document.referrer;
    chosen = options.consent?.preferences ?? null;
    try {
      chosen ??= JSON.parse(peek(CONSENT) || 'null');
    } catch {
      // Not ours, so not a choice.
    }
    apply();
    wire = line({
      name: 'events',
      path: settings.path || '/v1/batch',
      body: (batch) =>
        `{"writeKey":${JSON.stringify(writeKey)},"sentAt":"${new Date().toISOString()}","context":${JSON.stringify({ library: { name: 'rapport.js', version: __VERSION__ }, ...device() })},"batch":[${batch.join()}]}`,
      refused: (list, status) => {
        console.warn(`rapport: the server refused ${list.length} events with ${status}`);
        events.emit('drop', list.length, 'refused');
      },
    });
    loaded = true;
    events.emit('initialize', settings);
    waiting.splice(0).forEach(attempt);
    autocapture(client, settings.autocapture, (url) => (referrer = url));
    parts();
    // What an earlier page left.
    wire.soon(settings.flushInterval ?? 500);
  };

  const clicks = tracker('click');
  const submits = tracker('submit');

  const client: Rapport = {
    VERSION: __VERSION__,
    get settings() {
      return settings;
    },
    load(key, options = {}) {
      const writeKey = typeof key === 'string' ? key : key?.writeKey;
      if (loaded || typeof document === 'undefined') return client;
      if (!writeKey || !(options.host || defaultHost)) console.error('rapport: load expects a write key, and the option host: the address of your Rapport server');
      else if ((document as Document & { prerendering?: boolean }).prerendering) {
        // Nobody sees the page yet, and perhaps nobody will.
        document.addEventListener('prerenderingchange', () => begin(writeKey, options), { once: true });
      } else begin(writeKey, options);
      return client;
    },
    identify: call('identify', 1, ([id], traits) => {
      if (id) who.user.id(id);
      who.user.traits({ ...who.user.traits(), ...traits });
      return { traits };
    }),
    track: call('track', 1, ([event], properties) => {
      if (!event) throw new TypeError('rapport: track expects the name of what happened');
      return { event, properties };
    }),
    page: call('page', 2, (texts, data) => {
      const { properties, ...names } = view(texts, data);
      return { ...names, properties: { ...page(referrer), ...properties } };
    }),
    screen: call('screen', 2, view),
    group: ((...given: unknown[]) => (given.length ? join(...given) : who.group)) as Rapport['group'],
    alias: call('alias', 2, ([to, from]) => {
      if (!to) throw new TypeError('rapport: alias expects the new user id');
      return { userId: to, previousId: from || who.user.id() || who.user.anonymousId() };
    }),
    reset() {
      void later(() => {
        who.reset();
        endSession(local());
        events.emit('reset');
      });
    },
    user: () => who.user,
    setAnonymousId: (id) => who.user.anonymousId(id || null),
    ready: (callback) => later(() => callback && attempt(callback)) as Promise<void>,
    on: (name, callback) => (events.on(name, callback), client),
    once(name, callback) {
      const first = (...given: unknown[]): void => {
        events.off(name, first);
        callback(...given);
      };
      return client.on(name, first);
    },
    off: (name, callback) => (events.off(name, callback), client),
    emit: (name, ...given) => (events.emit(name, ...given), client),
    get allowed() {
      return decision.gate === 'open';
    },
    get store() {
      return local();
    },
    consent(preferences) {
      if (preferences) {
        void later(() => {
          // No later event can tell of a no, so one does it, of who the customer was until now.
          const last = decision.gate === 'open' && make('track', { event: 'Consent Changed' }, {});
          chosen = { ...chosen, ...preferences };
          kept().ids.set(CONSENT, JSON.stringify(chosen));
          apply();
          if (last && decision.gate === 'closed' && enqueue(last)) void wire.flush();
          events.emit('consent', chosen);
        });
      }
      return chosen;
    },
    flush: () => later(() => wire.flush()).then((sent) => sent),
    trackLink: clicks,
    trackClick: clicks,
    trackForm: submits,
    trackSubmit: submits,
    pageview: (path) => (void client.page(path ? { path } : {}), client),
    addSourceMiddleware: (filter) => (middleware.push(filter), client),
    addDestinationMiddleware: () => client,
    debug: (on) => ((debugging = on !== false), client),
    timeout: () => client,
    line,
    use: (plugin) => (void later(() => plugin(client)), client),
    chunk(name) {
      const url = `${settings.host}/sdk/rapport-${name}.js`;
      if (!chunks.has(name)) chunks.set(name, import(/* @vite-ignore */ /* webpackIgnore: true */ url).then((part) => part.default(client)));
      return chunks.get(name) as Promise<any>;
    },
  };
  const join = call('group', 1, ([id], traits) => {
    if (!id) throw new TypeError('rapport: group expects the id of the account');
    who.group.id(id);
    who.group.traits({ ...who.group.traits(), ...traits });
    return { groupId: id, traits };
  });
  return client;
}
