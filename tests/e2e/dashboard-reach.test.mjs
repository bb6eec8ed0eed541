// What lies beyond the first page of a list: found by the palette and by every field; and simulations that outlive their page.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, overflow, serious } from './bed.mjs';
import { customer, openShop, send } from './shop.mjs';

const MANY = 105;

describe('reaching everything in the dashboard', { skip: noBrowser }, () => {
  let server, bed;

  const document = (kind, id, spec, publish = true) => server.api('PUT', `/api/v1/resources/${kind}/${id}${publish ? '?publish=true&confirm=true' : ''}`, spec);

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    const cleo = await customer(server, 'cleo', 'Cleo');
    await customer(server, 'dora', 'Dora');
    await send(server, [{ type: 'group', userId: 'user-cleo', groupId: 'g-17', traits: { name: 'Acme Gears' } }]);
    assert.ok(cleo.id);
    for (let i = 0; i < MANY; i += 1) {
      const id = `filler-${String(i).padStart(3, '0')}`;
      await document('topic', id, { name: `Filler topic ${i}` });
      await document('insight', id, { name: `Filler report ${i}`, report: 'trend', request: {} });
    }
    await document('topic', 'zz-zebra', { name: 'Zebra news' });
    await document('insight', 'zz-carts', { name: 'Abandoned carts', report: 'trend', request: { series: [{ event: 'Order Completed', measure: 'events' }] } });
    await document('dashboard', 'zz-board', { name: 'Board of directors', items: [] });
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const field = (at, name) => at.getByRole('combobox', { name }).or(at.getByRole('textbox', { name })).first();
  const clean = async (page) => {
    assert.deepEqual(await serious(page), []);
    assert.ok((await overflow(page)) <= 0, 'wider than the window');
  };
  const openPalette = async (page) => {
    await page.getByRole('button', { name: 'Search or do…' }).first().waitFor();
    await page.keyboard.press('Control+k');
  };
  /** Opens the palette, types, and takes the option. */
  const goTo = async (page, words, option) => {
    await openPalette(page);
    await page.getByRole('combobox', { name: 'Search or do…' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.type(words);
    await page.getByRole('option', { name: option }).first().click();
  };

  it('finds documents, accounts and customers by the palette, however many there are', () =>
    bed.on('/', async (page) => {
      await goTo(page, 'abandoned', /Abandoned carts.*Saved reports/);
      await page.getByRole('heading', { level: 1, name: 'Abandoned carts' }).waitFor();
      assert.match(page.url(), /\/insights\/trend\?.*saved=zz-carts/);
      await goTo(page, 'directors', /Board of directors.*Dashboards/);
      await page.getByRole('heading', { level: 1, name: 'Board of directors' }).waitFor();
      await goTo(page, 'zebra', /Zebra news.*Topics/);
      await page.getByRole('row', { name: /Zebra news/ }).waitFor();
      await goTo(page, 'gears', /Acme Gears.*Accounts/);
      await page.getByRole('heading', { level: 1, name: 'Acme Gears' }).waitFor();
      await goTo(page, 'dora', /Dora.*Customers/);
      await page.getByRole('heading', { level: 1, name: 'Dora' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search or do…' }).fill('nothing is called so');
      await page.getByText('Nothing was found.').waitFor();
      await clean(page);
    }));

  it('says so when the palette cannot ask', () =>
    bed.on('/', async (page) => {
      await page.route('**/api/v1/search*', (route) => route.fulfill({ status: 400, contentType: 'application/problem+json', json: { title: 'Bad Request', status: 400, code: 'invalid', detail: 'no' } }));
      await openPalette(page);
      await page.getByRole('combobox', { name: 'Search or do…' }).fill('carts');
      await page.getByRole('alert').filter({ hasText: 'could not be searched' }).waitFor();
    }, { refused: /400/ }));

  it('offers topics that are not among the first hundred, and keeps the one that is chosen', async () => {
    await document('template', 'letter', { name: 'Letter', channel: 'email', subject: 'x', html: '<p>x</p>', topic: 'zz-zebra' }, false);
    await bed.on('/content/letter?tab=settings', async (page) => {
      await eventually('its name is shown', async () => assert.equal(await field(page, 'Topic').inputValue(), 'Zebra news'));
      await field(page, 'Topic').click();
      await field(page, 'Topic').fill('Filler topic 104');
      await page.getByRole('option', { name: 'Filler topic 104' }).click();
      assert.equal(await field(page, 'Topic').inputValue(), 'Filler topic 104');
      await field(page, 'Topic').fill('Zebra');
      await page.getByRole('option', { name: 'Zebra news' }).click();
      assert.equal(await field(page, 'Topic').inputValue(), 'Zebra news');
    });
  });

  it('counts what customers did, and everything when it is asked for', () =>
    bed.on('/insights/trend', async (page) => {
      const total = async () => Number((await page.getByRole('definition').first().textContent()).replaceAll(/\D/g, ''));
      await field(page, 'Measure').click();
      await page.getByRole('option', { name: 'events', exact: true }).click();
      let did = 0;
      await eventually('there are numbers', async () => {
        did = await total();
        assert.ok(did > 0);
      });
      const event = field(page.getByRole('group', { name: 'What is counted' }), 'Event');
      assert.equal(await event.getAttribute('placeholder'), 'Anything customers did');
      await event.click();
      await page.getByRole('option', { name: 'Every event, also what Rapport wrote' }).click();
      assert.equal(await event.inputValue(), '*');
      await eventually('more is counted', async () => assert.ok((await total()) > did));
      await page.waitForURL((url) => decodeURIComponent(url.href).replaceAll('\\', '').includes('"event":"*"'));
    }));

  it('says how far a simulation is, and shows what came of it after the page was left', () =>
    bed.on('/journeys/thanks?tab=simulation', async (page) => {
      let held = true;
      // As though it took long.
      await page.route(/\/api\/v1\/simulations\/\w+$/, async (route) => {
        if (!held || route.request().method() !== 'GET') return route.continue();
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), state: 'running', events_read: 1_500, events_all: 6_000, result: null, ended_at: null } });
      });
      await page.getByRole('button', { name: 'Simulate', exact: true }).click();
      const bar = page.getByRole('progressbar', { name: 'Events read so far' });
      await bar.waitFor();
      await page.getByText('1,500 of 6,000 events read').waitFor();
      assert.equal(await bar.getAttribute('aria-valuenow'), '25');
      await clean(page);
      await page.reload();
      await bar.waitFor();
      held = false;
      await page.getByText('Events looked at').waitFor();
      assert.equal(await bar.count(), 0);
      await page.goto(`${server.url}/journeys`);
      await page.goto(`${server.url}/journeys/thanks?tab=simulation`);
      await page.getByText('Events looked at').waitFor();
      await page.getByText(/^Asked for/).waitFor();
      await clean(page);
      // What really happened stands on the ways until the simulation is asked for.
      const numbers = page.getByText('The numbers on the ways are those of the simulation');
      await page.getByRole('tab', { name: 'Steps' }).click();
      await page.getByRole('button', { name: 'Simulate 30 days' }).waitFor();
      assert.equal(await numbers.count(), 0);
      await page.getByRole('tab', { name: 'Simulation' }).click();
      await page.getByRole('button', { name: 'Show it on the steps' }).click();
      await numbers.waitFor();
      await page.getByRole('button', { name: 'Show what really happened' }).click();
      await numbers.waitFor({ state: 'detached' });
    }));

  it('ends a simulation on the server when it is cancelled', () =>
    bed.on('/journeys/thanks?tab=simulation', async (page) => {
      const ids = async () => (await server.api('GET', '/api/v1/simulations?journey=thanks')).items.map((s) => s.id);
      const before = await ids();
      await page.getByText('Events looked at').waitFor();
      await page.route(/\/api\/v1\/simulations\/\w+$/, async (route) => {
        if (route.request().method() !== 'GET') return route.continue();
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), state: 'waiting', events_read: 0, events_all: 0, result: null, ended_at: null } });
      });
      await page.getByRole('button', { name: 'Simulate', exact: true }).click();
      await page.getByText('It waits for its turn: others are being played.').waitFor();
      assert.equal((await ids()).length, before.length + 1);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await eventually('it is forgotten', async () => assert.deepEqual(await ids(), before));
      assert.equal(await page.getByRole('alert').count(), 0);
    }));
});
