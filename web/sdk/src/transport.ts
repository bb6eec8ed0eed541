// Brings the queue to the server: one batch at a time, one tab at a time, again after failures, later each time.

import { bytesOf, type Entry, type Queue } from './queue';

/** Browsers let at most 64 KB leave with a page that is closing; headers and the envelope need some of it. */
export const BATCH_BYTES = 60_000;
const BATCH_EVENTS = 100;
const TIMEOUT_MS = 30_000;
/** Browsers bring what one tab wrote to localStorage to the others a little later; so long the next tab waits. */
const SETTLE_MS = 100;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 300_000;

export interface TransportOptions {
  url: string;
  /** What the tabs of a browser know this queue by: one of them sends at a time. */
  name: string;
  queue: Queue;
  /** What is sent for these entries, each JSON. */
  body: (entries: string[]) => string;
  /** Told of entries the server refused for good. */
  refused: (entries: string[], status: number) => void;
  /** Whether it makes sense to try. */
  online: () => boolean;
  now: () => number;
  random: () => number;
  fetch: typeof fetch;
  locks: LockManager | undefined;
}

export interface Transport {
  /** Sends what waits, now; resolves when it was tried. */
  flush(): Promise<void>;
  /** Has a flush happen within this time, or later when the server has to be left alone for longer. */
  soon(ms: number): void;
  /** Hands what this tab has waiting to the browser, which sends it even though the page closes. */
  leave(): void;
}

/** How long to wait before the attempt after `failures` failures, milliseconds: doubled each time, half of it random. */
export function retryDelay(failures: number, random: number, retryAfter: string | null): number {
  const asked = Number(retryAfter) * 1000;
  const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
  return Math.max(asked > 0 ? Math.min(asked, LAST_RETRY_MS) : 0, wait * (0.5 + random / 2));
}

export function transport(o: TransportOptions): Transport {
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = Infinity;
  /** Until when the server is left alone after a failure. */
  let restUntil = 0;
  let running: Promise<void> | undefined;
  let again = false;
  let inFlight: Entry[] = [];

  const body = (entries: Entry[]): string => o.body(entries.map((e) => e.json));

  const soon = (ms: number): void => {
    const at = Math.max(o.now() + ms, restUntil);
    if (at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => void flush(), at - o.now());
  };

  const retry = (after: string | null): false => {
    restUntil = o.now() + retryDelay(++failures, o.random(), after);
    soon(0);
    return false;
  };

  /** Sends one batch; whether there may be more to send. */
  const step = async (): Promise<boolean> => {
    const entries = o.queue.take(BATCH_EVENTS, BATCH_BYTES);
    if (!entries.length) return false;
    o.queue.tried(entries, o.now());
    inFlight = entries;
    const text = body(entries);
    const abort = new AbortController();
    const limit = setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      // A text body needs no preflight; keepalive lets the request outlive the page.
      const response = await o.fetch(o.url, { method: 'POST', body: text, keepalive: bytesOf(text) < 65_000, credentials: 'omit', signal: abort.signal });
      // Until it is read to its end the request counts against what may be under way with keepalive.
      await response.text();
      const { ok, status, headers } = response;
      if (!ok && status !== 400 && status !== 413) return retry(headers.get('retry-after'));
      o.queue.remove(entries.map((e) => e.key));
      if (!ok) o.refused(entries.map((e) => e.json), status);
      failures = restUntil = 0;
      return true;
    } catch {
      return retry(null);
    } finally {
      clearTimeout(limit);
      inFlight = [];
    }
  };

  const drain = async (): Promise<void> => {
    while (await step());
  };

  /** Runs when no other tab does; resolves when it has run. */
  const alone = (run: () => Promise<void>): Promise<void> =>
    new Promise((done, failed) => {
      if (!o.locks) return void run().then(done, failed);
      const held = async (): Promise<void> => {
        await run().then(done, failed);
        await new Promise((later) => setTimeout(later, SETTLE_MS));
      };
      o.locks.request('rapport.' + o.name, held).catch(failed);
    });

  const flush = (): Promise<void> => {
    if (running) {
      again = true;
      return running;
    }
    clearTimeout(timer);
    dueAt = Infinity;
    // Offline nothing counts as tried; the browser says when that is over.
    if (!o.queue.size() || !o.online()) return Promise.resolve();
    running = alone(drain)
      .catch(() => {})
      .then(() => {
        running = undefined;
        if (again && dueAt === Infinity) soon(0);
        again = false;
      });
    return running;
  };

  const leave = (): void => {
    if (!o.online()) return;
    const flying = new Set(inFlight.map((e) => e.key));
    const waiting = o.queue.take(BATCH_EVENTS, BATCH_BYTES, true).filter((e) => !flying.has(e.key));
    // It may still fail, so the entries stay; the next page sends them again and they count once.
    if (waiting.length && navigator.sendBeacon?.(o.url, body(waiting))) o.queue.tried(waiting, o.now());
  };

  return { flush, soon, leave };
}
