// Finding what is looked for in long lists, numbers that lead to people, and stopping what takes long.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, overflow, serious } from './bed.mjs';
import { customer, openShop, send } from './shop.mjs';

describe('finding in the dashboard', { skip: noBrowser }, () => {
  let server, bed, cleo, dora;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    cleo = await customer(server, 'cleo', 'Cleo');
    dora = await customer(server, 'dora', 'Dora');
    await send(server, [
      { type: 'group', userId: 'user-cleo', groupId: 'g-17', traits: { name: 'Acme' } },
      { type: 'group', userId: 'user-dora', groupId: 'g-17', traits: { name: 'Acme' } },
      { type: 'identify', userId: 'user-dora', traits: { plan: 'free', age: 41 } },
    ]);
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const field = (at, name) => at.getByRole('combobox', { name }).or(at.getByRole('textbox', { name })).first();
  const pick = async (page, at, label, option) => {
    await field(at, label).click();
    await page.getByRole('option', { name: option }).first().click();
  };
  const narrow = { viewport: { width: 390, height: 844 } };
  const clean = async (page) => {
    assert.deepEqual(await serious(page), []);
    assert.ok((await overflow(page)) <= 0, 'wider than the window');
  };
  const document = async (kind, id, spec) => {
    await server.api('PUT', `/api/v1/resources/${kind}/${id}`, { kind, id, spec });
    await server.api('POST', `/api/v1/resources/${kind}/${id}/publish`, { confirm: true });
  };
  const rowsOf = (page, name) => page.getByRole('table').getByRole('row', { name });

  it('finds customers by segment and trait, keeps both in the address, and takes them away again', async () => {
    await send(server, [{ type: 'identify', userId: 'user-emil', traits: { first_name: 'Emil', plan: 'plus' } }]);
    await eventually('Emil is there', () => server.profile('user_id', 'user-emil'));
    await bed.on('/customers', async (page) => {
      await page.getByRole('link', { name: 'Emil' }).waitFor();
      await page.getByRole('button', { name: 'Filter' }).click();
      const filter = page.getByRole('dialog');
      await pick(page, filter, 'In the segment', 'Buyers');
      await page.getByRole('link', { name: 'Emil' }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Cleo' }).waitFor();
      await pick(page, filter, 'Trait', 'plan');
      await field(filter, 'Value').fill('plus');
      await page.getByRole('link', { name: 'Dora' }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Cleo' }).waitFor();
      await clean(page);
      await page.keyboard.press('Escape');
      await page.reload();
      await page.getByRole('link', { name: 'Cleo' }).waitFor();
      const chips = page.getByRole('group', { name: 'Filters' });
      await chips.getByText('plan is plus').waitFor();
      await clean(page);
      await page.setViewportSize(narrow.viewport);
      await clean(page);
      await chips.getByRole('button', { name: 'Remove plan is plus' }).click();
      await page.getByRole('link', { name: 'Dora' }).waitFor();
      await chips.getByRole('button', { name: 'Remove Segment: Buyers' }).click();
      await page.getByRole('link', { name: 'Emil' }).waitFor();
    });
  });

  it('narrows a story by event, source and day on the server, as chips', () =>
    bed.on(`/customers/${cleo.id}`, async (page) => {
      const line = (name) => page.locator('ol.timeline').getByText(name, { exact: true }).first();
      await line('Product Viewed').waitFor();
      await page.getByText('Ours', { exact: true }).click();
      await line('Product Viewed').waitFor({ state: 'detached' });
      await line('Message Sent').waitFor();
      await page.getByText('Theirs', { exact: true }).click();
      await line('Product Viewed').waitFor();
      assert.equal(await line('Message Sent').count(), 0);
      await page.getByText('All', { exact: true }).click();
      await page.getByRole('button', { name: 'Filter' }).click();
      await pick(page, page.getByRole('dialog'), 'Event', 'Product Viewed');
      await page.keyboard.press('Escape');
      await page.getByText('Event: Product Viewed').waitFor();
      await line('Message Sent').waitFor({ state: 'detached' });
      assert.equal(await page.locator('ol.timeline > li').count(), 1);
      await clean(page);
      await page.goto(`${server.url}/customers/${cleo.id}?to=2020-01-01`);
      await page.getByText('Nothing was found').waitFor();
      await page.getByRole('button', { name: /^Remove Until/ }).click();
      await line('Product Viewed').waitFor();
    }));

  it('asks for the first page of a story alone while it is live', () =>
    bed.on(null, async (page) => {
      const views = Array.from({ length: 150 }, (_, i) => ({ type: 'track', userId: 'user-cleo', event: 'Page Turned', properties: { i } }));
      await send(server, views);
      const asked = [];
      page.on('request', (r) => /\/profiles\/[^/]+\/events/.test(r.url()) && asked.push(new URL(r.url()).searchParams.get('cursor')));
      await page.goto(`${server.url}/customers/${cleo.id}`);
      await page.getByRole('button', { name: 'Show more' }).click();
      await eventually('two pages are there', async () => assert.ok((await page.locator('ol.timeline > li').count()) > 150));
      const before = asked.length;
      await send(server, [{ type: 'track', userId: 'user-cleo', event: 'Just Now' }]);
      await page.getByText('Just Now', { exact: true }).waitFor();
      assert.ok(asked.length > before);
      assert.deepEqual(asked.slice(before).filter(Boolean), [], 'no later page was asked for again');
      assert.ok((await page.locator('ol.timeline > li').count()) > 151, 'what came before is still there');
    }));

  it('calls the receivers of messages by name with one call, and narrows by channel, sender and day', async () => {
    await bed.on(null, async (page) => {
      const asked = [];
      page.on('request', (r) => r.url().includes('/api/v1/profiles/') && asked.push(r.url()));
      await page.goto(`${server.url}/messages`);
      await rowsOf(page, /Thank you, Cleo/).getByRole('link', { name: 'Cleo', exact: true }).waitFor();
      await rowsOf(page, /Thank you, Dora/).getByRole('link', { name: 'Dora', exact: true }).waitFor();
      assert.equal(asked.length, 1, asked.join('\n'));
      const figure = (name) => page.getByRole('button', { name: new RegExp(`^${name}: `) });
      await figure('Sent').click();
      await page.waitForURL('**/messages?status=sent');
      await figure('Sent').click();
      await page.waitForURL((url) => !url.searchParams.has('status'));
      await pick(page, page, 'Channel', /^sms/i);
      await page.getByText('No message was found').waitFor();
      await figure('Sent').filter({ hasText: /^0$/ }).waitFor();
      await page.getByRole('button', { name: 'Clear search and filters' }).click();
      await pick(page, page, 'Journey or campaign', 'Thanks');
      await page.waitForURL('**/messages?journey=thanks');
      await rowsOf(page, /Thank you, Cleo/).waitFor();
      await page.getByLabel('Until', { exact: true }).fill('2020-01-01');
      await page.getByText('No message was found').waitFor();
      await clean(page);
      await page.setViewportSize(narrow.viewport);
      await clean(page);
    });
  });

  it('names a customer’s accounts, and finds one of an account’s members', () =>
    bed.on(`/customers/${dora.id}`, async (page) => {
      await page.getByRole('link', { name: 'Acme' }).click();
      await page.waitForURL('**/accounts/g-17');
      await page.getByRole('link', { name: 'Cleo' }).waitFor();
      await page.getByRole('searchbox', { name: 'Find members' }).fill('dora');
      await page.getByRole('link', { name: 'Cleo' }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Dora' }).waitFor();
      await page.getByRole('searchbox', { name: 'Find members' }).fill('nobody like this');
      await page.getByText('Nobody was found').waitFor();
    }));

  it('joins a profile that is found by typing', async () => {
    await send(server, [{ type: 'track', anonymousId: 'browser-of-dora', event: 'Product Viewed' }]);
    const other = await eventually('the browser is there', () => server.profile('anonymous_id', 'browser-of-dora'));
    await bed.on(`/customers/${dora.id}`, async (page) => {
      const same = page.getByRole('region', { name: 'Same person' });
      await same.getByText('Join another profile').click();
      await field(same, 'Who is the same person').fill('browser-of-dora');
      await page.getByRole('option', { name: /browser-of-dora/ }).click();
      await same.getByRole('button', { name: 'Join' }).click();
      await eventually('they are one', async () => assert.equal((await server.profile('anonymous_id', 'browser-of-dora')).id, dora.id));
      await same.getByText(other.id).waitFor();
    });
  });

  it('says that nothing fits where a filter finds nothing, not that there is nothing', () =>
    bed.on('/data?tab=catalogue&q=nosuchthing', async (page) => {
      await page.getByText('Nothing was found').waitFor();
      await page.getByRole('button', { name: 'Clear search and filters' }).click();
      await page.getByRole('link', { name: 'Order Completed', exact: true }).waitFor();
      await page.goto(`${server.url}/data?tab=quality&reason=nosuchreason`);
      await page.getByText('Nothing was found').waitFor();
      await page.getByRole('button', { name: 'Clear search and filters' }).click();
      await page.getByText('Everything was accepted').waitFor();
    }));

  it('finds saved reports and dashboards, beyond what a page holds', async () => {
    const report = (name) => ({ name, report: 'trend', request: { series: [{ event: 'Order Completed', measure: 'events' }] } });
    for (let i = 0; i < 120; i += 1) await server.api('PUT', `/api/v1/resources/insight/many-${i}?publish=true`, report(`Many ${i}`));
    await server.api('PUT', '/api/v1/resources/insight/zebra?publish=true', report('Zebra stripes'));
    await bed.on('/insights', async (page) => {
      const saved = page.getByRole('region', { name: 'Saved' });
      await saved.getByRole('link', { name: 'Many 1', exact: true }).waitFor();
      await page.getByRole('region', { name: 'Dashboards' }).getByText(/^No dashboards yet/).waitFor();
      await saved.getByRole('button', { name: 'Show more' }).click();
      await eventually('all of them are there', async () => assert.equal(await saved.getByRole('link').count(), 121));
      await page.getByRole('searchbox', { name: 'Find dashboards and reports' }).fill('zebra');
      await saved.getByRole('link', { name: 'Zebra stripes' }).waitFor();
      await saved.getByRole('link', { name: 'Many 1', exact: true }).waitFor({ state: 'detached' });
      await page.getByText('No dashboard was found').waitFor();
      await clean(page);
    });
  });

  it('leads from the numbers of a journey to the people behind them', async () => {
    await document('journey', 'wait', { name: 'Wait', trigger: { event: { name: 'Cart Viewed' } }, steps: [{ id: 'pause', wait: { for: '3d' }, next: 'end' }] });
    await send(server, [{ type: 'track', userId: 'user-cleo', event: 'Cart Viewed' }]);
    await eventually('Cleo waits', async () => assert.equal((await server.api('GET', '/api/v1/journeys/wait')).active, 1));
    await bed.on('/journeys/wait', async (page) => {
      await page.getByRole('button', { name: 'Entered: 1, who they are' }).click();
      await page.getByRole('dialog', { name: 'The people behind this number' }).getByRole('link', { name: 'Cleo' }).waitFor();
      await clean(page);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'On the way: 1' }).click();
      await page.waitForURL('**/journeys/wait?tab=people');
      await page.goto(`${server.url}/journeys/wait`);
      await page.locator('.react-flow__node[data-id="pause"] .flow-count').click();
      await page.waitForURL('**/journeys/wait?tab=people&at=pause');
      await page.getByRole('table').getByRole('link', { name: 'Cleo' }).waitFor();
      await page.goto(`${server.url}/journeys/wait`);
      await page.locator('.flow-passed').first().click();
      await page.waitForURL('**/journeys/wait?tab=people&at=pause');
      // For keys and telephones it is in the step's form.
      await page.goto(`${server.url}/journeys/wait?step=pause&view=list`);
      await page.getByRole('button', { name: 'One customer is here now' }).click();
      await page.waitForURL(/tab=people/);
      await page.goto(`${server.url}/journeys/wait`);
      await page.locator('.flow-count').waitFor();
      await clean(page);
    });
  });

  it('keeps the numbers of a branch apart on the canvas', async () => {
    const steps = [
      { id: 'fork', branch: [{ when: 'events("Order Completed").exists()', goto: 'thank' }, { when: 'events("Product Viewed").exists()', goto: 'tell' }], otherwise: 'tell' },
      { id: 'thank', wait: { for: '1d' }, next: 'end' },
      { id: 'tell', wait: { for: '1d' }, next: 'end' },
    ];
    await document('journey', 'fork', { name: 'Fork', trigger: { event: { name: 'Cart Viewed' } }, reentry: 'always', steps });
    const saw = (userId, event) => ({ type: 'track', userId, event });
    const lookers = Array.from({ length: 12 }, (_, i) => [saw(`looker-${i}`, 'Product Viewed'), saw(`looker-${i}`, 'Cart Viewed')]).flat();
    await send(server, [saw('user-cleo', 'Cart Viewed'), ...lookers, ...Array.from({ length: 7 }, (_, i) => saw(`other-${i}`, 'Cart Viewed'))]);
    await eventually('they came', async () => assert.equal((await server.api('GET', '/api/v1/journeys/fork')).entered, 20));
    await bed.on('/journeys/fork', async (page) => {
      for (const text of ['20', '1 · 5', '12 · 60', '7 · 35']) await page.locator('.flow-way .tag').filter({ hasText: text }).first().waitFor();
      const boxes = await page.locator('.flow-way').evaluateAll((all) => all.map((e) => e.getBoundingClientRect()).map(({ left, right, top, bottom }) => ({ left, right, top, bottom })));
      assert.ok(boxes.length > 4, `${boxes.length} ways`);
      const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
      for (const [i, a] of boxes.entries()) for (const b of boxes.slice(i + 1)) assert.ok(!meet(a, b), `${JSON.stringify(a)} over ${JSON.stringify(b)}`);
    });
  });

  it('tells of a campaign what was delivered, came back, was called spam and left, and its lift', async () => {
    await document('campaign', 'spring', { name: 'Spring', audience: { segment: 'buyers' }, template: 'thanks', topic: 'offers', goal: { event: { name: 'Order Completed' } }, holdout: 50 });
    await server.api('POST', '/api/v1/campaigns/spring/start', {});
    await eventually('it went through', async () => {
      const found = await server.api('GET', '/api/v1/campaigns/spring');
      assert.ok(found.people >= 2 && ['sending', 'sent'].includes(found.state), JSON.stringify(found));
    });
    await bed.on('/campaigns/spring', async (page) => {
      for (const name of ['Delivered', 'Opened', 'Clicked', 'Came back', 'Called spam', 'Unsubscribed', 'Lift']) await page.getByRole('term').filter({ hasText: new RegExp(`^${name}$`) }).waitFor();
      await page.getByRole('region', { name: 'Results' }).getByRole('link', { name: /^Lift/ }).waitFor();
      await page.getByRole('button', { name: /^People: \d+, who they are/ }).click();
      await page.getByRole('dialog', { name: 'The people behind this number' }).getByRole('link', { name: 'Cleo' }).waitFor();
      await clean(page);
      await page.keyboard.press('Escape');
      await page.setViewportSize(narrow.viewport);
      await clean(page);
    });
  });

  it('stops a simulation and an upload, and nothing is said to have failed', () =>
    bed.on('/journeys/thanks?tab=simulation', async (page) => {
      await page.route('**/api/v1/simulations', async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        await route.continue().catch(() => {});
      });
      await page.getByRole('button', { name: 'Simulate', exact: true }).click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
      assert.equal(await page.getByRole('alert').count(), 0);
      await page.unroute('**/api/v1/simulations');
      await page.getByRole('button', { name: 'Simulate', exact: true }).click();
      await page.getByText('Events looked at').waitFor();

      await page.goto(`${server.url}/data?tab=imports`);
      await page.route('**/api/v1/imports?name=*', () => {});
      await page.getByRole('button', { name: 'Import a file' }).click();
      const dialog = page.getByRole('dialog', { name: 'Import a file' });
      await dialog.locator('input[type=file]').setInputFiles({ name: 'wrong.csv', mimeType: 'text/csv', buffer: Buffer.from('user_id,event,time\nx,Y,2026-01-05T10:00:00Z\n') });
      await dialog.getByRole('button', { name: 'Import', exact: true }).click();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await dialog.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
      assert.equal(await dialog.getByRole('alert').count(), 0);
      await dialog.getByRole('button', { name: 'Import', exact: true }).click({ trial: true });
      assert.equal((await server.api('GET', '/api/v1/imports')).items.length, 0);
    }, { refused: /aborted|ERR_|Failed to load/ }).catch((error) => {
      // Browsers differ in whether they say that a call was ended.
      if (!/nothing was refused/.test(error.message)) throw error;
    }));

  it('draws how large a segment was with its days and numbers', async () => {
    const at = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString();
    await bed.on(null, async (page) => {
      await page.route('**/api/v1/segments/buyers/history*', (route) => route.fulfill({ json: { items: [{ at: at(200), count: 3 }, { at: at(100), count: 5 }, { at: at(2), count: 4 }], next_cursor: null } }));
      await page.goto(`${server.url}/segments/buyers`);
      const size = page.getByRole('region', { name: 'Size' });
      await size.getByRole('img', { name: /^How many were in it, from/ }).waitFor();
      await size.getByText('As a table').click();
      assert.equal(await size.getByRole('table').getByRole('row').count(), 4);
      await clean(page);
    });
  });

  it('offers a template that is not among the first hundred', async () => {
    const spec = (name) => ({ name, channel: 'email', subject: 'x', html: '<p>x</p>', topic: 'offers' });
    for (let i = 0; i < 105; i += 1) await server.api('PUT', `/api/v1/resources/template/filler-${i}`, spec(`Filler ${i}`));
    await server.api('PUT', '/api/v1/resources/template/zz-last?publish=true', spec('Zulu greeting'));
    await bed.on('/campaigns/new', async (page) => {
      await field(page, 'What to send').fill('Zulu');
      await page.getByRole('option', { name: 'Zulu greeting' }).click();
      await page.getByRole('link', { name: 'Open it' }).waitFor();
      assert.equal(await field(page, 'What to send').inputValue(), 'Zulu greeting');
    });
  });
});
