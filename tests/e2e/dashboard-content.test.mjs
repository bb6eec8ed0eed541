// What is sent, made in the dashboard: mails by blocks and by code, pictures, the brand, and how short messages look.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, serious } from './bed.mjs';
import { customer, openShop } from './shop.mjs';

/** A PNG of one colour. */
function png(width, height, [r, g, b]) {
  const crcTable = Array.from({ length: 256 }, (_, n) => Array.from({ length: 8 }).reduce((c) => (c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n));
  const crc = (bytes) => (bytes.reduce((c, x) => crcTable[(c ^ x) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.concat(Array.from({ length: width }, () => Buffer.from([r, g, b])))]);
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

describe('content in the dashboard', { skip: noBrowser }, () => {
  let server, bed;

  before(async () => {
    server = await openShop('http://127.0.0.1:9', { RAPPORT_OUTBOUND__PRIVATE_HOSTS: '["127.0.0.1"]' });
    await customer(server, 'nora', 'Nora');
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const choose = async (scope, page, label, option) => {
    await scope.getByRole('combobox', { name: label, exact: true }).or(scope.getByRole('textbox', { name: label, exact: true })).first().click();
    await page.getByRole('option', { name: option, exact: true }).first().click();
  };
  const blocks = (page) => page.getByRole('tree', { name: 'Blocks' }).getByRole('treeitem');
  const names = async (page) => (await blocks(page).evaluateAll((rows) => rows.map((r) => r.getAttribute('aria-label'))));
  const add = async (page, name) => {
    await page.getByRole('button', { name: 'Add a block' }).click();
    await page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).first().click();
  };

  it('keeps a brand, and shows at once how mails will look', () =>
    bed.on('/brands/new', async (page) => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Larkspur');
      await page.getByRole('textbox', { name: 'Id', exact: true }).fill('default');
      await page.getByRole('textbox', { name: 'primary', exact: true }).fill('#2f5d50');
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.waitForURL('**/brands/default');
      const { spec } = await server.api('GET', '/api/v1/resources/brand/default');
      assert.equal(spec.colours.primary, '#2f5d50');
      await page.goto(`${server.url}/content?tab=brands`);
      await page.getByRole('link', { name: /Larkspur/ }).waitFor();
    }));

  it('takes pictures, and refuses what is none', () =>
    bed.on('/content?tab=media', async (page) => {
      const upload = page.locator('input[type=file]');
      await upload.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
      await page.getByRole('alert').filter({ hasText: 'notes.txt' }).waitFor();
      await upload.setInputFiles({ name: 'skillet.png', mimeType: 'image/png', buffer: png(120, 60, [47, 93, 80]) });
      await page.getByText('skillet.png').waitFor();
      await page.getByText('120 × 60').waitFor();
      await page.getByRole('searchbox', { name: 'Find pictures' }).fill('nothing like it');
      await page.getByText('Nothing was found').waitFor();
    }));

  it('asks the servers of links whether they work, when somebody wants to know', async () => {
    const shop = createServer((request, answer) => {
      answer.writeHead(request.url === '/gone' ? 404 : 200).end();
    });
    await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${shop.address().port}`;
    const html = `<html lang="en"><body><p><a href="${url}/boots">Boots</a> <a href="${url}/gone">Hats</a> <a href="http://10.1.2.3/">Inside</a></p></body></html>`;
    await server.api('PUT', '/api/v1/resources/template/links', { name: 'Links', channel: 'email', transactional: true, subject: 'Look', html });
    try {
      await bed.on('/content/links', async (page) => {
        const checks = page.getByRole('region', { name: 'Checks' });
        await checks.getByRole('button', { name: 'Check the links' }).click();
        await checks.getByText('One link works').waitFor();
        const bad = checks.getByRole('list', { name: 'Links to look at' }).getByRole('listitem');
        assert.equal(await bad.count(), 2);
        await bad.filter({ hasText: `${url}/gone` }).getByText('404: there is no such page').waitFor();
        await bad.filter({ hasText: 'http://10.1.2.3/' }).getByText('outbound.private_hosts').waitFor();
        assert.deepEqual(await serious(page), []);
        // What was found is not said of another message.
        await page.getByRole('textbox', { name: 'Subject' }).fill('Look again');
        await checks.getByText('The message has changed since.').waitFor();
      });
    } finally {
      shop.closeAllConnections();
      shop.close();
    }
  });

  it('builds a mail by blocks: adds, writes, moves by key and by mouse, undoes, and shows the code of it', () =>
    bed.on('/content/new', async (page) => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Spring');
      await page.getByRole('textbox', { name: 'Subject' }).fill('Spring, {{ profile.first_name }}');
      const mail = page.frameLocator('iframe[title="The mail"]');
      await mail.getByText('Write here.').waitFor();

      await blocks(page).filter({ hasText: 'Write here.' }).click();
      const words = page.getByRole('textbox', { name: 'Words', exact: true });
      await words.click();
      await page.keyboard.press('Control+a');
      await page.keyboard.type('Everything for the balcony');
      await mail.getByText('Everything for the balcony').waitFor();

      await add(page, 'Button');
      await page.getByRole('textbox', { name: 'Words', exact: true }).fill('To the shop');
      await page.getByRole('combobox', { name: 'Leads to' }).or(page.getByRole('textbox', { name: 'Leads to' })).first().fill('https://shop.example/spring');
      await mail.getByRole('link', { name: 'To the shop' }).waitFor();
      // The brand's colour is in it.
      await eventually('the button has the colour of the brand', async () => {
        const colour = await mail.getByRole('link', { name: 'To the shop' }).evaluate((e) => getComputedStyle(e).backgroundColor);
        assert.equal(colour, 'rgb(47, 93, 80)');
      });

      await add(page, 'Picture');
      await page.getByRole('button', { name: 'Library' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Take skillet.png' }).click();
      assert.equal(await page.getByRole('textbox', { name: 'What it shows' }).inputValue(), 'skillet');
      await mail.getByRole('img', { name: 'skillet' }).waitFor();

      const before = await names(page);
      const picture = blocks(page).filter({ hasText: 'skillet' });
      await picture.focus();
      await page.keyboard.press('Alt+ArrowUp');
      await eventually('the picture is above the button', async () => {
        const now = await names(page);
        assert.equal(now.indexOf('Picture skillet'), before.indexOf('Picture skillet') - 1);
        assert.equal(now.indexOf('Button To the shop'), before.indexOf('Button To the shop') + 1);
      });
      await page.getByRole('button', { name: 'Undo' }).click();
      await eventually('undone', async () => assert.deepEqual(await names(page), before));

      await blocks(page).filter({ hasText: 'skillet' }).dragTo(blocks(page).filter({ hasText: 'Everything for the balcony' }), { targetPosition: { x: 60, y: 4 } });
      await eventually('dragged above the words', async () => {
        const now = await names(page);
        assert.ok(now.indexOf('Picture skillet') < now.indexOf('Button To the shop') - 1, now.join(', '));
      });

      // A click on the picture of the mail chooses the block.
      await eventually('the button is chosen', async () => {
        const link = mail.getByRole('link', { name: 'To the shop' });
        await link.scrollIntoViewIfNeeded();
        const box = await link.boundingBox();
        await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
        await page.getByRole('region', { name: 'Settings of Button' }).waitFor({ timeout: 1_000 });
      });

      await page.getByText('Beside each other', { exact: true }).click();
      await page.locator('.cm-content').getByText('To the shop').first().waitFor();
      await page.getByRole('tree', { name: 'Blocks' }).waitFor();
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.waitForURL('**/content/spring*');
      const { spec } = await server.api('GET', '/api/v1/resources/template/spring');
      assert.match(spec.mjml, /<mj-button href="https:\/\/shop\.example\/spring"/);
      assert.doesNotMatch(spec.mjml, /rp-\d/, 'marks of the editor are not stored');
      assert.ok(spec.mjml.indexOf('alt="skillet"') < spec.mjml.indexOf('>To the shop<'));
    }, { viewport: { width: 1440, height: 1000 } }));

  it('finds what is likely wrong with a mail, and leads to the block', async () => {
    const { items: [picture] } = await server.api('GET', '/api/v1/media');
    const mjml = '<mjml><mj-body><mj-section><mj-column><mj-text>Hello <a href="http://">nowhere</a></mj-text><mj-image src="PICTURE" /></mj-column></mj-section></mj-body></mjml>'.replace('PICTURE', `/media/${picture.id}`);
    await server.api('PUT', '/api/v1/resources/template/poor', { name: 'Poor', channel: 'email', subject: 'Hello', mjml });
    await bed.on('/content/poor', async (page) => {
      const checks = page.getByRole('region', { name: 'Checks' });
      await checks.getByText('this address is not well formed').waitFor();
      await checks.getByText(/this picture has no alt text/).waitFor();
      await checks.getByRole('listitem').filter({ hasText: 'not well formed' }).getByRole('button', { name: 'Show the block' }).click();
      await page.getByRole('region', { name: 'Settings of Text' }).waitFor();
    });
  });

  it('writes text that looks like markup as text', () =>
    bed.on('/content/poor', async (page) => {
      await blocks(page).filter({ hasText: 'Hello' }).click();
      await page.getByRole('textbox', { name: 'Words', exact: true }).click();
      await page.keyboard.press('End');
      await page.keyboard.type(' <script>document.title="owned"</script>');
      await page.frameLocator('iframe[title="The mail"]').getByText('<script>').waitFor();
      assert.notEqual(await page.title(), 'owned');
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Discard changes' }).click();
    }));

  it('shows a text message in its conversation, with what it costs', () =>
    bed.on('/content/new', async (page) => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Parcel');
      await choose(page, page, 'Channel', 'SMS');
      await page.getByRole('textbox', { name: 'body' }).fill('Your parcel is here, {{ profile.first_name | default: "friend" }}.');
      await page.getByRole('img', { name: 'Text message: Your parcel is here, friend.' }).waitFor();
      await page.getByText('One message is paid for').waitFor();
      await page.getByText('What it costs is not known: no channel names a price').waitFor();
      await page.getByRole('textbox', { name: 'body' }).fill(`${'x'.repeat(160)} ✓`);
      await page.getByText('3 messages are paid for').waitFor();
      const prices = { kind: 'kannel', base_url: 'http://127.0.0.1:9', username: 'u', secret: 's', sender: 'Shop', price: { DE: '0.075' }, currency: 'EUR' };
      await server.api('PUT', '/api/v1/resources/channel/texts?publish=true', prices);
      await page.getByRole('textbox', { name: 'body' }).fill(`${'x'.repeat(161)} ✓`);
      await page.getByText('It costs DE 0.225 EUR').waitFor();
      await page.getByText('Unicode').waitFor();
    }));

  it('shows push and in-app messages where people meet them', () =>
    bed.on('/content/new', async (page) => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Stock');
      await choose(page, page, 'Channel', 'app push');
      await page.getByRole('textbox', { name: 'title' }).fill('Back in stock');
      await page.getByRole('textbox', { name: 'body' }).fill('The skillet');
      await page.getByRole('img', { name: 'Notification: Back in stock The skillet' }).waitFor();
      await choose(page, page, 'Channel', 'in-app');
      await page.getByRole('textbox', { name: 'title' }).fill('Spring is here');
      await page.getByRole('button', { name: 'Add to buttons' }).click();
      await page.getByRole('group', { name: /Buttons 1/ }).getByRole('textbox', { name: 'Id', exact: true }).fill('look');
      await page.getByRole('textbox', { name: 'label' }).fill('Have a look');
      const site = page.getByRole('img', { name: /^In-app message: Spring is here/ });
      await site.locator('h2').filter({ hasText: 'Spring is here' }).waitFor();
      await site.locator('button').filter({ hasText: 'Have a look' }).waitFor();
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.waitForURL('**/content/stock*');
      const { spec } = await server.api('GET', '/api/v1/resources/template/stock');
      assert.deepEqual([spec.layout, spec.buttons], ['modal', [{ id: 'look', label: 'Have a look' }]]);
    }));
});
