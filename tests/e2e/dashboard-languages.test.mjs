// Texts in more languages than one: the pages customers see, messages, topics; and what the server says, in German.
// With RAPPORT_SCREENSHOTS=FOLDER it leaves pictures there, to be looked at.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { Bed, overflow, serious } from './bed.mjs';
import { openShop } from './shop.mjs';

const EVE = { email: 'eve@team.example', password: 'long enough for it' };
const pictures = process.env.RAPPORT_SCREENSHOTS;
const PHONE = { viewport: { width: 390, height: 844 } };
const WIDE = { viewport: { width: 1440, height: 900 } };

const MAIL = `<mjml lang="en"><mj-body><mj-section><mj-column>
<mj-text><p>Your order is on its way, {{ profile.first_name }}.</p></mj-text>
<mj-button href="https://shop.example/orders">See it</mj-button>
<mj-text><a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>`;

describe('languages in the dashboard', { skip: noBrowser }, () => {
  let server, bed, eve;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    await server.api('POST', '/api/v1/members', { ...EVE, role: 'viewer' });
    const mail = { name: 'On its way', channel: 'email', language: 'en', subject: 'It is on its way', preheader: 'Look', mjml: MAIL, topic: 'offers' };
    await server.api('PUT', '/api/v1/resources/template/on-its-way?publish=true', mail);
    const push = { name: 'Back', channel: 'inapp', layout: 'modal', title: 'Back in stock', body: 'The pan is here.', buttons: [{ id: 'look', label: 'Look', url: 'https://shop.example/pan' }] };
    await server.api('PUT', '/api/v1/resources/template/back?publish=true', push);
    bed = await Bed.make(server);
    eve = await bed.signIn(EVE);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const shot = (page, name) => (pictures ? page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true }) : null);
  const choose = async (page, label, option) => {
    await page.getByRole('combobox', { name: label, exact: true }).or(page.getByRole('textbox', { name: label, exact: true })).first().click();
    await page.getByRole('option', { name: option }).first().click();
  };
  const spec = async (kind, id) => (await server.api('GET', `/api/v1/resources/${kind}/${id}`)).spec;

  it('says what is on the pages in words of one’s own, and shows them before anybody sees them', () =>
    bed.on('/settings?tab=words', async (page) => {
      await page.getByText('Nothing is missing in English.').waitFor();
      const frame = page.frameLocator('iframe');
      await frame.getByRole('heading', { name: 'Unsubscribe?' }).waitFor();
      await choose(page, 'Add a language', /^French \(fr\)/);
      await page.waitForURL('**language=fr');
      await page.getByText(/\d+ texts are not written in French yet/).waitFor();
      await frame.getByText('You will not get “The letter” by e-mail any more.').waitFor();
      const leaving = page.getByRole('textbox', { name: 'You will not get “{topic}” by {channel} any more.' });
      await leaving.fill('Plus de « {topic} » {par} {channel}.');
      await page.getByText('It is given no {par}.').waitFor();
      await leaving.fill('Plus de « {topic} » par {channel}.');
      await frame.getByText('Plus de « The letter » par e-mail.').waitFor();
      // Whoever writes a text sees the page it is on.
      await page.getByRole('textbox', { name: 'Take a pause' }).fill('Faire une pause');
      await frame.getByRole('group', { name: 'Faire une pause' }).waitFor();
      await page.getByRole('searchbox', { name: 'Find texts' }).fill('save');
      await page.getByRole('textbox', { name: 'Save', exact: true }).fill('Enregistrer');
      await frame.getByRole('button', { name: 'Enregistrer' }).waitFor();
      await page.getByRole('searchbox', { name: 'Find texts' }).fill('');
      assert.deepEqual(await serious(page), []);
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByText(/Version \d+ is live/).waitFor();
      const { words, company } = await spec('settings', 'workspace');
      assert.deepEqual(words, { fr: { leave_topic: 'Plus de « {topic} » par {channel}.', pause: 'Faire une pause', save: 'Enregistrer' } });
      assert.equal(company.name, 'Larkspur', 'the rest of the settings stays');
    }, WIDE));

  it('keeps words that are not saved, and says whose are there when somebody else was faster', () =>
    bed.on('/settings?tab=words&language=fr', async (page) => {
      const title = page.getByRole('textbox', { name: 'Your preferences', exact: true });
      await title.fill('Vos préférences');
      await page.reload();
      await page.getByText('You did not save this yet').waitFor();
      assert.equal(await title.inputValue(), 'Vos préférences');
      const now = await spec('settings', 'workspace');
      await server.api('PUT', '/api/v1/resources/settings/workspace?publish=true', { ...now, words: { ...now.words, it: { save: 'Salva' } } });
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByRole('dialog', { name: 'Somebody else saved meanwhile' }).waitFor();
      await page.getByRole('button', { name: 'Take theirs' }).click();
      await choose(page, 'Language', /^Italian/);
      await page.getByText(/not written in Italian yet/).waitFor();
      await page.getByRole('button', { name: 'Remove Italian' }).click();
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByText(/Version \d+ is live/).waitFor();
      assert.deepEqual(Object.keys((await spec('settings', 'workspace')).words), ['fr']);
    }, { ...WIDE, refused: /412/ }));

  it('lets viewers read the words and change none', () =>
    bed.on('/settings?tab=words&language=fr', async (page) => {
      const save = page.getByRole('textbox', { name: 'Save', exact: true });
      await save.waitFor();
      assert.equal(await save.inputValue(), 'Enregistrer');
      assert.equal(await save.isDisabled(), true);
      assert.equal(await page.getByRole('button', { name: /^(Publish|Remove French)$/ }).count(), 0);
      assert.equal(await page.getByText('Add a language').count(), 0);
      await choose(page, 'Language', /^German/);
      await page.getByText('Nothing is missing in German.').waitFor();
    }, { session: eve }));

  it('translates a mail beside the original, piece by piece', () =>
    bed.on('/content/on-its-way', async (page) => {
      await page.getByRole('tab', { name: 'Languages' }).click();
      await page.getByText('One language so far').waitFor();
      await choose(page, 'Add a language', /^German \(de\)/);
      await page.getByText('Missing in German: Subject, Preview text, Body.').waitFor();
      await page.getByRole('textbox', { name: 'Subject', exact: true }).fill('Es ist unterwegs');
      await page.getByText('Missing in German: Preview text, Body.').waitFor();
      await page.getByRole('region', { name: 'Preview' }).getByText('Es ist unterwegs').waitFor();
      await page.getByRole('button', { name: 'Translate the body' }).click();
      await page.getByText('3 texts are as in the original.').waitFor();
      const first = page.getByRole('textbox', { name: '1 · Text' });
      await first.click();
      await page.keyboard.press('Control+A');
      await page.keyboard.type('Ihre Bestellung kommt.');
      await page.getByRole('textbox', { name: '2 · Button' }).fill('Ansehen');
      await page.getByText('One text is as in the original.').waitFor();
      await page.frameLocator('iframe').getByText('Ihre Bestellung kommt.').waitFor();
      assert.deepEqual(await serious(page), []);
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByText(/Version \d+ is live/).waitFor();
      const { translations, mjml } = await spec('template', 'on-its-way');
      assert.equal(mjml, MAIL, 'the original is as it was');
      assert.equal(translations.de.subject, 'Es ist unterwegs');
      assert.match(translations.de.mjml, /^<mjml lang="de">[^]*Ihre Bestellung kommt\.[^]*>Ansehen<[^]*Unsubscribe<\/a>/);
      // A block less in the original: the two cannot stand side by side any more, and nothing is lost.
      const shorter = MAIL.replace(/<mj-button[^]*<\/mj-button>\n/, '');
      await server.api('PUT', '/api/v1/resources/template/on-its-way?publish=true', { ...(await spec('template', 'on-its-way')), mjml: shorter });
      await page.goto(`${server.url}/content/on-its-way?tab=languages`);
      await page.getByText('It is built otherwise than the original').waitFor();
      await page.getByRole('button', { name: 'Remove German' }).click();
      await page.getByText('One language so far').waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByText('It is built otherwise than the original').waitFor();
    }, WIDE));

  it('translates messages of other channels, and topics', async () => {
    await bed.on('/content/back?tab=languages', async (page) => {
      await choose(page, 'Add a language', /^German \(de\)/);
      await page.getByText('Missing in German: Title, Body, Buttons.').waitFor();
      await page.getByRole('textbox', { name: 'Title', exact: true }).fill('Wieder da');
      await page.getByRole('textbox', { name: 'Body', exact: true }).fill('Die Pfanne ist da.');
      await page.getByRole('button', { name: 'Translate Buttons' }).click();
      await page.getByRole('textbox', { name: 'Label' }).fill('Ansehen');
      await page.getByText('Nothing is missing in German.').waitFor();
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByText(/Version \d+ is live/).waitFor();
      const { de } = (await spec('template', 'back')).translations;
      assert.deepEqual(de, { title: 'Wieder da', body: 'Die Pfanne ist da.', buttons: [{ id: 'look', label: 'Ansehen', url: 'https://shop.example/pan' }] });
    });
    await bed.on('/settings?tab=topics', async (page) => {
      await page.getByRole('button', { name: 'Edit The letter' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Add a language').waitFor();
      await choose(dialog, 'Add a language', /^German \(de\)/).catch(() => choose(page, 'Add a language', /^German \(de\)/));
      await dialog.getByRole('group', { name: 'Translations' }).getByRole('textbox', { name: 'Name' }).fill('Der Brief');
      assert.deepEqual(await serious(page), []);
      await dialog.getByRole('button', { name: 'Publish' }).click();
      await dialog.waitFor({ state: 'detached' });
      assert.deepEqual((await spec('topic', 'letter')).translations, { de: { name: 'Der Brief' } });
    });
  });

  it('says in German what the server says in English', async () => {
    await bed.on('/segments/none-such', async (page) => {
      await page.getByText('Das gibt es nicht, oder nicht mehr.').waitFor();
      await page.locator('[lang=en]').filter({ hasText: 'there is no segment' }).first().waitFor();
    }, { locale: 'de-DE', refused: /404/ });
    await bed.on('/content/new', async (page) => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('x'.repeat(220));
      await page.getByRole('textbox', { name: 'Betreff', exact: true }).fill('Hallo');
      await page.getByText('Es gibt keinen Vorschautext: Mailprogramme zeigen neben dem Betreff den Anfang des Textes.').waitFor();
      await page.getByRole('textbox', { name: 'Id', exact: true }).fill('long-name');
      await page.getByRole('button', { name: 'Entwurf speichern' }).click();
      await page.getByText('höchstens 200 Bytes, gefunden 220').first().waitFor();
      assert.equal(await page.getByText('at most 200 bytes').count(), 0);
    }, { locale: 'de-DE', refused: /400/ });
    const { page, context } = await bed.open('/login', { stranger: true, locale: 'de-DE' });
    await page.getByRole('textbox', { name: 'E-Mail-Adresse' }).fill(EVE.email);
    await page.getByRole('textbox', { name: 'Passwort' }).fill('not this one');
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByText('Die Adresse oder das Passwort stimmt nicht.').waitFor();
    await context.close();
  });

  it('has German for every field of every form that is made of a schema', async () => {
    const asked = new Set();
    for (const kind of ['settings', 'channel', 'topic', 'template', 'domain', 'catalog', 'coupon', 'block']) {
      const walk = (node) => {
        // Words of pages have an editor of their own.
        if (typeof node !== 'object' || node === null || node.properties?.unsubscribe_title) return;
        for (const [name, member] of Array.isArray(node) ? [] : Object.entries(node.properties ?? {})) {
          asked.add(name.replaceAll('_', ' '));
          if (member.description) asked.add(member.description);
        }
        Object.values(node).forEach(walk);
      };
      walk(await server.api('GET', `/api/v1/resources/${kind}/schema`));
    }
    await bed.on('/content', async (page) => {
      await page.getByRole('heading', { level: 1, name: 'Inhalte' }).waitFor();
      const known = await page.evaluate(async () => {
        const files = performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => /\/assets\/de-[^/]*\.js$/.test(name));
        const found = await Promise.all(files.map((file) => import(file)));
        return found.flatMap((module) => Object.values(module)).flatMap((words) => Object.keys(words));
      });
      assert.ok(known.length > 1_000, `${known.length} words are known`);
      assert.deepEqual([...asked].filter((text) => !known.includes(text)), []);
    }, { locale: 'de-DE' });
  });

  it('has room for both on a telephone and in the dark', async () => {
    const places = [
      ['words', '/settings?tab=words&language=fr', (page) => page.getByRole('textbox', { name: /Plus de|You will not get “\{topic\}”/ }).first().waitFor()],
      ['mail', '/content/on-its-way?tab=languages', (page) => page.getByText('It is built otherwise than the original').waitFor()],
      ['inapp', '/content/back?tab=languages', (page) => page.getByText('Nothing is missing in German.').waitFor()],
    ];
    for (const [name, path, ready] of places) {
      for (const [size, options] of [['wide', WIDE], ['phone', PHONE]]) {
        for (const colorScheme of ['light', 'dark']) {
          await bed.on(path, async (page) => {
            await ready(page);
            await page.waitForFunction(() => !document.querySelector('[data-loading]'));
            if (pictures) await page.waitForTimeout(600);
            assert.ok((await overflow(page)) <= 0, `${name} ${size}: ${await overflow(page)} pixels too wide`);
            assert.deepEqual(await serious(page), [], `${name} ${size} ${colorScheme}`);
            await shot(page, `${name}-${size}-${colorScheme}`);
          }, { ...options, colorScheme });
        }
      }
    }
  });
});
