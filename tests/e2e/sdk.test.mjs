// The browser SDK in Chromium: a website that uses only the snippet, against the real binary.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { complaints, launch, noBrowser } from '../compat/lib/browser.mjs';
import { lossyProxy } from '../compat/lib/lossy.mjs';
import { eventually, startServer } from '../compat/lib/server.mjs';
import { clientEvents } from '../compat/lib/story.mjs';
import { noSdk, openSite } from './site.mjs';

describe('the browser SDK', { skip: noBrowser || noSdk }, () => {
  let server, browser;
  const open = [];

  before(async () => {
    server = await startServer();
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    for (const close of open) await close();
    await server?.remove();
  });

  /** A website with a page like this, and a browser profile that has not seen it. */
  async function visit(shown = {}, options = {}) {
    const site = await openSite({ writeKey: server.writeKey, url: server.url, ...shown });
    open.push(() => site.close());
    const context = await browser.newContext(options);
    open.push(() => context.close());
    const show = async (path = '/', host) => {
      const tab = await context.newPage();
      tab.setDefaultTimeout(15_000);
      const complained = complaints(tab);
      await tab.goto((host ? site.at(host) : site.url) + path);
      return { tab, complained };
    };
    return { site, context, show };
  }

  const ready = (tab) => tab.evaluate(() => new Promise((done) => window.rapport.ready(done)));
  const anonymousId = async (tab) => (await ready(tab), tab.evaluate(() => window.rapport.user().anonymousId()));

  /** The timeline of a visitor, oldest first, once it has as many events. */
  function story(namespace, value, count) {
    return eventually(`${count} events of ${namespace} ${value}`, async () => {
      const profile = await server.profile(namespace, value);
      const events = clientEvents(await server.events(profile.id));
      assert.equal(events.length, count, events.map((e) => e.event).join(', '));
      return events.reverse().sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    });
  }

  /** What the browser keeps for the site. */
  const kept = async (tab) => [await tab.evaluate(() => document.cookie), await tab.evaluate(() => Object.keys(localStorage).join())].join('|');

  /** Waits until the server has settled, then its exact counts. */
  async function settled() {
    await sleep(800);
    return eventually('everything is processed', async () => {
      const { events } = await server.stats();
      assert.equal(events.processed + events.duplicates, events.accepted);
      return events;
    });
  }

  it('arrives once, in order, with its context', async () => {
    const script = `rapport.page('Shop', 'Home'); rapport.track('Product Viewed', { sku: 'pan-26', price: 59.5, tags: ['a'], none: null, when: new Date(0) });`;
    const { site, show } = await visit({ script }, { locale: 'de-DE', timezoneId: 'Europe/Berlin' });
    const before = await settled();
    const { tab, complained } = await show('/offer?utm_source=letter&utm_campaign=spring&gclid=g-1&x=1#top');
    const [view, product] = await story('anonymous_id', await anonymousId(tab), 2);
    assert.deepEqual([view.type, view.event, product.type, product.event], ['page', 'Page Viewed', 'track', 'Product Viewed']);
    assert.deepEqual(product.properties, { sku: 'pan-26', price: 59.5, tags: ['a'], none: null, when: '1970-01-01T00:00:00.000Z' });
    assert.deepEqual([view.properties.name, view.properties.category, view.properties.path], ['Home', 'Shop', '/offer']);
    for (const { context } of [view, product]) {
      assert.equal(context.library.name, 'rapport.js');
      assert.equal(context.page.path, '/offer');
      assert.equal(context.page.title, 'The shop');
      assert.equal(context.page.url, `${site.url}/offer?utm_source=letter&utm_campaign=spring&gclid=g-1&x=1`);
      assert.deepEqual(context.campaign, { source: 'letter', name: 'spring' });
      assert.deepEqual(context.referrer, { type: 'google', name: 'gclid', id: 'g-1' });
      assert.equal(context.locale, 'de-DE');
      assert.equal(context.timezone, 'Europe/Berlin');
      assert.equal(context.ip, '127.0.0.1');
      assert.equal(context.userAgent, await tab.evaluate(() => navigator.userAgent));
      assert.deepEqual([context.device.type, context.os.name], ['desktop', 'Linux']);
      assert.deepEqual(context.session.campaign, { source: 'letter', name: 'spring' });
    }
    assert.deepEqual([view.context.session.isNew, product.context.session.isNew], [true, undefined]);
    assert.equal(view.context.session.id, product.context.session.id);
    const events = await settled();
    assert.equal(events.accepted - before.accepted, 2);
    assert.equal(events.rejected, before.rejected);
    assert.deepEqual(complained, []);
  });

  it('joins what an unknown visitor did to the customer who signs in', async () => {
    const { tab, complained } = await (await visit({ script: `rapport.page(); rapport.track('Product Viewed');` })).show();
    const visitor = await anonymousId(tab);
    await tab.evaluate(async () => {
      await window.rapport.identify('user-ann', { email: 'ann@example.com' });
      await window.rapport.group('acme', { name: 'Acme' });
      await window.rapport.track('Order Completed', { total: 5 });
    });
    const events = await story('user_id', 'user-ann', 5);
    assert.deepEqual(new Set(events.map((e) => e.anonymous_id)), new Set([visitor]));
    assert.equal(events.at(-1).context.groupId, 'acme');
    const profile = await server.profile('anonymous_id', visitor);
    assert.deepEqual([profile.known, profile.traits.email, profile.groups], [true, 'ann@example.com', ['acme']]);
    await tab.evaluate(() => window.rapport.reset());
    assert.notEqual(await anonymousId(tab), visitor, 'signed out, somebody else may come');
    assert.deepEqual(complained, []);
  });

  it('keeps events of an offline browser, over a reload too, and they arrive once with their own time', async () => {
    const { show, context } = await visit();
    const { tab } = await show();
    const visitor = await anonymousId(tab);
    await story('anonymous_id', visitor, 1);
    const before = await settled();
    await context.setOffline(true);
    await tab.evaluate(() => Promise.all([1, 2, 3].map((n) => window.rapport.track('Offline Clicked', { n }))));
    const clicked = Date.now();
    await sleep(2_500);
    assert.equal((await settled()).accepted, before.accepted);
    await context.setOffline(false);
    const events = await story('anonymous_id', visitor, 4);
    assert.deepEqual(events.slice(1).map((e) => e.properties.n), [1, 2, 3]);
    for (const event of events.slice(1)) {
      assert.ok(Math.abs(Date.parse(event.timestamp) - clicked) < 1_500, 'the time is that of the click');
      assert.ok(Date.parse(event.received_at) - clicked > 2_000);
    }
    await context.setOffline(true);
    await tab.evaluate(() => window.rapport.track('Left Offline'));
    await tab.close();
    await context.setOffline(false);
    await show('/again');
    await story('anonymous_id', visitor, 6);
    assert.equal((await settled()).duplicates, before.duplicates);
  });

  it('arrives though the page is left at once, for ever', async () => {
    const { tab } = await (await visit()).show();
    const visitor = await anonymousId(tab);
    await story('anonymous_id', visitor, 1);
    await tab.evaluate(() => void window.rapport.track('Left', { text: 'x'.repeat(20_000) }));
    await tab.goto('about:blank');
    await story('anonymous_id', visitor, 2);
  });

  it('counts once what is sent twice: lost answers, a reload and a navigation in flight', async () => {
    const proxy = await lossyProxy(server.url, 2);
    open.push(() => proxy.close());
    const { site, show } = await visit({ url: proxy.url });
    const { tab } = await show();
    const visitor = await anonymousId(tab);
    for (let n = 1; n <= 5; n += 1) {
      await tab.evaluate((n) => void window.rapport.track('Step', { n }), n);
      if (n % 2) await tab.reload();
      else await tab.goto(`${site.url}/page-${n}`);
      await ready(tab);
    }
    const events = await story('anonymous_id', visitor, 11);
    assert.deepEqual(events.filter((e) => e.event === 'Step').map((e) => e.properties.n), [1, 2, 3, 4, 5]);
    await eventually('nothing waits', async () => assert.equal(await tab.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('rp_q')).length), 0));
    assert.equal(new Set(events.map((e) => e.message_id)).size, 11);
    assert.equal(new Set(events.map((e) => e.context.session.id)).size, 1);
  });

  it('is one visitor in two tabs, and each event counts once', async () => {
    const { show, context } = await visit();
    const [one, two] = [await show('/one'), await show('/two')];
    const visitor = await anonymousId(one.tab);
    assert.equal(await anonymousId(two.tab), visitor);
    const before = await settled();
    await context.setOffline(true);
    for (const { tab } of [one, two]) await tab.evaluate(() => { for (let n = 0; n < 40; n++) void window.rapport.track('Tick', { n }); });
    await context.setOffline(false);
    await story('anonymous_id', visitor, 82);
    const events = await settled();
    assert.deepEqual([events.accepted - before.accepted, events.duplicates - before.duplicates], [80, 0], 'only one tab sends at a time');
    await one.tab.evaluate(() => window.rapport.identify('user-two-tabs'));
    assert.equal(await two.tab.evaluate(() => window.rapport.user().id()), 'user-two-tabs', 'the other tab knows at once');
  });

  it('lets a thousand events that waited go in a row, without hindering the page', async () => {
    const { show, context } = await visit();
    const { tab, complained } = await show();
    const visitor = await anonymousId(tab);
    await story('anonymous_id', visitor, 1);
    const before = await settled();
    await context.setOffline(true);
    const took = await tab.evaluate(() => {
      const begun = performance.now();
      for (let n = 0; n < 999; n++) void window.rapport.track('Waited', { n, text: 'x'.repeat(400) });
      return (performance.now() - begun) / 999;
    });
    assert.ok(took < 2, `a call took ${took} ms`);
    const requests = [];
    tab.on('request', (request) => requests.push(request.url()));
    await context.setOffline(false);
    await tab.waitForFunction(() => !Object.keys(localStorage).some((key) => key.startsWith('rp_q')));
    assert.ok(requests.length < 30, `${requests.length} requests`);
    assert.deepEqual(complained, [], 'none was refused by the browser');
    const events = await settled();
    assert.deepEqual([events.accepted - before.accepted, events.duplicates - before.duplicates], [999, 0]);
  });

  it('is one visitor on all subdomains', async () => {
    const { show } = await visit();
    const a = await show('/', 'www.shop.localhost');
    const b = await show('/', 'help.shop.localhost');
    assert.equal(await anonymousId(a.tab), await anonymousId(b.tab));
    assert.match(await kept(a.tab), /rp_anonymous_id=/);
  });

  it('works where nothing can be stored', async () => {
    const { site, context, show } = await visit();
    await context.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } });
      Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set() {} });
    });
    const { tab, complained } = await show();
    const visitor = await anonymousId(tab);
    await tab.evaluate(() => window.rapport.track('Clicked'));
    const events = await story('anonymous_id', visitor, 2);
    assert.equal(events[0].context.session.id, events[1].context.session.id);
    assert.deepEqual(complained, []);
    assert.ok(site.requests > 0);
  });

  it('stores nothing and sends nothing before consent, then what was held', async () => {
    const options = { consent: { required: ['analytics'] } };
    const { show } = await visit({ options, script: `rapport.page(); rapport.track('Seen Before Consent');` });
    const before = await settled();
    const { tab, complained } = await show();
    await ready(tab);
    assert.equal((await settled()).accepted, before.accepted);
    assert.equal(await kept(tab), '|');
    assert.equal(await tab.evaluate(() => window.rapport.consent()), null);
    await tab.evaluate(() => window.rapport.consent({ analytics: true, ads: false }));
    const visitor = await anonymousId(tab);
    const events = await story('anonymous_id', visitor, 2);
    assert.deepEqual(events.map((e) => e.context.consent.categoryPreferences), [{ analytics: true, ads: false }, { analytics: true, ads: false }]);
    assert.match(await kept(tab), /rp_anonymous_id=.*rp_consent=|rp_consent=.*rp_anonymous_id=/);

    const again = await show('/again');
    assert.equal(await anonymousId(again.tab), visitor, 'the choice is remembered');
    await story('anonymous_id', visitor, 4);

    await again.tab.evaluate(() => window.rapport.consent({ analytics: false }));
    const told = (await story('anonymous_id', visitor, 5)).at(-1);
    assert.deepEqual([told.event, told.context.page, told.context.consent.categoryPreferences], ['Consent Changed', undefined, { analytics: false, ads: false }]);
    const { consents } = await server.profile('anonymous_id', visitor);
    assert.deepEqual(consents.map((c) => [c.channel, c.topic, c.status]), [['tracking', 'ads', 'denied'], ['tracking', 'analytics', 'denied']]);
    const after = await settled();
    assert.match(await kept(again.tab), /^rp_consent=[^;]*\|$/, 'nothing is left but the choice');
    await again.tab.evaluate(() => window.rapport.track('After Withdrawal'));
    assert.equal((await settled()).accepted, after.accepted);
    await again.tab.evaluate(() => window.rapport.consent({ analytics: true }));
    assert.notEqual(await anonymousId(again.tab), visitor, 'who comes back after a no is new');
    assert.deepEqual([...complained, ...again.complained], []);
  });

  it('drops what came before consent when told to', async () => {
    const options = { consent: { required: ['analytics'], before: 'drop' } };
    const { tab } = await (await visit({ options })).show();
    await ready(tab);
    await tab.evaluate(() => (window.rapport.consent({ analytics: true }), window.rapport.track('After')));
    const [only] = await story('anonymous_id', await anonymousId(tab), 1);
    assert.equal(only.event, 'After');
  });

  for (const [gpc, stored, sent] of [['cookieless', false, 1], ['refuse', false, 0], ['ignore', true, 1]]) {
    it(`takes Global Privacy Control as ${gpc}`, async () => {
      const { context, show } = await visit({ options: gpc === 'cookieless' ? {} : { gpc } });
      await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }));
      const before = await settled();
      const { tab } = await show();
      await ready(tab);
      assert.equal((await settled()).accepted - before.accepted, sent);
      assert.equal((await kept(tab)) !== '|', stored);
    });
  }

  it('takes what it stored away when a signal or a choice forbids it later', async () => {
    const { context, show } = await visit();
    const first = await show();
    assert.match((await anonymousId(first.tab), await kept(first.tab)), /rp_anonymous_id/);
    await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }));
    const second = await show();
    await ready(second.tab);
    assert.equal(await kept(second.tab), '|');
  });

  it('needs no storage: a visitor is one for the day, whichever page, and joins nobody', async () => {
    const { show } = await visit({ options: { persistence: 'memory' } }, { userAgent: 'Browser of the day' });
    const before = (await server.stats()).profiles;
    const { tab } = await show('/one');
    await ready(tab);
    const next = await show('/two');
    await next.tab.evaluate(() => (window.rapport.consent({ ads: false }), window.rapport.track('Clicked')));
    const visitor = await eventually('the visitor is known by a day', async () => {
      const { items } = await server.api('GET', '/api/v1/events?limit=50');
      const clicked = items.find((e) => e.event === 'Clicked' && e.profile.label.startsWith('day-'));
      assert.ok(clicked, JSON.stringify(items[0]));
      return clicked.profile.label;
    });
    assert.match(visitor, /^day-[0-9a-f]{32}$/);
    const events = await story('anonymous_id', visitor, 3);
    // The view and the click of one page may be of one millisecond.
    assert.deepEqual(events.map((e) => e.event).sort(), ['Clicked', 'Page Viewed', 'Page Viewed']);
    await next.tab.evaluate(() => (window.rapport.identify('user-memory'), window.rapport.track('Ordered')));
    await story('user_id', 'user-memory', 2);
    assert.equal((await server.profile('anonymous_id', visitor)).known, false, 'somebody else may have this address');
    assert.equal((await server.stats()).profiles - before, 2);
    for (const page of [tab, next.tab]) assert.equal(await kept(page), '|');
  });

  it('gives a visitor an id for the page alone when told so', async () => {
    const { tab } = await (await visit({ options: { persistence: 'memory', cookieless: 'page' } })).show();
    const visitor = await anonymousId(tab);
    await tab.evaluate(() => window.rapport.track('Clicked'));
    await story('anonymous_id', visitor, 2);
    assert.equal(await kept(tab), '|');
  });
});
