import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '../src/client';
import type { Options } from '../src/types';
import { openPage } from './page';

const HOST = 'https://rapport.example';
const load = (options: Options = {}) => create().load('WK', { host: HOST, persistence: 'localStorage', ...options });
const turn = () => new Promise((done) => setTimeout(done, 20));

test('a batch says who sends it, when, and what', async () => {
  const page = openPage();
  const rapport = load();
  void rapport.track('A');
  await rapport.flush();
  const [batch] = page.to('/v1/batch');
  assert.equal(batch.writeKey, 'WK');
  assert.ok(Math.abs(Date.parse(batch.sentAt) - Date.now()) < 5_000);
  assert.equal(batch.context.library.name, 'rapport.js');
  assert.deepEqual([batch.batch[0].event, batch.batch[0].context.page.path, batch.batch[0].anonymousId], ['A', '/cart', rapport.user().anonymousId()]);
});

test('a consent that is withdrawn is told, by nothing but who and what', async () => {
  const page = openPage();
  const rapport = load({ consent: { required: ['analytics'] } });
  rapport.consent({ analytics: true, ads: true });
  void rapport.identify('ann');
  await rapport.flush();
  const visitor = rapport.user().anonymousId();
  const before = page.posted.length;
  void rapport.track('Waits');
  rapport.consent({ analytics: false });
  void rapport.track('After');
  rapport.consent({ ads: false });
  await rapport.flush();
  await turn();
  const told = page.to('/v1/batch').slice(before).flatMap((b) => b.batch);
  const { messageId, timestamp, ...said } = told[0];
  assert.ok(messageId && timestamp);
  const consent = { categoryPreferences: { analytics: false, ads: true } };
  assert.deepEqual([told.length, said], [1, { type: 'track', event: 'Consent Changed', anonymousId: visitor, userId: 'ann', context: { consent } }]);
  assert.deepEqual([...page.stored.keys()], ['rp_consent'], 'nothing is left but the choice');
});

test('a withdrawal made offline is told while the page is there, and never stored', async () => {
  const page = openPage();
  const rapport = load({ consent: { required: ['analytics'] } });
  rapport.consent({ analytics: true });
  (navigator as { onLine: boolean }).onLine = false;
  rapport.consent({ analytics: false });
  await turn();
  assert.deepEqual([page.posted.length, [...page.stored.keys()]], [0, ['rp_consent']]);
  (navigator as { onLine: boolean }).onLine = true;
  page.fire('online');
  await turn();
  assert.equal(page.to('/v1/batch')[0].batch[0].event, 'Consent Changed');
});

test('a no at the outset tells nothing', async () => {
  const page = openPage();
  const rapport = load({ consent: { required: ['analytics'] } });
  void rapport.track('Held');
  rapport.consent({ analytics: false });
  await rapport.flush();
  assert.equal(page.posted.length, 0);
});

test('calls of an analytics.js page that have other names, or mean nothing here', async (context) => {
  const page = openPage();
  const rapport = load();
  const element = Object.assign(new Element(), { id: 'buy' });
  rapport.trackClick(element, 'Clicked', (e) => ({ id: e.id })).trackSubmit(element, 'Sent');
  page.fire('click');
  page.fire('submit');
  const log = context.mock.method(console, 'log', () => {});
  rapport.debug().pageview('/virtual').debug(false).pageview().timeout(300).addDestinationMiddleware('Amplitude', () => assert.fail('there is no such tool'));
  await rapport.flush();
  const events = page.to('/v1/batch').flatMap((b) => b.batch);
  assert.deepEqual(events.map((e) => e.event || e.properties.path), ['Clicked', 'Sent', '/virtual', '/cart']);
  assert.deepEqual(events[0].properties, { id: 'buy' });
  assert.equal(log.mock.callCount(), 1, 'what happens in between is shown');
});

test('the snippet keeps every call it offers for a client that has it', async () => {
  openPage();
  // @ts-expect-error a script of its own, no module
  await import('../src/snippet');
  const stub = (globalThis as any).rapport;
  const offered = Object.keys(stub).filter((name) => typeof stub[name] === 'function');
  assert.ok(offered.includes('trackClick') && offered.length > 20, offered.join());
  const client = create() as unknown as Record<string, unknown>;
  for (const name of offered) assert.equal(typeof client[name], 'function', name);
});
