// What people do in the dashboard first: sign in, find a customer, read the story, look into the mail catcher.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed } from './bed.mjs';
import { countOf, customer, openShop, send, withdrawn } from './shop.mjs';

describe('the dashboard in Chromium', { skip: noBrowser }, () => {
  let links, server, bed, ann, ben;

  before(async () => {
    links = createServer((_, response) => response.end('the shop'));
    await new Promise((resolve) => links.listen(0, '127.0.0.1', resolve));
    server = await openShop(`http://127.0.0.1:${links.address().port}`);
    ann = await customer(server, 'ann', 'Ann');
    ben = await customer(server, 'ben', 'Ben');
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
    links?.closeAllConnections();
    links?.close();
  });

  it('signs in with the right password only, and goes where one wanted to go', async () => {
    const { page, context, complained, unexpected } = await bed.open('/customers?q=ann', { stranger: true });
    await page.waitForURL('**/login?next=*');
    await page.getByLabel('E-mail address').fill(server.owner.email);
    await page.locator('input[name=password]').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
    assert.ok(unexpected().every((text) => text.includes('401')), unexpected().join('\n'));
    complained.length = 0;
    await page.locator('input[name=password]').fill(server.owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/customers?q=ann');
    const [cookie] = await context.cookies();
    assert.ok(cookie.httpOnly, 'scripts cannot read the session');
    assert.ok(['Lax', 'Strict'].includes(cookie.sameSite));
    await page.getByRole('link', { name: 'ann@example.com' }).or(page.getByRole('link', { name: 'Ann', exact: true })).waitFor();
    assert.deepEqual(unexpected(), []);
    await context.close();
  });

  it('shows nobody anything before they sign in', async () => {
    const { page, context } = await bed.open(`/customers/${ann.id}`, { stranger: true });
    await page.waitForURL('**/login?next=*');
    assert.equal(await page.getByText('ann@example.com').count(), 0);
    await context.close();
  });

  it('finds a customer and tells the whole story', () =>
    bed.on('/customers', async (page) => {
      await page.getByRole('searchbox', { name: 'Find customers' }).fill('ann@example.com');
      await page.waitForURL('**/customers?q=*');
      await page.getByRole('link', { name: 'Ann', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Ann' }).waitFor();
      const story = page.locator('.timeline');
      const wanted = ['Page Viewed', 'Product Viewed', 'Identified', 'Order Completed', 'Profile Merged', 'Segment Entered'];
      for (const name of [...wanted, 'Journey Entered', 'Message Queued', 'Message Sent', 'Journey Exited']) {
        await story.getByText(name).first().waitFor();
      }
      await story.getByText('Page Viewed').click();
      await page.getByText('<b>not bold</b>').first().waitFor();
      assert.equal(await story.locator('dd b').count(), 0, 'what clients send is text, not HTML');
      for (const fact of ['ann@example.com', 'device-ann', 'buyers', 'plus']) await page.getByText(fact).first().waitFor();
    }));

  it('shows the page as it changes', () =>
    bed.on(`/customers/${ben.id}`, async (page) => {
      await page.locator('.timeline').getByText('Order Completed').waitFor();
      await send(server, [{ type: 'track', userId: 'user-ben', event: 'Lamp Lit', properties: {} }]);
      await page.locator('.timeline').getByText('Lamp Lit').waitFor({ timeout: 15_000 });
    }));

  it('goes anywhere by keyboard', () =>
    bed.on('/', async (page) => {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('ann');
      await page.getByRole('option', { name: /Ann/ }).first().waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Ann' }).waitFor();
    }));

  it('shows the mail, and its way out works', async () => {
    const { page, context, unexpected } = await bed.open('/inbox');
    await page.getByRole('link', { name: 'Thank you, Ann' }).click();
    await page.getByText('List-Unsubscribe-Post').waitFor();
    const mail = page.frameLocator('iframe');
    await mail.getByRole('heading', { name: 'Thank you, Ann' }).waitFor();
    const unsubscribe = await mail.getByRole('link', { name: 'Unsubscribe' }).first().getAttribute('href');
    const again = await mail.getByRole('link', { name: 'Order again' }).getAttribute('href');
    assert.deepEqual(unexpected(), []);
    await context.close();

    const stranger = await bed.open(null, { stranger: true });
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
    assert.deepEqual(stranger.unexpected(), []);
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
    await bed.on('/messages?status=skipped', (page2) => page2.getByText('unsubscribed').first().waitFor());
  });

  it('unsubscribes by one click of a mail program, without cookies, however often it asks', async () => {
    const { page, context } = await bed.open('/inbox');
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

  it('asks for the password again when the session ended, and keeps the page', async () => {
    const { page, context } = await bed.open(`/customers/${ann.id}`);
    await page.getByRole('heading', { level: 1, name: 'Ann' }).waitFor();
    await page.getByRole('button', { name: 'Add a trait' }).click();
    await page.getByRole('textbox', { name: 'Trait' }).fill('note');
    await page.getByRole('textbox', { name: 'Value' }).fill('kept');
    await context.clearCookies();
    await page.getByRole('button', { name: 'Save' }).click();
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.getByLabel('E-mail address').fill(server.owner.email);
    await again.locator('input[name=password]').fill(server.owner.password);
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.waitFor({ state: 'hidden' });
    assert.equal(await page.getByRole('textbox', { name: 'Value' }).inputValue(), 'kept');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Traits' }).getByText('kept').waitFor();
    await context.close();
  });

  it('keeps what was entered while the connection is lost', async () => {
    const { page, context } = await bed.open(`/customers/${ben.id}`);
    await page.getByRole('button', { name: 'Add a trait' }).click();
    await page.getByRole('textbox', { name: 'Trait' }).fill('offline');
    await page.getByRole('textbox', { name: 'Value' }).fill('still here');
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'No connection' }).waitFor();
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Traits' }).getByText('still here').waitFor();
    await page.getByRole('status').filter({ hasText: 'No connection' }).waitFor({ state: 'hidden' });
    await context.close();
  });

  it('signs out', async () => {
    const context = await bed.browser.newContext({ locale: 'en-GB' });
    const { email, password } = server.owner;
    await context.request.post(`${server.url}/api/v1/session`, { data: { email, password } });
    const page = await context.newPage();
    await page.goto(`${server.url}/segments`);
    await page.getByRole('button', { name: 'You and your settings' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/login');
    await page.goto(`${server.url}/customers`);
    await page.waitForURL('**/login?next=*');
    await context.close();
  });
});
