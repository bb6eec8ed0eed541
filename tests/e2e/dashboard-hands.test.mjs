// What hands do beside typing: choose many, drag, connect, switch, print, take away. Each is held against what the server then has.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed } from './bed.mjs';
import { customer, openShop, send } from './shop.mjs';

describe('what hands do in the dashboard', { skip: noBrowser }, () => {
  let server, bed, uma, vic;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    uma = await customer(server, 'uma', 'Uma');
    vic = await customer(server, 'vic', 'Vic');
    await send(server, [{ type: 'identify', userId: 'user-wes', traits: { first_name: 'Wes', email: 'wes@example.com' } }]);
    await eventually('the third is there', () => server.profile('user_id', 'user-wes'));
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const put = (kind, id, spec) => server.api('PUT', `/api/v1/resources/${kind}/${id}?publish=true&confirm=true`, spec);
  const json = async (download) => JSON.parse(await readFile(await (await download).path(), 'utf8'));
  const centre = async (locator) => {
    const { x, y, width, height } = await locator.boundingBox();
    return [x + width / 2, y + height / 2];
  };
  /** Presses on one place, goes to another in steps as a hand does, and lets go. */
  const drag = async (page, [fromX, fromY], [toX, toY]) => {
    await page.mouse.move(fromX, fromY);
    await page.mouse.down();
    await page.mouse.move((fromX + toX) / 2, (fromY + toY) / 2, { steps: 5 });
    await page.mouse.move(toX, toY, { steps: 5 });
    await page.mouse.up();
  };

  it('does one thing for many chosen customers, and for no other', () =>
    bed.on('/customers?kind=known', async (page) => {
      for (const name of ['Uma', 'Vic']) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
      await page.getByText('2 customers chosen').waitFor();
      await page.getByRole('button', { name: 'Set a trait' }).click();
      const dialog = page.getByRole('dialog', { name: 'Set a trait' });
      await dialog.getByText('For 2 customers.').waitFor();
      await dialog.getByRole('textbox', { name: 'Trait' }).fill('tier');
      await dialog.getByRole('textbox', { name: 'Value' }).fill('gold');
      await dialog.getByRole('button', { name: 'Set a trait' }).click();
      await page.getByText('Done for 2 customers').waitFor();
      const tier = async (name) => (await server.profile('user_id', `user-${name}`)).traits.tier ?? null;
      await eventually('both have it', async () => assert.deepEqual([await tier('uma'), await tier('vic'), await tier('wes')], ['gold', 'gold', null]));
      assert.equal(await page.getByText('2 customers chosen').count(), 0, 'nobody is chosen any more');

      for (const name of ['Uma', 'Vic']) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      const file = page.waitForEvent('download');
      await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
      const text = JSON.stringify(await json(file));
      assert.deepEqual(['uma@', 'vic@', 'wes@'].map((part) => text.includes(part)), [true, true, false]);
    }));

  it('takes away everything known of a customer as a file', () =>
    bed.on(`/customers/${uma.id}`, async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      const file = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: 'Export everything known' }).click();
      assert.equal((await file).suggestedFilename(), `${uma.id}.json`);
      const text = await readFile(await (await file).path(), 'utf8');
      for (const part of ['uma@example.com', 'device-uma', 'Order Completed']) assert.ok(text.includes(part), `${part} is missing`);
      assert.ok(!text.includes('vic@example.com'), 'nobody else is in it');
    }));

  it('erases a customer only when the id is typed, and then everywhere', () =>
    bed.on(`/customers/${vic.id}`, async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Erase…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Erase this customer' });
      const sure = dialog.getByRole('button', { name: 'Erase for ever' });
      await dialog.getByRole('textbox').fill(uma.id);
      assert.ok(await sure.isDisabled(), "another customer's id erases nobody");
      await dialog.getByRole('textbox').fill(vic.id);
      await sure.click();
      await page.waitForURL('**/customers');
      await eventually('nobody finds them', async () => assert.deepEqual((await server.api('GET', '/api/v1/profiles?q=vic%40example.com')).items, []));
      assert.equal((await server.api('GET', '/api/v1/profiles?q=uma%40example.com')).items.length, 1, 'others stay');
    }));

  it('leads a way of a journey elsewhere by drawing it', async () => {
    await put('journey', 'drawn', {
      name: 'Drawn', trigger: { manual: {} }, reentry: 'always',
      steps: [{ id: 'fork', branch: [{ when: 'traits.plan == "plus"', goto: 'short' }], otherwise: 'short' }, { id: 'short', wait: '1h' }, { id: 'long', wait: '2d' }],
    });
    await bed.on('/journeys/drawn', async (page) => {
      const node = (id) => page.locator(`.react-flow__node[data-id="${id}"]`);
      await node('long').waitFor();
      const from = node('fork').locator('.react-flow__handle.source').last();
      const exit = await from.getAttribute('data-handleid');
      await drag(page, await centre(from), await centre(node('long').locator('.react-flow__handle.target')));
      await page.getByRole('button', { name: 'Save draft' }).click();
      await page.getByText('Saved as version 2').waitFor();
      const { spec } = await server.api('GET', '/api/v1/resources/journey/drawn');
      const [fork] = spec.steps;
      const ways = [fork.branch[0].goto, fork.otherwise];
      assert.ok(ways.includes('long') && ways.includes('short'), `the way ${exit} leads to ${JSON.stringify(ways)}`);
    }, { viewport: { width: 1440, height: 900 } });
  });

  it('shows a mail on a telephone and in the dark', () =>
    bed.on('/content/thanks', async (page) => {
      const frame = page.locator('iframe[title="The mail"]');
      const inside = page.frameLocator('iframe[title="The mail"]').locator('html');
      const width = async () => Math.round(await frame.evaluate((e) => e.offsetWidth));
      await inside.waitFor();
      assert.ok((await width()) >= 640, 'a desk is wider than a telephone');
      assert.equal(await inside.evaluate((e) => getComputedStyle(e).filter), 'none');
      await page.getByRole('radiogroup', { name: 'Device' }).getByText('Telephone').click();
      await eventually('it is as narrow as a telephone', async () => assert.equal(await width(), 375));
      await page.getByRole('radiogroup', { name: 'Light or dark' }).getByText('Dark').click();
      await eventually('it is dark', async () => assert.match(await inside.evaluate((e) => getComputedStyle(e).filter), /invert/));
    }, { viewport: { width: 1440, height: 900 } }));

  it('prints a report: its numbers, and nothing to click', () =>
    bed.on('/insights/trend', async (page) => {
      await page.getByRole('table').first().waitFor();
      await page.evaluate(() => {
        window.print = () => document.body.setAttribute('data-printed', '');
      });
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'Print' }).click();
      await page.locator('body[data-printed]').waitFor();
      await page.emulateMedia({ media: 'print' });
      assert.ok(await page.getByRole('heading', { level: 1 }).isVisible());
      assert.ok(await page.getByRole('table').first().isVisible());
      for (const part of ['banner', 'navigation']) assert.equal(await page.getByRole(part, part === 'navigation' ? { name: 'Sections' } : {}).filter({ visible: true }).count(), 0, `${part} is printed`);
      assert.equal(await page.getByRole('region', { name: 'What is asked' }).filter({ visible: true }).count(), 0);
    }));
});
