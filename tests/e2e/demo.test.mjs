// What somebody does who has never seen it: `make demo`, and then, by what is on the screen alone, from a question about
// customers to the effect of an answer. Timed, at a person's pace, with a mouse.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { noBrowser } from '../compat/lib/browser.mjs';
import { eventually } from '../compat/lib/server.mjs';
import { Bed, serious } from './bed.mjs';
import { openDemo } from './demo.mjs';
import { Mouse } from './mouse.mjs';

const CUSTOMERS = Number(process.env.RAPPORT_DEMO_CUSTOMERS ?? 1_000);
const DAYS = Number(process.env.RAPPORT_DEMO_DAYS ?? 400);
/** What the story may take. */
const MINUTES = 10;

describe('the demo, as somebody new', { skip: noBrowser }, () => {
  let demo, bed, page, context, unexpected, mouse, people;
  const took = [];
  const pictures = process.env.RAPPORT_SCREENSHOTS;

  before(async () => {
    demo = await openDemo(CUSTOMERS, DAYS);
    bed = await Bed.make(demo);
    ({ page, context, unexpected } = await bed.open('/', { stranger: true, viewport: { width: 1440, height: 900 } }));
    mouse = new Mouse(page);
    if (pictures) await mkdir(pictures, { recursive: true });
  });

  after(async () => {
    await context?.close();
    await bed?.close();
    await demo?.remove();
  });

  /** A step of the story, timed. */
  const step = (name, work) =>
    it(name, async () => {
      const begun = performance.now();
      try {
        await work();
      } catch (error) {
        if (pictures) await page.screenshot({ path: join(pictures, 'demo-failed.png'), fullPage: true });
        throw error;
      }
      const seconds = (performance.now() - begun) / 1000;
      took.push([name, seconds]);
      console.log(`# ${seconds.toFixed(1).padStart(6)} s  ${name}`);
      if (pictures) await page.screenshot({ path: join(pictures, `demo-${took.length}.png`), fullPage: true });
    });

  const button = (name, within = page) => within.getByRole('button', { name, exact: typeof name === 'string' });
  const link = (name, within = page) => within.getByRole('link', { name, exact: typeof name === 'string' });
  const field = (name, within = page) => within.getByRole('textbox', { name, exact: true }).or(within.getByRole('combobox', { name, exact: true }));
  const section = (name) => mouse.click(link(name, page.getByRole('navigation', { name: 'Sections' })));
  const title = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
  const numberIn = async (locator) => Number((await locator.textContent()).replace(/\D/g, ''));

  step('signs in with what the page says, and finds a shop full of life', async () => {
    const hint = await page.getByText(/This is a demo: sign in as/).textContent();
    assert.ok(hint.includes(demo.owner.email) && hint.includes(demo.owner.password), hint);
    await mouse.write(page.getByLabel('E-mail address'), demo.owner.email);
    await mouse.write(page.locator('input[name=password]'), demo.owner.password);
    await mouse.click(button('Sign in'));
    await title('Home');
    const part = (name) => page.getByRole('region', { name, exact: true });
    await part('Goals').getByText('Revenue of the month').waitFor();
    await part('The last four weeks').getByText(/against the four weeks before/).first().waitFor();
    await part('Live').getByRole('listitem').nth(9).waitFor();
    await part('Needs attention').waitFor();
    assert.ok((await numberIn(page.getByRole('link', { name: /^[\d,]+$/ }).first())) >= CUSTOMERS, 'the customers are there');
    assert.deepEqual(await serious(page), []);
  });

  step('asks why a number changed', async () => {
    await mouse.click(button('Why did “Orders” change?'));
    const why = page.getByRole('region', { name: 'Why “Orders” may have changed' });
    await why.getByRole('row').nth(2).waitFor();
    // The shop's own sale of these weeks, and what went live.
    await why.getByText(/went live, version|Sale/).first().waitFor();
    await mouse.look(3);
    assert.deepEqual(await serious(page), []);
  });

  step('finds customers who bought twice and went quiet', async () => {
    await section('Segments');
    await mouse.click(link('New segment'));
    await mouse.write(field('Name'), 'Bought twice, gone quiet');
    await mouse.click(button('Add a condition'));
    await mouse.click(page.getByRole('menuitem', { name: /What they did/ }));
    const bought = page.getByRole('group', { name: 'Condition 1' });
    await mouse.take(field('Event', bought), 'Order Completed', 'Order');
    await mouse.take(field('What', bought), 'how often');
    await mouse.write(field('Number', bought), '2');
    await mouse.take(field('When', bought), 'ever');
    await mouse.click(button('Add a condition'));
    await mouse.click(page.getByRole('menuitem', { name: /How long ago/ }));
    const quiet = page.getByRole('group', { name: 'Condition 2' });
    await mouse.take(field('Event', quiet), 'Order Completed', 'Order');
    await page.getByTestId('audience').waitFor();
    await mouse.look(3);
    people = await numberIn(page.getByTestId('audience'));
    assert.ok(people >= 10, `${people} customers bought twice and went quiet`);
    await mouse.click(button('Publish'));
    await title('Bought twice, gone quiet');
    await page.getByText(/^[\d,]+ customers now/).waitFor();
  });

  step('writes a mail for them', async () => {
    await section('Content');
    await mouse.click(link('New message'));
    await mouse.write(field('Name'), 'We miss you');
    await mouse.take(field('Begin with'), 'We miss you');
    await mouse.write(field('Subject'), 'It has been a while, {{ profile.first_name }}');
    await page.frameLocator('iframe[title="The mail"]').locator('body').waitFor();
    await mouse.click(button('Publish'));
    await page.waitForURL('**/content/we-miss-you*');
  });

  step('builds a win-back journey with a branch', async () => {
    await section('Segments');
    await mouse.click(link('Bought twice, gone quiet'));
    await mouse.click(link('Start a journey'));
    await mouse.click(button(/^Win back/));
    await page.getByText(/On entering bought.twice/i).first().waitFor();
    // The steps say themselves what they lack.
    await mouse.click(page.locator('.react-flow__node').filter({ hasText: 'nothing chosen' }));
    await mouse.take(field('What to send'), 'We miss you');
    await mouse.click(page.locator('.react-flow__node').filter({ hasText: 'nothing chosen' }));
    await mouse.take(field('What to send'), 'Welcome back');
    // Nobody waits a week to see how it goes.
    await mouse.click(page.locator('.react-flow__node').filter({ hasText: /^Wait/ }));
    await mouse.take(field('Unit'), 'minutes');
    await mouse.write(field('For'), '1');
    await page.locator('.react-flow__node').filter({ hasText: /^Branch/ }).waitFor();
    await mouse.click(button('Save draft'));
    await page.waitForURL('**/journeys/win-back*');
  });

  step('simulates it', async () => {
    await mouse.click(button('Simulate 30 days'));
    const said = page.getByText(/would have entered/);
    await said.waitFor({ timeout: 120_000 });
    assert.ok((await numberIn(page.getByText(/[\d,]+ would have entered/).locator('xpath=.').first())) > 0, await said.textContent());
    await mouse.look(3);
  });

  step('sends a test and sees it in the mail catcher', async () => {
    await mouse.click(page.locator('.react-flow__node').filter({ hasText: /we.miss.you/i }));
    await mouse.click(link('Open it'));
    await title('We miss you');
    await mouse.click(button('Send a test'));
    await mouse.click(button(/^Send/, page.getByRole('dialog')));
    await Promise.race([page.getByText(/^On its way/).first().waitFor(), page.getByRole('dialog').getByRole('status').waitFor()]);
    if (await page.getByRole('dialog').isVisible()) await mouse.click(page.getByRole('dialog').getByRole('button', { name: 'Close' }).or(page.getByRole('dialog').locator('button.mantine-Modal-close')));
    await section('Mail catcher');
    await mouse.click(link(/^\[Test\] It has been a while/));
    await page.frameLocator('iframe').getByRole('link').first().waitFor();
    await mouse.look(3);
  });

  step('puts it live, and sends in who waits for it already', async () => {
    await section('Journeys');
    await mouse.click(link('Win back'));
    await mouse.click(button('Publish'));
    // The shop goes on meanwhile: some have ordered, and others have become quiet.
    await page.getByText(/^[\d,]+ customers are in “Bought twice, gone quiet” already/).waitFor();
    await mouse.click(button('Send them in…'));
    const dialog = page.getByRole('dialog', { name: 'Send people in' });
    await mouse.click(button('Count first', dialog));
    await mouse.click(button(/^Send [\d,]+ people in$/, dialog));
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText(/^[\d,]+$/).first().waitFor();
  });

  step('watches a person go through', async () => {
    await mouse.click(page.getByRole('tab', { name: 'People' }));
    const person = page.getByRole('region', { name: 'People on the way' }).getByRole('link');
    await person.first().waitFor();
    await eventually('people are called by name', async () => assert.doesNotMatch(await person.first().textContent(), /^p_/));
    await mouse.click(person);
    const timeline = page.locator('.timeline');
    await timeline.getByText('Journey Entered').first().waitFor();
    // A minute of waiting, and the second letter or the end: the page follows by itself or is looked at again.
    await eventually(
      'the person has gone through',
      async () => {
        if (await timeline.getByText('Journey Exited').first().isVisible()) return;
        await mouse.look(5);
        await page.reload();
        await timeline.getByText('Journey Entered').first().waitFor();
        assert.ok(await timeline.getByText('Journey Exited').first().isVisible(), 'not yet');
      },
      180_000,
    );
  });

  step('reads its funnel', async () => {
    await section('Journeys');
    await mouse.click(link('Win back'));
    await mouse.click(link(/^Funnel/));
    await title('Funnel');
    const row = (name) => page.getByRole('row', { name: new RegExp(`^${name}`) });
    const count = async (name) => numberIn(row(name).getByRole('button').first());
    await row('Journey Entered').waitFor();
    people = await count('Journey Entered');
    assert.ok(people >= 8, `${people} entered`);
    const sent = await count('Message Sent');
    assert.ok(sent > 0 && sent < people, `${sent} of ${people}: the others are the control group`);
    // The shop's customers read their mail, as people do.
    await eventually('somebody opened it', async () => {
      await page.reload();
      await row('Email Opened').waitFor();
      assert.ok((await count('Email Opened')) > 0);
    }, 120_000);
    await mouse.look(3);
    assert.deepEqual(await serious(page), []);
  });

  step('reads its lift', async () => {
    await section('Journeys');
    await mouse.click(link('Win back'));
    await mouse.click(link(/^Lift/));
    await title(/^Lift/);
    const of = async (name) => numberIn(page.getByRole('row', { name: new RegExp(`^${name}`) }).getByRole('button').first());
    await page.getByRole('row', { name: /^Held out/ }).waitFor();
    const [treated, control] = [await of('Got it'), await of('Held out')];
    assert.ok(treated + control >= people, `${treated} and ${control} of ${people}`);
    assert.ok(control > 0, 'a tenth is held out');
    await page.getByText('Can that be chance?').waitFor();
    await mouse.look(3);
    assert.deepEqual(await serious(page), []);
  });

  it('within ten minutes, and without a complaint of the browser', () => {
    const seconds = took.reduce((sum, [, s]) => sum + s, 0);
    console.log(`# ${seconds.toFixed(1).padStart(6)} s  all of it`);
    assert.equal(took.length, 11);
    assert.ok(seconds < MINUTES * 60, `${seconds} s`);
    // Who has not signed in yet is told so, and led to where that is done.
    const signedOut = (text) => text.includes('401') && text.includes('/api/v1/session');
    assert.deepEqual(unexpected().filter((text) => !signedOut(text)), []);
  });
});
