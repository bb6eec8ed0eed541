// What somebody enters stays theirs: while it is being saved, when another document has its name, when the line is lost, when a field
// is half filled, and from one document to the next.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, serious } from './bed.mjs';
import { customer, openShop } from './shop.mjs';

const RULE = encodeURIComponent('traits.plan == "plus"');

describe('editing in the dashboard', { skip: noBrowser }, () => {
  let server, bed, ann;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    ann = await customer(server, 'ann', 'Ann');
    await write('segment', 'slow', { name: 'Slow', rule: 'traits.plan == "plus"' });
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const field = (scope, name) => scope.getByRole('textbox', { name, exact: true }).or(scope.getByRole('combobox', { name, exact: true })).first();
  const button = (scope, name) => scope.getByRole('button', { name, exact: true });
  const document = (kind, id) => server.api('GET', `/api/v1/resources/${kind}/${id}`);
  const write = (kind, id, spec) => server.api('PUT', `/api/v1/resources/${kind}/${id}?publish=true&confirm=true`, spec);
  const drafts = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('rapport.draft.')));
  /** A page whose unsaved changes may be left. */
  const open = async (path) => {
    const opened = await bed.open(path);
    opened.page.on('dialog', (dialog) => dialog.accept());
    return opened;
  };
  /** Holds back the next call of a method; `arrived` when it is made, `release` lets it go on. */
  const hold = async (page, method, part) => {
    let release, arrive;
    const gate = new Promise((resolve) => { release = resolve; });
    const arrived = new Promise((resolve, reject) => {
      arrive = resolve;
      setTimeout(() => reject(new Error(`no ${method} of ${part} within 30 s`)), 30_000).unref();
    });
    arrived.catch(() => {});
    let first = true;
    await page.route(`**${part}*`, async (route) => {
      if (first && route.request().method() === method) {
        first = false;
        arrive();
        await gate;
      }
      await route.continue();
    });
    return { arrived, release };
  };
  /** To another page within the dashboard, as by the palette of commands. */
  const goTo = async (page, words, option) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or do…' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.type(words);
    await page.getByRole('option', { name: option }).first().click();
  };

  it('keeps what is typed while a save is under way', async () => {
    await bed.on('/segments/slow', async (page) => {
      const about = field(page, 'Description');
      await about.fill('one');
      const { arrived, release } = await hold(page, 'PUT', '/resources/segment/slow');
      await page.keyboard.press('Control+s');
      await arrived;
      await about.pressSequentially(', two');
      release();
      await page.getByText('Saved as version 2').waitFor();
      assert.equal(await about.inputValue(), 'one, two');
      assert.equal((await document('segment', 'slow')).spec.description, 'one');
      assert.deepEqual((await drafts(page)).length, 1);
      // It is an edit of the version that was saved, and of no other.
      await button(page, 'Save draft').click();
      await page.getByText('Saved as version 3').waitFor();
      assert.equal((await document('segment', 'slow')).spec.description, 'one, two');
      assert.deepEqual(await drafts(page), []);
    });
  });

  it('keeps it also where the document is new, and where somebody else was faster', async () => {
    await bed.on(`/segments/new?rule=${RULE}`, async (page) => {
      await field(page, 'Name').fill('Typed on');
      const { arrived, release } = await hold(page, 'PUT', '/resources/segment/typed-on');
      await button(page, 'Publish').click();
      await arrived;
      await field(page, 'Description').fill('typed meanwhile');
      release();
      await page.waitForURL('**/segments/typed-on');
      await page.getByRole('heading', { level: 1, name: 'Typed on' }).waitFor();
      assert.equal(await field(page, 'Description').inputValue(), 'typed meanwhile');
      assert.ok((await drafts(page)).every((key) => key.endsWith('.segment.typed-on')), 'a draft of something new stayed behind');
    });
    const { page, context } = await open('/segments/typed-on');
    const about = field(page, 'Description');
    await about.fill('mine');
    const { arrived, release } = await hold(page, 'PUT', '/resources/segment/typed-on');
    await page.keyboard.press('Control+s');
    await arrived;
    await write('segment', 'typed-on', { name: 'Typed on', description: 'theirs', rule: 'traits.plan == "plus"' });
    await about.pressSequentially(', and more');
    release();
    const dialog = page.getByRole('dialog', { name: 'Somebody else saved meanwhile' });
    await dialog.getByText('theirs', { exact: true }).waitFor();
    await button(dialog, 'Save mine over it').click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal((await document('segment', 'typed-on')).spec.description, 'mine, and more');
    await context.close();
  });

  it('says so when the other version cannot be fetched, and goes on when it can', async () => {
    const { page, context } = await open('/segments/slow');
    await field(page, 'Description').fill('mine');
    await write('segment', 'slow', { name: 'Slow', description: 'theirs', rule: 'traits.plan == "plus"' });
    await page.route('**/api/v1/resources/segment/slow*', (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
    await button(page, 'Save draft').click();
    await page.getByRole('main').getByRole('alert').filter({ hasText: 'No connection to the server' }).first().waitFor();
    await page.unroute('**/api/v1/resources/segment/slow*');
    await button(page, 'Save draft').click();
    await page.getByRole('dialog', { name: 'Somebody else saved meanwhile' }).getByText('theirs', { exact: true }).waitFor();
    await context.close();
  });

  it('shows nothing of one document on the next', async () => {
    const { page, context } = await open(`/segments/new?rule=${RULE}`);
    await field(page, 'Name').fill('Own');
    await field(page, 'Id').fill('an-id-of-mine');
    await button(page, 'Publish').click();
    await page.waitForURL('**/segments/an-id-of-mine');
    await page.getByText('Text', { exact: true }).click();
    await page.locator('.cm-content').waitFor();
    await goTo(page, 'Buyers', /Buyers/);
    await page.getByRole('heading', { level: 1, name: 'Buyers' }).waitFor();
    assert.equal(await page.locator('.cm-content').count(), 0, 'the editor of the other rule lives on');
    await goTo(page, 'New segment', 'New segment');
    await page.getByRole('heading', { level: 1, name: 'New segment' }).waitFor();
    assert.equal(await field(page, 'Id').inputValue(), '');

    const { spec } = await document('journey', 'thanks');
    await write('journey', 'welcome', { ...spec, name: 'Welcome' });
    await page.goto(`${server.url}/journeys/thanks?view=list`);
    await button(page, 'Simulate 30 days').click();
    const numbers = page.getByText('The numbers on the ways are those of the simulation');
    await numbers.waitFor();
    const old = page.getByText('You changed the journey since.');
    assert.equal(await old.count(), 0);
    await page.getByRole('button', { name: /^Send/ }).first().click();
    await field(page, 'Note').fill('changed');
    await old.waitFor();
    await goTo(page, 'Welcome', /Welcome/);
    await page.getByRole('heading', { level: 1, name: 'Welcome' }).waitFor();
    assert.equal(await numbers.count(), 0);
    await context.close();
  });

  it('begins what a link asks for, and goes on with a draft where nothing else is asked', async () => {
    const { page, context } = await open('/segments/new');
    await field(page, 'Name').fill('Half');
    await page.goto(`${server.url}/segments/new?rule=${RULE}`);
    await page.getByRole('group', { name: 'Condition 1', exact: true }).waitFor();
    assert.equal(await field(page, 'Name').inputValue(), '');
    await page.goto(`${server.url}/segments/new?kind=list`);
    await page.getByRole('heading', { level: 1, name: 'New list' }).waitFor();
    await page.goto(`${server.url}/segments/new`);
    const left = page.getByRole('status').filter({ hasText: 'You did not save this yet' });
    await left.getByText('You began “Half” here before').waitFor();
    assert.equal(await field(page, 'Name').inputValue(), 'Half');
    assert.deepEqual(await serious(page), []);
    await button(left, 'Begin anew').click();
    await left.waitFor({ state: 'hidden' });
    assert.equal(await field(page, 'Name').inputValue(), '');
    assert.deepEqual(await drafts(page), []);

    await page.goto(`${server.url}/journeys/new`);
    const play = page.getByRole('button', { name: /^Referral/ });
    await play.click();
    await field(page, 'Name').fill('Half a journey');
    await page.goto(`${server.url}/journeys/new?segment=buyers`);
    await play.waitFor();
    await page.goto(`${server.url}/journeys/new`);
    await left.waitFor();
    await button(page.getByRole('main'), 'Begin anew').first().click();
    await play.waitFor();
    // What was discarded can be had again.
    await page.goto(`${server.url}/segments/new`);
    await field(page, 'Name').fill('Thrown away');
    await button(page, 'Begin anew').click();
    assert.equal(await field(page, 'Name').inputValue(), '');
    await page.getByRole('status').filter({ hasText: 'Your changes are discarded.' }).getByRole('button', { name: 'Undo' }).click();
    await eventually('it is back', async () => assert.equal(await field(page, 'Name').inputValue(), 'Thrown away'));
    await context.close();
  });

  it('leaves another document with the same id alone', async () => {
    const { page, context } = await open(`/segments/new?rule=${RULE}`);
    const before = await document('segment', 'buyers');
    await field(page, 'Name').fill('Buyers');
    await button(page, 'Publish').click();
    const taken = page.getByRole('dialog', { name: 'There is one with this id' });
    await taken.getByText('“Buyers” has the id buyers.').waitFor();
    assert.deepEqual(await serious(page), []);
    await button(taken, 'Go on editing').click();
    assert.equal(await field(page, 'Name').inputValue(), 'Buyers');
    await button(page, 'Publish').click();
    await button(taken, 'Save it as buyers-2').click();
    await page.waitForURL('**/segments/buyers-2');
    assert.equal((await document('segment', 'buyers-2')).status, 'live');
    assert.equal((await document('segment', 'buyers')).version, before.version);

    const host = '127.0.0.1';
    await server.api('PUT', '/api/v1/resources/channel/channel', { kind: 'smtp', host, port: 2525, tls: 'none', from: { email: 'a@shop.example' } });
    await page.goto(`${server.url}/settings?tab=channels`);
    await button(page, 'Add a channel').click();
    const form = page.getByRole('dialog', { name: 'Add a channel' });
    await field(form, 'Host').fill('mail.example');
    await field(form, 'E-mail').fill('b@shop.example');
    await button(form, 'Save draft').click();
    await button(taken, 'Look at the other one').click();
    const other = page.getByRole('dialog', { name: 'channel', exact: true });
    await eventually('it is the other one', async () => assert.equal(await field(other, 'Host').inputValue(), host));
    await page.keyboard.press('Escape');
    await button(page, 'Add a channel').click();
    // What was begun is still there.
    await form.getByRole('status').filter({ hasText: 'You did not save this yet' }).waitFor();
    assert.equal(await field(form, 'Host').inputValue(), 'mail.example');
    await button(form, 'Save draft').click();
    await button(taken, 'Save it as channel-2').click();
    await form.waitFor({ state: 'hidden' });
    assert.deepEqual([(await document('channel', 'channel')).spec.host, (await document('channel', 'channel-2')).spec.host], [host, 'mail.example']);
    await context.close();
  });

  it('shows in a window, too, that somebody else saved meanwhile', async () => {
    const { page, context } = await open('/settings?tab=topics');
    await button(page, 'Edit The letter').click();
    const form = page.getByRole('dialog', { name: 'letter', exact: true });
    await field(form, 'Description').fill('mine');
    await write('topic', 'letter', { name: 'The letter', description: 'theirs', default: 'opt_in' });
    await button(form, 'Publish').click();
    const dialog = page.getByRole('dialog', { name: 'Somebody else saved meanwhile' });
    await dialog.getByText('theirs', { exact: true }).waitFor();
    await button(dialog, 'Take theirs').click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await field(form, 'Description').inputValue(), 'theirs');
    await context.close();
  });

  it('takes what there is only one of for the same, whoever made it first', async () => {
    const { page, context } = await open('/data?tab=plan');
    const name = 'Something Else';
    await button(page, 'Plan an event').click();
    const form = page.getByRole('dialog', { name: 'Plan an event' });
    await field(form, 'Name').fill('Mine Happened');
    await button(form, 'Into the plan').click();
    await page.getByRole('row', { name: /Mine Happened/ }).waitFor();
    await write('tracking_plan', 'default', { name: 'Tracking plan', events: [{ name }] });
    await button(page, 'Save draft').click();
    const dialog = page.getByRole('dialog', { name: 'Somebody else saved meanwhile' });
    await dialog.getByText('Mine Happened').first().waitFor();
    await button(dialog, 'Take theirs').click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('row', { name: new RegExp(name) }).waitFor();
    assert.equal(await page.getByRole('row', { name: /Mine Happened/ }).count(), 0);
    await button(page, 'Plan an event').click();
    await field(form, 'Name').fill('Mine Happened');
    await button(form, 'Into the plan').click();
    await button(page, 'Save draft').click();
    await page.getByText('Saved as version 2').waitFor();
    assert.deepEqual((await document('tracking_plan', 'default')).spec.events.map((e) => e.name).sort(), ['Mine Happened', name]);
    await context.close();
  });

  it('sends once, though the answer was lost and it is tried again', async () => {
    const { page, context } = await open(`/customers/${ann.id}`);
    const sent = async () => (await server.api('GET', `/api/v1/profiles/${ann.id}/messages`)).items.length;
    const before = await sent();
    let lost = 0;
    await page.route('**/api/v1/messages', async (route) => {
      if (route.request().method() !== 'POST' || lost > 0) return route.continue();
      lost += 1;
      await route.fetch();
      await route.abort();
    });
    await page.getByRole('button', { name: 'More actions' }).click().catch(() => {});
    await page.getByRole('button', { name: 'Send a message' }).or(page.getByRole('menuitem', { name: 'Send a message' })).first().click();
    const form = page.getByRole('dialog', { name: /Send a message/ });
    await field(form, 'Template').click();
    await page.getByRole('option', { name: 'Thanks', exact: true }).click();
    await button(form, 'Send').click();
    await form.getByRole('alert').filter({ hasText: 'No connection to the server' }).waitFor();
    await button(form, 'Send').click();
    await form.waitFor({ state: 'hidden' });
    assert.equal(lost, 1);
    await eventually('it is decided', async () => assert.ok((await sent()) > before));
    await page.waitForTimeout(1_000);
    assert.equal(await sent(), before + 1);
    await context.close();
  });

  it('says before sending what the gate would say', async () => {
    const path = `/api/v1/profiles/${ann.id}`;
    const say = (granted) => server.api('POST', `${path}/consents`, { channel: 'email', granted });
    await say(false);
    const sent = async () => (await server.api('GET', `${path}/messages`)).items.length;
    const before = await sent();
    await bed.on(`/customers/${ann.id}`, async (page) => {
      await button(page, 'Send a message').click();
      const form = page.getByRole('dialog', { name: /Send a message/ });
      const says = form.getByRole('status');
      await field(form, 'Template').click();
      await page.getByRole('option', { name: 'Thanks', exact: true }).click();
      await says.filter({ hasText: 'They unsubscribed' }).filter({ hasText: /They withdrew from e-mail/ }).waitFor();
      assert.ok(await button(form, 'Send').isDisabled());
      await form.getByRole('switch', { name: 'They asked for it' }).click();
      await says.filter({ hasText: 'It would leave at once' }).waitFor();
      assert.ok(await button(form, 'Send').isEnabled());
    });
    await say(true);
    assert.equal(await sent(), before);
  });

  it('makes one of what is clicked twice', () =>
    bed.on('/settings?tab=tokens', async (page) => {
      await button(page, 'Create a token').click();
      const form = page.getByRole('dialog', { name: 'Create a token' });
      await field(form, 'Name').fill('twice');
      await button(form, 'Create').dblclick();
      await form.getByText('Copy it now').waitFor();
      const { items } = await server.api('GET', '/api/v1/tokens');
      assert.equal(items.filter((x) => x.name === 'twice').length, 1);
    }));

  it('keeps a document’s text that cannot be read, and saves nothing meanwhile', async () => {
    const { page, context } = await open('/journeys/thanks?tab=text');
    const text = field(page, 'The whole document');
    const { version } = await document('journey', 'thanks');
    for (const [written, why] of [['{}', '“trigger” has to be an object.'], ['null', /A journey is an object/], ['{"name": "x", "trigger": {}}', '“steps” has to be a list.'], ['{"steps": [', /This is no JSON yet/]]) {
      await text.fill(written);
      await page.getByText(why).waitFor();
      assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Thanks');
    }
    await page.getByRole('tab', { name: 'Steps' }).click();
    await button(page, 'Publish').click({ trial: true }).catch(() => {});
    await page.keyboard.press('Control+s');
    await page.getByRole('tab', { name: 'Document' }).click();
    assert.equal(await text.inputValue(), '{"steps": [');
    const { spec } = await document('journey', 'thanks');
    await text.fill(JSON.stringify({ ...spec, description: 'by text' }));
    await button(page, 'Save draft').click();
    await page.getByText(`Saved as version ${version + 1}`).waitFor();
    assert.equal((await document('journey', 'thanks')).spec.description, 'by text');
    await text.fill('{');
    await field(page, 'The whole document').press('Control+s');
    await text.fill('{"name":');
    await page.getByText('Show what is there').click();
    assert.equal(JSON.parse(await text.inputValue()).description, 'by text');
    await context.close();
  });

  it('takes every letter of a search, however slowly it is typed', () =>
    bed.on('/customers', async (page) => {
      const find = page.getByRole('searchbox').or(page.getByRole('textbox', { name: /^Find|^Search/ })).first();
      await find.pressSequentially('annabelle of the hill', { delay: 205 });
      assert.equal(await find.inputValue(), 'annabelle of the hill');
      await eventually('the address says it', async () => assert.equal(new URL(page.url()).searchParams.get('q'), 'annabelle of the hill'));
      await page.goBack().catch(() => {});
    }));

  it('keeps both rows while they have the same name, and says so', async () => {
    const { page, context } = await open('/campaigns/new');
    await field(page, 'Name').fill('Two values');
    const names = page.getByRole('textbox', { name: 'Name', exact: true }).or(page.getByRole('combobox', { name: 'Name', exact: true }));
    const add = button(page, 'Add a value');
    await add.click();
    await add.click();
    await field(page, 'Value of value').fill('one');
    await field(page, 'Value of value2').fill('two');
    await button(page, 'Remove value').click();
    await add.click();
    assert.deepEqual([await field(page, 'Value of value2').inputValue(), await field(page, 'Value of value').inputValue()], ['two', '']);
    await field(page, 'Value of value').fill('three');
    // On the way to another name it is that of the first row for a moment.
    const first = names.nth(1);
    assert.equal(await first.inputValue(), 'value2');
    await first.press('End');
    await first.press('Backspace');
    await page.getByText('Another row has this name.').first().waitFor();
    await page.keyboard.press('Control+s');
    await first.pressSequentially('_x');
    await page.getByText('Another row has this name.').first().waitFor({ state: 'hidden' });
    assert.deepEqual([await field(page, 'Value of value_x').inputValue(), await field(page, 'Value of value').inputValue()], ['two', 'three']);
    await context.close();
  });

  it('publishes no rule of which a condition is not finished', async () => {
    const { page, context } = await open(`/segments/new?rule=${RULE}`);
    await field(page, 'Name').fill('Plus and more');
    const second = page.getByRole('group', { name: 'Condition 2', exact: true });
    await button(page, 'Add a condition').click();
    await page.getByRole('menuitem', { name: /^Who they are/ }).click();
    await second.getByText('Not finished: it does not count yet.').waitFor();
    await button(page, 'Publish').click();
    await page.getByRole('alert').filter({ hasText: 'A condition is not finished' }).waitFor();
    await page.getByText('Text', { exact: true }).click();
    await page.getByText('Conditions', { exact: true }).click();
    await second.getByText('Not finished').waitFor();
    await page.getByRole('tab', { name: 'Webhook' }).click();
    const said = page.getByRole('alert').filter({ hasText: 'A condition is not finished' });
    await said.getByRole('button', { name: 'Close' }).click();
    await said.waitFor({ state: 'hidden' });
    await button(page, 'Publish').click();
    await said.waitFor();
    await page.getByRole('tab', { name: 'Rule' }).click();
    await second.getByText('Not finished').waitFor();
    await field(second, 'Trait').fill('email');
    await second.getByText('Not finished').waitFor({ state: 'hidden' });
    await second.getByRole('button', { name: 'Remove condition' }).click();
    await button(page, 'Publish').click();
    await page.waitForURL('**/segments/plus-and-more');

    await page.goto(`${server.url}/campaigns/new`);
    await field(page, 'Name').fill('Not yet');
    await button(page, 'Set a condition: Not (any more) those for whom').click();
    const rule = page.getByRole('dialog', { name: 'Not (any more) those for whom' });
    await button(rule, 'Add a condition').click();
    await page.getByRole('menuitem', { name: /^Who they are/ }).click();
    await button(rule, 'Done').click();
    await page.getByRole('status').filter({ hasText: 'A condition is not finished' }).waitFor();
    await button(page, 'Set a condition: Not (any more) those for whom').click();
    await rule.getByRole('group', { name: 'Condition 1', exact: true }).getByText('Not finished').waitFor();
    await context.close();
  });

  it('copies an address without the clipboard of secure pages, and shows it where that is not allowed', () =>
    bed.on(null, async (page) => {
      await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
      await page.goto(`${server.url}/insights/trend`);
      await button(page, 'Share').click();
      await page.getByText('The address of this report was copied.').waitFor();
      await page.evaluate(() => { document.execCommand = () => false; });
      await button(page, 'Share').click();
      const shown = page.getByRole('textbox', { name: 'To copy' });
      assert.equal(await shown.inputValue(), page.url());
    }));

  it('says at home that a campaign waits for review', async () => {
    const spec = { name: 'Spring sale', audience: { segment: 'buyers' }, template: 'thanks' };
    const { version } = await server.api('PUT', '/api/v1/resources/campaign/spring', spec);
    await server.api('POST', '/api/v1/resources/campaign/spring/status', { version, status: 'review' });
    await bed.on('/', async (page) => {
      await page.getByRole('region', { name: 'Needs attention' }).getByRole('link', { name: 'Spring sale waits for review.' }).click();
      await page.waitForURL('**/campaigns/spring');
      await page.getByRole('heading', { level: 1, name: 'Spring sale' }).waitFor();
    });
  });
});
