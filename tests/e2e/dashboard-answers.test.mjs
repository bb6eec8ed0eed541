// What the dashboard answers: why a number changed, what is about to be too much, how far a file is; and what can be done with
// the answers: noted, renamed, taken along, printed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed } from './bed.mjs';
import { customer, openShop, send } from './shop.mjs';

const DAY_MS = 86_400_000;

describe('answers of the dashboard', { skip: noBrowser }, () => {
  let server, bed;
  const put = (kind, id, spec) => server.api('PUT', `/api/v1/resources/${kind}/${id}?publish=true&confirm=true`, spec);

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    await customer(server, 'rosa', 'Rosa');
    // Orders of the last weeks: half as many came by google as before, as many by friends.
    const at = (days) => new Date(Date.now() - days * DAY_MS).toISOString();
    const order = (i, days, source) => ({ type: 'track', userId: `buyer-${i % 12}`, event: 'Order Completed', timestamp: at(days), properties: { order_id: `w-${i}`, total: 20 }, context: { campaign: { source } } });
    const orders = [];
    for (let i = 0; i < 40; i += 1) orders.push(order(i, 32 + (i % 20), 'google'));
    for (let i = 40; i < 60; i += 1) orders.push(order(i, 2 + (i % 20), 'google'));
    for (let i = 60; i < 80; i += 1) orders.push(order(i, (i % 2 ? 3 : 33) + (i % 18), 'friend'));
    orders.push({ type: 'track', userId: 'buyer-1', event: 'Product Viewed', timestamp: at(25), properties: {} });
    await send(server, orders);
    await eventually('the orders are there', async () => {
      const { events } = await server.api('GET', '/api/v1/events/catalogue');
      assert.ok(events.find((e) => e.name === 'Order Completed').count >= 81);
    });
    await put('annotation', 'pause', { text: 'The advertisements paused', date: at(27).slice(0, 10) });
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  it('says which part of a number changed, and what happened then', () =>
    bed.on('/', async (page) => {
      await page.getByRole('button', { name: 'Why did “Orders” change?' }).click();
      const why = page.getByRole('region', { name: 'Why “Orders” may have changed' });
      const row = why.getByRole('row', { name: /source: google/ });
      await row.waitFor();
      const [before, now, change] = (await row.getByRole('cell').allTextContents()).map((text) => Number(text.replace('−', '-').replace('+', '')));
      assert.deepEqual([before, now, change], [40, 20, -20]);
      await why.getByText('The advertisements paused').waitFor();
      await why.getByRole('link', { name: /Journey “Thanks” went live/ }).waitFor();
      assert.match(page.url(), /why=orders/, 'the question is in the address');
      await row.getByRole('link').click();
      await page.getByRole('heading', { level: 1, name: 'Trend' }).waitFor();
      await page.getByRole('columnheader', { name: /google/ }).first().waitFor();
    }));

  it('warns of floods, and is not calm about what it could not look at', async () => {
    const { page, context } = await bed.open(null);
    const hours = Array.from({ length: 192 }, (_, i) => (i < 168 ? 2 : 40));
    await page.route('**/api/v1/insights/trend', async (route) => {
      if (!route.request().postData()?.includes('"breakdown":"journey"')) return route.fallback();
      return route.fulfill({ json: { buckets: hours.map(String), series: [{ name: 'A', label: 'Message Sent', value: 'thanks', values: hours, total: 0 }], warnings: [], from: '', to: '', zone: 'UTC', unit: 'hour' } });
    });
    await page.goto(`${server.url}/`);
    const needs = page.getByRole('region', { name: 'Needs attention' });
    await needs.getByRole('link', { name: 'Thanks sent 960 messages in the last 24 hours, far more than usual (48 a day).' }).click();
    await page.waitForURL('**/journeys/thanks');
    await context.close();

    const broken = await bed.open(null);
    await broken.page.route('**/api/v1/problems', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"status":500,"detail":"no"}' }));
    await broken.page.goto(`${server.url}/`);
    const alert = broken.page.getByRole('region', { name: 'Needs attention' }).getByRole('alert');
    await alert.getByText('what is live without effect').waitFor();
    assert.equal(await broken.page.getByText('Nothing. Sends go out').count(), 0);
    await broken.context.close();
  });

  it('leads from its numbers to what they count, and to the first goal', () =>
    bed.on('/', async (page) => {
      await page.getByRole('region', { name: 'Goals' }).getByText('No goal yet').waitFor();
      await page.getByRole('region', { name: 'Goals' }).getByRole('link', { name: 'Set a goal' }).click();
      await page.waitForURL('**/goals');
      await page.goBack();
      await page.getByRole('definition').getByRole('link', { name: /skipped with a reason/ }).click();
      await page.waitForURL('**/messages?status=skipped');
    }));

  it('changes a note', () =>
    bed.on('/insights/trend?r=%7B%22series%22%3A%5B%7B%22measure%22%3A%22profiles%22%7D%5D%2C%22from%22%3A%22-40d%22%7D', async (page) => {
      const notes = page.getByRole('region', { name: 'Notes' });
      await notes.getByRole('button', { name: 'Change the note “The advertisements paused”' }).click();
      const dialog = page.getByRole('dialog', { name: 'Change this note' });
      await dialog.getByRole('textbox', { name: 'What happened' }).fill('The advertisements paused for a week');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await notes.getByText('The advertisements paused for a week').waitFor();
      const { items } = await server.api('GET', '/api/v1/resources/annotation?status=live');
      assert.deepEqual(items.map((n) => [n.id, n.spec.text]), [['pause', 'The advertisements paused for a week']]);
    }));

  it('renames a saved report, deletes it, and brings it back', async () => {
    await put('insight', 'orders', { name: 'Orders', report: 'trend', request: { series: [{ event: 'Order Completed', measure: 'events' }] } });
    await bed.on('/insights', async (page) => {
      await page.getByRole('link', { name: 'Orders', exact: true }).click();
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Rename…' }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Orders by day');
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1, name: 'Orders by day' }).waitFor();
      assert.equal((await server.api('GET', '/api/v1/resources/insight/orders')).spec.name, 'Orders by day');
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
      await page.waitForURL('**/insights');
      await page.getByText('The report was deleted.').waitFor();
      assert.equal(await page.getByRole('link', { name: 'Orders by day' }).count(), 0);
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('link', { name: 'Orders by day' }).waitFor();
    });
  });

  it('draws a journey map of stages and touchpoints, and opens the people of one', async () => {
    const request = { stages: [{ name: 'Look', touchpoints: [{ event: 'Product Viewed' }] }, { name: 'Buy', touchpoints: [{ event: 'Order Completed' }] }], good: { event: 'Order Completed' }, least_profiles: 1 };
    await bed.on(`/insights/journey-map?r=${encodeURIComponent(JSON.stringify(request))}`, async (page) => {
      const map = page.getByRole('region', { name: 'Journey map', exact: true });
      for (const stage of ['Look', 'Buy']) await map.getByRole('columnheader', { name: stage }).waitFor();
      await map.getByRole('row', { name: /^Product Viewed/ }).getByRole('button').first().click();
      await page.getByRole('dialog', { name: 'The people behind this number' }).getByRole('link', { name: 'buyer-1' }).waitFor();
    });
  });

  it('takes the events along for process mining', () =>
    bed.on('/insights/paths', async (page) => {
      await page.getByRole('button', { name: 'Export' }).click();
      const file = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: /^XES/ }).click();
      const text = await readFile(await (await file).path(), 'utf8');
      assert.match(text, /<log /);
      assert.ok(text.includes('Order Completed'));
    }));

  it('shows the first rows of a file and what becomes of each column, and how far it is read', () =>
    bed.on('/data?tab=imports', async (page) => {
      await page.getByRole('button', { name: 'Import a file' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'Import a file' });
      await page.locator('input[type=file]').setInputFiles({ name: 'old.csv', mimeType: 'text/csv', buffer: Buffer.from('customer_id;when;Unit price\nrosa-1;2026-01-02;"3,5"\nrosa-2;2026-01-03;4\n') });
      const rows = dialog.getByRole('region', { name: 'The first rows' });
      await rows.getByRole('columnheader', { name: 'customer_id customer id' }).waitFor();
      await rows.getByRole('columnheader', { name: 'Unit price property Unit_price' }).or(rows.getByRole('columnheader', { name: 'Unit price trait Unit_price' })).waitFor();
      await rows.getByRole('cell', { name: '3,5' }).waitFor();
      await dialog.getByRole('button', { name: 'Import', exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      await eventually('all of it was read', async () => {
        const [first] = (await server.api('GET', '/api/v1/imports')).items;
        assert.deepEqual([first.state, first.read_bytes], ['done', first.total_bytes]);
      });
    }));

  it('says how much of a running import is done and how long the rest takes', async () => {
    const { page, context } = await bed.open(null);
    const running = { id: '7', file_name: 'big.csv', state: 'running', total_bytes: 4_000, read_bytes: 1_000, rows: 10, accepted: 10, rejected: 0, created_by: 'ann', created_at: new Date().toISOString(), started_at: new Date(Date.now() - 60_000).toISOString() };
    await page.route('**/api/v1/imports?*', (route) => route.fulfill({ json: { items: [running], next_cursor: null } }));
    await page.goto(`${server.url}/data?tab=imports`);
    await page.getByRole('progressbar', { name: 'big.csv: read so far' }).waitFor();
    await page.getByText(/^25%, about 3 min/).waitFor();
    await context.close();
  });

  it('makes the segment a play begins with, and begins a journey with a segment of one’s own', async () => {
    await bed.on('/journeys/new', async (page) => {
      await page.getByRole('button', { name: /^Win back/ }).click();
      await page.getByText('The segment “Lapsing customers” was made for it.').waitFor();
      const made = await server.api('GET', '/api/v1/resources/segment/lapsing');
      assert.equal(made.status, 'live');
      assert.match(made.spec.rule, /count\(\) >= 2/);
    });
    await bed.on('/segments/buyers', async (page) => {
      await page.getByRole('link', { name: 'Start a journey' }).click();
      await page.getByRole('button', { name: /^Begin with nothing/ }).click();
      await page.getByText(/On entering buyers/i).first().waitFor();
    });
  });

  it('prints a dashboard with every tile whole, below each other', async () => {
    await put('insight', 'visits', { name: 'Visits', report: 'trend', request: { series: [{ measure: 'profiles' }] } });
    await put('dashboard', 'desk', { name: 'Desk', items: [{ insight: 'visits', x: 0, y: 0, w: 6, h: 4 }, { text: 'A line\n'.repeat(30), x: 6, y: 0, w: 6, h: 2 }] });
    await bed.on('/dashboards/desk', async (page) => {
      await page.getByRole('img', { name: /Trend/ }).waitFor();
      await page.emulateMedia({ media: 'print' });
      const boxes = await page.locator('.dashboard-grid > .react-grid-item').evaluateAll((items) => items.map((e) => ({ top: e.getBoundingClientRect().top, bottom: e.getBoundingClientRect().bottom, cut: e.firstElementChild.scrollHeight - e.firstElementChild.clientHeight })));
      assert.equal(boxes.length, 2);
      assert.ok(boxes[1].top >= boxes[0].bottom, 'one below the other');
      assert.ok(boxes.every((b) => b.cut <= 1), `nothing is cut: ${JSON.stringify(boxes)}`);
      assert.equal(await page.getByRole('button', { name: 'Print' }).isVisible(), false);
    });
  });
});
