// Web push in Chromium: subscribing, what a pushed message shows, where a click leads. No push service is reachable in a
// test, so the browser's subscription is given to it and messages are delivered by the browser's own test interface.

import assert from 'node:assert/strict';
import { createECDH, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { complaints, launch, noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { noSdk, openSite } from './site.mjs';

const dist = join(import.meta.dirname, '..', '..', 'web', 'sdk', 'dist');
const VAPID = createECDH('prime256v1').generateKeys('base64url');

/** Serves the SDK, says the key, and keeps who subscribed. */
async function play() {
  const state = { told: [], receipts: [] };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    const cors = { 'access-control-allow-origin': '*' };
    let body = '';
    for await (const chunk of request) body += chunk;
    if (pathname.startsWith('/sdk/')) {
      return response.writeHead(200, { ...cors, 'content-type': 'text/javascript' }).end(await readFile(join(dist, pathname.slice(5))));
    }
    if (pathname === '/v1/push/key') return response.writeHead(200, cors).end(JSON.stringify({ public_key: VAPID }));
    if (pathname === '/r/token') state.receipts.push(JSON.parse(body));
    if (pathname.startsWith('/v1/push/')) state.told.push([pathname.slice(9), JSON.parse(body)]);
    return response.writeHead(200, cors).end('{"success":true}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${server.address().port}`;
  state.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return state;
}

/** Replaces the browser's push service: subscriptions are made here. */
function fakePushService({ p256dh, auth }) {
  let current = null;
  PushManager.prototype.getSubscription = async () => current;
  PushManager.prototype.subscribe = async (options) => {
    const endpoint = 'https://push.example/1';
    const key = options.applicationServerKey;
    current = { endpoint, options: { applicationServerKey: key.buffer }, toJSON: () => ({ endpoint, keys: { p256dh, auth } }), unsubscribe: async () => ((current = null), true) };
    window.subscribedWith = btoa(String.fromCharCode(...key)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    return current;
  };
}

describe('web push', { skip: noBrowser || noSdk }, () => {
  let browser, server, site;
  const keys = { p256dh: createECDH('prime256v1').generateKeys('base64url'), auth: randomBytes(16).toString('base64url') };

  before(async () => {
    browser = await launch();
    server = await play();
    const files = { '/rapport-sw.js': ['text/javascript', `importScripts('${server.url}/sdk/rapport-sw.js');`] };
    site = await openSite({ files, writeKey: 'wk', url: server.url });
  });
  after(async () => {
    await browser?.close();
    await site?.close();
    await server?.close();
  });

  async function visit(permissions = ['notifications']) {
    const context = await browser.newContext({ permissions });
    await context.addInitScript(fakePushService, keys);
    const tab = await context.newPage();
    const complained = complaints(tab);
    await tab.goto(site.url);
    await tab.waitForFunction(() => window.rapport.VERSION);
    const ask = (what, options) => tab.evaluate(async ([what, options]) => (await window.rapport.chunk('push'))[what](options), [what, options]);
    return { context, tab, complained, ask };
  }

  it('subscribes with the key of the server, and tells whose browser it is', async () => {
    const { tab, ask, complained } = await visit();
    server.told = [];
    assert.equal(await ask('state'), 'off');
    assert.equal(await ask('subscribe'), 'on');
    assert.equal(await tab.evaluate(() => window.subscribedWith), VAPID);
    const [path, body] = server.told[0];
    const visitor = await tab.evaluate(() => window.rapport.user().anonymousId());
    assert.deepEqual([path, body], ['subscribe', { writeKey: 'wk', anonymousId: visitor, subscription: { endpoint: 'https://push.example/1', keys } }]);
    await tab.evaluate(() => window.rapport.identify('ann'));
    // Her id proves nothing, and her browser's own id is hers by now.
    await eventually('the browser is told again', () => assert.equal(server.told[1]?.[0], 'subscribe'));
    assert.deepEqual(server.told[1], server.told[0]);
    await ask('subscribe', { userToken: '0badc0de' });
    const { userId, userToken, anonymousId } = server.told[2][1];
    assert.deepEqual([userId, userToken, anonymousId], ['ann', '0badc0de', visitor]);
    assert.equal(await ask('unsubscribe'), 'off');
    assert.equal(server.told.at(-1)[0], 'unsubscribe');
    assert.deepEqual(complained, []);
  });

  it('does not ask again who has said no', async () => {
    const { ask } = await visit([]);
    server.told = [];
    assert.notEqual(await ask('subscribe'), 'on');
    assert.deepEqual(server.told, []);
  });

  it('shows what is pushed and opens what is clicked', async () => {
    const { context, tab, ask } = await visit();
    await ask('subscribe');
    const [worker] = context.serviceWorkers().length ? context.serviceWorkers() : [await context.waitForEvent('serviceworker')];
    const cdp = await context.newCDPSession(tab);
    const registered = new Promise((resolve) => cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && resolve(registrations[0].registrationId)));
    await cdp.send('ServiceWorker.enable');
    const registrationId = await registered;
    const push = (payload) => cdp.send('ServiceWorker.deliverPushMessage', { origin: site.url, registrationId, data: typeof payload === 'string' ? payload : JSON.stringify(payload) });
    const shown = () => worker.evaluate(async () => (await self.registration.getNotifications()).map((n) => ({ title: n.title, body: n.body, tag: n.tag, actions: n.actions.map((a) => a.action) })));
    await push({ title: 'Back in stock', body: 'The skillet', url: '/pans', tag: 'stock', receipt: `${server.url}/r/token`, actions: [{ action: 'buy', title: 'Buy', url: `${site.url}/buy` }, { action: 'bad', title: 'Bad', url: 'javascript:alert(1)' }] });
    await eventually('it is shown', async () => assert.deepEqual(await shown(), [{ title: 'Back in stock', body: 'The skillet', tag: 'stock', actions: ['buy', 'bad'] }]));
    await eventually('the server hears', () => assert.deepEqual(server.receipts, [{ event: 'delivered' }]));
    await push('not ours');
    await push({ hello: 'nor this' });
    await push({ title: 'Newer', tag: 'stock' });
    await eventually('a newer one takes its place', async () => assert.deepEqual((await shown()).map((n) => n.title), ['Newer']));

    await push({ title: 'Back in stock', url: '/pans', tag: 'stock', receipt: `${server.url}/r/token`, actions: [{ action: 'buy', title: 'Buy', url: `${site.url}/buy` }, { action: 'bad', title: 'Bad', url: 'javascript:alert(1)' }] });
    await eventually('shown again', async () => assert.equal((await shown())[0].title, 'Back in stock'));
    const opened = await worker.evaluate(async () => {
      const opened = [];
      // Opening a window needs a person's click; where it would lead is what is asked.
      self.clients.openWindow = async (url) => void opened.push(url);
      const [notification] = await self.registration.getNotifications();
      for (const action of ['', 'buy', 'bad']) {
        const event = new NotificationEvent('notificationclick', { notification, action });
        self.dispatchEvent(event);
      }
      return opened;
    });
    assert.deepEqual(opened, [`${site.url}/pans`, `${site.url}/buy`, `${site.url}/pans`]);
    assert.deepEqual(await shown(), [], 'a click takes it away');
    await eventually('the clicks are told', () => assert.deepEqual(server.receipts.slice(2), [{ event: 'clicked' }, { event: 'clicked', action: 'buy' }, { event: 'clicked', action: 'bad' }]));
  });
});
