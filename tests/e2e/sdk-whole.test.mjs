// A customer's whole way on a page that uses only the snippet, against the real binary: events of an unknown visitor, the
// visitor becomes known, an in-app message and a web push of a journey appear, and what was done offline arrives later, once.
//
// Chromium's own push service cannot be reached from a test, so a small one stands in for it (RFC 8030): the browser is
// given a subscription to it, it takes what the server encrypts (RFC 8291), and hands the decrypted text to the browser.

import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { complaints, launch, noBrowser } from '../compat/lib/browser.mjs';
import { eventually, startServer } from '../compat/lib/server.mjs';
import { noSdk, openSite } from './site.mjs';

/** A push service with one subscription: what is sent to it, decrypted as the browser would. */
async function openPushService() {
  const key = createECDH('prime256v1');
  const p256dh = key.generateKeys();
  const auth = randomBytes(16);
  const state = { taken: [], keys: { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') } };
  const decrypt = (body) => {
    const salt = body.subarray(0, 16);
    const idLength = body[20];
    const sender = body.subarray(21, 21 + idLength);
    const info = (name) => Buffer.from(`Content-Encoding: ${name}\0`);
    const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, sender]);
    const ikm = Buffer.from(hkdfSync('sha256', key.computeSecret(sender), auth, keyInfo, 32));
    const contentKey = Buffer.from(hkdfSync('sha256', ikm, salt, info('aes128gcm'), 16));
    const nonce = Buffer.from(hkdfSync('sha256', ikm, salt, info('nonce'), 12));
    const sealed = body.subarray(21 + idLength);
    const cipher = createDecipheriv('aes-128-gcm', contentKey, nonce);
    cipher.setAuthTag(sealed.subarray(-16));
    const text = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
    // One record, ended by 2 (RFC 8188, section 2).
    return text.subarray(0, text.lastIndexOf(2)).toString();
  };
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const { authorization = '', ttl } = request.headers;
    if (request.headers['content-encoding'] === 'aes128gcm') state.taken.push({ text: decrypt(Buffer.concat(parts)), authorization, ttl });
    response.writeHead(201, { location: `${state.endpoint}/receipt` }).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.endpoint = `http://127.0.0.1:${server.address().port}/push/1`;
  state.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return state;
}

/** In the page: subscriptions are made here and not by the browser's own push service. */
function subscribeHere({ endpoint, keys }) {
  let current = null;
  PushManager.prototype.getSubscription = async () => current;
  PushManager.prototype.subscribe = async (options) => {
    current = { endpoint, options: { applicationServerKey: options.applicationServerKey.buffer }, toJSON: () => ({ endpoint, keys }), unsubscribe: async () => ((current = null), true) };
    return current;
  };
}

const settings = (vapid) => [
  ['settings', 'workspace', { time_zone: 'Europe/Berlin', consent: { email: 'opt_out', inapp: 'opt_out', webpush: 'opt_out' } }],
  ['channel', 'in-app', { kind: 'inapp' }],
  ['channel', 'browsers', { kind: 'webpush', secret: vapid, subject: 'mailto:shop@example.com' }],
  ['template', 'thanks', { name: 'Thanks', channel: 'inapp', transactional: true, layout: 'modal', title: 'Thank you, {{ profile.first_name }}', body: 'Your order {{ event.properties.order_id }} is on its way.', buttons: [{ id: 'fine', label: 'Fine', style: 'primary' }] }],
  ['template', 'shipped', { name: 'Shipped', channel: 'webpush', transactional: true, title: 'On its way, {{ profile.first_name }}', body: 'Order {{ event.properties.order_id }}', url: 'https://shop.example/orders' }],
  ['journey', 'order', { name: 'Order', trigger: { event: { name: 'Order Completed', key: 'order_id' } }, reentry: 'always', steps: [{ id: 'thank', send: { channel: 'inapp', template: 'thanks' } }, { id: 'tell', send: { channel: 'webpush', template: 'shipped' } }] }],
];

describe('a page with nothing but the snippet', { skip: noBrowser || noSdk }, () => {
  let server, browser, site, service, tab, context, complained, cdp, registrationId;

  before(async () => {
    server = await startServer({ RAPPORT_DELIVERY__ALLOW_PRIVATE_ADDRESSES: 'true' });
    service = await openPushService();
    const { secret: vapid } = await server.api('POST', '/api/v1/channels/vapid');
    for (const [kind, id, spec] of settings(vapid)) {
      await server.api('PUT', `/api/v1/resources/${kind}/${id}?publish=true&confirm=true`, spec);
    }
    const files = { '/rapport-sw.js': ['text/javascript', `importScripts('${server.url}/sdk/rapport-sw.js');`] };
    site = await openSite({ files, writeKey: server.writeKey, url: server.url, options: { inapp: true } });
    browser = await launch();
    context = await browser.newContext({ permissions: ['notifications'] });
    await context.addInitScript(subscribeHere, { endpoint: service.endpoint, keys: service.keys });
    tab = await context.newPage();
    tab.setDefaultTimeout(20_000);
    complained = complaints(tab);
    cdp = await context.newCDPSession(tab);
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => (registrationId ??= registrations[0]?.registrationId));
    await cdp.send('ServiceWorker.enable');
    await tab.goto(`${site.url}/pans`);
  });

  after(async () => {
    await browser?.close();
    await site?.close();
    await service?.close();
    await server?.remove();
  });

  /** How often each client event is in the visitor's story. */
  async function counts(namespace, value) {
    const profile = await server.profile(namespace, value);
    const out = {};
    for (const { event } of await server.events(profile.id)) out[event] = (out[event] ?? 0) + 1;
    return out;
  }
  const visitor = () => tab.evaluate(() => new Promise((done) => window.rapport.ready(() => done(window.rapport.user().anonymousId()))));

  it('tells what an unknown visitor does, and joins it to the customer they turn out to be', async () => {
    const anonymous = await visitor();
    await tab.evaluate(() => window.rapport.track('Product Viewed', { sku: 'pan-26' }));
    await eventually('the visitor is there', async () => assert.equal((await counts('anonymous_id', anonymous))['Product Viewed'], 1));
    await tab.evaluate(() => window.rapport.identify('user-mia', { first_name: 'Mia', email: 'mia@example.com' }));
    await eventually('they are one person', async () => {
      const found = await counts('user_id', 'user-mia');
      assert.equal(found['Page Viewed'], 1);
      assert.equal(found['Product Viewed'], 1);
      const [a, b] = [await server.profile('anonymous_id', anonymous), await server.profile('user_id', 'user-mia')];
      assert.equal(a.id, b.id);
    });
  });

  it('subscribes the browser to web push', async () => {
    const state = await tab.evaluate(async () => (await window.rapport.chunk('push')).subscribe());
    assert.equal(state, 'on');
    await eventually('the worker is registered', () => assert.ok(registrationId));
  });

  it('shows the in-app message of a journey within the page', async () => {
    await tab.evaluate(() => window.rapport.track('Order Completed', { order_id: 'o-1', total: 59 }));
    const message = tab.getByRole('dialog', { name: 'Thank you, Mia' });
    await message.getByText('Your order o-1 is on its way.').waitFor();
    await message.getByRole('button', { name: 'Fine' }).click();
    await message.waitFor({ state: 'hidden' });
    await eventually('it is told that it was shown and used', async () => {
      const found = await counts('user_id', 'user-mia');
      assert.ok(Object.keys(found).some((name) => /In-App.*(Displayed|Viewed|Opened)/i.test(name)), Object.keys(found).join(', '));
    });
  });

  it('shows the web push of the same journey, and tells that it came', async () => {
    const sent = await eventually('the server sent it to the push service', () => {
      assert.equal(service.taken.length, 1);
      return service.taken[0];
    });
    assert.match(sent.authorization, /^vapid t=.+, ?k=.+/);
    assert.equal(JSON.parse(sent.text).title, 'On its way, Mia');
    await cdp.send('ServiceWorker.deliverPushMessage', { origin: site.url, registrationId, data: sent.text });
    await eventually('the browser shows it', async () => {
      const [worker] = context.serviceWorkers();
      const shown = await worker.evaluate(async () => (await self.registration.getNotifications()).map((n) => [n.title, n.body]));
      assert.deepEqual(shown, [['On its way, Mia', 'Order o-1']]);
    });
    await eventually('the server hears of it', async () => {
      const names = Object.keys(await counts('user_id', 'user-mia'));
      assert.ok(names.some((name) => /Push.*(Delivered|Received)/i.test(name)), names.join(', '));
    });
  });

  it('keeps what is done offline, over a page that is left, and delivers it exactly once', async () => {
    assert.deepEqual(complained, []);
    await context.setOffline(true);
    await tab.evaluate(() => {
      for (let i = 0; i < 5; i += 1) window.rapport.track('Offline Step', { i });
    });
    // Long enough for the first attempt to fail, as it must.
    await tab.waitForFunction(() => Object.values(localStorage).join('').includes('Offline Step'));
    assert.equal((await counts('user_id', 'user-mia'))['Offline Step'], undefined);
    await tab.close();
    await context.setOffline(false);
    tab = await context.newPage();
    const again = complaints(tab);
    await tab.goto(`${site.url}/back`);
    await eventually('all of it is there', async () => assert.equal((await counts('user_id', 'user-mia'))['Offline Step'], 5));
    // A further event comes after whatever would have been sent twice.
    await tab.evaluate(() => window.rapport.track('Last Step'));
    await eventually('the last one too', async () => assert.equal((await counts('user_id', 'user-mia'))['Last Step'], 1));
    assert.equal((await counts('user_id', 'user-mia'))['Offline Step'], 5);
    assert.deepEqual(again, []);
  });
});
