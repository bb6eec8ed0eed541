// Journeys and campaigns driven, audiences understood, what was sent held against what was planned.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed } from './bed.mjs';
import { customer, openShop, send } from './shop.mjs';

const wait = (id, template) => ({ name: 'By hand', trigger: { manual: {} }, reentry: 'always', steps: [{ id: 'rest', wait: '30d' }, { id, send: { channel: 'email', template } }] });

describe('running things in the dashboard', { skip: noBrowser }, () => {
  let server, bed;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    await customer(server, 'ida', 'Ida');
    await customer(server, 'jon', 'Jon');
    await send(server, [{ type: 'identify', userId: 'quiet', traits: { first_name: 'Quiet', email: 'quiet@example.com' } }]);
    const put = (kind, id, spec) => server.api('PUT', `/api/v1/resources/${kind}/${id}?publish=true&confirm=true`, spec);
    await put('journey', 'by-hand', wait('hello', 'thanks'));
    await put('segment', 'everybody', { name: 'Everybody', rule: 'has(traits.email)' });
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const choose = async (page, scope, label, option) => {
    await scope.getByRole('combobox', { name: label, exact: true }).or(scope.getByRole('textbox', { name: label, exact: true })).first().click();
    await page.getByRole('option', { name: option, exact: true }).first().click();
  };
  const run = async (page, item) => {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
    return page.getByRole('dialog');
  };
  const inside = (id) => server.api('GET', `/api/v1/journeys/${id}`);

  it('sends an audience in, after counting it', () =>
    bed.on('/journeys/by-hand', async (page) => {
      const dialog = await run(page, 'Send people in…');
      await choose(page, dialog, 'Segment', 'Buyers');
      await dialog.getByRole('button', { name: 'Count first' }).click();
      await dialog.getByText('2 people would be sent in.').waitFor();
      await dialog.getByRole('button', { name: 'Send 2 people in' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await eventually('they are inside', async () => assert.equal((await inside('by-hand')).active, 2));
      await page.locator('.flow-node').filter({ hasText: '30d' }).getByText('2', { exact: true }).waitFor({ timeout: 15_000 });
    }));

  it('pauses and resumes, and says what it means for people', () =>
    bed.on('/journeys/by-hand', async (page) => {
      let dialog = await run(page, 'Pause…');
      await dialog.getByText('2 people are inside now.').waitFor();
      await dialog.getByText('Everybody stays where they are. Nobody is thrown out.').waitFor();
      await dialog.getByRole('button', { name: 'Pause', exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.getByText(/^paused/).waitFor();
      assert.ok((await server.api('GET', '/api/v1/journeys/by-hand/stats')).paused_since);
      dialog = await run(page, 'Resume…');
      await dialog.getByRole('radio', { name: 'Let waits go on for as long as they had left' }).waitFor();
      await dialog.getByRole('button', { name: 'Resume', exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      await eventually('it goes on', async () => assert.equal((await server.api('GET', '/api/v1/journeys/by-hand/stats')).paused_since ?? null, null));
    }));

  it('draws what changed between versions, and moves people over', async () => {
    await server.api('PUT', '/api/v1/resources/journey/by-hand?publish=true&confirm=true', {
      ...wait('greet', 'thanks'),
      steps: [{ id: 'rest', wait: '40d' }, { id: 'mark', update: { set: { greeted: true } } }, { id: 'greet', send: { channel: 'email', template: 'thanks' } }],
    });
    await bed.on('/journeys/by-hand?tab=versions', async (page) => {
      await choose(page, page, 'From', 'Version 1');
      await page.locator('.flow-node[data-mark=removed]').filter({ hasText: 'hello' }).waitFor();
      await page.locator('.flow-node[data-mark=added]').filter({ hasText: 'mark' }).waitFor();
      await page.locator('.flow-node[data-mark=changed]').filter({ hasText: 'rest' }).waitFor();
      await page.getByText('40d', { exact: true }).first().waitFor();
      const dialog = await run(page, /^Move 2 people/);
      await dialog.getByRole('row', { name: /rest/ }).waitFor();
      await dialog.getByRole('button', { name: 'Move them' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await eventually('they are on the new version', async () => assert.deepEqual(Object.keys((await inside('by-hand')).steps), ['2']));
    });
  });

  it('lays a simulation over the canvas', () =>
    bed.on('/journeys/thanks', async (page) => {
      await page.getByRole('button', { name: 'Simulate 30 days' }).click();
      await page.getByText('The numbers on the ways are those of the simulation').waitFor({ timeout: 20_000 });
      await page.getByText(/would have entered/).waitFor();
    }));

  it('has a form for every step and every beginning', () =>
    bed.on('/journeys/new', async (page) => {
      await page.getByRole('button', { name: /^Begin with nothing/ }).click();
      await page.getByText('List', { exact: true }).click();
      for (const action of ['Send', 'Wait', 'Branch', 'Split', 'Experiment', 'Winner', 'Update', 'Record', 'Call', 'List', 'Limit', 'Digest', 'Jump', 'Start', 'Reaction']) {
        await page.getByRole('button', { name: 'Add a step after the beginning' }).click();
        await page.getByRole('menuitem', { name: new RegExp(`^${action} `) }).click();
        const form = page.getByRole('region', { name: action, exact: true });
        await form.getByRole('textbox', { name: 'Note' }).waitFor();
        assert.equal(await form.getByText('no JSON yet').count(), 0);
        await page.getByRole('button', { name: 'Remove this step' }).click();
      }
      await page.getByRole('button', { name: /^Begins/ }).click();
      for (const trigger of ['Entering or leaving a segment', 'A date of the customer', 'The calendar', 'A call of the API', 'Another journey', 'By hand', 'An event']) {
        await choose(page, page, 'Begins with', trigger);
        await page.getByRole('combobox', { name: 'Coming again' }).or(page.getByRole('textbox', { name: 'Coming again' })).first().waitFor();
      }
      // What stands for a moment is checked when nothing follows it soon, and is not a journey yet.
    }, { maybe: /resources\/journey\/new-journey\?dry_run=true/ }));

  it('asks once more before something is published that looks like a mistake', () =>
    bed.on('/journeys/new', async (page) => {
      await page.getByRole('button', { name: /^Begin with nothing/ }).click();
      await page.getByText('Document', { exact: true }).click();
      const spec = { name: 'For nobody', trigger: { schedule: { at: '2099-01-01T09:00', audience: { rule: 'traits.plan == "nobody has it"' } } }, steps: [{ id: 'thank', send: { channel: 'email', template: 'thanks' } }] };
      await page.getByRole('textbox', { name: 'The whole document' }).fill(JSON.stringify(spec));
      await page.getByRole('button', { name: 'Publish' }).click();
      const dialog = page.getByRole('dialog', { name: 'Is this meant?' });
      await dialog.getByText(/nobody is in the audience/).waitFor();
      await dialog.getByRole('button', { name: 'Publish all the same' }).click();
      await page.waitForURL('**/journeys/for-nobody*');
      // The browser notes that the server refused the first attempt.
    }, { refused: /(409|Failed to load resource).*\/resources\/journey\/for-nobody/ }));

  it('makes a campaign of two versions, starts it, and reads how it does', () =>
    bed.on('/campaigns/new', async (page) => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Spring');
      await choose(page, page.getByRole('region', { name: 'Whom' }), 'Segment', 'Buyers');
      await page.getByTestId('audience').filter({ hasText: /^2$/ }).waitFor();
      await choose(page, page, 'What to send', 'Thanks');
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.waitForURL('**/campaigns/spring');
      await page.getByText('It is live and begins when you start it.').waitFor();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('dialog').getByText(/^Of \d+ in the audience it reaches \d+ now/).waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await eventually('both got it', async () => assert.equal((await server.api('GET', '/api/v1/campaigns/spring')).sent, 2));
      await page.getByRole('table').getByRole('cell', { name: '2', exact: true }).first().waitFor();
      await page.goto(`${server.url}/campaigns`);
      await page.getByRole('row', { name: /Spring/ }).waitFor();
    }));

  it('keeps a computed trait, and shows whose it is', () =>
    bed.on('/traits/new', async (page) => {
      await choose(page, page, 'Begin with', 'Spent in all');
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.waitForURL('**/traits/total_spent');
      await page.getByRole('region', { name: 'Examples' }).getByText('59').first().waitFor({ timeout: 20_000 });
    }));

  it('says what is wrong with a value, in place', () =>
    bed.on('/traits/new', async (page) => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Broken');
      await page.locator('.cm-content').click();
      await page.keyboard.type('evnts("A").count()');
      await page.getByRole('alert').filter({ hasText: /evnts|events/ }).waitFor();
    }, { refused: /(400|Failed to load resource).*dry_run/ }));

  it('compares segments, and makes a segment of the difference', () =>
    bed.on('/segments?tab=overlap&s=buyers,everybody', async (page) => {
      const row = page.getByRole('row').filter({ hasText: '1' }).filter({ has: page.getByRole('link', { name: 'Make a segment' }) }).first();
      await row.waitFor();
      await row.getByRole('link', { name: 'Make a segment' }).click();
      await page.waitForURL('**/segments/new?rule=*');
      await page.getByTestId('audience').filter({ hasText: /^1$/ }).waitFor();
    }));

  it('finds personas', async () => {
    const batch = [];
    for (let i = 0; i < 40; i += 1) {
      batch.push({ type: 'identify', userId: `p-${i}`, traits: { email: `p${i}@example.com` } });
      for (let j = 0; j < (i % 2 ? 1 : 8); j += 1) batch.push({ type: 'track', userId: `p-${i}`, event: 'Visited', properties: { depth: i % 2 ? 1 : 30 + j } });
    }
    await send(server, batch);
    await eventually('they are there', async () => assert.ok((await server.stats()).profiles >= 43));
    await server.api('PUT', '/api/v1/resources/persona_model/visitors?publish=true', {
      name: 'Visitors', min_personas: 2, max_personas: 3,
      features: [{ name: 'visits', value: 'events("Visited").count()' }, { name: 'depth', value: 'events("Visited").avg("depth")' }],
    });
    await bed.on('/personas/visitors', async (page) => {
      await page.getByRole('button', { name: 'Find the groups' }).click();
      await page.getByRole('article').first().waitFor({ timeout: 30_000 });
      assert.ok((await page.getByRole('article').count()) >= 2);
      await page.getByRole('article').first().getByRole('link', { name: 'See these customers' }).click();
      await page.waitForURL('**/segments/visitors-*');
    });
  });

  it('holds what was seen against the tracking plan', () =>
    bed.on('/data?tab=plan', async (page) => {
      await page.getByRole('row', { name: /Order Completed/ }).getByText('not planned').waitFor();
      await page.getByRole('button', { name: /^Take in what was seen/ }).click();
      await page.getByRole('row', { name: /Order Completed/ }).getByText('as planned').waitFor();
      await page.getByRole('button', { name: 'Publish' }).click();
      await eventually('it is live', async () => assert.ok((await server.api('GET', '/api/v1/resources/tracking_plan/default')).live_version));
      await send(server, [{ type: 'track', userId: 'user-ida', event: 'Order Completed', properties: { order_id: 'o-9', total: 'many', voucher: 'X' } }]);
      await eventually('the catalogue knows', async () => {
        const { events } = await server.api('GET', '/api/v1/events/catalogue');
        assert.ok(events.find((e) => e.name === 'Order Completed').properties.voucher);
      });
      await page.reload();
      const row = page.getByRole('row', { name: /Order Completed/ });
      await row.getByText('differs').waitFor();
      await row.getByText('voucher is not planned').waitFor();
      await row.getByText(/total is/).waitFor();
    }));

  it('notes what happened, and shows it with every report of that day', () =>
    bed.on('/insights/trend', async (page) => {
      await page.getByRole('button', { name: 'Note what happened' }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'What happened' }).fill('The sale began');
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('region', { name: 'Notes' }).getByText('The sale began').waitFor();
      const file = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'PNG' }).click();
      const path = await (await file).path();
      const { readFile } = await import('node:fs/promises');
      const bytes = await readFile(path);
      assert.deepEqual([...bytes.subarray(1, 4)], [...Buffer.from('PNG')]);
      assert.ok(bytes.length > 2_000, 'the picture is not empty');
    }));

  it('reads the lift of a journey with a control group, and who is behind it', async () => {
    const request = { treated: { event: 'Product Viewed' }, control: { event: 'Visited' }, goal: { event: 'Order Completed' }, window: '7d' };
    await bed.on(`/insights/lift?r=${encodeURIComponent(JSON.stringify(request))}`, async (page) => {
      await page.getByText('Difference in percentage points').waitFor();
      await page.getByRole('row', { name: /Got it/ }).getByRole('button').first().click();
      await page.getByRole('dialog', { name: 'The people behind this number' }).getByRole('link').first().waitFor();
    });
    await bed.on('/insights/value', async (page) => {
      await page.getByText('Brought so far').first().waitFor();
      await page.getByRole('table', { name: '' }).first().waitFor();
    });
  });
});
