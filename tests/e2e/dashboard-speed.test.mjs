// How long after somebody did something the screen shows it, in a list of 100,000 customers: scrolling, typing, choosing,
// opening. The budget is the 95th of a hundred; the numbers are printed.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { noBrowser } from '../compat/lib/browser.mjs';
import { Bed } from './bed.mjs';
import { customer, openShop } from './shop.mjs';

const ROWS = 100_000;
const PAGE = 10_000;
const BUDGET_MS = 100;
/** Other work of the machine is not the page's: the best of so many rounds counts. */
const ROUNDS = 3;

describe('interaction to paint', { skip: noBrowser }, () => {
  let server, bed, known;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    await customer(server, 'rosa', 'Rosa');
    [known] = (await server.api('GET', '/api/v1/profiles?limit=1&known=true')).items;
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const p95 = (list) => [...list].sort((a, b) => a - b)[Math.ceil(list.length * 0.95) - 1];

  /** A page with the long list on it, loaded to its end. Each of its customers is the one there is, by another id. */
  async function list() {
    const opened = await bed.open(null, { viewport: { width: 1440, height: 900 } });
    const { page } = opened;
    const pages = Array.from({ length: ROWS / PAGE }, (_, n) => {
      const items = Array.from({ length: PAGE }, (_, i) => n * PAGE + i).map((i) => ({ ...known, id: `row-${i}`, traits: { email: `row${i}@example.com`, plan: 'plus' }, event_count: i }));
      return JSON.stringify({ items, next_cursor: (n + 1) * PAGE < ROWS ? String(n + 1) : null });
    });
    // The browser fetches it by itself: what is handed over by the driver takes it longer than all that is measured.
    const asked = [];
    const long = createServer((request, answer) => {
      const n = Number(new URL(request.url, 'http://list').searchParams.get('cursor') ?? 0);
      asked.push(n);
      answer.writeHead(200, { 'content-type': 'application/json' }).end(pages[n]);
    }).listen(0, '127.0.0.1');
    long.unref();
    await once(long, 'listening');
    await page.route(/\/api\/v1\/profiles\?.*sort=last_seen/, (route) => route.continue({ url: `http://127.0.0.1:${long.address().port}/${new URL(route.request().url()).search}` }));
    await page.route('**/api/v1/profiles/row-*', async (route) => {
      const url = route.request().url().replace(/row-\d+/, known.id);
      await route.fulfill({ response: await route.fetch({ url }) });
    });
    await page.goto(`${server.url}/customers`);
    for (let n = 1; n <= pages.length; n += 1) {
      await page.waitForFunction((rows) => Number(document.querySelector('table')?.getAttribute('aria-rowcount')) === rows + 1, n * PAGE);
      await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    }
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.locator('tr[data-index="0"]').waitFor();
    // What people do, from the moment the browser gets it to the frame that shows it (Event Timing). What is faster than the
    // browser cares to report counts as the least it reports.
    await page.evaluate(() => {
      globalThis.took = [];
      new PerformanceObserver((found) => {
        for (const { name, duration } of found.getEntries()) if (['keydown', 'click'].includes(name)) globalThis.took.push(duration);
      }).observe({ type: 'event', durationThreshold: 16, buffered: false });
    });
    return { ...opened, asked };
  }
  /** Does `act` so many times and answers what each took. */
  async function timed(page, times, act) {
    await page.evaluate(() => globalThis.took.splice(0));
    for (let i = 0; i < times; i += 1) {
      await act(i);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20))));
    }
    const took = await page.evaluate(() => globalThis.took);
    return [...took, ...Array.from({ length: Math.max(0, times - took.length) }, () => 16)];
  }
  /** Measures in rounds until one is within the budget. */
  async function within(name, page, times, act) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const took = await (typeof act === 'function' && act.length === 0 ? act() : timed(page, times, act));
      rounds.push(p95(took));
      console.log(`# ${name}: p95 ${p95(took).toFixed(0)} ms, most ${Math.max(...took).toFixed(0)} ms, of ${took.length}`);
      if (p95(took) < BUDGET_MS) return;
    }
    assert.fail(`${name}: 95 of 100 are shown within ${rounds.map((ms) => ms.toFixed(0)).join(', ')} ms, not within ${BUDGET_MS}`);
  }

  it('scrolls', async () => {
    const { page, context, unexpected } = await list();
    const scroll = () =>
      page.evaluate(async () => {
        const took = [];
        for (let i = 1; i <= 60; i += 1) {
          const begun = performance.now();
          // Now a little, now far.
          window.scrollTo(0, i % 3 === 0 ? i * 60_000 : window.scrollY + 600);
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          took.push(performance.now() - begun);
        }
        return took;
      });
    await within('scrolling', page, 60, scroll);
    const drawn = await page.getByRole('row').count();
    assert.ok(drawn < 150, `${drawn} rows are drawn`);
    const seen = Number(await page.locator('tr[data-index]').last().getAttribute('data-index'));
    assert.ok(seen > ROWS / 2, `the jumps led to row ${seen}`);
    assert.deepEqual(unexpected(), []);
    await context.close();
  });

  it('takes what is typed into the search', async () => {
    const { page, context, unexpected } = await list();
    const field = page.getByRole('textbox', { name: 'Find customers' }).or(page.getByRole('searchbox', { name: 'Find customers' }));
    await field.click();
    await within('typing', page, 40, (i) => page.keyboard.press(i % 8 === 7 ? 'Backspace' : 'abcdefg'[i % 8]));
    assert.ok((await field.inputValue()).length > 20, 'every letter is there');
    assert.deepEqual(unexpected(), []);
    await context.close();
  });

  it('chooses rows', async () => {
    const { page, context, unexpected } = await list();
    const boxes = page.locator('tr[data-index] input[type=checkbox]');
    await boxes.first().waitFor();
    await within('choosing', page, 20, (i) => boxes.nth(i % 10).click());
    assert.deepEqual(unexpected(), []);
    await context.close();
  });

  it('opens a row, and comes back to the list', async () => {
    const { page, context, unexpected, asked } = await list();
    const [full, back] = [[], []];
    const before = asked.length;
    await within('opening', page, 10, async (i) => {
      const begun = performance.now();
      await page.locator(`tr[data-index="${i}"] a`).first().click();
      await page.waitForURL('**/customers/row-*');
      await page.getByRole('heading', { level: 1, name: 'Rosa' }).waitFor();
      full.push(performance.now() - begun);
      const returned = performance.now();
      await page.goBack();
      await page.locator('tr[data-index]').first().waitFor();
      back.push(performance.now() - returned);
    });
    // Long after, when what was read counts as old.
    await page.locator('tr[data-index="3"] a').first().click();
    await page.getByRole('heading', { level: 1, name: 'Rosa' }).waitFor();
    await sleep(11_000);
    await page.goBack();
    await page.locator('tr[data-index]').first().waitFor();
    console.log(`# until the customer's page is there: p95 ${p95(full).toFixed(0)} ms; until the list is again: p95 ${p95(back).toFixed(0)} ms`);
    assert.equal(asked.length, before, 'what was read is not read again');
    assert.deepEqual(unexpected(), []);
    await context.close();
  });
});
