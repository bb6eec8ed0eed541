// Consent, as customers confirm it and as the team sees how it came about.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, overflow, serious } from './bed.mjs';
import { openShop, send } from './shop.mjs';

describe('consent', { skip: noBrowser }, () => {
  let server, bed, ada, eve;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    const topic = { name: 'The News', description: 'Once a month.', double_opt_in: {} };
    await server.api('PUT', '/api/v1/resources/topic/news?publish=true', topic);
    await send(server, [
      { type: 'identify', userId: 'ada', traits: { email: 'ada@example.com', locale: 'de' } },
      { type: 'identify', userId: 'eve', traits: { email: 'eve@example.com' } },
    ]);
    [ada, eve] = await eventually('both are there', () => Promise.all(['ada', 'eve'].map((id) => server.profile('user_id', id))));
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  it('is confirmed by a button behind the link of a mail, and the dashboard follows', async () => {
    const properties = { channel: 'email', topic: 'news', granted: true, source: 'footer form', wording: 'Yes, send me the news' };
    await send(server, [{ type: 'track', userId: 'ada', event: 'Consent Changed', properties, context: { page: { url: 'https://shop.example/' } } }]);
    let link;
    await bed.on('/inbox', async (page) => {
      await page.getByRole('link', { name: 'Bitte bestätigen Sie Ihre Anmeldung' }).click();
      link = await page.frameLocator('iframe').getByRole('link', { name: 'Anmeldung bestätigen' }).getAttribute('href');
    });
    assert.match(link, /\/confirm\/[\w-]+$/);
    await bed.on(`/customers/${ada.id}?tab=messages`, async (page) => {
      await page.getByRole('cell', { name: 'Bitte bestätigen Sie Ihre Anmeldung', exact: true }).waitFor();
      assert.equal(await page.getByRole('link', { name: 'Bitte bestätigen Sie Ihre Anmeldung' }).count(), 0, 'it is built in');
    });
    await bed.on(`/customers/${ada.id}`, async (page) => {
      await page.getByText('not confirmed yet').waitFor();
      await page.getByRole('button', { name: 'Ask again' }).waitFor();
    });
    await bed.on(new URL(link).pathname, async (page) => {
      assert.deepEqual(await serious(page), []);
      await page.getByText('„The News“').waitFor();
      await page.getByRole('button', { name: 'Bestätigen' }).click();
      await page.getByRole('heading', { name: 'Ihre Anmeldung ist bestätigt' }).waitFor();
    }, { stranger: true });
    await bed.on(`/customers/${ada.id}?tab=consent`, async (page) => {
      const table = page.getByRole('region', { name: 'Consent history' });
      await table.getByText('confirmation link').waitFor();
      await table.getByText('“Yes, send me the news”').waitFor();
      await table.getByText('version 1 of the topic').first().waitFor();
      assert.equal(await table.locator('tbody tr').count(), 2);
      await page.getByRole('searchbox', { name: 'Find in the consent history' }).fill('footer');
      await page.waitForURL('**proof=footer');
      await table.getByText('confirmation link').waitFor({ state: 'detached' });
      await table.getByText('footer form').waitFor();
      assert.deepEqual(await serious(page), []);
      await page.getByRole('searchbox', { name: 'Find in the consent history' }).fill('nothing like it');
      await page.getByText('No change of consent matches').waitFor();
      const place = await page.getByRole('link', { name: 'Download as CSV' }).getAttribute('href');
      const file = await page.request.get(server.url + place);
      assert.match(await file.text(), /confirmation link/);
    });
  });

  it('says so when nothing was stated, in German and in a hand too', async () => {
    await bed.on(`/customers/${eve.id}?tab=consent`, (page) => page.getByText('They have stated nothing yet').waitFor());
    await bed.on(`/customers/${ada.id}?tab=consent`, async (page) => {
      await page.getByText('Version 1 des Themas').first().waitFor();
      assert.ok((await overflow(page)) <= 0, `${await overflow(page)} pixels too wide`);
    }, { locale: 'de-DE', viewport: { width: 390, height: 844 } });
  });
});
