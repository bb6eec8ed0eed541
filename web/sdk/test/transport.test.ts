import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queue } from '../src/queue';
import { memoryStore } from '../src/storage';
import { BATCH_BYTES, retryDelay, transport, type TransportOptions } from '../src/transport';

type Answer = number | 'lost' | [number, Record<string, string>];

/** A transport whose server gives these answers, then 200. */
function make(answers: Answer[] = [], more: Partial<TransportOptions> = {}) {
  const q = queue(memoryStore(), memoryStore(), 'WK', 't', 1000, Date.now);
  const bodies: any[] = [];
  const requests: RequestInit[] = [];
  const refused: [number, number][] = [];
  const t = transport({
    url: 'http://x/v1/batch',
    name: 'WK',
    queue: q,
    body: (entries) => `{"batch":[${entries.join()}]}`,
    refused: (events, status) => refused.push([events.length, status]),
    online: () => true,
    now: Date.now,
    random: () => 0,
    locks: undefined,
    fetch: (async (_: string, request: RequestInit) => {
      requests.push(request);
      bodies.push(JSON.parse(request.body as string));
      const answer = answers.shift() ?? 200;
      if (answer === 'lost') throw new TypeError('network');
      const [status, headers] = Array.isArray(answer) ? answer : [answer, {}];
      return { ok: status < 300, status, headers: new Headers(headers), text: async () => '' };
    }) as typeof fetch,
    ...more,
  });
  return { q, t, bodies, requests, refused };
}

test('what waits leaves in one batch', async () => {
  const { q, t, bodies, requests } = make();
  q.add('{"type":"track","event":"A"}');
  q.add('{"type":"track","event":"B"}');
  await t.flush();
  assert.equal(bodies.length, 1);
  assert.deepEqual(bodies[0].batch.map((e: any) => e.event), ['A', 'B']);
  assert.equal(requests[0]?.keepalive, true);
  assert.equal(q.size(), 0);
});

test('large queues leave in batches a closing page may send', async () => {
  const { q, t, requests } = make();
  for (let i = 0; i < 250; i++) q.add(JSON.stringify({ i, text: 'x'.repeat(1000) }));
  await t.flush();
  assert.equal(q.size(), 0);
  assert.ok(requests.length >= 5);
  for (const { body } of requests) assert.ok((body as string).length < BATCH_BYTES + 1000);
});

test('failures keep events, and the same events come again', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  for (const failure of ['lost', 500, 503, 429, 401, 404] as Answer[]) {
    const { q, t, bodies } = make([failure]);
    q.add('{"messageId":"m1"}');
    await t.flush();
    assert.equal(q.size(), 1, `kept after ${failure}`);
    context.mock.timers.tick(1_000);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.equal(bodies.length, 2, `sent again after ${failure}`);
    assert.deepEqual(bodies[0].batch, bodies[1].batch);
    assert.equal(q.size(), 0);
  }
});

test('what is added while the server is to be left alone waits with the rest', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { q, t, bodies } = make([[503, { 'retry-after': '60' }]]);
  const seconds = async (count: number) => {
    for (let n = 0; n < count; n++) {
      q.add(String(n));
      t.soon(0);
      context.mock.timers.tick(1_000);
      await new Promise(setImmediate);
    }
  };
  q.add('"first"');
  await t.flush();
  await seconds(59);
  assert.equal(bodies.length, 1);
  await seconds(1);
  assert.equal(bodies[1].batch.length, 61);
  await seconds(3);
  assert.equal(bodies.length, 5, 'and nothing waits once it answers');
});

test('what the server will never take does not block the rest', async () => {
  for (const status of [400, 413]) {
    const { q, t, refused } = make([status]);
    q.add('{}');
    await t.flush();
    assert.equal(q.size(), 0);
    assert.deepEqual(refused, [[1, status]]);
  }
});

test('delays double, are spread, are bounded, and follow Retry-After', () => {
  for (const [failures, random, after, expected] of [
    [1, 0, null, 500],
    [1, 1, null, 1_000],
    [4, 0, null, 4_000],
    [30, 1, null, 300_000],
    [1, 0, '7', 7_000],
    [1, 0, '86400', 300_000],
    [1, 0, 'Wed, 21 Oct 2026 07:28:00 GMT', 500],
  ] as const) {
    assert.equal(retryDelay(failures, random, after), expected, `${failures} ${random} ${after}`);
  }
});

test('offline nothing is tried, so nothing grows old', async () => {
  let online = false;
  const { q, t, bodies } = make([], { online: () => online });
  q.add('{}');
  await t.flush();
  t.leave();
  assert.equal(bodies.length, 0);
  online = true;
  await t.flush();
  assert.equal(bodies.length, 1);
});

test('one batch at a time, and what is added meanwhile is not forgotten', async () => {
  let release = () => {};
  const gate = new Promise<void>((done) => (release = done));
  let inside = 0;
  let most = 0;
  const { q, t } = make([], {
    fetch: (async () => {
      most = Math.max(most, ++inside);
      await gate;
      inside--;
      return { ok: true, status: 200, headers: new Headers(), text: async () => '' };
    }) as unknown as typeof fetch,
  });
  q.add('1');
  const first = t.flush();
  q.add('2');
  const second = t.flush();
  release();
  await Promise.all([first, second]);
  assert.deepEqual([most, q.size()], [1, 0]);
});

test('a page that closes hands over what is not on its way, and keeps it for the next page', async () => {
  const beacons: string[] = [];
  let land = () => {};
  const flying = new Promise((_, reject) => (land = () => reject(new TypeError('gone'))));
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { sendBeacon: (_: string, body: string) => !!beacons.push(body) } });
  try {
    const { q, t } = make([], { online: () => !beacons.length, fetch: (() => flying) as unknown as typeof fetch });
    q.add('"flying"');
    void t.flush();
    await new Promise(setImmediate);
    q.add('"waiting"');
    t.leave();
    assert.deepEqual(beacons.map((b) => JSON.parse(b).batch), [['waiting']]);
    assert.equal(q.size(), 2);
  } finally {
    land();
    if (before) Object.defineProperty(globalThis, 'navigator', before);
  }
});
