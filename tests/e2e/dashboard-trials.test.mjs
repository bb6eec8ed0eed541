// Trying things before they count: previews with a language and what began the message, keys of push, pages as customers see
// them, and lists in and out by file.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, overflow, serious } from './bed.mjs';
import { customer, openShop, send } from './shop.mjs';

const pictures = process.env.RAPPORT_SCREENSHOTS;

describe('trying things in the dashboard', { skip: noBrowser }, () => {
  let server, bed, nora;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    nora = await customer(server, 'nora', 'Nora');
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const publish = (kind, id, spec) => server.api('PUT', `/api/v1/resources/${kind}/${id}?publish=true&confirm=true`, spec);
  const field = (scope, name) => scope.getByRole('combobox', { name, exact: true }).or(scope.getByRole('textbox', { name, exact: true })).first();
  const choose = async (scope, page, label, option) => {
    await field(scope, label).click();
    await page.getByRole('option', { name: option, exact: true }).first().click();
  };
  /** No fault of accessibility, and nothing wider than the window, as it is and on a telephone; pictures of both in light and dark. */
  const judged = async (page, name) => {
    for (const [width, scheme] of [[1440, 'light'], [390, 'dark']]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      assert.deepEqual(await serious(page), [], `${name} ${width}`);
      assert.ok((await overflow(page)) <= 0, `${name} is wider than ${width}`);
      if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}-${scheme}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  };

  it('shows a message with the newest event and in another language, and sends the test so', async () => {
    const translations = { de: { subject: 'Danke, {{ profile.first_name }}', html: '<p>Bestellung {{ event.properties.order_id }} über {{ event.properties.total }}</p>' } };
    await publish('template', 'receipt', { name: 'Receipt', channel: 'email', subject: 'Thank you', language: 'en', transactional: true, html: '<p>Order {{ event.properties.order_id }} of {{ journey.name }}</p>', translations });
    await publish('journey', 'receipts', { name: 'Receipts', trigger: { event: { name: 'Order Completed', key: 'order_id' } }, reentry: 'always', steps: [{ id: 'a', send: { channel: 'email', template: 'receipt' } }] });
    await bed.on('/content/receipt', async (page) => {
      const preview = page.getByRole('region', { name: 'Preview' });
      const mail = page.frameLocator('iframe[title="The mail"]');
      await mail.getByText('Order of').waitFor();
      await preview.getByText('Values of what begins it').click();
      await field(preview, 'As the newest event gives them').click();
      await page.getByText('Begins a journey with this message').waitFor();
      await page.getByRole('option', { name: 'Order Completed', exact: true }).click();
      await mail.getByText('Order o-nora of Receipts').waitFor();
      assert.match(await field(preview, 'Values').inputValue(), /"key": "o-nora"/);
      await choose(preview, page, 'Language', 'German');
      await mail.getByText('Bestellung o-nora über 59').waitFor();
      await judged(page, 'preview-values');
      await page.getByRole('button', { name: 'Send a test' }).click();
      const dialog = page.getByRole('dialog', { name: 'Send a test' });
      const asked = page.waitForRequest('**/api/v1/templates/receipt/test');
      await dialog.getByRole('button', { name: 'Send', exact: true }).click();
      const body = (await asked).postDataJSON();
      assert.deepEqual([body.locale, body.data.event.properties.order_id, body.data.journey.key], ['de', 'o-nora', 'o-nora']);
      // It went out, and says what nobody has.
      await dialog.getByRole('status').getByText('Empty in it: profile.first_name').waitFor();
      await dialog.getByRole('status').getByText('On its way').waitFor();
    }, { viewport: { width: 1440, height: 900 } });
    const sent = await eventually('the test arrived', async () => {
      const { items } = await server.api('GET', '/api/v1/inbox?limit=50');
      const found = items.find((m) => m.subject.startsWith('[Test] Danke'));
      assert.ok(found, items.map((m) => m.subject).join());
      return found;
    });
    assert.ok(sent);
  });

  it('says strictly where a value is missing', () =>
    bed.on('/content/receipt', async (page) => {
      const preview = page.getByRole('region', { name: 'Preview' });
      await preview.getByText('Values of what begins it').click();
      await preview.getByRole('switch', { name: 'Strict' }).click();
      await preview.getByRole('alert').getByText('has no value for this customer (html, line 1', { exact: false }).first().waitFor();
      await field(preview, 'Values').fill('{"event": {"properties": {"order_id": "o-1"}}, "journey": {"name": "J"}}');
      await page.frameLocator('iframe[title="The mail"]').getByText('Order o-1 of J').waitFor();
      await field(preview, 'Values').fill('[1]');
      await preview.getByText('It has to be an object, in braces.').waitFor();
    }, { refused: /400/ }));

  it('finds what is wrong with a text message and a notification too', async () => {
    await server.api('PUT', '/api/v1/resources/template/text', { name: 'Text', channel: 'sms', body: 'Sale today ✓' });
    await bed.on('/content/text', async (page) => {
      const checks = page.getByRole('region', { name: 'Checks' });
      await checks.getByText('not in the GSM alphabet').waitFor();
      await page.getByRole('textbox', { name: 'body' }).fill('Sale today. Reply STOP to end.');
      await checks.getByText('not in the GSM alphabet').waitFor({ state: 'hidden' });
    });
    await server.api('PUT', '/api/v1/resources/template/note', { name: 'Note', channel: 'push', title: 'x'.repeat(200), body: 'y' });
    await bed.on('/content/note', async (page) => {
      await page.getByRole('region', { name: 'Checks' }).getByRole('listitem').first().waitFor();
    });
  });

  it('says by which rule an in-app message is shown', async () => {
    await server.api('PUT', '/api/v1/resources/template/upgrade', { name: 'Upgrade', channel: 'inapp', layout: 'banner', title: 'Upgrade', target: { when: 'traits.plan == "free"' } });
    await bed.on('/content/upgrade', async (page) => {
      await page.getByText('while this holds of the customer:').getByText('traits.plan == "free"').waitFor();
      await judged(page, 'inapp-rule');
    });
  });

  it('makes the key of a channel of web push', () =>
    bed.on('/settings?tab=channels', async (page) => {
      await page.getByRole('button', { name: 'Add a channel' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a channel' });
      await field(dialog, 'Id').fill('browsers');
      await choose(dialog, page, 'Kind', 'web push');
      await dialog.getByRole('textbox', { name: 'Subject' }).fill('mailto:shop@example.com');
      await dialog.getByRole('button', { name: 'Make a key' }).click();
      await dialog.getByText('Public key').first().waitFor();
      const key = await dialog.locator('code').first().textContent();
      await judged(page, 'vapid');
      await dialog.getByRole('button', { name: 'Publish' }).click();
      await dialog.waitFor({ state: 'hidden' });
      const authorization = `Basic ${Buffer.from(`${server.writeKey}:`).toString('base64')}`;
      const answer = await fetch(`${server.url}/v1/push/key`, { headers: { authorization } });
      assert.equal((await answer.json()).public_key, key, 'what is shown is what browsers get');
    }));

  it('shows the page of preferences, and makes a link to a chat', async () => {
    await publish('channel', 'bot', { kind: 'telegram', secret: '1:abc', bot: 'LarkspurBot' });
    await bed.on(`/customers/${nora.id}`, async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Their page of preferences' }).click();
      const frame = page.frameLocator('iframe[title="Their page of preferences"]');
      await frame.getByText('The letter').waitFor();
      await frame.getByRole('heading', { name: 'Your preferences' }).waitFor();
      await judged(page, 'preference-page');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Link to the Telegram bot' }).click();
      const dialog = page.getByRole('dialog', { name: 'Link to the Telegram bot' });
      await dialog.getByRole('button', { name: 'Make a link for a day' }).click();
      await dialog.getByText(/https:\/\/t\.me\/LarkspurBot\?start=/).waitFor();
      await judged(page, 'telegram-link');
    });
  });

  it('writes the members of a segment to files, and shows those of a past time', async () => {
    const before = new Date(Date.now() - 86_400_000);
    await bed.on('/segments/buyers?tab=exports', async (page) => {
      await page.getByRole('button', { name: 'Write a file every day' }).click();
      await choose(page, page, 'Unit', 'hours');
      await field(page, 'Traits').fill('plan');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Publish' }).click();
      await eventually('it is live', async () => {
        const { spec, live_version: live, version } = await server.api('GET', '/api/v1/resources/segment/buyers');
        assert.deepEqual([spec.export, live], [{ every: '1h', traits: ['plan'] }, version]);
      });
      await judged(page, 'segment-exports');
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download the members of now' }).click();
      assert.match(await readFile(await (await download).path(), 'utf8'), /nora@example\.com|user-nora/);
      await page.getByRole('tab', { name: /Members/ }).click();
      await page.getByRole('link', { name: 'Nora' }).waitFor();
      await field(page, 'Members as of').or(page.getByLabel('Members as of')).first().fill(before.toISOString().slice(0, 16));
      await page.getByText('Nobody was in it then').waitFor();
      await page.waitForURL(/at=/);
      await judged(page, 'segment-past');
      await page.getByRole('button', { name: 'Those of now' }).click();
      await page.getByRole('link', { name: 'Nora' }).waitFor();
    });
  });

  it('suppresses addresses of a channel, one by one and from a file, and takes them along', async () => {
    await send(server, [{ type: 'identify', userId: 'tom', traits: { phone: '+4915123456789' } }]);
    await bed.on('/settings?tab=suppressions', async (page) => {
      await page.locator('form').getByRole('combobox', { name: 'Channel' }).or(page.locator('form').getByRole('textbox', { name: 'Channel' })).first().click();
      await page.getByRole('option', { name: 'SMS', exact: true }).first().click();
      await page.getByRole('textbox', { name: 'Address', exact: true }).fill('+4915123456789');
      await page.getByRole('button', { name: 'Suppress', exact: true }).click();
      await page.getByRole('cell', { name: '+4915123456789' }).waitFor();
      const part = page.getByRole('region', { name: 'From a file' });
      const csv = 'email,reason\nann@example.com,550 no such user\nnot an address,\n';
      await part.locator('input[type=file]').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
      await part.getByRole('button', { name: 'Upload' }).click();
      await part.getByText('One address was suppressed.').waitFor();
      await part.getByText(/line 3:/).waitFor();
      await page.getByRole('cell', { name: '550 no such user' }).waitFor();
      await judged(page, 'suppressions');
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download as CSV' }).click();
      const text = await readFile(await (await download).path(), 'utf8');
      assert.ok(text.includes('sms,+4915123456789,manual') && text.includes('ann@example.com'), text);
    });
  });
});
