// How in-app messages look and behave: each layout in Chromium, by mouse, by keyboard, for a screen reader, under a strict
// policy and with texts that try to be markup. What the server does is played by a small one that speaks docs/specs/inapp.md.

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { complaints, launch, noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { noSdk, openSite } from './site.mjs';

const sdk = join(import.meta.dirname, '..', '..', 'web', 'sdk');
const pictures = process.env.RAPPORT_SCREENSHOTS;

const SPRING = {
  title: 'Spring is here', body: 'Everything for the balcony.\nUntil Sunday.', image: '/field.svg',
  image_alt: 'A green field', buttons: [{ id: 'look', label: 'Have a look', style: 'primary', url: '/spring', event: 'Spring Opened' }, { id: 'later', label: 'Not now' }],
};

/** A server that keeps messages, streams them to every page, notes what pages report, and serves the SDK. */
async function play() {
  const state = { streams: new Set(), reports: [], asked: [], list: [], isKnown: true };
  const text = () => JSON.stringify({ messages: state.list, unread: 0 });
  const tell = () => state.streams.forEach((stream) => stream.write(`event: messages\ndata: ${text()}\n\n`));
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://x');
    const cors = { 'access-control-allow-origin': '*' };
    let body = '';
    for await (const chunk of request) body += chunk;
    if (pathname.startsWith('/sdk/')) {
      const file = await readFile(join(sdk, 'dist', pathname.slice(5))).catch(() => null);
      return response.writeHead(file ? 200 : 404, { ...cors, 'content-type': 'text/javascript' }).end(file);
    }
    if (pathname === '/inapp/session') {
      state.asked.push(JSON.parse(body));
      const token = state.isKnown ? `token-${state.asked.length}` : null;
      return response.writeHead(200, cors).end(JSON.stringify({ token, stream_path: '/inapp/stream', poll_seconds: 1 }));
    }
    if (pathname === '/inapp/messages') return response.writeHead(200, cors).end(text());
    if (pathname === '/inapp/stream') {
      assert.match(searchParams.get('token'), /^token-/);
      response.writeHead(200, { ...cors, 'content-type': 'text/event-stream' }).write(`event: messages\ndata: ${text()}\n\n`);
      state.streams.add(response);
      response.on('close', () => state.streams.delete(response));
      return undefined;
    }
    if (pathname === '/inapp/events') {
      for (const event of JSON.parse(body).events) {
        // A page that left before it heard the answer tells again, by the same id, and the server counts it once.
        if (state.reports.some((known) => known.id === event.id)) continue;
        state.reports.push(event);
        if (event.type === 'dismissed') state.list = state.list.filter((m) => m.id !== event.message_id);
      }
      return response.writeHead(204, cors).end();
    }
    return response.writeHead(200, cors).end('{"success":true}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${server.address().port}`;
  state.send = (id, content, more = {}) => {
    state.list = [...state.list.filter((m) => m.id !== id), { id, template: 't', content, at: '2026-11-25T10:00:00Z', displays: 0, displayed_at: null, read_at: null, ...more }];
    tell();
  };
  state.take = (id) => {
    state.list = state.list.filter((m) => m.id !== id);
    tell();
  };
  state.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return state;
}

describe('in-app messages', { skip: noBrowser || noSdk }, () => {
  let browser;
  const axe = noSdk ? '' : readFile(createRequire(join(sdk, 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');
  const open = [];

  before(async () => {
    browser = await launch();
    if (pictures) await mkdir(pictures, { recursive: true });
  });
  after(async () => {
    await browser?.close();
    for (const close of open) await close();
  });

  async function visit(shown = {}, options = {}) {
    const server = await play();
    open.push(server.close);
    const files = { '/field.svg': ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="120"><rect width="400" height="120" fill="green"/></svg>'] };
    const site = await openSite({ files, writeKey: 'wk', url: server.url, ...shown, options: { inapp: true, ...shown.options } });
    open.push(site.close);
    const context = await browser.newContext(options);
    const tab = await context.newPage();
    tab.setDefaultTimeout(8_000);
    const complained = complaints(tab);
    await tab.goto(site.url);
    if (!shown.waits) await eventually('the page listens', () => assert.equal(server.streams.size, 1));
    const message = tab.locator('rapport-message');
    const said = (id) => server.reports.filter((r) => r.message_id === id).map((r) => [r.type, r.button].filter(Boolean).join(' '));
    return { server, site, context, tab, complained, message, said };
  }

  /** No violation that axe finds in what is shown. */
  async function accessible(tab, name) {
    await tab.evaluate(await axe);
    const { violations } = await tab.evaluate(() => window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    const found = violations.filter((v) => v.nodes.some((n) => JSON.stringify(n.target).includes('rapport-'))).map((v) => `${v.id}: ${v.nodes[0].failureSummary}`);
    assert.deepEqual(found, [], name);
    if (pictures) await tab.screenshot({ path: join(pictures, `inapp-${name}.png`) });
  }

  for (const colorScheme of ['light', 'dark']) {
    for (const content of [
      { layout: 'modal' }, { layout: 'banner', image: undefined }, { layout: 'banner', position: 'bottom', image: undefined }, { layout: 'slide_out' }, { layout: 'card', slot: 'home' },
      { layout: 'tooltip', target: { element: '#thing' }, image: undefined },
      { layout: 'checklist', image: undefined, items: [{ id: 'a', text: 'Choose a plan', event: 'Plan Chosen' }, { id: 'b', text: 'Invite a friend', url: '/invite' }] },
    ]) {
      it(`shows a ${content.layout}${content.position ? ` at the ${content.position}` : ''}, ${colorScheme}`, async () => {
        const body = '<main><div data-rapport-slot="home"></div><p>Text of the page.</p><button id="thing">Thing</button></main>';
        const { tab, server, message, complained, said } = await visit({ body }, { colorScheme, viewport: { width: 900, height: 700 } });
        server.send('m1', { ...SPRING, ...content });
        await message.getByText('Spring is here').first().waitFor();
        await message.getByRole('link', { name: 'Have a look' }).waitFor();
        await tab.waitForTimeout(300);
        await accessible(tab, `${content.layout}${content.position ?? ''}-${colorScheme}`);
        const box = await message.locator('.box').boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= 900 && box.y >= 0 && box.y + box.height <= 700, JSON.stringify(box));
        await message.getByRole('button', { name: 'Close' }).click();
        await eventually('it told', () => assert.deepEqual(said('m1'), ['displayed', 'dismissed']));
        assert.equal(await message.count(), 0);
        server.send('m1', { ...SPRING, ...content });
        await tab.waitForTimeout(200);
        assert.equal(await message.count(), 0, 'what was closed stays closed');
        assert.deepEqual(complained, []);
      });
    }
  }

  it('fits a telephone', async () => {
    for (const layout of ['modal', 'banner', 'slide_out']) {
      const { tab, server, message } = await visit({}, { viewport: { width: 390, height: 700 } });
      server.send('m', { ...SPRING, layout, title: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen', body: 'x'.repeat(2000) });
      await message.locator('.box').waitFor();
      await tab.waitForTimeout(300);
      const box = await message.locator('.box').boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.height <= 700, `${layout} ${JSON.stringify(box)}`);
      assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), layout);
      await accessible(tab, `${layout}-390`);
    }
  });

  it('is used by keyboard alone', async () => {
    const { tab, server, message, said, complained } = await visit({ body: '<button id="before">before</button>' });
    await tab.focus('#before');
    server.send('m', { ...SPRING, layout: 'modal' });
    await message.getByRole('dialog', { name: 'Spring is here' }).waitFor();
    const focus = () => tab.evaluate(() => document.activeElement.shadowRoot?.activeElement?.textContent ?? document.activeElement.id);
    const seen = new Set();
    for (let n = 0; n < 6; n += 1) {
      await tab.keyboard.press('Tab');
      seen.add(await focus());
    }
    assert.ok(seen.has('Have a look') && seen.has('Not now') && seen.has('×'), [...seen].join());
    assert.ok(!seen.has('before'), 'the page behind is out of reach');
    await tab.keyboard.press('Escape');
    await eventually('it is closed', async () => assert.equal(await message.count(), 0));
    assert.equal(await focus(), 'before', 'the focus is where it was');
    await eventually('it told', () => assert.deepEqual(said('m'), ['displayed', 'dismissed']));
    server.send('n', { ...SPRING, layout: 'slide_out' });
    await message.locator('.box').waitFor();
    assert.equal(await focus(), 'before', 'what is not modal takes no focus');
    await message.getByRole('status').getByText('Spring is here. Everything').waitFor({ state: 'attached' });
    assert.deepEqual(complained, []);
  });

  it('tells of clicks that lead away, and makes the track call of a button', async () => {
    const { tab, server, message, said, site } = await visit();
    const tracked = tab.waitForRequest((r) => r.url().endsWith('/v1/batch') && r.postData().includes('Spring Opened'));
    server.send('m', { ...SPRING, layout: 'modal' });
    await message.getByRole('link', { name: 'Have a look' }).click();
    await tab.waitForURL(`${site.url}/spring`);
    await tracked;
    await eventually('it told', () => assert.deepEqual(said('m').slice(0, 2), ['displayed', 'clicked look']));
    await eventually('the page listens', () => assert.equal(server.streams.size, 1));
    server.send('m', { ...SPRING, layout: 'modal' });
    await tab.waitForTimeout(300);
    assert.equal(await message.count(), 0);
  });

  it('shows text as text, and follows no address that is a script', async () => {
    const bad = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    const { tab, server, message, complained } = await visit();
    server.send('m', { layout: 'modal', title: bad, body: bad, url: 'javascript:window.hacked=1', image: 'javascript:window.hacked=1', image_alt: bad, buttons: [{ id: bad, label: bad, url: 'javascript:window.hacked=1' }, { id: 'd', label: 'data', url: 'data:text/html,<script>1</script>' }], items: [{ id: bad, text: bad, url: ' javascript:window.hacked=1' }] });
    await message.getByRole('heading', { name: '<img src=x' }).waitFor();
    assert.equal(await message.locator('a, img, script').count(), 0);
    const buttons = await message.locator('button').elementHandles();
    for (const button of buttons) await button.evaluate((b) => b.click());
    assert.equal(await tab.evaluate(() => window.hacked), undefined);
    assert.deepEqual(complained, []);
  });

  it('waits for the page, the element, the event, the delay and the scroll it is meant for', async () => {
    const { tab, server, message, said } = await visit({ body: '<div style="height:4000px"></div>', options: { autocapture: { pages: true } } });
    const cases = {
      page: { pages: ['/cart', '/shop/*'] }, not: { not_pages: ['/'] }, event: { event: 'Cart Viewed' }, delay: { delay: '1500ms' }, scroll: { scroll_percent: 60 }, element: { element: '#late' }, telephone: { devices: ['mobile'] },
    };
    for (const [id, target] of Object.entries(cases)) server.send(id, { layout: 'card', slot: id, title: id, target });
    await tab.evaluate((ids) => document.body.append(...ids.map((id) => Object.assign(document.createElement('div'), { innerHTML: `<div data-rapport-slot="${id}"></div>` }))), Object.keys(cases));
    const shows = async () => Object.keys(cases).filter((id) => said(id).includes('displayed'));
    await tab.waitForTimeout(400);
    assert.deepEqual(await shows(), []);
    await tab.evaluate(() => void window.rapport.track('Cart Viewed'));
    await eventually('the event', async () => assert.deepEqual(await shows(), ['event']));
    await eventually('the delay', async () => assert.deepEqual((await shows()).sort(), ['delay', 'event']));
    await tab.evaluate(() => scrollTo(0, 3500));
    await eventually('the scroll', async () => assert.deepEqual((await shows()).sort(), ['delay', 'event', 'scroll']));
    await tab.evaluate(() => document.body.append(Object.assign(document.createElement('p'), { id: 'late' })));
    await eventually('the element', async () => assert.deepEqual((await shows()).sort(), ['delay', 'element', 'event', 'scroll']));
    await tab.evaluate(() => history.pushState(null, '', '/shop/pans'));
    await eventually('the page', async () => assert.deepEqual((await shows()).sort(), ['delay', 'element', 'event', 'not', 'page', 'scroll']));
    await tab.evaluate(() => history.pushState(null, '', '/'));
    await eventually('what does not belong here goes', async () => assert.equal(await message.getByText('page', { exact: true }).count(), 0));
  });

  it('goes where it was closed in another tab, and the next one comes', async () => {
    const { server, tab, context, message, complained, site } = await visit();
    const other = await context.newPage();
    const also = complaints(other);
    await other.goto(site.url);
    await eventually('both pages listen', () => assert.equal(server.streams.size, 2));
    server.send('first', { layout: 'modal', title: 'first', frequency: { max: 5, every: '0s' } });
    for (const page of [tab, other]) await page.locator('rapport-message').getByRole('heading', { name: 'first' }).waitFor();
    await message.getByRole('button', { name: 'Close' }).click();
    await eventually('the server knows', () => assert.deepEqual(server.list, []));
    server.send('next', { layout: 'modal', title: 'next', frequency: { max: 5, every: '0s' } });
    await other.locator('rapport-message').getByRole('heading', { name: 'next' }).waitFor();
    assert.equal(await other.locator('rapport-message').count(), 1, 'what was closed is gone here too');
    assert.deepEqual([complained, also], [[], []]);
  });

  it('tells later what was done without a line', async () => {
    const { server, tab, context, message, said } = await visit();
    server.send('m', { ...SPRING, layout: 'modal' });
    await eventually('it is shown', () => assert.deepEqual(said('m'), ['displayed']));
    await context.setOffline(true);
    const closed = Date.now();
    await message.getByRole('button', { name: 'Close' }).click();
    await tab.waitForTimeout(1_500);
    assert.deepEqual(said('m'), ['displayed']);
    await tab.close();
    await context.setOffline(false);
    const again = await context.newPage();
    await again.goto(tab.url());
    await eventually('it told', () => assert.deepEqual(said('m'), ['displayed', 'dismissed']));
    const told = server.reports.at(-1);
    assert.ok(Math.abs(Date.parse(told.timestamp) - closed) < 1_000 && told.id, JSON.stringify(told));
    assert.equal(await again.locator('rapport-message').count(), 0);
  });

  it('shows one at a time, the heaviest first, and each as often as it may', async () => {
    const { tab, server, message, said } = await visit();
    server.send('light', { layout: 'modal', title: 'light', weight: 1, target: { delay: '300ms' } });
    server.send('heavy', { layout: 'modal', title: 'heavy', weight: 900, target: { delay: '300ms' } });
    await message.getByRole('heading', { name: 'heavy' }).waitFor();
    assert.equal(await message.count(), 1);
    await message.getByRole('button', { name: 'Close' }).click();
    await message.getByRole('heading', { name: 'light' }).waitFor();
    await tab.reload();
    await eventually('the page listens', () => assert.equal(server.streams.size, 1));
    server.send('light', { layout: 'modal', title: 'light' });
    server.send('often', { layout: 'modal', title: 'often', frequency: { max: 2, every: '0s' } });
    await message.getByRole('heading', { name: 'often' }).waitFor();
    await eventually('it told', () => assert.deepEqual(said('often'), ['displayed']));
    assert.equal(said('light').filter((w) => w === 'displayed').length, 1, 'once is enough');
    await tab.reload();
    await eventually('the page listens', () => assert.equal(server.streams.size, 1));
    server.send('often', { layout: 'modal', title: 'often', frequency: { max: 2, every: '0s' } });
    await message.getByRole('heading', { name: 'often' }).waitFor();
    server.take('often');
    await tab.waitForTimeout(200);
    assert.equal(await message.count(), 1, 'what is on the screen stays');
    await tab.reload();
    await eventually('the page listens', () => assert.equal(server.streams.size, 1));
    await tab.waitForTimeout(300);
    assert.equal(await message.count(), 0, 'what was taken back does not come again');
  });

  it('ticks the items of a checklist by their events', async () => {
    const { tab, server, message } = await visit();
    server.send('m', { layout: 'checklist', title: 'First steps', items: [{ id: 'a', text: 'Choose a plan', event: 'Plan Chosen' }, { id: 'b', text: 'Invite', event: 'Friend Invited' }] });
    await message.getByRole('progressbar', { name: 'First steps' }).waitFor();
    await tab.evaluate(() => void window.rapport.track('Plan Chosen'));
    await message.locator('li.done', { hasText: 'Choose a plan' }).waitFor();
    assert.equal(await message.locator('progress').getAttribute('value'), '1');
    assert.equal(await message.locator('li.done').count(), 1);
  });

  it('keeps letters in an inbox', async () => {
    const { tab, server, said, complained } = await visit({ body: '<header id="inbox"></header>', options: { inapp: { inbox: '#inbox' } }, script: 'window.x=1;' });
    server.send('one', { layout: 'inbox', title: 'Hello', body: 'Good to have you.' }, { at: '2026-11-20T10:00:00Z' });
    server.send('two', { layout: 'inbox', title: 'New pans', buttons: [{ id: 'see', label: 'See' }] });
    const bell = tab.getByRole('button', { name: 'Messages, 2 unread' });
    await bell.click();
    const panel = tab.getByRole('dialog', { name: 'Messages' });
    assert.deepEqual(await panel.locator('li h2').allTextContents(), ['Hello', 'New pans']);
    await accessible(tab, 'inbox');
    await eventually('they count as read', () => assert.deepEqual([...said('one'), ...said('two')], ['displayed', 'read', 'displayed', 'read']));
    await tab.keyboard.press('Escape');
    await tab.getByRole('button', { name: 'Messages', exact: true }).waitFor();
    await tab.keyboard.press('Enter');
    await panel.locator('li', { hasText: 'Hello' }).getByRole('button', { name: 'Close' }).click();
    await eventually('it is gone', async () => assert.equal(await panel.locator('li').count(), 1));
    await eventually('it told', () => assert.deepEqual(said('one'), ['displayed', 'read', 'dismissed']));
    assert.deepEqual(complained, []);
  });

  it('knows what other browsers of the customer showed', async () => {
    const { tab, server, message } = await visit({ body: '<header id="inbox"></header>', options: { inapp: { inbox: '#inbox' } } });
    server.send('m', { layout: 'modal', title: 'seen on the telephone' }, { displays: 1, displayed_at: new Date().toISOString() });
    server.send('l', { layout: 'inbox', title: 'read there' }, { displays: 1, read_at: new Date().toISOString() });
    await tab.waitForTimeout(300);
    assert.equal(await message.count(), 0);
    await tab.getByRole('button', { name: 'Messages', exact: true }).waitFor();
  });

  it('belongs to who is signed in, and to nobody without consent', async () => {
    const { tab, server, message } = await visit({ waits: true, options: { consent: { required: ['analytics'] } }, script: '' });
    await tab.waitForTimeout(500);
    assert.equal(server.asked.length, 0, 'nothing is asked before consent');
    await tab.evaluate(() => window.rapport.consent({ analytics: true }));
    await eventually('the page listens', () => assert.equal(server.streams.size, 1));
    server.send('m', { layout: 'slide_out', title: 'For the visitor' });
    await message.getByText('For the visitor').first().waitFor();
    const asked = server.asked.length;
    await tab.evaluate(() => window.rapport.reset());
    await eventually('it asks as somebody else', () => assert.equal(server.asked.length, asked + 1));
    assert.notEqual(server.asked.at(-1).anonymousId, server.asked[0].anonymousId);
    await tab.evaluate(() => window.rapport.consent({ analytics: false }));
    await eventually('it listens no more', () => assert.equal(server.streams.size, 0));
  });

  it('waits until the server knows the visitor, and proves who is signed in', async () => {
    const { tab, server } = await visit({ options: { inapp: { userToken: 'proof' } } });
    assert.deepEqual(Object.keys(server.asked[0]), ['writeKey', 'anonymousId']);
    server.isKnown = false;
    await tab.evaluate(() => window.rapport.identify('ann'));
    await eventually('it asks as ann', () => assert.deepEqual([server.asked.at(-1).userId, server.asked.at(-1).userToken], ['ann', 'proof']));
    await eventually('the stream of before is closed', () => assert.equal(server.streams.size, 0));
    await tab.waitForTimeout(300);
    assert.equal(server.streams.size, 0, 'none is opened for a visitor the server does not know');
    server.isKnown = true;
    await eventually('the page listens', () => assert.equal(server.streams.size, 1));
  });

  it('asks for nobody where the visitor is one of the day', async () => {
    const { tab, server } = await visit({ waits: true, options: { persistence: 'memory' } });
    await tab.waitForTimeout(800);
    assert.equal(server.asked.length, 0);
  });

  it('asks now and then where there can be no stream', async () => {
    const { server, site, tab, message } = await visit();
    server.send('m', { layout: 'slide_out', title: 'By asking', target: { pages: ['/asking'] } });
    await tab.addInitScript(() => delete window.EventSource);
    await tab.goto(`${site.url}/asking`);
    await message.getByText('By asking').first().waitFor();
  });

  it('leaves the drawing to the page, if it wants', async () => {
    const script = `
      rapport.find((call) => call[0] === 'load')[2].inapp = { render: (m) => (window.drawn = m.content.data?.kind) === 'own' };
      rapport.on('inapp', (what, m) => { (window.told ||= []).push(what + ' ' + m.id); });`;
    const { tab, server, message, said } = await visit({ script });
    server.send('m', { layout: 'modal', title: 'own', data: { kind: 'own' } });
    await tab.waitForFunction(() => window.drawn === 'own');
    server.send('n', { layout: 'banner', title: 'usual' });
    await message.getByRole('heading', { name: 'usual' }).waitFor();
    assert.equal(await message.count(), 1);
    await eventually('listeners hear', async () => assert.deepEqual(await tab.evaluate(() => window.told), ['displayed m', 'displayed n']));
    await eventually('both are told', () => assert.deepEqual([...said('m'), ...said('n')], ['displayed', 'displayed']));
  });
});
