// Forms for all that journeys, campaigns and settings can say; lists that are found through, put in order and empty in two ways; and
// things done for everybody who matches. Each is held against the document or the customers that come of it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, overflow, serious } from './bed.mjs';
import { customer, openShop, send } from './shop.mjs';

/** A journey that says all there is to say. */
const WHOLE = {
  name: 'All there is',
  trigger: { event: { name: 'Order Completed', key: 'order_id' } },
  reentry: { after: '12h', concurrent: 3 },
  goal: { event: { name: 'Order Completed', same: 'order_id' }, exit: false },
  steps: [
    { id: 'hello', send: { channel: 'email', template: 'thanks', window: { from: '09:00', to: '18:00', weekdays: ['mon', 'tue'], zone: 'Europe/Berlin' }, expires: '12h' }, next: 'rest' },
    { id: 'rest', wait: '2d', next: 'seen' },
    { id: 'seen', message: { step: 'hello', is: 'opened' }, next: 'paid', otherwise: 'again' },
    { id: 'again', send: { channel: 'email', template: 'thanks' }, next: 'paid' },
    { id: 'paid', wait: { when: 'traits.paid == true', for: '2d' }, next: 'pace', otherwise: 'pace' },
    { id: 'pace', limit: { name: 'shop', count: 10, per: '1h' }, next: 'best' },
    { id: 'best', winner: { metric: 'clicks', minimum: 50, arms: [{ step: 'hello', goto: 'end' }, { step: 'again', goto: 'end' }] } },
  ],
};

describe('forms and lists in the dashboard', { skip: noBrowser }, () => {
  let server, bed, uma;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    uma = await customer(server, 'uma', 'Uma');
    await send(server, Array.from({ length: 130 }, (_, i) => ({ type: 'identify', userId: `crowd-${i}`, traits: { first_name: `Crowd ${i}`, email: `crowd-${i}@example.com` } })));
    await eventually('the crowd is there', async () => assert.ok((await server.api('GET', '/api/v1/stats')).profiles >= 131));
    bed = await Bed.make(server);
  });

  after(async () => {
    await bed?.close();
    await server?.remove();
  });

  const field = (scope, name) => scope.getByRole('textbox', { name, exact: true }).or(scope.getByRole('combobox', { name, exact: true })).first();
  const choose = async (page, scope, label, option) => {
    await field(scope, label).click();
    await page.getByRole('option', { name: option, exact: true }).first().click();
  };
  const spec = async (kind, id) => (await server.api('GET', `/api/v1/resources/${kind}/${id}`)).spec;
  const clean = async (page) => {
    assert.deepEqual(await serious(page), []);
    assert.ok((await overflow(page)) <= 0, 'wider than the window');
  };
  const step = (page, id) => page.getByRole('list', { name: 'Steps' }).getByRole('button').filter({ hasText: id }).first();

  it('keeps all a journey says when one word of it is changed', async () => {
    await server.api('PUT', '/api/v1/resources/journey/whole', WHOLE);
    await bed.on('/journeys/whole?view=list', async (page) => {
      await step(page, 'rest').click();
      await page.getByRole('region', { name: 'Wait' }).getByRole('textbox', { name: 'Note' }).fill('two days');
      // Every form is opened, and changes nothing by being looked at.
      for (const id of ['hello', 'seen', 'paid', 'pace', 'best']) await step(page, id).click();
      await page.getByRole('button', { name: /^Begins/ }).click();
      await page.getByRole('region', { name: 'How it begins' }).waitFor();
      await clean(page);
      await page.getByRole('button', { name: 'Save draft' }).click();
      await page.getByText('Saved as version 2').waitFor();
    });
    const steps = WHOLE.steps.map((s) => (s.id === 'rest' ? { ...s, note: 'two days' } : s));
    assert.deepEqual(await spec('journey', 'whole'), { ...WHOLE, steps });
  });

  it('has fields for windows, reactions, conditions that are waited for, shared limiters and minimums', async () => {
    await bed.on('/journeys/whole?view=list', async (page) => {
      await step(page, 'hello').click();
      const mail = page.getByRole('region', { name: 'Send', exact: true });
      assert.equal(await mail.getByLabel('From', { exact: true }).inputValue(), '09:00');
      await mail.getByLabel('Until', { exact: true }).fill('17:30');
      await field(mail, 'Whose clocks').fill('');
      await step(page, 'seen').click();
      const reaction = page.getByRole('region', { name: 'Reaction' });
      await choose(page, reaction, 'Came so far that it was', 'clicked');
      await step(page, 'paid').click();
      const waiting = page.getByRole('region', { name: 'Wait' });
      await waiting.getByText('traits.paid == true').waitFor();
      await waiting.getByRole('button', { name: 'Change the condition: Waits until' }).click();
      const rule = page.getByRole('dialog', { name: 'Waits until' });
      await field(rule, 'Trait').fill('settled');
      await rule.getByRole('button', { name: 'Done' }).click();
      await step(page, 'best').click();
      await page.getByRole('region', { name: 'Winner' }).getByRole('textbox', { name: 'Messages of each before one can win' }).fill('75');
      // A second limiter joins the first one, and lets pass what it does.
      await page.getByRole('button', { name: 'Add a step after pace' }).click();
      await page.getByRole('menuitem', { name: /^Limit/ }).click();
      await choose(page, page.getByRole('region', { name: 'Limit', exact: true }), 'Shared name', 'shop');
      await page.getByRole('button', { name: 'Save draft' }).click();
      await page.getByText('Saved as version 3').waitFor();
    });
    const saved = Object.fromEntries((await spec('journey', 'whole')).steps.map((s) => [s.id, s]));
    assert.deepEqual(saved.hello.send.window, { from: '09:00', to: '17:30', weekdays: ['mon', 'tue'] });
    assert.deepEqual(saved.seen.message, { step: 'hello', is: 'clicked' });
    assert.deepEqual(saved.paid.wait, { when: 'traits.settled == true', for: '2d' });
    assert.equal(saved.best.winner.minimum, 75);
    assert.deepEqual(saved.limit.limit, { name: 'shop', count: 10, per: '1h' });
  });

  it('changes a wait into another kind of wait, and leaves no way behind', async () => {
    await bed.on('/journeys/whole?view=list', async (page) => {
      await step(page, 'paid').click();
      const waiting = page.getByRole('region', { name: 'Wait' });
      await choose(page, waiting, 'Wait', 'for a time');
      await page.getByRole('button', { name: 'Save draft' }).click();
      await page.getByText('Saved as version 4').waitFor();
    });
    const { steps } = await spec('journey', 'whole');
    assert.deepEqual(steps.find((s) => s.id === 'paid'), { id: 'paid', wait: '1d', next: 'pace' });
  });

  it('gives a campaign hours, a minimum and whom it leaves out, and keeps them', async () => {
    const campaign = {
      name: 'Spring', audience: { segment: 'buyers' }, seeds: ['boss@example.com'], template: 'thanks', exit_when: 'traits.plan == "gone"',
      compare: { variants: [{ name: 'a', template: 'thanks' }, { name: 'b', template: 'thanks' }], sample: 20, wait: '4h', minimum: 30 },
    };
    await server.api('PUT', '/api/v1/resources/campaign/spring', campaign);
    await bed.on('/campaigns/spring', async (page) => {
      assert.equal(await page.getByRole('textbox', { name: 'Messages of each before one can win' }).inputValue(), '30');
      await page.getByText('traits.plan == "gone"').waitFor();
      await page.getByRole('switch', { name: 'Only at certain hours' }).check();
      await page.getByText('Fri', { exact: true }).click();
      await page.getByRole('switch', { name: 'Everybody at their best hour' }).check();
      await page.getByRole('textbox', { name: 'Priority' }).fill('80');
      await clean(page);
      await page.getByRole('button', { name: 'Save draft' }).click();
      await page.getByText('Saved as version 2').waitFor();
    });
    assert.deepEqual(await spec('campaign', 'spring'), { ...campaign, window: { from: '09:00', to: '18:00', weekdays: ['fri'] }, best_hour: '1d', priority: 80 });
  });

  it('keeps quiet hours as a list, by channel and topic', async () => {
    await bed.on('/settings', async (page) => {
      const quiet = page.getByRole('group', { name: 'Quiet hours', exact: true });
      await quiet.getByRole('button', { name: 'Add to Quiet hours' }).click();
      const first = quiet.getByRole('group', { name: /^Quiet hours 1/ });
      await first.getByLabel(/^Start/).fill('21:00');
      await first.getByLabel(/^End/).fill('08:00');
      await choose(page, first, 'Topics', 'Offers');
      await page.keyboard.press('Escape');
      await quiet.getByRole('button', { name: 'Add to Quiet hours' }).click();
      const second = quiet.getByRole('group', { name: /^Quiet hours 2/ });
      await second.getByLabel(/^Start/).fill('12:00');
      await second.getByLabel(/^End/).fill('13:00');
      await choose(page, second, 'Channels', 'SMS');
      await page.keyboard.press('Escape');
      await clean(page);
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByText('Version 2 is live').waitFor();
    });
    assert.deepEqual((await spec('settings', 'workspace')).quiet_hours, [{ start: '21:00', end: '08:00', topics: ['offers'] }, { start: '12:00', end: '13:00', channels: ['sms'] }]);
    // One alone, as older documents have it, is shown as a list of one.
    const settings = await spec('settings', 'workspace');
    await server.api('PUT', '/api/v1/resources/settings/workspace?publish=true', { ...settings, quiet_hours: { start: '22:00', end: '07:00' } });
    await bed.on('/settings', async (page) => {
      const quiet = page.getByRole('group', { name: 'Quiet hours', exact: true });
      assert.equal(await quiet.getByRole('group', { name: /^Quiet hours 1/ }).getByLabel(/^Start/).inputValue(), '22:00');
    });
    await server.api('PUT', '/api/v1/resources/settings/workspace?publish=true', { ...settings, quiet_hours: [] });
  });

  it('tells a list with nothing in it from one in which nothing fits', () =>
    bed.on('/content?tab=blocks', async (page) => {
      await page.getByText('No shared blocks yet').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Clear search and filters' }).count(), 0);
      for (const [path, find, row] of [
        ['/segments', 'Find segments', /Buyers/],
        ['/journeys', 'Find journeys', /Thanks/],
        ['/campaigns', 'Find campaigns', /Spring/],
        ['/content', 'Find messages', /Thanks/],
        ['/settings?tab=topics', 'Find in Topics', /Offers/],
        ['/settings?tab=audit', 'Find in the audit log', /resource\.put/],
        ['/messages', 'Find messages', /Thank you/],
        ['/customers', 'Find customers', /Crowd/],
      ]) {
        await page.goto(server.url + path);
        await page.getByRole('row', { name: row }).first().waitFor();
        await page.getByRole('searchbox', { name: find }).fill('nothing is called so');
        await page.getByRole('button', { name: 'Clear search and filters' }).click();
        await page.getByRole('row', { name: row }).first().waitFor();
        assert.doesNotMatch(page.url(), /[?&]q=/);
      }
    }));

  it('puts a list in the order of a column, and says so in the address', () =>
    bed.on('/content', async (page) => {
      await server.api('PUT', '/api/v1/resources/template/again', { name: 'Ähnliches', channel: 'email', subject: 'Again', html: '<p>Again</p>' });
      await page.reload();
      const names = async () => (await page.getByRole('table').getByRole('link').allTextContents()).map((x) => x.trim());
      await page.getByRole('link', { name: 'Ähnliches' }).waitFor();
      assert.deepEqual(await names(), ['Ähnliches', 'Thanks']);
      await page.getByRole('button', { name: /^Message/ }).click();
      await eventually('the other way round', async () => assert.deepEqual(await names(), ['Thanks', 'Ähnliches']));
      assert.match(page.url(), /sort=-name/);
      assert.equal(await page.getByRole('columnheader', { name: /^Message/ }).getAttribute('aria-sort'), 'descending');
    }));

  it('finds who did what in the audit log by member, kind and day', () =>
    bed.on('/settings?tab=audit&action=resource.', async (page) => {
      await page.getByRole('row', { name: /resource\.publish/ }).first().waitFor();
      await page.getByLabel('Until', { exact: true }).fill('2020-01-01');
      await page.getByText('Nothing was found').waitFor();
      await page.getByRole('button', { name: 'Clear search and filters' }).click();
      await page.getByRole('row', { name: /resource\.publish/ }).first().waitFor();
    }));

  it('calls segments and journeys by their names with a customer and a message', () =>
    bed.on(`/customers/${uma.id}`, async (page) => {
      await page.getByRole('region', { name: 'Segments' }).getByRole('link', { name: 'Buyers' }).waitFor();
      await page.getByRole('region', { name: 'Journeys' }).getByRole('link', { name: 'Thanks' }).waitFor();
      await page.getByRole('tab', { name: 'Messages' }).click();
      await page.getByRole('table').getByRole('link', { name: 'Thanks', exact: true }).first().waitFor();
    }));

  it('does something for everybody who matches, loaded or not, and can be stopped', async () => {
    await server.api('PUT', '/api/v1/resources/segment/crowd?publish=true', { name: 'Crowd', kind: 'list' });
    await bed.on('/customers?q=crowd&kind=known', async (page) => {
      await page.getByRole('checkbox', { name: 'Choose Crowd 7', exact: true }).check();
      await page.getByRole('button', { name: 'Choose all who match' }).click();
      await page.getByText('All who match are chosen').waitFor();
      await page.getByRole('button', { name: 'Put on a list' }).click();
      const dialog = page.getByRole('dialog', { name: 'Put on a list' });
      await dialog.getByText('For 130 customers.').waitFor();
      await choose(page, dialog, 'List', 'Crowd');
      await dialog.getByRole('button', { name: 'Put on a list' }).click();
      await page.getByText('Done for 130 customers').waitFor();
      assert.equal(await page.getByText('All who match are chosen').count(), 0);
    });
    await eventually('all are on the list', async () => assert.equal((await server.api('GET', '/api/v1/segments/crowd')).count, 130));

    await bed.on('/customers?q=crowd', async (page) => {
      await page.getByRole('checkbox', { name: 'Choose Crowd 7', exact: true }).check();
      await page.getByRole('button', { name: 'Choose all who match' }).click();
      await page.getByRole('button', { name: 'Set a trait' }).click();
      const dialog = page.getByRole('dialog', { name: 'Set a trait' });
      await dialog.getByText('For 130 customers.').waitFor();
      await field(dialog, 'Trait').fill('tier');
      await field(dialog, 'Value').fill('gold');
      // Small portions, and answers that are held back, so that there is time to stop.
      let calls = 0;
      await page.route('**/api/v1/profiles/bulk', async (route) => {
        calls += 1;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return route.continue({ postData: { ...route.request().postDataJSON(), limit: 20 } });
      });
      await dialog.getByRole('button', { name: 'Set a trait' }).click();
      await dialog.getByRole('button', { name: 'Stop' }).click();
      await dialog.getByText(/of 130 · stopped/).waitFor();
      assert.ok(calls > 0 && calls < 7, `${calls} calls`);
      await page.unroute('**/api/v1/profiles/bulk');
      await dialog.getByRole('button', { name: 'Go on with the rest' }).click();
      await page.getByText('Done for 130 customers').waitFor({ timeout: 30_000 });
    });
    await eventually('all of them have it', async () => assert.equal((await server.api('POST', '/api/v1/segments/preview', { rule: 'traits.tier == "gold"' })).count, 130));
  });

  it('shows a consent at once, and as it was when the server refuses', () =>
    bed.on(`/customers/${uma.id}`, async (page) => {
      const consent = page.getByRole('region', { name: 'Consent' });
      await consent.getByRole('button', { name: 'E-mail: give' }).waitFor();
      await page.route('**/consents', async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 800));
        return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ title: 'No', status: 503, detail: 'not now', code: 'unavailable' }) });
      });
      await consent.getByRole('button', { name: 'E-mail: give' }).click();
      await consent.getByText('given').waitFor({ timeout: 700 });
      await page.getByText('not now').waitFor();
      await consent.getByRole('button', { name: 'E-mail: give' }).waitFor();
      await page.unroute('**/consents');
      await consent.getByRole('button', { name: 'E-mail: give' }).click();
      await page.getByText('Consent recorded').waitFor();
      const { consents } = await server.api('GET', `/api/v1/profiles/${uma.id}`);
      assert.ok(consents.some((c) => c.channel === 'email' && c.granted), JSON.stringify(consents));
    }).catch((error) => {
      // The browser notes the refusal.
      if (!/503/.test(String(error.message))) throw error;
    }));

  it('keeps the device, the light and the customer of a preview in the address', () =>
    bed.on(`/content/thanks?as=${uma.id}&device=phone&mode=dark`, async (page) => {
      const preview = page.getByRole('region', { name: 'Preview' });
      await page.frameLocator('iframe[title="The mail"]').getByText('Thank you, Uma').waitFor();
      await eventually('the customer is named', async () => assert.equal(await field(preview, 'As seen by').inputValue(), 'Uma'));
      assert.ok(await preview.getByRole('radio', { name: 'Telephone' }).isChecked());
      await preview.getByText('Light', { exact: true }).click();
      await page.waitForURL((url) => url.searchParams.get('mode') === null && url.searchParams.get('device') === 'phone');
    }));

  it('tries a text message with numbers and customers, and says what became of each', async () => {
    await server.api('PUT', '/api/v1/resources/template/short', { name: 'Short', channel: 'sms', body: 'Hello {{ profile.first_name }}' });
    await bed.on('/content/short', async (page) => {
      let asked;
      await page.route('**/api/v1/templates/short/test', (route) => {
        asked = route.request().postDataJSON();
        const messages = [{ to: '+4915112345678', channel: 'main-sms', answer: '201', problem: null }, { to: uma.id, channel: null, answer: null, problem: 'the address is on the suppression list' }];
        return route.fulfill({ json: { ok: false, messages, missing: [{ name: 'profile.first_name', line: 1, column: 7, block: null }] } });
      });
      await page.getByRole('button', { name: 'Send a test' }).click();
      const dialog = page.getByRole('dialog', { name: 'Send a test' });
      const go = dialog.getByRole('button', { name: 'Send', exact: true });
      assert.ok(await go.isDisabled(), 'it needs somebody to go to');
      await field(dialog, 'Telephone numbers').fill('+4915112345678');
      await page.keyboard.press('Enter');
      await field(dialog, 'Customers who get it').fill('uma');
      await page.getByRole('option', { name: 'Uma' }).click();
      await page.keyboard.press('Escape');
      await clean(page);
      await go.click();
      const outcome = dialog.getByRole('status').filter({ hasText: 'Not everybody gets it' });
      await outcome.getByText('Uma: the address is on the suppression list').waitFor();
      await outcome.getByText('+4915112345678: 201 · main-sms').waitFor();
      await outcome.getByText('Empty in it: profile.first_name').waitFor();
      assert.deepEqual(asked, { to: ['+4915112345678'], profiles: [uma.id], version: 1 });
    });
  });

  it('checks the DNS of a sending domain, and says what to do', async () => {
    await server.api('POST', '/api/v1/domains', { domain: 'shop.example', publish: true });
    await bed.on('/settings?tab=domains', async (page) => {
      const findings = [
        { check: 'spf', name: 'shop.example', status: 'missing', expected: 'v=spf1 include:spf.example -all', found: [], advice: 'publish TXT shop.example' },
        { check: 'dkim', name: 'rapport1._domainkey.shop.example', status: 'wrong', expected: 'v=DKIM1; k=rsa; p=AAAA', found: ['v=DKIM1; p=CCCC'], advice: 'replace it' },
        { check: 'dmarc', name: '_dmarc.shop.example', status: 'ok', expected: 'v=DMARC1; p=none', found: ['v=DMARC1; p=reject'], advice: null },
        { check: 'ptr', name: 'out.shop.example', status: 'unanswered', expected: 'a name for each address', found: [], advice: 'no answer within 3 s' },
      ];
      let fine = false;
      await page.route('**/api/v1/domains/*/check', (route) =>
        route.fulfill({ json: { domain: 'shop.example', ok: fine, checked_at: new Date().toISOString(), findings: fine ? findings.slice(2, 3) : findings } }),
      );
      await page.getByRole('button', { name: 'Check the DNS', exact: true }).click();
      const result = page.getByRole('status').filter({ hasText: 'Not everything is in the DNS' });
      await result.getByText('publish TXT shop.example').waitFor();
      await result.getByText('v=DKIM1; p=CCCC').waitFor();
      assert.equal(await result.getByText('v=DMARC1; p=none').count(), 0, 'what is in order needs no word');
      await clean(page);
      fine = true;
      await page.getByRole('button', { name: 'Check the DNS again' }).click();
      await page.getByText('Everything is in the DNS as it has to be').waitFor();
    });
  });
});
