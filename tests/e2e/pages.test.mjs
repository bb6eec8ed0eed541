// What people do in a browser: sign in, find a customer, read the story, look into the mail catcher, unsubscribe.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { complaints, launch, noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { countOf, customer, openShop, send, withdrawn } from './shop.mjs';

const SIZES = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];

describe('pages in Chromium', { skip: noBrowser }, () => {
  let links, server, browser, ann, ben, session, pictures;

  before(async () => {
    links = createServer((_, response) => response.end('the shop'));
    await new Promise((resolve) => links.listen(0, '127.0.0.1', resolve));
    server = await openShop(`http://127.0.0.1:${links.address().port}`);
    ann = await customer(server, 'ann', 'Ann');
    ben = await customer(server, 'ben', 'Ben');
    browser = await launch();
    const { page, context } = await open('/login');
    await signIn(page, server.owner.password);
    await page.waitForURL('**/ui');
    session = await context.storageState();
    await context.close();
    const parent = process.env.RAPPORT_SCREENSHOTS;
    if (parent) await mkdir(parent, { recursive: true });
    pictures = parent || (await mkdtemp(join(tmpdir(), 'rapport-screenshots-')));
  });

  after(async () => {
    await browser?.close();
    await server?.remove();
    links?.closeAllConnections();
    links?.close();
    console.log(`screenshots: ${pictures}`);
  });

  /** A page of a person who is signed in (or not), and what it complained of. */
  async function open(path, options = {}) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complained = complaints(page);
    page.setDefaultTimeout(10_000);
    if (path) await page.goto(server.url + path);
    return { page, context, complained };
  }

  /** Complaints but those of a missing icon, which has a test of its own. */
  function unexpected(complained) {
    return complained.filter((text) => !text.includes('/favicon.ico'));
  }

  async function signIn(page, password) {
    await page.fill('input[name=email]', server.owner.email);
    await page.fill('input[name=password]', password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  it('signs in with the right password only', async () => {
    const { page, context, complained } = await open('/');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, 'wrong');
    await page.getByRole('alert').waitFor();
    assert.equal(new URL(page.url()).pathname, '/login');
    const refusal = unexpected(complained.splice(0)).filter((text) => !text.includes('422'));
    assert.deepEqual(refusal, []);
    await signIn(page, server.owner.password);
    await page.waitForURL('**/ui');
    const [cookie] = await context.cookies();
    assert.ok(cookie.httpOnly, 'scripts cannot read the session');
    assert.ok(['Lax', 'Strict'].includes(cookie.sameSite));
    await page.getByText('Order Completed').first().waitFor();
    assert.deepEqual(unexpected(complained), []);
    await context.close();
  });

  it('has an icon', async () => {
    const { page, context } = await open('/login');
    const named = await page.locator('link[rel~=icon]').count();
    const { status } = await fetch(`${server.url}/favicon.ico`);
    assert.ok(named > 0 || status === 200, 'browsers look for /favicon.ico and complain of 404');
    await context.close();
  });

  it('leads who is not signed in to the sign-in page', async () => {
    const { page, context } = await open(`/ui/profiles/${ann.id}`);
    assert.equal(new URL(page.url()).pathname, '/login');
    assert.equal(await page.getByText('ann@example.com').count(), 0);
    await context.close();
  });

  it('finds a customer and tells the whole story', async () => {
    const { page, context, complained } = await open('/ui/profiles', { storageState: session });
    await page.fill('input[name=q]', 'ann@example.com');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/ui/profiles?q=*');
    await page.getByRole('link', { name: 'user-ann' }).click();
    const story = page.locator('#story');
    const wanted = ['Page Viewed', 'Product Viewed', 'Identified', 'Order Completed', 'Profile Merged', 'Segment Entered'];
    for (const name of [...wanted, 'Journey Entered', 'Message Queued', 'Message Sent', 'Journey Exited']) {
      assert.ok((await story.getByText(name, { exact: false }).count()) > 0, `the story tells of ${name}`);
    }
    assert.equal(await story.locator('b').count(), 0, 'what clients send is text, not HTML');
    for (const fact of ['ann@example.com', 'device-ann', 'buyers', 'plus']) {
      assert.ok((await page.getByText(fact).count()) > 0, `the page shows ${fact}`);
    }
    assert.deepEqual(unexpected(complained), []);
    await context.close();
  });

  it('shows the page as it changes', async () => {
    const { page, context, complained } = await open(`/ui/profiles/${ben.id}`, { storageState: session });
    await send(server, [{ type: 'track', userId: 'user-ben', event: 'Lamp Lit', properties: {} }]);
    await page.locator('#story').getByText('Lamp Lit').waitFor({ timeout: 15_000 });
    assert.deepEqual(unexpected(complained), []);
    await context.close();
  });

  it('shows the mail, and its way out works', async () => {
    const { page, context, complained } = await open('/ui/inbox', { storageState: session });
    await page.getByRole('link', { name: 'Thank you, Ann' }).click();
    await page.getByText('List-Unsubscribe-Post').waitFor();
    const mail = page.frameLocator('iframe');
    await mail.getByRole('heading', { name: 'Thank you, Ann' }).waitFor();
    const unsubscribe = await mail.getByRole('link', { name: 'Unsubscribe' }).first().getAttribute('href');
    const again = await mail.getByRole('link', { name: 'Order again' }).getAttribute('href');
    assert.deepEqual(unexpected(complained), []);
    await context.close();

    const stranger = await open(null);
    await stranger.page.goto(again);
    assert.equal(await stranger.page.textContent('body'), 'the shop', 'a tracked link leads to the shop');
    await eventually('the click is in the story', async () => {
      assert.equal(await countOf(server, ann, 'Email Link Clicked'), 1);
      assert.ok((await countOf(server, ann, 'Email Opened')) > 0, 'looking at the mail opened it');
    });

    await stranger.page.goto(unsubscribe);
    await stranger.page.getByRole('button', { name: 'Unsubscribe' }).waitFor();
    assert.deepEqual(await withdrawn(server, ann), [], 'looking changes nothing');
    assert.equal(await countOf(server, ann, 'Unsubscribed'), 0);
    await stranger.page.getByRole('button', { name: 'Unsubscribe' }).click();
    await stranger.page.getByText('You are unsubscribed').waitFor();
    assert.deepEqual(unexpected(stranger.complained), []);
    await stranger.context.close();
    assert.deepEqual(await withdrawn(server, ann), ['email/offers']);

    await send(server, [{ type: 'track', userId: 'user-ann', event: 'Order Completed', properties: { order_id: 'o-2' } }]);
    const skipped = await eventually('the next message is not sent', async () => {
      const found = (await server.events(ann.id)).filter((e) => e.event === 'Message Skipped');
      assert.equal(found.length, 1);
      return found[0];
    });
    assert.equal(skipped.properties.reason, 'unsubscribed');
    assert.equal(await countOf(server, ann, 'Message Sent'), 1);
  });

  it('unsubscribes by one click of a mail program, without cookies, however often it asks', async () => {
    const { page, context } = await open('/ui/inbox', { storageState: session });
    await page.getByRole('link', { name: 'Thank you, Ben' }).click();
    const header = page.locator('dt:text-is("List-Unsubscribe") + dd');
    const url = (await header.textContent()).match(/<(https?:[^>]+)>/)[1];
    await context.close();
    for (let times = 0; times < 2; times += 1) {
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await fetch(url, { method: 'POST', headers: form, body: 'List-Unsubscribe=One-Click', redirect: 'manual' });
      assert.equal(answer.status, 200);
    }
    assert.deepEqual(await withdrawn(server, ben), ['email/offers']);
  });

  it('refuses a link that was changed', async () => {
    const answer = await fetch(`${server.url}/u/${'A'.repeat(60)}`, { method: 'POST' });
    assert.equal(answer.status, 404);
  });

  it('reads well in light and dark, on a desk and in a hand', async () => {
    const paths = ['/login', '/ui', '/ui/profiles', `/ui/profiles/${ann.id}`, '/ui/segments', '/ui/journeys', '/ui/messages', '/ui/inbox', '/ui/inbox/1'];
    for (const colorScheme of ['light', 'dark']) {
      for (const viewport of SIZES) {
        const { page, context, complained } = await open(null, { storageState: session, colorScheme, viewport });
        for (const path of paths) {
          await page.goto(server.url + path);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(wide <= 0, `${path} is ${wide} px wider than a window of ${viewport.width}`);
          const name = path.replaceAll('/', '_').replace(ann.id, 'customer').slice(1) || 'start';
          await page.screenshot({ path: join(pictures, `${name}-${colorScheme}-${viewport.width}.png`), fullPage: true });
        }
        const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor + getComputedStyle(document.body).backgroundColor);
        const [bright] = background.match(/\d+/g).map(Number).filter((n) => n > 0).concat(0);
        assert.equal(bright > 128, colorScheme === 'light', `${colorScheme}: ${background}`);
        assert.deepEqual(unexpected(complained), []);
        await context.close();
      }
    }
  });

  it('signs out', async () => {
    const { page, context } = await open('/ui', { storageState: session });
    await page.getByRole('button', { name: /sign out/i }).click();
    await page.waitForURL('**/login');
    await page.goto(`${server.url}/ui`);
    assert.equal(new URL(page.url()).pathname, '/login');
    await context.close();
  });
});
