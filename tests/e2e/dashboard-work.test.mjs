// The main tasks of a marketer, an analyst and an operator, by what the page says and not by how it is built.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, serious } from './bed.mjs';
import { customer, openShop, send } from './shop.mjs';

describe('work in the dashboard', { skip: noBrowser }, () => {
  let server, bed, cleo;

  before(async () => {
    server = await openShop('http://127.0.0.1:9', { RAPPORT_DELIVERY__ALLOW_PRIVATE_ADDRESSES: 'true' });
    cleo = await customer(server, 'cleo', 'Cleo');
    await customer(server, 'dora', 'Dora');
    await send(server, [{ type: 'track', userId: 'user-cleo', event: 'Order Completed', properties: { order_id: 'o-2', total: 120 } }]);
    await eventually('the catalogue knows the order', async () => {
      const { events } = await server.api('GET', '/api/v1/events/catalogue');
      assert.ok(events.some((e) => e.name === 'Order Completed' && e.count >= 3));
    });
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  /** Chooses an option of a combobox that was opened. */
  const choose = async (page, label, option) => {
    await page.getByRole('combobox', { name: label, exact: true }).or(page.getByRole('textbox', { name: label, exact: true })).first().click();
    await page.getByRole('option', { name: option, exact: true }).first().click();
  };

  it('finds customers who bought twice: an audience by conditions, counted while it is made', () =>
    bed.on('/segments/new', async (page) => {
      await page.getByRole('textbox', { name: 'Name' }).fill('Bought twice');
      await page.getByRole('button', { name: 'Add a condition' }).click();
      await page.getByRole('menuitem', { name: /What they did/ }).click();
      await page.getByRole('textbox', { name: 'Event' }).or(page.getByRole('combobox', { name: 'Event' })).first().fill('Order Completed');
      await page.getByRole('option', { name: 'Order Completed' }).click();
      await page.getByText('Who this is now').click();
      await choose(page, 'What', 'how often');
      await page.getByRole('textbox', { name: 'Number' }).fill('2');
      await page.getByTestId('audience').filter({ hasText: /^1$/ }).waitFor();
      await page.getByRole('link', { name: 'Cleo' }).waitFor();
      await page.getByText('Text', { exact: true }).click();
      await page.getByText('.count() >= 2').waitFor();
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.waitForURL('**/segments/bought-twice');
      await page.getByRole('tab', { name: /Members/ }).click();
      await page.getByRole('link', { name: 'Cleo' }).waitFor();
      const { spec } = await server.api('GET', '/api/v1/resources/segment/bought-twice');
      assert.equal(spec.rule, 'events("Order Completed").within("30d").count() >= 2');
    }));

  it('asks about accounts by form, and reads such a rule back as one', async () => {
    const traits = { name: 'Larkspur Ltd', plan: 'pro' };
    await send(server, [{ type: 'group', userId: 'user-cleo', groupId: 'larkspur', traits }]);
    const rule = 'account.plan == "pro" && account_members() >= 1';
    const count = async () => (await server.api('POST', '/api/v1/segments/preview', { rule })).count;
    await eventually('the account is known', async () => assert.equal(await count(), 1));
    await bed.on(`/segments/new?rule=${encodeURIComponent(rule)}`, async (page) => {
      const part = (n) => page.getByRole('group', { name: `Condition ${n}`, exact: true });
      const field = (n, name) => part(n).getByRole('textbox', { name, exact: true }).or(part(n).getByRole('combobox', { name, exact: true })).first();
      await field(1, 'Trait').waitFor();
      assert.deepEqual(await Promise.all([field(1, 'Asked about'), field(1, 'Trait'), field(1, 'Value')].map((f) => f.inputValue())), ['a trait of their account', 'plan', 'pro']);
      assert.deepEqual(await Promise.all([field(2, 'Asked about'), field(2, 'Compared'), field(2, 'Number')].map((f) => f.inputValue())), ['members of their account', 'at least', '1']);
      await page.getByTestId('audience').filter({ hasText: /^1$/ }).waitFor();
      await field(2, 'Number').fill('2');
      await page.getByTestId('audience').filter({ hasText: /^0$/ }).waitFor();
      await part(2).getByRole('button', { name: 'Remove condition' }).click();
      await page.getByRole('button', { name: 'Add a condition' }).click();
      await page.getByRole('menuitem', { name: /^Their account/ }).click();
      await field(2, 'Trait').fill('na');
      await page.getByRole('option', { name: 'name', exact: true }).click();
      await field(2, 'Value').fill('Larkspur Ltd');
      await page.getByTestId('audience').filter({ hasText: /^1$/ }).waitFor();
      await page.getByText('Text', { exact: true }).click();
      await page.getByText('account.plan == "pro" && account.name == "Larkspur Ltd"').waitFor();
    });
  });

  it('reads every form of a rule into the builder and out again as it was', () =>
    bed.on('/segments/new', async (page) => {
      const forms = [
        'semver(traits.app) < semver("2.3")', 'traits.tags.containsAny(["a", 1])', 'distance(traits.home, 52.5, 13.4) <= 5', 'bucket("exp", 0, 10)',
        'events("A").within_weeks(2).count() > 1', 'events("A").since(date(traits.signup), "14d").first("sku") == "x"', 'in_segment("buyers", "7d")',
        '(traits.a - traits.b * 2) / (1 + traits.c) > 1 - (2 - 3)', 'sequence(["A", !events("X"), events("B").within("1h").filter(e, e.total > 50)], "3h").within("7d")',
        'traits.name.equalsIgnoreCase("ann")', 'date(account.renewal) < today() + duration("1d")', '!(traits.a == 1 || accounts() > 1)',
      ];
      // Leaving what is not saved asks first.
      page.on('dialog', (dialog) => dialog.accept());
      for (const form of forms) {
        const text = `${form} && traits.last == "old"`;
        const canonical = (await server.api('POST', '/api/v1/rules/parse', { rule: text })).rule;
        await page.goto(`${server.url}/segments/new?rule=${encodeURIComponent(text)}`);
        const last = page.getByRole('group', { name: 'Condition 2', exact: true });
        await last.getByRole('textbox', { name: 'Value' }).or(last.getByRole('combobox', { name: 'Value' })).first().fill('new');
        await page.getByText('Text', { exact: true }).click();
        const written = (await page.locator('.cm-content').textContent()).trim();
        assert.equal(written, canonical.replace('"old"', '"new"'));
      }
    }));

  it('says what is wrong with a rule, and where', () =>
    bed.on('/segments/new?rule=' + encodeURIComponent('traits.plan == "plus" && evnts("A")'), async (page) => {
      await page.getByRole('alert').filter({ hasText: '1:26' }).waitFor();
    }));

  it('writes a mail, sees it as somebody, and sends a test', () =>
    bed.on('/content/new', async (page) => {
      await page.getByRole('textbox', { name: 'Name' }).fill('Come back');
      await choose(page, 'Begin with', 'We miss you');
      await page.getByRole('textbox', { name: 'Subject' }).fill('We miss you, {{ profile.first_name }}');
      await page.getByRole('combobox', { name: 'As seen by' }).or(page.getByRole('textbox', { name: 'As seen by' })).first().fill('cleo');
      await page.getByRole('option', { name: 'Cleo' }).or(page.getByRole('option', { name: /cleo/ })).first().click();
      await page.getByText('We miss you, Cleo').waitFor();
      await page.frameLocator('iframe[title="The mail"]').getByText('It has been a while').waitFor();
      await page.getByRole('button', { name: 'Save draft' }).click();
      await page.waitForURL('**/content/come-back');
      await page.getByRole('button', { name: 'Send a test' }).click();
      const dialog = page.getByRole('dialog', { name: 'Send a test' });
      await dialog.getByText(server.owner.email).first().waitFor();
      await dialog.getByRole('button', { name: 'Send' }).click();
      await dialog.getByText('Empty in it: profile.first_name').waitFor();
      await dialog.getByRole('combobox', { name: 'As seen by' }).or(dialog.getByRole('textbox', { name: 'As seen by' })).first().fill('cleo');
      await page.getByRole('option', { name: /cleo/i }).first().click();
      await dialog.getByRole('button', { name: 'Send again' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByText('Version 1 is live').waitFor();
      await page.goto(`${server.url}/inbox`);
      await page.getByRole('link', { name: '[Test] We miss you, Cleo' }).waitFor();
      const { items } = await server.api('GET', '/api/v1/messages?template=come-back');
      assert.deepEqual(items, [], 'a test is no message to anybody');
    }));

  it('builds a journey from a play, changes it on canvas and list, and watches somebody go through', () =>
    bed.on('/journeys/new', async (page) => {
      await page.getByRole('button', { name: /^Referral/ }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Bring a friend');
      await page.locator('.react-flow__node').filter({ hasText: 'nothing chosen' }).click();
      await choose(page, 'What to send', 'Come back');
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.locator('.flow-node').filter({ hasText: 'Choose what to send.' }).waitFor();
      await page.getByRole('button', { name: 'Redo' }).click();
      await page.getByText('List', { exact: true }).click();
      await page.getByRole('button', { name: /^Wait/ }).click();
      await page.getByRole('button', { name: 'Remove this step' }).click();
      await page.getByRole('button', { name: 'Add a step after the beginning' }).click();
      await page.getByRole('menuitem', { name: /^Branch/ }).click();
      await page.getByRole('button', { name: /^Set a condition: Way 1/ }).click();
      const dialog = page.getByRole('dialog', { name: 'Way 1: when' });
      await dialog.getByRole('button', { name: 'Add a condition' }).click();
      await page.getByRole('menuitem', { name: /Who they are/ }).click();
      await dialog.getByRole('textbox', { name: 'Trait' }).or(dialog.getByRole('combobox', { name: 'Trait' })).first().fill('plan');
      await dialog.getByRole('textbox', { name: 'Value' }).or(dialog.getByRole('combobox', { name: 'Value' })).first().fill('free');
      await dialog.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.waitForURL('**/journeys/bring-a-friend*');
      await send(server, [{ type: 'track', userId: 'user-cleo', event: 'Order Completed', properties: { order_id: 'o-3', total: 10 } }]);
      await page.goto(`${server.url}/customers/${cleo.id}?find=bring-a-friend`);
      await page.getByText('Journey Exited').first().waitFor({ timeout: 20_000 });
      const messages = await server.api('GET', `/api/v1/profiles/${cleo.id}/messages`);
      assert.ok(messages.items.some((m) => m.journey === 'bring-a-friend' && m.status === 'sent'), JSON.stringify(messages.items));
      const { spec } = await server.api('GET', '/api/v1/resources/journey/bring-a-friend');
      assert.deepEqual(spec.steps.map((s) => Object.keys(s).find((k) => ['branch', 'send', 'update', 'wait'].includes(k))), ['branch', 'send', 'update']);
    }));

  it('simulates a journey over what happened, before anybody receives anything', () =>
    bed.on('/journeys/bring-a-friend?tab=simulation', async (page) => {
      await page.getByRole('button', { name: 'Simulate' }).click();
      const entered = page.getByRole('row', { name: /^entered/ });
      await entered.waitFor({ timeout: 20_000 });
      assert.ok(Number((await entered.getByRole('cell').nth(1).textContent()).trim()) >= 1, 'orders would have begun it');
      await page.getByRole('tab', { name: 'Steps' }).click();
      await page.getByText('The numbers on the ways are those of the simulation').waitFor();
    }));

  it('says why somebody is in a segment', () =>
    bed.on('/segments/buyers?tab=members', async (page) => {
      await page.getByRole('row', { name: /Cleo/ }).getByRole('button', { name: 'Why?' }).click();
      const drawer = page.getByRole('dialog', { name: 'Why buyers?' });
      await drawer.getByText('holds', { exact: true }).first().waitFor();
      await drawer.getByText('events("Order Completed")').first().waitFor();
    }));

  it('tells another system who enters a segment, as the page said it would', async () => {
    await server.api('PUT', '/api/v1/resources/segment/told?publish=true', { name: 'Told', rule: 'events("Order Completed").exists()' });
    await bed.on('/segments/told?tab=webhook', async (page) => {
      await page.getByText('No other system is told').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Tell another system' }).count(), 0, 'there is no channel for it');
      await page.getByRole('link', { name: /It needs a live channel of kind webhook/ }).waitFor();
    });
    const told = [];
    const crm = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      told.push({ headers: request.headers, body: JSON.parse(body) });
      response.writeHead(204).end();
    });
    await new Promise((resolve) => crm.listen(0, '127.0.0.1', resolve));
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const channel = { kind: 'webhook', url: `http://127.0.0.1:${crm.address().port}/hook`, secret };
    await server.api('PUT', '/api/v1/resources/channel/crm?publish=true', channel);
    let promised;
    await bed.on('/segments/told?tab=webhook', async (page) => {
      await page.getByRole('button', { name: 'Tell another system' }).click();
      await choose(page, 'Told', 'who enters');
      const traits = page.getByRole('textbox', { name: 'Traits' }).or(page.getByRole('combobox', { name: 'Traits' })).first();
      await traits.fill('plan');
      await traits.press('Enter');
      const shown = page.getByRole('region', { name: 'What is sent' });
      await shown.getByText('"plan"').waitFor();
      promised = JSON.parse(await shown.locator('pre, code').first().textContent());
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByText(/Version \d+ is live/).waitFor();
    });
    const { spec } = await server.api('GET', '/api/v1/resources/segment/told');
    assert.deepEqual(spec.webhook, { channel: 'crm', on: 'entered', traits: ['plan'] });
    await customer(server, 'finn', 'Finn');
    const call = await eventually('the other system is told', async () => {
      const found = told.find((c) => c.body.data.user_id === 'user-finn');
      assert.ok(found, JSON.stringify(told));
      return found;
    });
    assert.ok(call.headers['webhook-signature'].startsWith('v1,'));
    const keys = (of) => [Object.keys(of), Object.keys(of.data), Object.keys(of.data.traits)].map((list) => list.sort());
    assert.deepEqual(keys(call.body), keys(promised), 'what was sent is what was shown');
    assert.deepEqual([call.body.type, call.body.data.segment, call.body.data.traits.plan], [promised.type, promised.data.segment, 'plus']);
    crm.closeAllConnections();
    crm.close();
  });

  it('keeps a list, which has no rule', async () => {
    await server.api('PUT', '/api/v1/resources/segment/vips?publish=true', { name: 'VIPs', kind: 'list' });
    await bed.on('/segments/vips', async (page) => {
      await page.getByText('A list: its members are added and removed by hand').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Add a condition' }).count(), 0);
      await page.getByRole('textbox', { name: 'Description' }).fill('Whom we call by name');
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByText('Version 2 is live').waitFor();
    });
    const { spec } = await server.api('GET', '/api/v1/resources/segment/vips');
    assert.deepEqual(spec, { name: 'VIPs', kind: 'list', description: 'Whom we call by name' });
  });

  it('saves a report, puts it on a dashboard and finds both again', () =>
    bed.on('/insights/trend', async (page) => {
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Active people');
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1, name: 'Active people' }).waitFor();
      await page.goto(`${server.url}/dashboards/new`);
      await page.getByRole('textbox', { name: 'Name' }).fill('Monday');
      await choose(page, 'Add a saved report', 'Active people');
      await page.getByRole('button', { name: 'Active people: larger' }).click();
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.waitForURL('**/dashboards/monday');
      await page.goto(`${server.url}/insights`);
      await page.getByRole('link', { name: 'Monday' }).waitFor();
      await page.getByRole('link', { name: 'Active people' }).waitFor();
      const { spec } = await server.api('GET', '/api/v1/resources/dashboard/monday');
      assert.deepEqual(spec.items.map(({ insight, w, h }) => [insight, w, h]), [['active-people', 7, 5]]);
    }));

  it('names at the node what the server finds wrong', async () => {
    const { page, context, unexpected } = await bed.open('/journeys/bring-a-friend?view=list');
    await page.getByRole('button', { name: /^Send/ }).first().click();
    await page.getByRole('textbox', { name: 'Worth sending for' }).fill('900d');
    await page.getByText(/expected a duration from 1s/).first().waitFor();
    // The server says so by refusing a trial; the browser notes that.
    assert.deepEqual(unexpected().filter((text) => !text.includes('dry_run=true')), []);
    await context.close();
  });

  it('shows a document that somebody else saved meanwhile as a difference', async () => {
    const { page, context } = await bed.open('/segments/buyers');
    const description = page.getByRole('textbox', { name: 'Description' });
    await description.fill('mine');
    await server.api('PUT', '/api/v1/resources/segment/buyers', { name: 'Buyers', description: 'theirs', rule: 'events("Order Completed").exists()' });
    await page.getByRole('button', { name: 'Save draft' }).click();
    const dialog = page.getByRole('dialog', { name: 'Somebody else saved meanwhile' });
    await dialog.getByText('theirs', { exact: true }).waitFor();
    await dialog.getByText('mine', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Save mine over it' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const { spec, version } = await server.api('GET', '/api/v1/resources/segment/buyers');
    assert.deepEqual([spec.description, version], ['mine', 3]);
    await context.close();
  });

  it('notices who was faster also when the document was loaded again meanwhile, and keeps the draft over that', async () => {
    await server.api('PUT', '/api/v1/resources/segment/watched?publish=true', { name: 'Watched', rule: 'traits.plan == "plus"' });
    const { page, context } = await bed.open('/segments/watched');
    page.on('dialog', (dialog) => dialog.accept());
    await page.getByRole('textbox', { name: 'Description' }).fill('mine');
    await server.api('PUT', '/api/v1/resources/segment/watched', { name: 'Watched', description: 'theirs', rule: 'traits.plan == "plus"' });
    await page.reload();
    await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'Watched');
    assert.equal(await page.getByRole('textbox', { name: 'Description' }).inputValue(), 'mine');
    await page.getByRole('button', { name: 'Save draft' }).click();
    const dialog = page.getByRole('dialog', { name: 'Somebody else saved meanwhile' });
    await dialog.getByText('theirs', { exact: true }).waitFor();
    assert.equal((await server.api('GET', '/api/v1/resources/segment/watched')).spec.description, 'theirs');
    await dialog.getByRole('button', { name: 'Take theirs' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await page.getByRole('textbox', { name: 'Description' }).inputValue(), 'theirs');
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('rapport.draft.'))), []);
    await context.close();
  });

  it('saves what has a name of any script', () =>
    bed.on('/segments/new?rule=' + encodeURIComponent('traits.plan == "plus"'), async (page) => {
      await page.getByRole('textbox', { name: 'Name' }).fill('לקוחות חוזרים');
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.waitForURL(/\/segments\/id-[a-z0-9]+/);
      const { items } = await server.api('GET', '/api/v1/resources/segment?limit=100');
      assert.ok(items.some((s) => s.spec.name === 'לקוחות חוזרים' && s.status === 'live'));
    }));

  it('loses nothing that was entered by Escape, by another language or by the palette', () =>
    bed.on('/settings?tab=suppressions', async (page) => {
      await page.locator('input[type=email]').fill('half@written');
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search or do…' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('combobox', { name: 'Search or do…' }).waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'You and your settings' }).click();
      await page.getByText('Deutsch', { exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Einstellungen' }).waitFor();
      assert.equal(await page.locator('input[type=email]').inputValue(), 'half@written');
      await page.goto(`${server.url}/settings?tab=members`);
      await page.getByRole('button', { name: 'Mitglied hinzufügen' }).click();
      const form = page.getByRole('dialog', { name: 'Mitglied hinzufügen' });
      await form.locator('input').first().fill('half@written');
      await page.keyboard.press('Escape');
      const asked = page.getByRole('dialog', { name: 'Ohne Speichern verlassen?' });
      await asked.getByRole('button', { name: 'Weiter bearbeiten' }).click();
      await asked.waitFor({ state: 'hidden' });
      assert.equal(await form.locator('input').first().inputValue(), 'half@written');
      await page.keyboard.press('Escape');
      await asked.getByRole('button', { name: 'Verlassen' }).click();
      await form.waitFor({ state: 'hidden' });
    }));

  it('lets a journey go live once another member approved it', async () => {
    const bob = { email: 'bob@team.example', password: 'long enough for it' };
    await server.api('POST', '/api/v1/members', { ...bob, role: 'editor' });
    const settings = '/api/v1/resources/settings/workspace?publish=true';
    const { spec } = await server.api('GET', '/api/v1/resources/settings/workspace');
    await server.api('PUT', settings, { ...spec, needs_approval: ['journey'] });
    const author = await bed.open('/journeys/new');
    const reviewer = await bed.open(null, { session: await bed.signIn(bob) });
    const button = ({ page }, name) => page.getByRole('button', { name, exact: true });
    const journey = () => server.api('GET', '/api/v1/resources/journey/looked-at');

    await author.page.getByRole('button', { name: /^Referral/ }).click();
    await author.page.getByRole('textbox', { name: 'Name' }).fill('Looked at');
    await author.page.locator('.react-flow__node').filter({ hasText: 'nothing chosen' }).click();
    await choose(author.page, 'What to send', 'Thanks');
    await button(author, 'Publish').click();
    const alert = author.page.getByRole('alert').filter({ hasText: 'Another member has to approve this first' });
    await alert.waitFor();
    assert.deepEqual(await serious(author.page), []);
    await button({ page: alert }, 'Ask for review').click();
    await author.page.waitForURL('**/journeys/looked-at');
    await author.page.getByText('It waits for review now.').waitFor();
    await author.page.getByText('review', { exact: true }).waitFor();
    assert.equal(await button(author, 'Approve').count(), 0, 'nobody approves their own version');
    assert.deepEqual([(await journey()).status, (await journey()).live_version], ['review', null]);

    await reviewer.page.goto(`${server.url}/journeys/looked-at`);
    await button(reviewer, 'Approve').click();
    await reviewer.page.getByText('Approved by bob@team.example').waitFor();
    await author.page.reload();
    await author.page.getByText('Approved by bob@team.example').waitFor();
    await button(author, 'Publish').click();
    await author.page.getByText('Version 1 is live').waitFor();
    const live = await journey();
    assert.deepEqual([live.status, live.version, live.approved_by], ['live', 1, bob.email]);

    // An approval is for one version: the next goes back and forth again, and the first stays live.
    await author.page.getByRole('textbox', { name: 'Name' }).fill('Looked at twice');
    await author.page.getByText('Approved by bob@team.example').waitFor({ state: 'hidden' });
    await button(author, 'More actions').click();
    await author.page.getByRole('menuitem', { name: 'Ask for review' }).click();
    await author.page.getByText('review', { exact: true }).waitFor();
    await button(author, 'Publish').click();
    await author.page.getByRole('alert').filter({ hasText: 'It waits for review' }).waitFor();
    await button(author, 'More actions').click();
    await author.page.getByRole('menuitem', { name: 'Back to draft' }).click();
    await author.page.getByText('draft', { exact: true }).waitFor();
    const next = await journey();
    assert.deepEqual([next.version, next.status, next.live_version], [2, 'draft', 1]);

    assert.deepEqual(reviewer.unexpected(), []);
    // The server refused twice; the browser notes that.
    assert.ok(author.unexpected().every((text) => text.includes('409')), author.unexpected().join('\n'));
    for (const { context } of [author, reviewer]) await context.close();
    await server.api('PUT', settings, spec);
  });

  it('asks a funnel and reaches the people behind a number', () => {
    const steps = { steps: [{ event: 'Product Viewed' }, { event: 'Order Completed' }], window: '7d' };
    return bed.on(`/insights/funnel?r=${encodeURIComponent(JSON.stringify(steps))}`, async (page) => {
      await page.getByRole('row', { name: /Order Completed/ }).getByRole('button').first().click();
      const drawer = page.getByRole('dialog', { name: 'The people behind this number' });
      await drawer.getByRole('link', { name: 'Cleo' }).waitFor();
      await page.keyboard.press('Escape');
      const file = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'CSV' }).click();
      assert.equal((await file).suggestedFilename(), 'funnel.csv');
    });
  });

  it('imports a file by the wizard', () =>
    bed.on('/data?tab=imports', async (page) => {
      await page.getByRole('button', { name: 'Import a file' }).click();
      const dialog = page.getByRole('dialog', { name: 'Import a file' });
      const rows = 'user_id,event,time,total\nuser-eve,Shop Visited,2026-01-05T10:00:00Z,3\nuser-eve,Shop Visited,2026-01-06T10:00:00Z,4\n';
      await dialog.locator('input[type=file]').setInputFiles({ name: 'visits.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) });
      await dialog.getByText('Event name in column').waitFor();
      await dialog.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByText('visits.csv').waitFor();
      await eventually('the rows are there', async () => {
        const eve = await server.profile('user_id', 'user-eve');
        assert.equal(eve.event_count, 2);
      });
    }));

  it('connects a source: a key, a snippet, and the first event seen to arrive', () =>
    bed.on('/data?tab=sources', async (page) => {
      await page.getByRole('button', { name: 'Add a source' }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('My site');
      await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('heading', { name: 'My site' }).waitFor();
      await page.getByRole('button', { name: 'How to send' }).last().click();
      await page.getByText('Waiting for your first event').waitFor();
      await page.getByText('/sdk/rapport.js').waitFor();
      await page.waitForTimeout(1_600);
      const hello = (event) => [{ type: 'track', userId: 'user-new', event, properties: {} }];
      // What another source sends is not what is waited for.
      await send(server, hello('Hello from elsewhere'));
      await eventually('it is in the feed', async () => assert.equal((await server.api('GET', '/api/v1/events?q=elsewhere')).items.length, 1));
      await page.waitForTimeout(2_000);
      await page.getByText('Waiting for your first event').waitFor();
      const { items } = await server.api('GET', '/api/v1/sources');
      const mine = items.find((s) => s.name === 'My site');
      await send({ ...server, url: server.url, writeKey: mine.keys[0].key }, hello('Hello'));
      await page.getByText('It works: an event arrived').waitFor({ timeout: 15_000 });
      await page.getByRole('status').getByText('Hello', { exact: true }).waitFor();
      // However much others send, the debugger shows what this source sent.
      await send(server, Array.from({ length: 150 }, () => hello('Noise')[0]));
      await page.goto(`${server.url}/data?source=${mine.id}`);
      await page.getByRole('list', { name: 'Live events' }).getByText('Hello', { exact: true }).waitFor();
      assert.equal(await page.getByRole('list', { name: 'Live events' }).getByRole('listitem').count(), 1);
    }));

  it('adds a member, a token and a topic, and finds them in the audit log', () =>
    bed.on('/settings?tab=members', async (page) => {
      await page.getByRole('button', { name: 'Add a member' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'E-mail address' }).fill('grace@team.example');
      await dialog.locator('input[type=password]').fill('long enough for it');
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('row', { name: /grace@team\.example/ }).waitFor();
      await page.getByRole('tab', { name: 'API tokens' }).click();
      await page.getByRole('button', { name: 'Create a token' }).click();
      await dialog.getByRole('textbox', { name: 'Name' }).fill('nightly');
      await dialog.getByRole('button', { name: 'Create' }).click();
      await dialog.getByText('Copy it now').waitFor();
      await dialog.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('tab', { name: 'Topics' }).click();
      await page.getByRole('button', { name: 'Add a topic' }).click();
      await dialog.getByRole('textbox', { name: 'name' }).fill('Recipes');
      await dialog.getByRole('button', { name: 'Publish' }).click();
      await page.getByRole('row', { name: /Recipes/ }).waitFor();
      await page.getByRole('tab', { name: 'Audit log' }).click();
      for (const action of ['member.create', 'token.create']) await page.getByText(action).first().waitFor();
    }));

  it('tries a channel', () =>
    bed.on('/settings?tab=channels', async (page) => {
      await page.getByRole('button', { name: 'Try it' }).first().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Try it' }).click();
      await page.getByText('It works').waitFor({ timeout: 15_000 });
    }));
});
