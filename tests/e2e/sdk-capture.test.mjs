// What the browser SDK captures by itself, what it must never see, and the calls analytics.js pages make.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { complaints, launch, noBrowser } from '../compat/lib/browser.mjs';
import { eventually, startServer } from '../compat/lib/server.mjs';
import { clientEvents } from '../compat/lib/story.mjs';
import { noSdk, openSite } from './site.mjs';

const SECRETS = ['hunter2', '4111 1111 1111 1111', 'me@private.example', 'my diary', 'secret-balance', 'token-in-query', 'chosen-illness', 'hidden-value', 'inside-ignored'];

const FORM = `
<form name="signup" action="/join?t=token-in-query" method="post" onsubmit="return false">
  <input name="user" value="me@private.example"><input type="password" value="hunter2"><input type="hidden" value="hidden-value">
  <textarea>my diary</textarea><select><option selected>chosen-illness</option></select>
  <button id="join">Join <b>now</b></button><input type="submit" id="send" value="my diary">
</form>
<a id="link" href="/account?t=token-in-query#frag">Account <span data-rapport-sensitive>secret-balance</span></a>
<button id="card">Pay with 4111 1111 1111 1111</button>
<a id="mail" href="mailto:me@private.example">me@private.example</a>
<button id="ignored" data-rapport-ignore>inside-ignored</button>
<div contenteditable id="note"><button id="inner">my diary</button></div>
<section data-rapport-prop-list="spring" data-rapport-prop-item-count="3">
  <div id="tile" data-rapport-event="Tile Chosen" data-rapport-prop-list="pans"><i id="deep">Pans</i></div>
</section>
<p id="text">just text</p>`;

describe('what the browser SDK captures', { skip: noBrowser || noSdk }, () => {
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

  async function show(shown, path = '/') {
    const site = await openSite({ writeKey: server.writeKey, url: server.url, ...shown });
    open.push(() => site.close());
    const context = await browser.newContext();
    const tab = await context.newPage();
    tab.setDefaultTimeout(15_000);
    const complained = complaints(tab);
    await tab.goto(site.url + path);
    await tab.waitForFunction(() => window.rapport.VERSION);
    return { site, tab, complained, visitor: await tab.evaluate(() => window.rapport.user().anonymousId()) };
  }

  function story(visitor, count) {
    return eventually(`${count} events`, async () => {
      const profile = await server.profile('anonymous_id', visitor);
      const events = clientEvents(await server.events(profile.id));
      assert.equal(events.length, count, events.map((e) => `${e.event} ${JSON.stringify(e.properties)}`).join('\n'));
      return events.reverse().sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    });
  }

  it('tells of clicks and forms, and nothing that people typed or hid', async () => {
    const { tab, visitor, complained, site } = await show({ options: { autocapture: { clicks: true, submits: true } }, script: '', body: FORM });
    const sent = [];
    tab.on('request', (request) => sent.push(request.postData() ?? ''));
    await tab.evaluate(() => document.addEventListener('click', (event) => event.preventDefault()));
    for (const id of ['text', 'link', 'card', 'mail', 'ignored', 'inner', 'deep', 'send']) await tab.click(`#${id}`);
    await tab.evaluate(() => document.forms[0].requestSubmit());
    const events = await story(visitor, 7);
    const said = Object.fromEntries(events.map((e) => [`${e.event} ${e.properties.id ?? e.properties.name}`, e.properties]));
    assert.deepEqual(said, {
      'Element Clicked link': { tag: 'a', id: 'link', text: 'Account', href: `${site.url}/account` },
      'Element Clicked card': { tag: 'button', id: 'card' },
      'Element Clicked mail': { tag: 'a', id: 'mail' },
      'Element Clicked inner': { tag: 'button', id: 'inner' },
      'Tile Chosen tile': { tag: 'div', id: 'tile', text: 'Pans', list: 'pans', item_count: '3' },
      'Element Clicked send': { tag: 'input', id: 'send' },
      'Form Submitted signup': { tag: 'form', name: 'signup', action: `${site.url}/join`, method: 'post' },
    });
    const everything = sent.join('\n');
    for (const secret of SECRETS) assert.ok(!everything.includes(secret), `${secret} was sent`);
    assert.deepEqual(complained, []);
  });

  it('captures nothing unless asked', async () => {
    const { tab, visitor } = await show({ body: FORM });
    await tab.click('#join');
    await tab.evaluate(() => (history.pushState(null, '', '/next'), window.rapport.track('Last')));
    const events = await story(visitor, 2);
    assert.deepEqual(events.map((e) => e.event), ['Page Viewed', 'Last']);
  });

  for (const [name, script] of [['the page counts its first view itself', 'rapport.page();'], ['the SDK counts the first view too', '']]) {
    it(`counts the views of an application: ${name}`, async () => {
      const { tab, visitor, site } = await show({ options: { autocapture: { pages: true } }, script }, '/start?a=1');
      // Each batch's times are corrected by how long it was on its way; the next events shall be in another, later.
      await story(visitor, 1);
      for (const to of ['/two', '/two#part', '/three?b=2']) {
        await tab.evaluate((to) => (history.pushState(null, '', to), (document.title = to)), to);
        await tab.waitForTimeout(30);
      }
      await tab.evaluate(() => history.replaceState({ kept: true }, '', location.href));
      await tab.goBack();
      await tab.waitForTimeout(30);
      await tab.goBack();
      await tab.waitForTimeout(30);
      const events = await story(visitor, 4);
      assert.deepEqual(events.map((e) => e.properties.path + e.properties.search), ['/start?a=1', '/two', '/three?b=2', '/two']);
      assert.deepEqual(events.map((e) => e.properties.referrer).slice(1), [`${site.url}/start?a=1`, `${site.url}/two`, `${site.url}/three?b=2`]);
      assert.equal(events[1].properties.title, '/two', 'the title is the one the application set');
    });
  }

  it('takes the calls of an analytics.js page', async () => {
    const script = `
      rapport.ready(() => { window.wasReady = true; });
      rapport.on('track', (event, properties, options) => { window.heard = [event, properties.a]; });
      rapport.addSourceMiddleware(({ payload, next }) => { if (payload.obj.event === 'Dropped') return; payload.obj.context.filtered = true; next(payload); });
      rapport.track('First', { a: 1 }, { context: { ip: '203.0.113.9', page: { path: '/given' } }, timestamp: '2026-01-02T03:04:05.678Z' }, () => { window.called = true; });
      rapport.track('Dropped');
      rapport.identify(42, { plan: 'plus' });
      rapport.alias('42', 'user-old');
      rapport.screen('Main');`;
    const { tab, complained } = await show({ script, body: '<a id="go" href="#x">go</a>' });
    await tab.evaluate(() => window.rapport.trackLink(document.querySelector('#go'), 'Link Followed', (a) => ({ id: a.id })));
    await tab.click('#go');
    const events = await eventually('all calls arrived', async () => {
      const profile = await server.profile('user_id', '42');
      const found = clientEvents(await server.events(profile.id));
      assert.equal(found.length, 5, found.map((e) => e.event).join());
      return found;
    });
    const of = (name) => events.find((e) => e.event === name);
    assert.ok(of('First').timestamp.startsWith('2026-01-02T03:04:0'), of('First').timestamp);
    assert.equal(of('First').context.ip, '203.0.113.9');
    assert.equal(of('First').context.page.path, '/given');
    assert.equal(of('First').context.page.title, 'The shop', 'given members are laid over the rest');
    assert.ok(events.every((e) => e.context.filtered));
    assert.equal(of('Identified').properties.plan, 'plus');
    assert.deepEqual(of('Link Followed').properties, { id: 'go' });
    assert.deepEqual(await tab.evaluate(() => [window.wasReady, window.called, window.heard]), [true, true, ['Link Followed', undefined]]);
    assert.deepEqual(complained, []);
  });

  it('works from one script element, under a name of the page\'s choice', async () => {
    const head = `<script async src="${server.url}/sdk/rapport.js" data-name="analytics" data-write-key="${server.writeKey}" data-options='{"persistence":"memory","cookieless":"page"}'></script>`;
    const site = await openSite({ writeKey: server.writeKey, url: server.url, files: { '/': ['text/html', `<!doctype html><title>One</title><link rel="icon" href="data:,">${head}`] } });
    open.push(() => site.close());
    const tab = await browser.newPage();
    const complained = complaints(tab);
    await tab.goto(site.url);
    await tab.waitForFunction(() => window.analytics?.VERSION);
    const visitor = await tab.evaluate(() => (window.analytics.page(), window.analytics.user().anonymousId()));
    await story(visitor, 1);
    assert.deepEqual(complained, []);
  });

  it('runs under a strict content security policy', async () => {
    const policy = `default-src 'none'; script-src 'nonce-abc' ${server.url}; connect-src ${server.url}; img-src data:`;
    const { visitor, complained } = await show({ nonce: 'abc', headers: { 'content-security-policy': policy } });
    await story(visitor, 1);
    assert.deepEqual(complained, []);
  });

  it('survives a page that breaks its listeners, sends huge events, and calls nonsense', async () => {
    const { tab, visitor } = await show({ script: `rapport.on('track', () => { throw new Error('the page broke'); }); rapport.track('Small');` });
    const sent = await tab.evaluate(async () => {
      const circle = {};
      circle.self = circle;
      return [
        await window.rapport.track('Huge', { text: 'x'.repeat(40_000) }).then((s) => !!s.event),
        await window.rapport.track('').then((s) => !!s.event),
        await window.rapport.track('Circle', circle).then((s) => !!s.event),
        await window.rapport.track('Fine').then((s) => !!s.event),
      ];
    });
    assert.deepEqual(sent, [false, false, false, true]);
    const events = await story(visitor, 2);
    assert.deepEqual(events.map((e) => e.event), ['Small', 'Fine']);
  });
});
