// Dashboards by mouse and in full screen, and the dashboard of somebody who may only look: what they choose is in the address, and
// nothing they see can be changed.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, overflow, serious } from './bed.mjs';
import { customer, openShop } from './shop.mjs';

const EVE = { email: 'eve@team.example', password: 'long enough for it' };

describe('dashboards, and looking at them', { skip: noBrowser }, () => {
  let server, bed, eve, joe;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    joe = await customer(server, 'joe', 'Joe');
    const put = (kind, id, spec) => server.api('PUT', `/api/v1/resources/${kind}/${id}?publish=true&confirm=true`, spec);
    await put('insight', 'orders', { name: 'Orders', report: 'trend', request: { series: [{ event: 'Order Completed', measure: 'events' }], unit: 'day', from: '-30d' } });
    await put('insight', 'active', { name: 'Active', report: 'power-users', request: {} });
    await put('dashboard', 'shop', { name: 'Shop', items: [{ insight: 'orders', x: 0, y: 0, w: 6, h: 4 }, { text: 'Look here first', x: 6, y: 0, w: 6, h: 2 }] });
    await put('brand', 'default', { name: 'Larkspur', colours: { primary: '#2f5d50' } });
    await put('campaign', 'spring', { name: 'Spring', audience: { segment: 'buyers' }, template: 'thanks' });
    await put('computed_trait', 'spent', { name: 'Spent', value: 'events("Order Completed").sum("total")' });
    await put('block', 'foot', { name: 'Foot', mjml: '<mj-text>Foot</mj-text>' });
    await put('template', 'letter', { name: 'Letter', channel: 'email', subject: 'A letter', mjml: '<mjml lang="en"><mj-body><mj-section><mj-column><mj-text>Hello <a href="{{ unsubscribe_url }}">no more</a></mj-text></mj-column></mj-section></mj-body></mjml>' });
    bed = await Bed.make(server);
    await server.api('POST', '/api/v1/members', { ...EVE, role: 'viewer' });
    eve = await bed.signIn(EVE);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const desk = { viewport: { width: 1440, height: 900 } };
  const choose = async (page, label, option) => {
    await page.getByRole('combobox', { name: label, exact: true }).or(page.getByRole('textbox', { name: label, exact: true })).first().click();
    await page.getByRole('option', { name: option, exact: true }).first().click();
  };
  const drag = async (page, from, by) => {
    const { x, y, width, height } = await from.boundingBox();
    const [fromX, fromY] = [x + width / 2, y + height / 2];
    await page.mouse.move(fromX, fromY);
    await page.mouse.down();
    await page.mouse.move(fromX + by.x / 2, fromY + by.y / 2, { steps: 6 });
    await page.mouse.move(fromX + by.x, fromY + by.y, { steps: 6 });
    await page.mouse.up();
  };
  const tile = (page, name) => page.locator('.react-grid-item').filter({ has: page.getByRole('region', { name, exact: true }) });

  it('drags and resizes what is on one, a note too', async () => {
    const { page, context } = await bed.open('/dashboards/shop', desk);
    page.on('dialog', (dialog) => dialog.accept());
    await page.getByRole('switch', { name: 'Arrange' }).click();
    const [report, note] = [tile(page, 'Orders'), tile(page, 'A note')];
    const column = ((await report.boundingBox()).width + 16) / 6;
    await drag(page, note.locator('.tile-handle'), { x: 0, y: 330 });
    await drag(page, report.locator('.react-resizable-handle'), { x: column * 2, y: 106 });
    await drag(page, report.locator('.tile-handle'), { x: column * 3, y: 0 });
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Version 2 is live').waitFor();
    const { spec } = await server.api('GET', '/api/v1/resources/dashboard/shop');
    const [orders, words] = spec.items;
    assert.deepEqual([orders.w, orders.h, orders.x], [8, 5, 3]);
    assert.ok(words.y >= 5, `the note is below the report: ${JSON.stringify(words)}`);
    await context.close();
  });

  it('shows in full screen who is behind a number', async () => {
    await server.api('PUT', '/api/v1/resources/dashboard/heavy?publish=true', { name: 'Heavy', items: [{ insight: 'active', x: 0, y: 0, w: 12, h: 6 }] });
    await bed.on('/dashboards/heavy', async (page) => {
      const canvas = page.locator('canvas').first();
      await canvas.waitFor();
      await page.getByRole('button', { name: 'Full screen' }).click();
      await page.waitForFunction(() => document.fullscreenElement !== null);
      await page.getByRole('banner').waitFor({ state: 'hidden' });
      assert.ok(await page.getByRole('heading', { level: 1, name: 'Heavy' }).isVisible());
      assert.ok((await overflow(page)) <= 0);
      const drawer = page.getByRole('dialog', { name: 'The people behind this number' });
      // The pointer says where a bar is. A chart that takes its new size between the look and the click is clicked again.
      await eventually('a bar is clicked', async () => {
        const { x, y, width, height } = await canvas.boundingBox();
        for (let i = 0; i < 60; i += 1) {
          await page.mouse.move(x + 40 + ((width - 60) * i) / 60, y + height * 0.72);
          if ((await canvas.evaluate((drawn) => drawn.parentElement.style.cursor)) !== 'pointer') continue;
          await page.mouse.down();
          await page.mouse.up();
          return drawer.waitFor({ timeout: 2_000 });
        }
        assert.fail('there is none');
      });
      await drawer.getByRole('link', { name: 'Joe' }).waitFor();
      // It is shown, and not only there: what is beneath the pointer is the drawer.
      const box = await drawer.boundingBox();
      assert.ok(await page.evaluate(([px, py]) => document.elementFromPoint(px, py)?.closest('[role=dialog]') !== null, [box.x + box.width / 2, box.y + 30]));
      await page.keyboard.press('Escape');
      await page.evaluate(() => document.fullscreenElement && document.exitFullscreen());
      await page.getByRole('banner').waitFor();
    }, desk);
  });

  it('has its period and people in the address, and leaves the document alone until they are kept', async () => {
    const before = await server.api('GET', '/api/v1/resources/dashboard/shop');
    const drafts = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('rapport.draft.')));
    await bed.on('/dashboards/shop', async (page) => {
      const asked = page.waitForRequest((r) => r.url().includes('/api/v1/insights/') && r.method() === 'POST' && r.postData()?.includes('"-7d"'));
      await choose(page, 'Period', '7 days');
      await asked;
      assert.equal(new URL(page.url()).searchParams.get('from'), '-7d');
      assert.deepEqual(await drafts(page), []);
      assert.equal(await page.getByRole('button', { name: 'Keep for everybody' }).count(), 0, 'a viewer keeps nothing');
      assert.equal(await page.getByText('Arrange', { exact: true }).count(), 0);
    }, { ...desk, session: eve });
    assert.equal((await server.api('GET', '/api/v1/resources/dashboard/shop')).version, before.version);
    await bed.on('/dashboards/shop?from=-7d&segment=buyers', async (page) => {
      await page.getByRole('button', { name: 'Keep for everybody' }).click();
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByText(`Version ${before.version + 1} is live`).waitFor();
      assert.equal(new URL(page.url()).search, '');
      const { spec } = await server.api('GET', '/api/v1/resources/dashboard/shop');
      assert.deepEqual(spec.overlay, { from: '-7d', segment: 'buyers' });
      // Each report its own period again, for who looks now.
      await page.getByRole('textbox', { name: 'Period' }).or(page.getByRole('combobox', { name: 'Period' })).first().waitFor();
      await page.goto(`${server.url}/dashboards/shop?from=own`);
      await eventually('the period is empty', async () => assert.equal(await page.getByRole('textbox', { name: 'Period' }).or(page.getByRole('combobox', { name: 'Period' })).first().inputValue(), ''));
    }, desk);
  });

  it('lets a viewer look at everything and change nothing', async () => {
    const paths = [
      '/', '/customers', `/customers/${joe.id}`, '/segments', '/segments/buyers', '/segments/buyers?tab=webhook', '/journeys', '/journeys/thanks', '/journeys/thanks?view=list&step=thank', '/journeys/thanks?tab=text', '/campaigns/spring',
      '/content', '/content/thanks', '/content/letter', '/content/letter?view=code', '/content/letter?tab=settings', '/brands/default', '/blocks/foot', '/traits/spent', '/dashboards/shop', '/insights/trend', '/goals', '/data', '/data?tab=plan', '/data?tab=sources', '/settings', '/settings?tab=channels', '/settings?tab=members', '/settings?tab=topics', '/archive',
    ];
    // Where nothing but a document's fields is asked for.
    const documents = /^\/(segments|journeys|campaigns|content|brands|blocks|traits)\/|^\/settings$/;
    for (const scheme of ['light', 'dark']) {
      await bed.on('/', async (page) => {
        for (const path of paths) {
          await page.goto(server.url + path);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await page.waitForFunction(() => !document.querySelector('[data-loading]')).catch(() => assert.fail(`${path} goes on loading`));
          await page.waitForTimeout(150);
          assert.deepEqual(await serious(page), [], path);
          assert.ok((await overflow(page)) <= 0, `${path} is wider than its window`);
          for (const name of ['Publish', 'Save draft']) assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, `${path} offers: ${name}`);
          if (documents.test(path)) {
            const open = await page.locator('main').evaluate((main) => [...main.querySelectorAll('input:not([type=search]), textarea, [contenteditable=true][role=textbox]:not(.cm-content)')]
              .filter((e) => !e.matches(':disabled, [readonly]') && !e.closest('[data-always]') && e.type !== 'radio' && e.checkVisibility() && !e.closest('section[aria-label=Preview]'))
              .map((e) => e.outerHTML.slice(0, 120)));
            assert.deepEqual(open, [], `${path} has fields that can be written to`);
          }
        }
        assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('rapport.draft.'))), []);
      }, { session: eve, colorScheme: scheme, viewport: scheme === 'light' ? desk.viewport : { width: 390, height: 844 } });
    }
  });
});
