// Lists by hand, archived documents, values of rules, what became of messages, and why a journey decided as it did.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, overflow, serious } from './bed.mjs';
import { customer, openShop, send } from './shop.mjs';

describe('people in the dashboard', { skip: noBrowser }, () => {
  let server, bed, cleo, dora;

  before(async () => {
    server = await openShop('http://127.0.0.1:9', { RAPPORT_DELIVERY__ALLOW_PRIVATE_ADDRESSES: 'true' });
    cleo = await customer(server, 'cleo', 'Cleo');
    dora = await customer(server, 'dora', 'Dora');
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  /** Chooses somebody where customers are found by typing. */
  const pick = async (page, label, name) => {
    await page.getByRole('combobox', { name: label }).or(page.getByRole('textbox', { name: label })).first().fill(name);
    await page.getByRole('option', { name }).first().click();
  };
  const clean = async (page) => {
    assert.deepEqual(await serious(page), []);
    assert.ok((await overflow(page)) <= 0, 'wider than the window');
  };
  const narrow = { viewport: { width: 390, height: 844 } };
  const document = async (kind, id, spec) => {
    await server.api('PUT', `/api/v1/resources/${kind}/${id}`, { kind, id, spec });
    await server.api('POST', `/api/v1/resources/${kind}/${id}/publish`, { confirm: true });
  };
  const membersOf = async (list) => (await server.api('GET', `/api/v1/segments/${list}/members`)).items.map((m) => m.profile.id).sort();

  it('makes a list by hand, adds one and a file, says whom nobody knows, and takes one off', () =>
    bed.on('/segments', async (page) => {
      await page.getByRole('link', { name: 'New list' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Press');
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.waitForURL('**/segments/press?tab=members');
      await pick(page, 'Add a customer', 'Cleo');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('link', { name: 'Cleo' }).waitFor();
      const file = { name: 'press.csv', mimeType: 'text/csv', buffer: Buffer.from('email\ndora@example.com\nnobody@example.com\n') };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByRole('button', { name: 'Upload' }).click();
      const result = page.getByRole('status').filter({ hasText: 'The file was read' });
      await result.filter({ hasText: 'One customer was added.' }).filter({ hasText: 'nobody@example.com' }).waitFor();
      await page.getByRole('link', { name: 'Dora' }).waitFor();
      await clean(page);
      await page.getByRole('button', { name: 'Take off Cleo' }).click();
      await page.getByRole('link', { name: 'Cleo' }).waitFor({ state: 'detached' });
      await eventually('only Dora is on it', async () => assert.deepEqual(await membersOf('press'), [dora.id]));
      await page.setViewportSize(narrow.viewport);
      await clean(page);
    }));

  it('says why somebody is not in a segment', async () => {
    await document('segment', 'rich', { name: 'Rich', rule: 'events("Order Completed").sum("total") > 1000' });
    await bed.on('/segments/rich?tab=members', async (page) => {
      await pick(page, 'Why is somebody in it, or not?', 'Cleo');
      const drawer = page.getByRole('dialog', { name: 'Why rich?' });
      await drawer.getByText('They are not in it: the rule does not hold.').waitFor();
      await drawer.getByText('does not hold', { exact: true }).first().waitFor();
      await clean(page);
    });
  });

  it('takes an archiving back in the toast, and brings archived documents back from the archive', async () => {
    await document('segment', 'passing', { name: 'Passing', rule: 'traits.plan == "plus"' });
    const status = async () => (await server.api('GET', '/api/v1/resources/segment/passing')).status;
    const archive = async (page) => {
      await page.goto(`${server.url}/segments/passing`);
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Archive', exact: true }).click();
      await page.getByText('Archived; its versions are kept.').waitFor();
    };
    await bed.on('/segments', async (page) => {
      await archive(page);
      await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
      await page.getByText('It is live again.').waitFor();
      assert.equal(await status(), 'live');
      await archive(page);
      assert.equal(await status(), 'archived');
      await page.getByRole('link', { name: 'Archived ones' }).click();
      await page.getByRole('button', { name: 'Restore Passing' }).waitFor();
      await clean(page);
      await page.getByRole('searchbox', { name: 'Find in the archive' }).fill('nothing like it');
      await page.getByRole('button', { name: 'Restore Passing' }).waitFor({ state: 'detached' });
      await page.getByRole('searchbox', { name: 'Find in the archive' }).fill('passing');
      await page.getByRole('button', { name: 'Restore Passing' }).click();
      await page.getByText('It is a draft again.').waitFor();
      assert.equal(await status(), 'draft');
      await page.setViewportSize(narrow.viewport);
      await clean(page);
    });
  });

  it('offers the values a trait really has, in the builder and in the text', () =>
    bed.on(`/segments/new?rule=${encodeURIComponent('traits.plan == "x"')}`, async (page) => {
      page.on('dialog', (dialog) => dialog.accept());
      const value = page.getByRole('textbox', { name: 'Value' }).or(page.getByRole('combobox', { name: 'Value' })).first();
      await value.fill('pl');
      await page.getByRole('option', { name: 'plus' }).click();
      await page.getByTestId('audience').filter({ hasText: /^2$/ }).waitFor();
      await page.getByText('Text', { exact: true }).click();
      const editor = page.locator('.cm-content');
      await editor.click();
      await page.keyboard.press('Control+A');
      await page.keyboard.type('traits.first_name == "C');
      await page.locator('.cm-tooltip-autocomplete').getByText('Cleo').click();
      await page.getByTestId('audience').filter({ hasText: /^1$/ }).waitFor();
      assert.match(await editor.textContent(), /traits\.first_name == "Cleo"/);
    }));

  it('tells the way of a message, and in words why it was not sent', async () => {
    await server.api('POST', '/api/v1/suppressions', { address: 'dora@example.com' });
    await server.api('POST', '/api/v1/messages', { to: { profile: dora.id }, template: 'thanks' });
    await eventually('it was skipped', async () => {
      const { items } = await server.api('GET', '/api/v1/messages?status=skipped');
      assert.equal(items[0]?.reason, 'suppressed');
    });
    await bed.on('/messages', async (page) => {
      await page.getByRole('button', { name: /^sent: what became of Thank you, Cleo/ }).first().click();
      const way = page.getByRole('list', { name: 'What became of it' });
      await way.getByText('Decided and queued').waitFor();
      await way.getByText('Sent to the provider').waitFor();
      await clean(page);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^skipped: what became of/ }).first().click();
      await page.getByRole('dialog').getByText('Their address is suppressed').waitFor();
      await clean(page);
    });
  });

  it('tries again what was given up', async () => {
    let status = 500;
    const program = createServer((request, response) => response.writeHead(status).end());
    await new Promise((ready) => program.listen(0, '127.0.0.1', ready));
    try {
      await document('channel', 'hook', { kind: 'webhook', url: `http://127.0.0.1:${program.address().port}/` });
      await document('template', 'call', { name: 'A call', channel: 'webhook' });
      const count = async (wanted) => (await server.api('GET', `/api/v1/messages?status=${wanted}`)).items.filter((m) => m.template === 'call').length;
      // Another program's message was given up as well, and is not asked for again.
      await document('template', 'other', { name: 'Another call', channel: 'webhook' });
      await server.api('POST', '/api/v1/messages', { to: { profile: cleo.id }, template: 'other', expires: '1s' });
      // It is not worth sending any more when the second attempt would come.
      for (const who of [cleo, dora]) await server.api('POST', '/api/v1/messages', { to: { profile: who.id }, template: 'call', expires: '1s' });
      await eventually('both were given up', async () => assert.equal(await count('failed'), 2));
      status = 200;
      await bed.on('/messages?status=failed', async (page) => {
        await page.getByRole('button', { name: 'failed: what became of A call' }).first().click();
        const drawer = page.getByRole('dialog');
        await drawer.getByRole('alert').filter({ hasText: /Given up after/ }).or(drawer.getByText(/Given up after \d/)).first().waitFor();
        await clean(page);
        await drawer.getByRole('button', { name: 'Try again' }).click();
        await page.getByText('It is in the queue again.').waitFor();
        await eventually('the first is sent', async () => assert.equal(await count('sent'), 1));
        await eventually('the other one was given up too', async () => assert.equal((await server.api('GET', '/api/v1/messages?status=failed&template=other')).items.length, 1));
        await page.goto(`${server.url}/messages?status=failed&template=call`);
        await page.getByRole('button', { name: 'Try all again' }).click();
        await page.getByRole('dialog').getByText(/^One message that was given up/).waitFor();
        await page.getByRole('dialog').getByRole('button', { name: 'Try all again' }).click();
        await page.getByText('One message is in the queue again.').waitFor();
        await eventually('the other is sent', async () => assert.equal(await count('sent'), 2));
        assert.equal((await server.api('GET', '/api/v1/messages?status=failed&template=other')).items.length, 1);
      });
    } finally {
      program.close();
    }
  });

  it('steps a customer through a journey with chosen answers, and nothing leaves', async () => {
    const steps = [
      { id: 'ask', wait: { event: { name: 'Order Completed' }, for: '3d' }, next: 'thank', otherwise: 'end' },
      { id: 'thank', send: { channel: 'email', template: 'thanks', topic: 'offers' }, next: 'end' },
    ];
    await document('journey', 'second', { name: 'Second order', trigger: { event: { name: 'Cart Viewed' } }, steps });
    const sent = async () => (await server.api('GET', '/api/v1/stats')).messages.sent;
    const before = await sent();
    await bed.on('/journeys/second?tab=try', async (page) => {
      await pick(page, 'Customer', 'Cleo');
      await page.getByRole('button', { name: 'Step through' }).click();
      const told = page.getByRole('list', { name: 'What would happen' });
      await told.getByText('Enters the journey').waitFor();
      await told.getByText('Goes on by “timed out”').waitFor();
      assert.equal(await told.getByText(/Gets the message thanks/).count(), 0);
      await page.getByRole('combobox', { name: 'At ask' }).or(page.getByRole('textbox', { name: 'At ask' })).first().click();
      await page.getByRole('option', { name: 'it comes, or succeeds' }).click();
      await told.getByText('Gets the message thanks by e-mail').waitFor();
      await clean(page);
      await page.setViewportSize(narrow.viewport);
      await clean(page);
    });
    assert.equal(await sent(), before);
  });

  it('says why somebody came into a journey, and why somebody did not', async () => {
    const steps = [{ id: 'thank', send: { channel: 'email', template: 'thanks', topic: 'offers' } }];
    const spec = { name: 'Large orders', trigger: { event: { name: 'Order Completed' } }, entry: { when: 'events("Order Completed").sum("total") > 100' }, reentry: 'always', steps };
    await document('journey', 'large', spec);
    await send(server, [{ type: 'track', userId: 'user-cleo', event: 'Order Completed', properties: { order_id: 'o-3', total: 300 } }, { type: 'track', userId: 'user-dora', event: 'Order Completed', properties: { order_id: 'o-4', total: 1 } }]);
    await eventually('Cleo entered', async () => {
      const names = (await server.events(cleo.id)).filter((e) => e.event === 'Journey Entered' && e.properties.journey === 'large');
      assert.equal(names.length, 1);
    });
    await bed.on('/journeys/large?tab=why', async (page) => {
      await pick(page, 'Customer', 'Dora');
      await page.getByRole('status').filter({ hasText: 'They were never in it.' }).waitFor();
      const decided = page.getByRole('list', { name: 'What the live version decides' });
      await decided.getByText(/Is not let in/).first().waitFor();
      await decided.getByText('does not hold', { exact: true }).first().waitFor();
      await clean(page);
      await pick(page, 'Customer', 'Cleo');
      await page.getByRole('status').filter({ hasText: 'They were in it and left.' }).waitFor();
      await decided.getByText('Enters the journey').first().waitFor();
      await page.setViewportSize(narrow.viewport);
      await clean(page);
    });
  });

  it('shows scores and devices of a customer', async () => {
    const device = { type: 'ios', token: 'ab'.repeat(32) };
    await send(server, [{ type: 'track', userId: 'user-cleo', event: 'App Opened', context: { device } }]);
    await eventually('the device is known', async () => {
      const { devices } = await server.api('GET', `/api/v1/profiles/${cleo.id}`);
      assert.deepEqual(devices.map((d) => [d.kind, d.channel]), [['apns', 'push']]);
    });
    await bed.on(`/customers/${cleo.id}`, async (page) => {
      await page.getByRole('region', { name: 'Devices' }).getByText('an app (Apple)').waitFor();
      await page.getByRole('region', { name: 'Scores' }).getByText('Best hour').waitFor();
      await clean(page);
      await page.setViewportSize(narrow.viewport);
      await clean(page);
    });
  });
});
