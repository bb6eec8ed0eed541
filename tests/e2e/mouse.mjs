// Hands on a mouse, at a person's pace: they look, move there, click, and type as people type.

/** Between seeing something and clicking it, and between two keys, milliseconds. */
const LOOK_MS = Number(process.env.RAPPORT_PACE_MS ?? 700);
const KEY_MS = LOOK_MS / 12;

export class Mouse {
  constructor(page) {
    this.page = page;
  }

  /** Looks at something for as long as people look before they do anything. */
  look(times = 1) {
    return this.page.waitForTimeout(LOOK_MS * times);
  }

  async click(target) {
    const show = () => target.first().scrollIntoViewIfNeeded();
    // What a page draws anew while one turns to it is looked for once more.
    await show().catch(show);
    await this.look();
    await target.first().hover();
    await target.first().click();
  }

  /** Clicks into a field, and writes in the place of what is there. */
  async write(field, text) {
    await this.click(field);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.type(text, { delay: KEY_MS });
  }

  /** Opens a list and takes what it offers; with `typed` it is searched first. */
  async take(field, option, typed) {
    await this.click(field);
    if (typed) {
      await this.page.keyboard.press('Control+a');
      await this.page.keyboard.type(typed, { delay: KEY_MS });
    }
    await this.click(this.page.getByRole('option', { name: option, exact: typeof option === 'string' }));
  }
}
