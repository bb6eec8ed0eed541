// Hands on a keyboard: everything by Tab, arrows, Enter and typing, as somebody without a mouse does it.

import assert from 'node:assert/strict';

/** Presses Tab (or, with `back`, Shift+Tab) until the focus is on what `locator` finds; fails when it never is. */
export async function tabTo(page, locator, { back = false, most = 120 } = {}) {
  const target = locator.first();
  await target.waitFor({ state: 'attached' });
  const focused = () => target.evaluate((e) => e === document.activeElement || (e.contains(document.activeElement) && !e.matches('main, form, section, ul, ol, [role=dialog]')));
  for (let i = 0; i < most; i += 1) {
    if (await focused()) return;
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
  }
  const at = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
  assert.fail(`Tab never comes to ${target}; it is at ${at}`);
}

/** Goes to a button or link and presses Enter. */
export async function press(page, locator, options) {
  await tabTo(page, locator, options);
  await page.keyboard.press('Enter');
}

/** Goes to a field, replaces what is in it, and stays there. */
export async function write(page, locator, text, options) {
  await tabTo(page, locator, options);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
}

/** Goes to a list that opens, and takes the option that says so. */
export async function take(page, locator, option, { typed, ...options } = {}) {
  await tabTo(page, locator, options);
  await mark(page, option, typed);
  await page.keyboard.press('Enter');
  if (typed || typeof option !== 'string') return;
  // Keys faster than a hand's may come before a list has opened, which then lets go of what was marked.
  for (let i = 0; i < 10 && (await locator.inputValue()) === ''; i += 1) await page.waitForTimeout(100);
  if ((await locator.inputValue()) !== '') return;
  await mark(page, option);
  await page.keyboard.press('Enter');
}

/** Opens the list of the field that has the focus, and goes to an option of it. */
async function mark(page, option, typed) {
  if (typed) {
    await page.keyboard.press('Control+a');
    await page.keyboard.type(typed);
  } else {
    await page.keyboard.press('ArrowDown');
  }
  const wanted = page.getByRole('option', { name: option, exact: typeof option === 'string' }).first();
  await wanted.waitFor();
  const isMarked = (e) => e.hasAttribute('data-combobox-selected') || (e.getAttribute('aria-selected') === 'true' && e.hasAttribute('data-combobox-active'));
  for (let i = 0; i < 20; i += 1) {
    // Lists mark what Enter would take in either way; one that closed meanwhile opens again by the arrow.
    if (await wanted.evaluate(isMarked, null, { timeout: 500 }).catch(() => false)) break;
    await page.keyboard.press('ArrowDown');
  }
}
