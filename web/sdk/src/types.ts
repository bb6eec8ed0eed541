// What a page sees of the SDK: calls, options, and the shape of events (Segment's).

/** Anything JSON can say. */
export type Json = string | number | boolean | null | undefined | Date | Json[] | { [name: string]: Json };

/** Members of an event, a customer or an account. */
export type Properties = Record<string, unknown>;

/** The six calls. */
export type Kind = 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias';

/** An event as it is sent. */
export interface RapportEvent {
  type: Kind;
  messageId: string;
  /** When it happened by the browser's clock, RFC 3339. */
  timestamp: string;
  anonymousId?: string;
  userId?: string;
  event?: string;
  name?: string;
  category?: string;
  groupId?: string;
  previousId?: string;
  properties?: Properties;
  traits?: Properties;
  context: Properties;
  integrations?: Properties;
}

/** The last argument but the callback of every call: what differs from the usual for this one event. Other members go into `context`. */
export interface CallOptions extends Properties {
  /** When it happened; now when absent. */
  timestamp?: string | Date;
  messageId?: string;
  anonymousId?: string;
  userId?: string;
  context?: Properties;
  integrations?: Properties;
}

/** What a call resolves to. `event` is absent when nothing is sent: refused consent, a filter, an event too large. */
export interface Sent {
  event?: RapportEvent;
}

/** Called when an event is in the queue (or will not be). */
export type Callback = (sent: Sent) => void;

/** Consent by category, as the customer chose. */
export type Preferences = Record<string, boolean>;

/** How a browser's privacy signal is taken, unless the customer has decided otherwise by `consent`. */
export type Signal =
  /** Not looked at. */
  | 'ignore'
  /** Events go out and nothing is stored (see `Options.cookieless`). */
  | 'cookieless'
  /** Nothing is stored or sent. */
  | 'refuse';

export interface ConsentOptions {
  /** Categories that must all be allowed before anything is stored or sent; none when absent. */
  required?: string[];
  /** What becomes of events before the customer decided: kept in memory and sent after a yes, or dropped. Default `hold`. */
  before?: 'hold' | 'drop';
  /** What the page's own consent tool knows already. */
  preferences?: Preferences;
}

export interface AutocaptureOptions {
  /** Clicks on links, buttons and elements with `data-rapport-event`. */
  clicks?: boolean;
  /** Forms sent. */
  submits?: boolean;
  /** Page views, the first and those of the History API. */
  pages?: boolean;
}

export interface Options {
  /** Where Rapport is, such as `https://rapport.example.com`. The snippet knows it from its own address. */
  host?: string;
  /** The path events are sent to; default `/v1/batch`. */
  path?: string;
  /** Where ids are kept: a cookie for all subdomains (else localStorage), localStorage, or only in memory. Default `cookie`. */
  persistence?: 'cookie' | 'localStorage' | 'memory';
  /**
   * Who a visitor is while nothing is stored: `daily`, an id the server makes of address and browser under a secret that
   * changes each day, or `page`, one that lasts as long as the page. Default `daily`.
   */
  cookieless?: 'daily' | 'page';
  /** The cookie's domain; by default the widest the browser allows. */
  cookieDomain?: string;
  /** Days the cookie lives; default 365. */
  cookieDays?: number;
  /** Default: nothing is captured by itself. */
  autocapture?: boolean | AutocaptureOptions;
  consent?: ConsentOptions;
  /** `navigator.globalPrivacyControl`; default `cookieless`. */
  gpc?: Signal;
  /** `navigator.doNotTrack`; default `ignore`. */
  dnt?: Signal;
  /** Events that make a batch go out at once; default 20. */
  flushAt?: number;
  /** How long an event waits for others, milliseconds; default 500. */
  flushInterval?: number;
  /** Events kept while nothing can be sent; the oldest give way. Default 1000. */
  maxQueueSize?: number;
  /** Minutes without an event that end a session; default 30. */
  sessionMinutes?: number;
  /** Show in-app messages (loads another script when true). */
  inapp?: boolean | InappOptions;
}

export interface InappOptions {
  /** An element for the inbox; without it there is none. */
  inbox?: string | Element;
  /** Draws a message in place of the SDK; true says that it did. */
  render?: (message: { id: string; content: any }) => boolean;
  /** Texts of the SDK's own controls; English or German by the page's language when absent. */
  labels?: Partial<{ close: string; inbox: string; empty: string; unread: (count: number) => string }>;
  /** Proves who is signed in, where the channel asks for it: hex HMAC-SHA256 of the user id, made by your server. */
  userToken?: string;
}

/** Sees each event before it is queued; calls `next` with it, changed or not, or with null to drop it. */
export type Middleware = (step: {
  payload: { obj: RapportEvent };
  integrations: Properties;
  next: (payload: { obj: RapportEvent } | null) => void;
}) => void;

/** Something that adds to the SDK: called once with the client, at `load`. */
export type Plugin = (client: Rapport) => void;

/** A way to the server for what must arrive, besides events. */
export interface LineOptions {
  /** What tells it from others of this client. */
  name: string;
  /** Where on the server it leads. */
  path: string;
  /** What is posted for these entries, at most 100. */
  body: (entries: string[]) => string;
  /** Whether it can be sent now; always when absent. */
  ready?: () => boolean;
  /** Told of entries the server will never take. */
  refused?: (entries: string[], status: number) => void;
}

/** Entries wait in the browser, as far as the customer agreed, until the server has said yes; they may arrive twice. */
export interface Line {
  /** Keeps an entry, JSON; how many older ones gave way. */
  add(json: string): number;
  /** Sends what waits within this time, milliseconds; later while the server has to be left alone. */
  soon(ms: number): void;
  /** Sends what waits; resolves when it was tried. */
  flush(): Promise<void>;
}

export interface User {
  id(id?: string | null): string | null;
  anonymousId(id?: string | null): string;
  traits(traits?: Properties): Properties;
}

export interface Group {
  id(id?: string | null): string | null;
  traits(traits?: Properties): Properties;
}

type Text = string | number | null;

/** The SDK. Calls before `load` wait for it. */
export interface Rapport {
  load(writeKey: string | { writeKey: string }, options?: Options): Rapport;
  identify(userId?: Text, traits?: Properties | null, options?: CallOptions | null, callback?: Callback): Promise<Sent>;
  identify(traits: Properties, options?: CallOptions | null, callback?: Callback): Promise<Sent>;
  track(event: string, properties?: Properties | null, options?: CallOptions | null, callback?: Callback): Promise<Sent>;
  track(event: string, properties: Properties | null, callback: Callback): Promise<Sent>;
  track(event: string, callback: Callback): Promise<Sent>;
  page(category: Text | undefined, name: string, properties?: Properties | null, options?: CallOptions | null, callback?: Callback): Promise<Sent>;
  page(name?: string, properties?: Properties | null, options?: CallOptions | null, callback?: Callback): Promise<Sent>;
  page(properties: Properties, options?: CallOptions | null, callback?: Callback): Promise<Sent>;
  screen(category: Text | undefined, name: string, properties?: Properties | null, options?: CallOptions | null, callback?: Callback): Promise<Sent>;
  screen(name?: string, properties?: Properties | null, options?: CallOptions | null, callback?: Callback): Promise<Sent>;
  group(groupId: Text, traits?: Properties | null, options?: CallOptions | null, callback?: Callback): Promise<Sent>;
  /** Without arguments: the group of now. */
  group(): Group;
  alias(to: Text, from?: Text, options?: CallOptions | null, callback?: Callback): Promise<Sent>;
  /** Forgets who the customer is: ids, traits, group, session. */
  reset(): void;
  user(): User;
  setAnonymousId(id?: string): string;
  /** Calls back when loaded. */
  ready(callback?: () => void): Promise<void>;
  on(event: string, callback: (...args: any[]) => void): Rapport;
  once(event: string, callback: (...args: any[]) => void): Rapport;
  off(event: string, callback?: (...args: any[]) => void): Rapport;
  /** Tells those who listen by `on`. */
  emit(event: string, ...args: unknown[]): Rapport;
  /** Without an argument what the customer chose, null while undecided; with one, the customer's choice. */
  consent(preferences?: Preferences): Preferences | null;
  /** Sends what waits; resolves when it was tried. */
  flush(): Promise<void>;
  /** Shows each event in the console; `false` ends that. */
  debug(on?: boolean): Rapport;
  /** Of analytics.js: how long callbacks wait, milliseconds. Here they wait for nothing, so it changes nothing. */
  timeout(ms: number): Rapport;
  trackLink(elements: Element | Iterable<Element> | ArrayLike<Element> | null, event: string | ((element: Element) => string), properties?: Properties | ((element: Element) => Properties)): Rapport;
  trackForm(elements: Element | Iterable<Element> | ArrayLike<Element> | null, event: string | ((element: Element) => string), properties?: Properties | ((element: Element) => Properties)): Rapport;
  /** The same as `trackLink`. */
  trackClick: Rapport['trackLink'];
  /** The same as `trackForm`. */
  trackSubmit: Rapport['trackForm'];
  /** `page` of another path than that of the address; as analytics.js had it before `page`. */
  pageview(path?: string): Rapport;
  addSourceMiddleware(middleware: Middleware): Rapport;
  /** Of analytics.js: for tools that it loads into the page. There are none here, so it changes nothing. */
  addDestinationMiddleware(tool: string, ...middleware: ((step: any) => void)[]): Rapport;
  use(plugin: Plugin): Rapport;
  /** Once loaded: a way to the server of its own, for parts of the SDK and plugins. */
  line(options: LineOptions): Line;
  /** A further part of the SDK (`inapp`, `push`): loads it from the same host, once, and resolves to what it offers. */
  chunk(name: string): Promise<any>;
  /** Whether consent and signals let events be sent now. */
  readonly allowed: boolean;
  /** Small texts that last, as far as the customer agreed; for parts of the SDK and plugins. */
  readonly store: { get(key: string): string | null; set(key: string, value: string): boolean; remove(key: string): void };
  /** What was loaded with. */
  readonly settings: Options & { writeKey: string; host: string };
  readonly VERSION: string;
}
