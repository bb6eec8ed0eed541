// The ten main tasks from beginning to end as one story, by keyboard alone, with each page's tree as a screen reader gets it: on a
// telephone's width, and on a desk, where journeys are built on the canvas. Nothing here points with a mouse.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, overflow } from './bed.mjs';
import { press, tabTo, take, write } from './keys.mjs';
import { customer, openShop, send } from './shop.mjs';

const WIDTHS = [
  { at: 'on a telephone', desk: false, viewport: { width: 390, height: 844 } },
  { at: 'on a desk', desk: true, viewport: { width: 1440, height: 900 } },
];

for (const { at, desk, viewport } of WIDTHS) describe(`the ten main tasks, by keyboard, ${at}`, { skip: noBrowser }, () => {
  let server, bed, page, context, unexpected, rosa;

  before(async () => {
    server = await openShop('http://127.0.0.1:9');
    rosa = await customer(server, 'rosa', 'Rosa');
    await customer(server, 'tom', 'Tom');
    await send(server, [{ type: 'track', userId: 'user-rosa', event: 'Order Completed', properties: { order_id: 'o-2', total: 80 } }]);
    await eventually('the catalogue knows the orders', async () => {
      const { events } = await server.api('GET', '/api/v1/events/catalogue');
      assert.ok(events.some((e) => e.name === 'Order Completed' && e.count >= 3));
    });
    bed = await Bed.make(server);
    ({ page, context, unexpected } = await bed.open('/login', { stranger: true, viewport }));
  });

  after(async () => {
    await context?.close();
    await bed?.close();
    await server?.remove();
  });

  /** What the page is to somebody who hears it: these parts, in this order. */
  async function tree(...parts) {
    const heard = await page.locator('body').ariaSnapshot();
    let from = 0;
    for (const part of parts) {
      const at = heard.indexOf(part, from);
      assert.ok(at >= 0, `${part} is missing, or comes too early, in:\n${heard}`);
      from = at;
    }
    assert.ok((await overflow(page)) <= 0, 'the page is wider than its window');
  }
  /** To a section, by the menu. */
  async function visit(section) {
    if (!desk) await press(page, page.getByRole('button', { name: 'Menu' }), { back: true });
    await press(page, page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: section, exact: true }), { back: desk });
    await page.getByRole('heading', { level: 1, name: section }).waitFor();
  }
  /** Opens the customer by the palette of commands. */
  const goToRosa = async () => {
    await page.keyboard.press('Control+k');
    // The field takes the focus a moment after it is there; keys before that go elsewhere.
    await page.getByRole('combobox', { name: 'Search or do…' }).and(page.locator(':focus')).waitFor();
    await eventually('the palette finds her', async () => {
      await page.keyboard.press('Control+a');
      await page.keyboard.type('rosa');
      await page.getByRole('option', { name: /Rosa/ }).first().waitFor({ timeout: 4_000 });
    });
    await page.keyboard.press('Enter');
  };
  /** Goes to an item of the menu that opened, and takes it. */
  const takeItem = async (name) => {
    const item = page.getByRole('menuitem', { name });
    await item.waitFor();
    for (let i = 0; i < 20 && !(await item.evaluate((e) => e === document.activeElement)); i += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
  };
  /** The conditions of the rule that is open: ordered at least twice. */
  const boughtTwice = async (scope) => {
    await press(page, scope.getByRole('button', { name: 'Add a condition', exact: true }));
    await takeItem(/What they did/);
    const within = (name) => scope.getByRole('textbox', { name, exact: true }).or(scope.getByRole('combobox', { name, exact: true }));
    await take(page, within('Event'), 'Order Completed', { typed: 'Order Comp' });
    await take(page, within('What'), 'how often');
    await write(page, within('Number'), '2');
  };
  const field = (name) => page.getByRole('textbox', { name, exact: true }).or(page.getByRole('combobox', { name, exact: true }));
  const button = (name) => page.getByRole('button', { name, exact: true });

  it('1: signs in', async () => {
    await page.getByLabel('E-mail address').waitFor();
    await tree('textbox "E-mail address"', 'button "Sign in"');
    await write(page, page.getByLabel('E-mail address'), server.owner.email);
    await write(page, page.locator('input[name=password]'), server.owner.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    await tree('banner', 'main', 'heading "Home" [level=1]');
  });

  it('2: finds a customer and reads the story', async () => {
    await goToRosa();
    await page.getByRole('heading', { level: 1, name: 'Rosa' }).waitFor();
    await page.locator('.timeline').getByText('Message Sent').first().waitFor();
    await tree('main', 'navigation "Breadcrumbs"', 'heading "Rosa" [level=1]', 'Order Completed');
  });

  it('3: notes something about her', async () => {
    await press(page, button('Add a trait'));
    await write(page, field('Trait'), 'favourite');
    await write(page, field('Value'), 'cast iron');
    await press(page, button('Save'));
    // On the page, and not only in the field it was written into.
    await page.getByRole('region', { name: 'Traits' }).getByText('cast iron').waitFor();
    await eventually('it is kept', async () => assert.equal((await server.profile('user_id', 'user-rosa')).traits.favourite, 'cast iron'));
    await tree('main', 'heading "Rosa" [level=1]', 'favourite', 'cast iron');
  });

  it('4: finds who bought twice', async () => {
    await visit('Segments');
    await press(page, page.getByRole('link', { name: 'New segment' }));
    await page.getByRole('heading', { level: 1, name: 'New segment' }).waitFor();
    await write(page, field('Name'), 'Bought twice');
    await boughtTwice(page.locator('body'));
    await page.getByTestId('audience').filter({ hasText: /^1$/ }).waitFor();
    await tree('heading "New segment" [level=1]', 'textbox "Name"', 'region "Who this is now"');
    await press(page, button('Publish'), { back: true });
    await page.waitForURL('**/segments/bought-twice');
    await page.getByRole('heading', { level: 1, name: 'Bought twice' }).waitFor();
  });

  it('5: writes a mail of blocks', async () => {
    await visit('Content');
    await press(page, page.getByRole('link', { name: 'New message' }));
    await page.getByRole('heading', { level: 1, name: 'New message' }).waitFor();
    await write(page, field('Name'), 'Come again');
    await take(page, field('Begin with'), 'We miss you');
    await write(page, field('Subject'), 'Come again, {{ profile.first_name }}');
    await press(page, button('Add a block'));
    await takeItem(/^Button/);
    const row = page.getByRole('treeitem', { name: /^Button Have a look/ });
    await tabTo(page, row);
    const place = async () => Number(await row.getAttribute('data-path').then((p) => p.split('.').at(-1)));
    const before = await place();
    await page.keyboard.press('Alt+ArrowUp');
    await eventually('the button moved up', async () => assert.equal(await place(), before - 1));
    await write(page, field('Words'), 'To the new things');
    await page.frameLocator('iframe[title="The mail"]').getByText('To the new things').waitFor();
    await tree('heading "New message" [level=1]', 'textbox "Subject"', 'tree "Blocks"', 'treeitem "Button To the new things"', 'region "Preview"');
    await press(page, button('Publish'), { back: true });
    await page.waitForURL('**/content/come-again*');
  });

  it('6: sends a test and sees it arrive', async () => {
    await press(page, button('Send a test'), { back: true });
    await press(page, page.getByRole('dialog').getByRole('button', { name: 'Send' }));
    await page.getByRole('dialog').getByRole('status').getByText('On its way').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await visit('Mail catcher');
    await page.getByRole('link', { name: /^\[Test\] Come again/ }).first().waitFor({ timeout: 15_000 });
    await tree('heading "Mail catcher" [level=1]', 'table', 'Come again');
  });

  it('7: builds a win-back journey with a branch', async () => {
    await visit('Journeys');
    await press(page, page.getByRole('link', { name: 'New journey' }));
    if (desk) await onTheCanvas();
    else await byTheList();
    await press(page, button('Publish'), { back: true });
    await page.waitForURL('**/journeys/win-back*');
  });

  /** From nothing, by the list of steps; each step's form is a sheet over it. */
  async function byTheList() {
    await press(page, page.getByRole('button', { name: /^Begin with nothing/ }));
    await write(page, field('Name'), 'Win back');
    const sheet = page.getByRole('dialog', { name: 'Step' }).or(page.getByRole('dialog').filter({ has: page.getByRole('heading', { level: 2 }) })).first();
    const within = (name) => sheet.getByRole('combobox', { name, exact: true }).or(sheet.getByRole('textbox', { name, exact: true }));
    const done = async () => {
      await press(page, sheet.getByRole('button', { name: 'Close', exact: true }), { back: true });
      await sheet.waitFor({ state: 'hidden' });
    };
    const putIn = async (after, name) => {
      await press(page, page.getByRole('button', { name: after }));
      await takeItem(name);
      await sheet.waitFor();
    };
    await press(page, page.getByRole('button', { name: /^Begins/ }));
    await take(page, within('Event'), 'Order Completed', { typed: 'Order Comp' });
    await done();
    await putIn('Add a step after the beginning', /^Branch/);
    await press(page, sheet.getByRole('button', { name: /^Set a condition: Way 1/ }));
    const rule = page.getByRole('dialog', { name: 'Way 1: when' });
    await rule.waitFor();
    await boughtTwice(rule);
    await press(page, rule.getByRole('button', { name: 'Done' }));
    await rule.waitFor({ state: 'hidden' });
    await done();
    await putIn(/^Add a step after check \(/, /^Send/);
    await take(page, within('What to send'), 'Come again');
    await done();
    await tree('heading "New journey" [level=1]', 'tab "Steps" [selected]', 'list "Steps"', 'Begins', 'Branch', 'Send');
  }

  /** From nothing, on the canvas: along its ways by arrows, with steps put in, opened, led elsewhere and taken out. */
  async function onTheCanvas() {
    await press(page, page.getByRole('button', { name: /^Begin with nothing/ }));
    await write(page, field('Name'), 'Win back');
    const node = (id) => page.locator(`.react-flow__node[data-id="${id}"]`);
    const way = (id) => page.locator(`[data-way="${id}"]`);
    const focused = async (locator) => {
      await locator.waitFor();
      await eventually(`the focus is on ${locator}`, async () => assert.ok(await locator.evaluate((e) => e === document.activeElement), await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200))));
      // What has the focus is in sight, and seen to have it.
      assert.ok(await locator.evaluate((e) => e.matches(':focus-visible')));
    };
    const key = async (name, then) => {
      await page.keyboard.press(name);
      await focused(then);
    };
    const putIn = async (name, id) => {
      await page.keyboard.press('Enter');
      await takeItem(name);
      await focused(node(id));
    };
    const opened = async (name) => {
      await page.keyboard.press('Enter');
      const form = page.getByRole('region', { name, exact: true });
      await focused(form);
      return form;
    };
    /** Out of the form again; the first Escape may close a list that is open. */
    const leave = async (to) => {
      for (let i = 0; i < 2 && !(await to.evaluate((e) => e === document.activeElement)); i += 1) await page.keyboard.press('Escape');
      await focused(to);
    };
    const within = (form, name) => form.getByRole('textbox', { name, exact: true }).or(form.getByRole('combobox', { name, exact: true }));

    await tabTo(page, node('@trigger'));
    await tree('application "The journey drawn"', 'button "Begins When Signed Up happens"', 'button "Exit stop done Ends the journey"');
    const begins = await opened('How it begins');
    await take(page, within(begins, 'Event'), 'Order Completed', { typed: 'Order Comp' });
    await leave(node('@trigger'));

    await key('ArrowDown', way('@trigger'));
    await putIn(/^Branch/, 'check');
    const branch = await opened('Branch');
    await press(page, branch.getByRole('button', { name: /^Set a condition: Way 1/ }));
    const rule = page.getByRole('dialog', { name: 'Way 1: when' });
    await rule.waitFor();
    await boughtTwice(rule);
    await press(page, rule.getByRole('button', { name: 'Done' }));
    await rule.waitFor({ state: 'hidden' });
    await leave(node('check'));

    await key('ArrowDown', way('check arm 0'));
    await putIn(/^Send/, 'send');
    const mail = await opened('Send');
    await take(page, within(mail, 'What to send'), 'Come again');
    await leave(node('send'));

    // Up again and over to the other way; a step there is put in and taken out.
    await key('ArrowUp', way('check arm 0'));
    await key('ArrowRight', way('check otherwise'));
    await putIn(/^Wait/, 'wait');
    await key('Delete', way('check otherwise'));
    assert.equal(await node('wait').count(), 0);
    // Led to the end, and from there back to the last step.
    await page.keyboard.press('Delete');
    await page.getByRole('status').filter({ hasText: 'It leads to the end now.' }).waitFor({ state: 'attached' });
    await focused(way('check otherwise'));
    await page.keyboard.press('c');
    for (let i = 0; i < 4 && !(await node('stop').evaluate((e) => e === document.activeElement)); i += 1) await page.keyboard.press('ArrowDown');
    await key('Enter', way('check otherwise'));
    await page.getByRole('status').filter({ hasText: 'It leads to stop now.' }).waitFor({ state: 'attached' });
    await tree('heading "New journey" [level=1]', 'application "The journey drawn"', 'button "Branch check One way and otherwise Leads to 1: send, otherwise: stop"');
  }

  it('8: simulates it before anybody receives anything', async () => {
    const { spec } = await server.api('GET', '/api/v1/resources/journey/win-back');
    const ways = Object.fromEntries(spec.steps.map((s) => [s.id, [...(s.branch ?? []).map((a) => a.goto), s.otherwise ?? s.next].filter(Boolean)]));
    assert.deepEqual(ways, { check: ['send', 'stop'], send: ['stop'], stop: [] });
    await press(page, button('Simulate 30 days'));
    await page.getByText('The numbers on the ways are those of the simulation').waitFor({ timeout: 20_000 });
    await tree('heading "Win back" [level=1]', 'alert', 'would have entered');
  });

  it('9: watches somebody go through', async () => {
    await send(server, [{ type: 'track', userId: 'user-rosa', event: 'Order Completed', properties: { order_id: 'o-3', total: 20 } }]);
    await eventually('she went through', async () => {
      const { items } = await server.api('GET', `/api/v1/profiles/${rosa.id}/messages`);
      assert.ok(items.some((m) => m.journey === 'win-back' && m.status === 'sent'), JSON.stringify(items));
    });
    await goToRosa();
    await page.locator('.timeline').getByText('Journey Exited').first().waitFor();
    await tree('main', 'heading "Rosa" [level=1]', 'list', 'Journey Exited', 'Message Sent', 'Journey Entered');
  });

  it('10: reads a funnel, and who is behind a number of it', async () => {
    await visit('Insights');
    await press(page, page.getByRole('link', { name: 'Funnel', exact: true }));
    await page.getByRole('heading', { level: 1, name: 'Funnel' }).waitFor();
    await take(page, field('Step 1'), 'Product Viewed', { typed: 'Product V' });
    await take(page, field('Step 2'), 'Order Completed', { typed: 'Order Comp' });
    const row = page.getByRole('row', { name: /Order Completed/ });
    await row.waitFor();
    await tree('heading "Funnel" [level=1]', 'table', 'row');
    await press(page, row.getByRole('button').first(), { back: true });
    const drawer = page.getByRole('dialog', { name: 'The people behind this number' });
    await drawer.getByRole('link', { name: 'Rosa' }).waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
    assert.deepEqual(unexpected(), []);
  });
});
