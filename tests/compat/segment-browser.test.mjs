// @segment/analytics-next, the published bundle, in Chromium, on a page of another origin than the server.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import test from 'node:test';
import { complaints, launch, noBrowser } from './lib/browser.mjs';
import { lossyProxy } from './lib/lossy.mjs';
import { eventually, startServer } from './lib/server.mjs';
import { clientEvents } from './lib/story.mjs';

const require = createRequire(import.meta.url);
const bundles = join(dirname(require.resolve('@segment/analytics-next/package.json')), 'dist', 'umd');

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The shop</title><link rel="icon" href="data:,">
<script src="/sdk/index.js"></script></head><body><h1>The shop</h1></body></html>`;

/** A shop's web server: one page, and the SDK's published files under /sdk. */
async function shop() {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://shop').pathname);
    try {
      const isSdk = path.startsWith('/sdk/');
      const body = isSdk ? await readFile(join(bundles, path.slice('/sdk/'.length))) : PAGE;
      response.writeHead(200, { 'content-type': isSdk ? 'text/javascript' : 'text/html; charset=utf-8' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://localhost:${server.address().port}`, close };
}

/** Loads the SDK as its documentation says for a host of one's own, within the page. */
function load({ writeKey, url, strategy }) {
  const host = new URL(url).host;
  const deliveryStrategy = strategy === 'batching' ? { strategy, config: { size: 4, timeout: 300 } } : undefined;
  const segment = { apiHost: `${host}/v1`, protocol: 'http', deliveryStrategy };
  window.analytics = window.AnalyticsNext.AnalyticsBrowser.load(
    { writeKey, cdnURL: url },
    { integrations: { 'Segment.io': segment } },
  );
}

/** The story within the page; returns the ids the SDK gave. */
async function browse(from) {
  const { analytics } = window;
  const calls = [];
  if (from === 'anonymous') {
    calls.push(analytics.page('Shop', 'Home'));
    calls.push(analytics.track('Product Viewed', { product_id: 'sku-1', price: 18.5, in_stock: true, colours: ['red'] }));
  } else {
    const traits = { email: 'bea@example.com', age: 34, member_since: new Date(Date.UTC(2024, 1, 29)), vip: false };
    calls.push(analytics.page('Shop', 'Account'));
    calls.push(analytics.identify('user-bea', traits));
    calls.push(analytics.track('Order Completed', { order_id: 'o-9', total: 33.5, products: [{ sku: 'a', quantity: 1 }] }));
    calls.push(analytics.group('account-bea', { name: 'Bea & Co', employees: 3 }));
    calls.push(analytics.alias('user-bea', 'device-of-old'));
  }
  const sent = [];
  for (const ctx of await Promise.all(calls)) sent.push(ctx.event.messageId);
  return sent;
}

const EXPECTED = [
  ['page', 'Page Viewed'], ['track', 'Product Viewed'],
  ['page', 'Page Viewed'], ['identify', 'Identified'], ['track', 'Order Completed'], ['group', 'Group Joined'], ['alias', 'Aliased'],
];

/** Two visits of one browser: unknown at first, then signed in on another page. */
async function visit(t, server, url, strategy, resent) {
  const web = await shop();
  t.after(() => web.close());
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage({ locale: 'de-DE', timezoneId: 'Europe/Berlin' });
  const complained = complaints(page);
  const ids = [];
  for (const [from, path] of [['anonymous', '/?utm_source=letter&utm_campaign=spring'], ['known', '/account?ref=menu']]) {
    await page.goto(web.url + path);
    await page.evaluate(load, { writeKey: server.writeKey, url, strategy });
    ids.push(...(await page.evaluate(browse, from)));
    await eventually(`all of the ${from} visit arrived`, async () => {
      const { events } = await server.stats();
      assert.equal(events.processed, ids.length);
      if (resent) assert.ok(events.duplicates > 0, 'what was not answered came again');
    });
  }
  const userAgent = await page.evaluate(() => navigator.userAgent);
  return { ids, web: web.url, userAgent, complained };
}

function checkContext(events, seen) {
  const [first] = events.filter((e) => e.event === 'Page Viewed').sort((a, b) => a.timestamp.localeCompare(b.timestamp));
  const { context } = first;
  assert.equal(context.library.name, 'analytics.js');
  assert.equal(context.page.path, '/');
  assert.equal(context.page.title, 'The shop');
  assert.ok(context.page.url.startsWith(seen.web), context.page.url);
  assert.deepEqual(context.campaign, { source: 'letter', name: 'spring' });
  assert.equal(context.userAgent, seen.userAgent);
  assert.equal(context.ip, '127.0.0.1', "the browser's address is known");
  assert.equal(context.locale, 'de-DE');
  assert.equal(context.timezone, 'Europe/Berlin');
  assert.equal(first.properties.name, 'Home');
  assert.equal(first.properties.category, 'Shop');
}

async function check(server, seen) {
  const events = await eventually('both visits are one timeline', async () => {
    const profile = await server.profile('user_id', 'user-bea');
    const found = clientEvents(await server.events(profile.id));
    assert.equal(found.length, EXPECTED.length, found.map((e) => e.event).join(', '));
    return found;
  });
  assert.deepEqual(events.map((e) => e.message_id).sort(), [...seen.ids].sort());
  const names = events.map((e) => `${e.type} ${e.event}`).sort();
  assert.deepEqual(names, EXPECTED.map((pair) => pair.join(' ')).sort());
  const of = (name) => events.find((e) => e.event === name);
  assert.deepEqual(of('Product Viewed').properties, { product_id: 'sku-1', price: 18.5, in_stock: true, colours: ['red'] });
  assert.deepEqual(of('Order Completed').properties, { order_id: 'o-9', total: 33.5, products: [{ sku: 'a', quantity: 1 }] });
  assert.equal(of('Product Viewed').user_id, null, 'nobody was signed in yet');
  assert.equal(of('Order Completed').anonymous_id, of('Product Viewed').anonymous_id, 'one browser, one anonymous id');
  checkContext(events, seen);
  const profile = await server.profile('anonymous_id', of('Product Viewed').anonymous_id);
  assert.equal(profile.id, (await server.profile('user_id', 'user-bea')).id, 'browsing joined the known customer');
  assert.deepEqual(profile.traits, { email: 'bea@example.com', age: 34, member_since: '2024-02-29T00:00:00.000Z', vip: false });
  assert.deepEqual(profile.groups, ['account-bea']);
  // A browser may send a request again by itself; what matters is that it has one effect, and that all are accounted for.
  await eventually('every accepted event is applied or known', async () => {
    const { events: counts, profiles } = await server.stats();
    assert.equal(profiles, 1);
    assert.equal(counts.rejected, 0);
    assert.equal(counts.processed, EXPECTED.length);
    assert.equal(counts.accepted, counts.processed + counts.duplicates);
  });
}

for (const [strategy, losses] of [['standard', 0], ['batching', 0], ['standard', 2], ['batching', 1]]) {
  test(`@segment/analytics-next in Chromium, ${strategy}, ${losses} lost answers`, { skip: noBrowser }, async (t) => {
    const server = await startServer();
    t.after(() => server.remove());
    const proxy = await lossyProxy(server.url, losses);
    t.after(() => proxy.close());
    const seen = await visit(t, server, proxy.url, strategy, losses > 0);
    await check(server, seen);
    const unexpected = seen.complained.filter((text) => losses === 0 || !text.includes('503'));
    assert.deepEqual(unexpected, [], 'the browser complained of nothing');
  });
}
