// Goals, alerts and reports by mail; domains, catalogues, coupons; live events with what they carried; passwords.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { startServer } from '../compat/lib/server.mjs';
import { Bed, overflow, serious } from './bed.mjs';
import { customer, openShop, send } from './shop.mjs';

describe('the desk in the dashboard', { skip: noBrowser }, () => {
  let server, bed;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    await customer(server, 'cleo', 'Cleo');
    const spec = { name: 'Orders', report: 'trend', number: '/series/0/total', request: { series: [{ event: 'Order Completed', measure: 'events' }], from: '-29d' } };
    await server.api('PUT', '/api/v1/resources/insight/orders', { kind: 'insight', id: 'orders', spec });
    await server.api('POST', '/api/v1/resources/insight/orders/publish', { confirm: true });
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const clean = async (page) => {
    assert.deepEqual(await serious(page), []);
    assert.ok((await overflow(page)) <= 0, 'wider than the window');
  };
  /** Clean as it is, and on a telephone. */
  const cleanBoth = async (page) => {
    await clean(page);
    const before = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    await clean(page);
    await page.setViewportSize(before);
  };
  const choose = async (page, label, option) => {
    await page.getByRole('combobox', { name: label, exact: true }).or(page.getByRole('textbox', { name: label, exact: true })).first().click();
    await page.getByRole('option', { name: option, exact: true }).first().click();
  };

  it('makes a goal from a saved report and shows how it stands', () =>
    bed.on('/insights', async (page) => {
      await page.getByRole('link', { name: 'Goals and reports' }).click();
      await page.getByText('No goals yet').waitFor();
      await cleanBoth(page);
      await page.getByRole('button', { name: 'A goal from a saved report' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Name' }).fill('Orders of the month');
      await choose(page, 'Saved report', 'Orders');
      await dialog.getByRole('textbox', { name: 'Target' }).fill('100');
      await clean(page);
      await dialog.getByRole('button', { name: 'Publish' }).click();
      await page.getByText('The goal is live.').waitFor();
      const row = page.getByRole('row').filter({ hasText: 'Orders of the month' });
      await row.getByText('1', { exact: true }).waitFor();
      await row.getByText('100').waitFor();
      const { items } = await server.api('GET', '/api/v1/goals');
      assert.deepEqual(items.map((g) => [g.id, g.value, g.target]), [['orders-of-the-month', 1, 100]]);
      await page.getByRole('tab', { name: 'Alerts' }).click();
      await page.getByText('No alert so far').waitFor();
      await cleanBoth(page);
    }));

  it('previews a report, sends it at once and shows what was sent', async () => {
    const spec = { name: 'Monday', insights: ['orders'], schedule: { every: 'week' }, recipients: [server.owner.email] };
    await server.api('PUT', '/api/v1/resources/report/monday', { kind: 'report', id: 'monday', spec });
    await server.api('POST', '/api/v1/resources/report/monday/publish', { confirm: true });
    await bed.on('/goals?tab=reports', async (page) => {
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.locator('iframe').waitFor();
      await clean(page);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Send now' }).click();
      await page.getByRole('list', { name: 'What was sent' }).getByText(`${server.owner.email}: sent`).waitFor();
      await clean(page);
    });
    const { items } = await server.api('GET', '/api/v1/reports/monday/runs');
    assert.deepEqual(items.map((run) => run.mails.map((m) => [m.recipient, m.state])), [[[server.owner.email, 'sent']]]);
  });

  it('makes the keys of a sending domain, shows its records and begins to sign', () =>
    bed.on('/settings?tab=domains', async (page) => {
      await page.getByText('No sending domain yet').waitFor();
      await page.getByRole('button', { name: 'Add a sending domain' }).click();
      await page.getByRole('textbox', { name: 'Domain', exact: true }).fill('shop.example');
      await page.getByRole('button', { name: 'Make its keys' }).click();
      await page.getByText(/Publish these records in the DNS of shop\.example/).waitFor();
      await page.getByText(/v=DKIM1/).first().waitFor();
      await cleanBoth(page);
      await page.getByRole('button', { name: 'Its records are in the DNS: sign' }).click();
      await page.getByText('signs', { exact: true }).waitFor();
      const { items } = await server.api('GET', '/api/v1/domains');
      assert.deepEqual(items.map((d) => [d.domain, d.problem]), [['shop.example', null]]);
    }));

  it('shows where a provider is to call', async () => {
    const spec = { kind: 'twilio', username: 'AC1', secret: 'tok', sender: '+15005550006' };
    await server.api('PUT', '/api/v1/resources/channel/texts', { kind: 'channel', id: 'texts', spec });
    await server.api('POST', '/api/v1/resources/channel/texts/publish', { confirm: true });
    const { inbound_url } = (await server.api('GET', '/api/v1/channels')).items.find((c) => c.id === 'texts');
    assert.ok(inbound_url);
    await bed.on('/settings?tab=channels', async (page) => {
      await page.getByText(inbound_url).waitFor();
      await page.getByRole('button', { name: 'Copy Address for messages from customers' }).waitFor();
      await cleanBoth(page);
    });
  });

  it('fills a catalogue and a pool of codes', () =>
    bed.on('/content?tab=catalogues', async (page) => {
      await page.getByText('No catalogues yet').waitFor();
      await page.getByRole('button', { name: 'New catalogue' }).click();
      const dialog = page.getByRole('dialog', { name: 'New catalogue' });
      await dialog.getByRole('textbox', { name: 'Name' }).fill('Products');
      await dialog.getByRole('textbox', { name: 'Key' }).fill('sku');
      await dialog.getByRole('button', { name: 'Publish' }).click();
      await page.getByRole('button', { name: 'Rows' }).click();
      const drawer = page.getByRole('dialog', { name: 'Rows of products' });
      await drawer.locator('input[type=file]').setInputFiles({ name: 'p.csv', mimeType: 'text/csv', buffer: Buffer.from('sku,title\npan-26,Skillet\npot-4,Pot\n') });
      await drawer.getByRole('button', { name: 'Upload' }).click();
      await page.getByText('2 rows are in it now').waitFor();
      await drawer.getByRole('searchbox', { name: 'Find rows' }).fill('skil');
      await drawer.getByRole('row', { name: /pot-4/ }).waitFor({ state: 'detached' });
      await drawer.getByText('Skillet').waitFor();
      await clean(page);
      await page.goto(`${server.url}/content?tab=coupons`);
      await page.getByRole('button', { name: 'New pool of codes' }).click();
      const pool = page.getByRole('dialog', { name: 'New pool of codes' });
      await pool.getByRole('textbox', { name: 'Name' }).fill('Spring');
      await pool.getByRole('button', { name: 'Publish' }).click();
      await page.getByRole('button', { name: 'Add codes' }).click();
      await page.getByRole('textbox', { name: 'Codes' }).fill('A1\nB2\nA1');
      await page.getByRole('dialog').getByRole('button', { name: 'Add codes' }).click();
      await page.getByText('2 codes were added').waitFor();
      await page.getByText('2 of 2').waitFor();
      await cleanBoth(page);
    }));

  it('opens a live event, and shows what was refused beside it', async () => {
    await send(server, [
      { type: 'track', userId: 'user-cleo', event: 'Cart Viewed', properties: { cart_id: 'c-77' } },
      { type: 'track', event: 'Nobody Did It' },
    ]);
    await bed.on('/data', async (page) => {
      const list = page.getByRole('list', { name: 'Live events' });
      await list.getByText('Cart Viewed').click();
      await list.getByText(/"cart_id": "c-77"/).waitFor();
      await list.getByText(new RegExp(server.writeKey)).waitFor();
      await list.getByText('refused', { exact: true }).first().waitFor();
      await cleanBoth(page);
      await choose(page, 'What to show', 'Refused ones');
      await page.waitForURL(/what=refused/);
      await list.getByText('Cart Viewed', { exact: true }).waitFor({ state: 'detached' });
      await page.getByRole('searchbox', { name: 'Find events' }).fill('nothing like it');
      await page.getByText('Nothing fits').waitFor();
    });
  });

  it('changes the own password, and an admin gives a member a new one', async () => {
    const member = { email: 'mia@shop.example', name: 'Mia', role: 'editor', password: 'a first password' };
    await server.api('POST', '/api/v1/members', member);
    const session = await bed.signIn(member);
    await bed.on(
      '/',
      async (page) => {
        await page.getByRole('button', { name: 'You and your settings' }).click();
        await page.getByRole('menuitem', { name: 'Change your password' }).click();
        const dialog = page.getByRole('dialog', { name: 'Change your password' });
        await dialog.getByRole('textbox', { name: 'Present password' }).fill('a first password');
        await dialog.getByRole('textbox', { name: 'New password' }).fill('a second password');
        await dialog.getByRole('textbox', { name: 'Once more' }).fill('a second');
        await dialog.getByText('The two are not the same.').waitFor();
        await dialog.getByRole('textbox', { name: 'Once more' }).fill('a second password');
        await clean(page);
        await dialog.getByRole('button', { name: 'Change', exact: true }).click();
        await page.getByText('Your password is changed; other sessions of yours ended.').waitFor();
        // The session goes on, also for what writes.
        await page.goto(`${server.url}/segments/new?kind=list`);
        await page.getByRole('textbox', { name: 'Name' }).fill('Mine');
        await page.getByRole('button', { name: 'Save draft' }).click();
        await page.waitForURL('**/segments/mine**');
      },
      { session },
    );
    await bed.on('/settings?tab=members', async (page) => {
      await page.getByRole('button', { name: 'New password for mia@shop.example' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'New password' }).fill('a third password');
      await dialog.getByRole('button', { name: 'Change', exact: true }).click();
      await page.getByText(/signs in with the new password/).waitFor();
      await cleanBoth(page);
    });
    await bed.signIn({ ...member, password: 'a third password' });
    await assert.rejects(bed.signIn({ ...member, password: 'a second password' }));
  });

  it('puts chosen customers on a list, and says how far it is', async () => {
    const spec = { name: 'Guests', kind: 'list' };
    await server.api('PUT', '/api/v1/resources/segment/guests', { kind: 'segment', id: 'guests', spec });
    await server.api('POST', '/api/v1/resources/segment/guests/publish', { confirm: true });
    await bed.on('/customers', async (page) => {
      await page.getByRole('checkbox', { name: 'Choose Cleo' }).check();
      await page.getByRole('button', { name: 'Put on a list' }).click();
      await choose(page, 'List', 'Guests');
      await clean(page);
      await page.getByRole('dialog').getByRole('button', { name: 'Put on a list' }).click();
      await page.getByText('Done for one customer').waitFor();
      const { items } = await server.api('GET', '/api/v1/segments/guests/members');
      assert.equal(items.length, 1);
    });
  });

  it('gives the customers of a segment as CSV with the traits that are wanted', () =>
    bed.on('/data?tab=exports', async (page) => {
      await choose(page, 'Segment', 'Buyers');
      await page.getByRole('textbox', { name: 'Traits' }).or(page.getByRole('combobox', { name: 'Traits' })).first().fill('first_name');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()]);
      const text = await readFile(await download.path(), 'utf8');
      assert.match(text.split('\n')[0], /first_name/);
      assert.match(text, /Cleo/);
      await cleanBoth(page);
    }));

  it('shows the first steps to whoever signs in where nothing is yet, once', async () => {
    const empty = await startServer();
    const { page, context, unexpected } = await bed.open(null, { stranger: true });
    try {
      const signIn = async () => {
        await page.goto(`${empty.url}/login`);
        await page.getByRole('textbox', { name: 'E-mail address' }).fill(empty.owner.email);
        await page.getByRole('textbox', { name: 'Password' }).fill(empty.owner.password);
        await page.getByRole('button', { name: 'Sign in' }).click();
      };
      await signIn();
      await page.waitForURL('**/start');
      await page.getByRole('heading', { name: 'First steps' }).waitFor();
      // The first steps ask for the first event again and again, and nobody is signed in any more.
      await page.goto('about:blank');
      await context.clearCookies();
      await signIn();
      await page.getByRole('heading', { name: 'Home' }).waitFor();
      assert.deepEqual(unexpected(), []);
    } finally {
      await context.close();
      await empty.remove();
    }
  });
});
