// The line to the server (docs/specs/inapp.md): a session for this browser, its messages as a stream or by asking now and
// then, and what became of them on the way back.

import { DAILY } from '../identity';
import type { InappOptions, Rapport } from '../types';
import { uuid } from '../uuid';
import type { Content } from './message';

export interface Message {
  id: string;
  content: Content;
  /** When it came and until when it is shown, RFC 3339. */
  at?: string;
  expires_at?: string;
  /** What all browsers of the customer told: how often it was shown, when last, when it was read. */
  displays?: number;
  displayed_at?: string | null;
  read_at?: string | null;
}

/** What becomes of a message. */
export type What = 'displayed' | 'clicked' | 'dismissed' | 'read';

export interface Listener {
  /** All messages that may be shown now, those first that come first. */
  messages(list: Message[]): void;
  /** The customer is another one: nothing of before is theirs. */
  clear(): void;
}

export interface Wire {
  report(message: Message, what: What, button?: string): void;
  stop(): void;
}

interface Session {
  token: string | null;
  stream_path: string;
  poll_seconds: number;
}

/** The first and the last wait before something is tried again. */
const FIRST_WAIT_MS = 2_000;
const LAST_WAIT_MS = 60_000;
/** Failures in a row after which streaming is given up for asking. */
const MAX_FAILURES = 3;

export function connect(client: Rapport, on: Listener): Wire {
  const { settings } = client;
  const options: InappOptions = typeof settings.inapp === 'object' ? settings.inapp : {};
  let session: Session | undefined;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let waits = 0;
  let who = '';
  const told = client.line({
    name: 'inapp',
    path: '/inapp/events',
    body: (entries) => `{"token":${JSON.stringify(session?.token)},"sent_at":"${new Date().toISOString()}","events":[${entries.join()}]}`,
    ready: () => !!session?.token,
  });

  /** Who asks; null when nobody can be told from others. */
  const asker = (): string | null => {
    const { userToken } = options;
    const userId = client.user().id();
    const anonymousId = client.user().anonymousId();
    const proven = !!(userId && userToken);
    if (!client.allowed || (anonymousId === DAILY && !proven)) return null;
    return JSON.stringify({ writeKey: settings.writeKey, ...(anonymousId !== DAILY && { anonymousId }), ...(proven && { userId, userToken }) });
  };
  const post = (path: string, body: string): Promise<Response> => fetch(settings.host + path, { method: 'POST', body, credentials: 'omit', keepalive: true });
  const address = (path: string): string => `${settings.host}${path}?token=${encodeURIComponent(session?.token || '')}`;
  const again = (run: () => unknown): void => {
    clearTimeout(timer);
    timer = setTimeout(run, Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** waits++));
  };
  const take = (text: string): void => {
    const list = (JSON.parse(text) as { messages?: Message[] }).messages || [];
    on.messages(list.filter((m) => m?.id && m.content?.layout));
  };
  const close = (): void => {
    clearTimeout(timer);
    source?.close();
    source = session = undefined;
  };

  const poll = async (): Promise<void> => {
    const mine = session;
    if (!mine) return;
    try {
      const response = document.hidden ? null : await fetch(address('/inapp/messages'), { credentials: 'omit' });
      if (mine !== session) return;
      if (response?.status === 401) return void open();
      if (response?.ok) take(await response.text());
    } catch {
      // The next time, then.
    }
    if (mine === session) timer = setTimeout(() => void poll(), mine.poll_seconds * 1_000);
  };

  const stream = (): void => {
    if (!session) return;
    if (typeof EventSource === 'undefined' || failures >= MAX_FAILURES) return void poll();
    source = new EventSource(address(session.stream_path));
    source.addEventListener('messages', ({ data }) => {
      failures = waits = 0;
      take(data);
    });
    source.onerror = () => {
      // The browser connects again by itself, unless the server refused: then the session is over.
      if (source?.readyState !== EventSource.CLOSED) return;
      failures += 1;
      again(open);
    };
  };

  const open = async (): Promise<void> => {
    close();
    const mine = asker();
    who = mine || '';
    if (!mine) return;
    try {
      const response = await post('/inapp/session', mine);
      if (mine !== who) return;
      // Refused for good, until somebody else signs in; anything else may pass.
      if ([400, 401, 403, 404].includes(response.status)) return;
      const answer = response.ok ? ((await response.json()) as Session) : null;
      if (mine !== who) return;
      // Nothing is known of the customer before the first event has arrived.
      if (!answer?.token) return again(open);
      session = answer;
      void told.flush();
      stream();
    } catch {
      if (mine === who) again(open);
    }
  };

  /** Somebody may have signed in or out, or changed their mind. */
  const check = (): void => {
    if ((asker() || '') === who) return;
    on.clear();
    failures = waits = 0;
    void open();
  };
  client.on('identify', check).on('reset', check).on('consent', check);
  void open();
  return {
    report({ id }, what, button) {
      // The server may hear of it late and twice, so it is told when it was, and by an id.
      told.add(JSON.stringify({ message_id: id, type: what, ...(button && { button }), id: uuid(), timestamp: new Date().toISOString() }));
      told.soon(0);
    },
    stop() {
      close();
      who = '';
      client.off('identify', check).off('reset', check).off('consent', check);
    },
  };
}
