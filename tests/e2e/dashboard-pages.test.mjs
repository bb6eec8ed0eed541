// Every page: nothing serious for axe, no complaint, no wider than the window, in light and dark, on a desk and in a hand;
// and with the worst that customers and teams can write.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, overflow, serious } from './bed.mjs';
import { openShop, send } from './shop.mjs';

const EVIL = '<script>document.title="owned"</script><img src=x onerror=document.title="owned">';
const RTL = 'עברית שלום ‮evil';
const LONG = 'a'.repeat(10_000);

describe('pages of the dashboard', { skip: noBrowser }, () => {
  let server, bed, paths;
  const pictures = process.env.RAPPORT_SCREENSHOTS;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    await send(server, [
      { type: 'identify', userId: 'evil', traits: { email: 'evil@example.com', name: EVIL, nick: RTL, story: LONG, plan: { deep: [EVIL] }, [EVIL.slice(0, 40)]: 1 } },
      { type: 'track', userId: 'evil', event: EVIL.slice(0, 100), properties: { name: EVIL, text: LONG.slice(0, 5_000), [RTL]: RTL } },
      { type: 'track', userId: 'evil', event: 'Order Completed', properties: { order_id: EVIL, total: 12 } },
      { type: 'group', userId: 'evil', groupId: 'acme', traits: { name: EVIL } },
      { type: 'track', userId: 'evil', event: 'Consent Changed', properties: { channel: 'email', topic: EVIL.slice(0, 100), granted: true, source: RTL, wording: EVIL + RTL } },
      { type: 'nonsense', userId: EVIL },
    ]);
    const { id } = await eventually('the customer is there', async () => {
      const found = await server.profile('user_id', 'evil');
      assert.ok(found.event_count >= 3);
      return found;
    });
    await server.api('PUT', '/api/v1/resources/channel/crm?publish=true', { kind: 'webhook', url: 'https://crm.example/hook' });
    await server.api('PUT', '/api/v1/resources/segment/evil?publish=true', { name: EVIL, description: RTL, webhook: { channel: 'crm', on: 'exited', traits: [EVIL, 'plan'] }, rule: `traits.name == ${JSON.stringify(EVIL)}` });
    const put = (kind, id, spec) => server.api('PUT', `/api/v1/resources/${kind}/${id}?publish=true&confirm=true`, spec);
    await put('brand', 'default', { name: EVIL, colours: { primary: '#2f5d50', text: '#27302d' }, footer: RTL, tone: EVIL });
    await put('template', 'letter', { name: EVIL, channel: 'email', subject: EVIL, mjml: `<mjml lang="en"><mj-body><mj-section><mj-column><mj-text>Hello {{ profile.name }} ${RTL} <a href="{{ unsubscribe_url }}">no more</a></mj-text><mj-button href="https://shop.example/" background-color="{{ brand.colours.primary }}">Go</mj-button></mj-column></mj-section></mj-body></mjml>` });
    await put('template', 'card', { name: 'Card', channel: 'inapp', layout: 'modal', title: EVIL, body: RTL, buttons: [{ id: 'ok', label: EVIL }] });
    await put('template', 'text', { name: 'Text', channel: 'sms', body: `${EVIL} ${RTL}` });
    await put('campaign', 'spring', { name: EVIL, audience: { segment: 'buyers' }, template: 'letter', goal: { event: { name: 'Order Completed' } } });
    await put('computed_trait', 'spent', { name: EVIL, value: 'events("Order Completed").sum("total")' });
    await server.api('PUT', '/api/v1/resources/journey/waiting', { name: RTL, trigger: { event: { name: 'Order Completed' } }, steps: [{ id: 'rest', wait: '1h' }] });
    await server.api('POST', '/api/v1/resources/journey/waiting/status', { status: 'review' });
    await put('annotation', 'sale', { text: EVIL, date: new Date().toISOString().slice(0, 10) });
    await put('insight', 'views', { name: EVIL, report: 'trend', request: { series: [{ event: 'Order Completed', measure: 'events' }], unit: 'day' } });
    await put('goal', 'orders', { name: EVIL, metric: { insight: 'views', number: '/series/0/total' }, target: 10, period: 'month' });
    await put('dashboard', 'shop', { name: RTL, items: [{ goal: 'orders', x: 0, y: 0, w: 6, h: 2 }, { insight: 'views', x: 0, y: 2, w: 12, h: 4 }, { text: EVIL, x: 6, y: 0, w: 6, h: 2 }] });
    const { items: mails } = await eventually('a mail was caught', async () => {
      const found = await server.api('GET', '/api/v1/inbox');
      assert.ok(found.items.length > 0);
      return found;
    });
    const map = encodeURIComponent(JSON.stringify({ stages: [{ name: EVIL, touchpoints: [{ event: 'Order Completed' }] }], good: { event: 'Order Completed' } }));
    const funnel = encodeURIComponent(JSON.stringify({ steps: [{ event: 'Product Viewed' }, { event: 'Order Completed' }] }));
    paths = [
      '/', '/start', '/customers', `/customers/${id}`, `/customers/${id}?tab=consent`, `/customers/${id}?tab=messages`, `/customers/${id}?tab=changes`, '/accounts', '/accounts/acme', '/segments', '/segments/evil', '/segments/evil?tab=webhook', '/segments/new', `/segments/new?rule=${encodeURIComponent('account.name == "x" && account_members() >= 1')}`,
      '/journeys', '/journeys/thanks', '/journeys/waiting', '/journeys/thanks?view=list&step=thank', '/journeys/new', '/content', '/content/thanks', '/content/new', '/content/new?tab=settings', '/content/new?tab=languages&locale=fr', '/content/letter', '/content/card?tab=languages&locale=de', '/content/card', '/content/text', '/content?tab=media', '/content?tab=brands', '/content?tab=blocks', '/brands/new', '/brands/default', '/blocks/new', '/messages',
      '/campaigns', '/campaigns/new', '/campaigns/spring', '/segments?tab=overlap&s=buyers,evil', '/segments?tab=personas', '/segments?tab=traits', '/personas/new', '/traits/new', '/traits/spent',
      '/journeys/thanks?tab=versions', '/journeys/thanks?tab=simulation', '/journeys/thanks?tab=people', '/journeys/thanks?tab=try', '/journeys/thanks?tab=why', '/journeys/thanks?tab=text', '/dashboards/new', '/dashboards/shop', '/goals', '/archive', '/?why=orders',
      '/insights', '/insights/trend', `/insights/funnel?r=${funnel}`, '/insights/retention', '/insights/lifecycle', '/insights/power-users', '/insights/paths',
      '/insights/heatmap', '/insights/rfm', '/insights/attribution', '/insights/journey-map', `/insights/journey-map?r=${map}`, '/insights/trend?saved=views', '/insights/ladder', '/insights/lift', '/insights/value',
      '/data', '/data?tab=sources', '/data?tab=catalogue', '/data?tab=plan', '/data?tab=quality', '/data?tab=imports', '/data?tab=exports',
      '/settings', '/settings?tab=members', '/settings?tab=channels', '/settings?tab=topics', '/settings?tab=words', '/settings?tab=words&language=fr', '/settings?tab=suppressions', '/settings?tab=tokens', '/settings?tab=audit',
      '/inbox', `/inbox/${mails[0].id}`, '/nothing-here',
    ];
    bed = await Bed.make(server);
    if (pictures) await mkdir(pictures, { recursive: true });
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  /** Shows every page in one browser tab, as somebody who clicks along does. */
  async function tour(options, name, judge = serious) {
    const { page, context, unexpected } = await bed.open('/', options);
    const wrong = [];
    for (const path of paths) {
      // As the application goes from page to page, without loading itself anew.
      const before = await page.evaluate((to) => {
        const title = document.querySelector('h1');
        if (title) title.dataset.seen = '';
        const known = [location.pathname, title?.textContent];
        window.history.pushState({}, '', to);
        window.dispatchEvent(new PopStateEvent('popstate'));
        return known;
      }, path);
      if (before[0] !== path.split('?')[0]) {
        const isNew = (text) => !!document.querySelector('h1:not([data-seen])') || (document.querySelector('h1')?.textContent ?? text) !== text;
        await page.waitForFunction(isNew, before[1], { timeout: 5_000 }).catch(() => wrong.push(`${path} is not shown`));
      }
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForFunction(() => !document.querySelector('[data-loading]'));
      await page.waitForTimeout(120);
      assert.notEqual(await page.title(), 'owned', `${path}: a text was run`);
      const wide = await overflow(page);
      if (wide > 0) wrong.push(`${path} is ${wide} px wider than its window`);
      wrong.push(...(await judge(page)).map((fault) => `${path}: ${fault}`));
      if (pictures) await page.screenshot({ path: join(pictures, `${path.replace(/[^a-z]+/gi, '_').slice(1, 60) || 'home'}-${name}.png`), fullPage: true });
    }
    assert.deepEqual([...wrong, ...unexpected()], []);
    await context.close();
  }

  it('in the light, on a desk', () => tour({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' }, 'light-1440'));
  it('in the dark, in a hand, in German', () => tour({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', locale: 'de-DE' }, 'dark-390'));

  // The same elements in other colours and widths: looked at, and measured.
  it('in the dark, on a desk', () => tour({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }, 'dark-1440', contrasts));
  it('in the light, in a hand', () => tour({ viewport: { width: 390, height: 844 }, colorScheme: 'light' }, 'light-390', contrasts));

  it('before somebody signed in', async () => {
    for (const options of [{ colorScheme: 'light', viewport: { width: 1440, height: 900 } }, { colorScheme: 'dark', viewport: { width: 390, height: 844 }, locale: 'de-DE' }]) {
      await bed.on('/login', async (page) => {
        await page.getByRole('button', { name: /^(Sign in|Anmelden)$/ }).waitFor();
        assert.deepEqual(await serious(page), []);
        assert.ok((await overflow(page)) <= 0);
        if (pictures) await page.screenshot({ path: join(pictures, `login-${options.colorScheme}.png`) });
      }, { stranger: true, ...options });
    }
  });

  /** What opens over a page: where, and what opens it. */
  const windows = () => [
    ['/', (page) => page.keyboard.press('Control+k')],
    ['/', click('You and your settings')],
    [customer(), click('Add a trait')],
    [customer(), choose('More actions', 'Erase…')],
    ['/segments/buyers', click('More actions')],
    ['/journeys/thanks', click('Run')],
    ['/journeys/thanks', choose('Run', 'Pause…')],
    ['/journeys/thanks', choose('More actions', 'Versions')],
    // A live journey sends it, so it is asked whether it is meant.
    ['/content/thanks', choose('More actions', 'Archive')],
    ['/content/letter', click('Send a test')],
    ['/content/letter', click('Add a block')],
    ['/campaigns/spring', click('Start')],
    ['/insights/trend', click('Save')],
    ['/insights/trend', click('Note what happened')],
    ['/insights/trend?saved=views', choose('More actions', 'Rename…')],
    ['/insights/trend?saved=views', choose('More actions', 'Delete…')],
    ['/insights/power-users', (page) => page.locator('.cell-button').first().click()],
    ['/messages', (page) => page.getByRole('table').getByRole('button').first().click()],
    ['/data?tab=imports', click('Import a file')],
    ['/data?tab=sources', click('Add a source')],
    ['/settings?tab=members', click('Add a member')],
    ['/settings?tab=tokens', click('Create a token')],
    ['/settings?tab=channels', click('Add a channel')],
    ['/settings?tab=channels', click('Try it')],
    ['/goals', click('A goal from a saved report')],
  ];
  const click = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click();
  const choose = (menu, item) => async (page) => {
    await click(menu)(page);
    await page.getByRole('menuitem', { name: item }).click();
  };
  const customer = () => paths.find((p) => p.startsWith('/customers/'));

  for (const scheme of ['light', 'dark']) {
    it(`with whatever opens over it, in the ${scheme}`, async () => {
      const wrong = [];
      let opened = 0;
      const { page, context, unexpected } = await bed.open(null, { viewport: { width: 1440, height: 900 }, colorScheme: scheme });
      for (const [path, act] of windows()) {
        await page.goto(server.url + path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.waitForFunction(() => !document.querySelector('[data-loading]'));
        try {
          await act(page);
          await page.getByRole('dialog').or(page.getByRole('menu')).first().waitFor();
        } catch (error) {
          wrong.push(`${path}: it does not open: ${String(error.message).slice(0, 300)}`);
          continue;
        }
        opened += 1;
        await page.waitForFunction(() => !document.querySelector('[data-loading]'));
        wrong.push(...(await serious(page)).map((fault) => `${path} ${opened}: ${fault}`));
        if (pictures) await page.screenshot({ path: join(pictures, `window-${opened}-${scheme}.png`) });
      }
      // That something needs it is the server's answer.
      const needed = (text) => text.includes('409') && text.includes('/archive');
      assert.deepEqual([...wrong, ...unexpected().filter((text) => !needed(text))], []);
      assert.equal(opened, windows().length);
      await context.close();
    });
  }

  it('shows what was written and runs none of it', () =>
    bed.on('/customers?q=evil', async (page) => {
      await page.getByRole('link', { name: EVIL }).click();
      await page.getByRole('heading', { level: 1, name: EVIL }).waitFor();
      assert.equal(await page.locator('h1 img, h1 script').count(), 0);
      await page.getByText(RTL).first().waitFor();
    }));

  it('makes sense to a screen reader', () =>
    bed.on('/segments/buyers', async (page) => {
      await page.getByRole('heading', { level: 1, name: 'Buyers' }).waitFor();
      const tree = await page.locator('body').ariaSnapshot();
      for (const part of ['banner', 'navigation "Sections"', 'main', 'link "Segments"', 'heading "Buyers" [level=1]', 'tab "Rule" [selected]', 'textbox "Name"', 'button "Publish"']) {
        assert.ok(tree.includes(part), `${part} is missing in:\n${tree}`);
      }
    }));

  it('stays quick with many rows: a list of thousands draws what is in sight', async () => {
    const batch = Array.from({ length: 400 }, (_, i) => ({ type: 'identify', userId: `many-${i}`, traits: { email: `many${i}@example.com`, name: `Many ${i}` } }));
    await send(server, batch);
    await eventually('they are there', async () => assert.ok((await server.stats()).profiles >= 400));
    await bed.on('/customers?kind=known', async (page) => {
      await page.getByRole('row').nth(20).waitFor();
      for (let i = 0; i < 6; i += 1) {
        await page.mouse.wheel(0, 20_000);
        await page.waitForTimeout(250);
      }
      await page.waitForFunction(() => Number(document.querySelector('table')?.getAttribute('aria-rowcount')) >= 300);
      const drawn = await page.getByRole('row').count();
      assert.ok(drawn < 150, `${drawn} rows are drawn`);
      const ms = await scrolled(page, 1_500);
      assert.ok(ms < 100, `scrolling took ${ms} ms to be shown`);
    });
  });
});

/** Milliseconds until a page shows what it was scrolled to, by so many pixels a time: the best of several, for other work of the machine is not the page's. */
function scrolled(page, pixels) {
  return page.evaluate(async (far) => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 1; i <= 8; i += 1) {
      const begun = performance.now();
      window.scrollTo(0, i * far);
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      best = Math.min(best, performance.now() - begun);
    }
    return best;
  }, pixels);
}

/** Colours that cannot be told apart: all that another colour scheme changes for axe. */
const contrasts = (page) => serious(page, ['color-contrast']);
