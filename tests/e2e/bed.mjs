// A browser on a server of its own, with somebody signed in, and how pages are judged.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { complaints, launch } from '../compat/lib/browser.mjs';

const axe = (() => {
  try {
    return readFileSync(createRequire(new URL('../../web/dashboard/package.json', import.meta.url)).resolve('axe-core/axe.min.js'), 'utf8');
  } catch {
    return null;
  }
})();

/** Complaints that are no fault: the browser looks for an icon by itself, and a mail's frame lets not even the test's own scripts run. */
const expected = (text) => text.includes('/favicon.ico') || text.includes("Blocked script execution in 'about:srcdoc'");

export class Bed {
  constructor(server, browser) {
    this.server = server;
    this.browser = browser;
  }

  static async make(server) {
    const bed = new Bed(server, await launch());
    bed.session = await bed.signIn(server.owner);
    return bed;
  }

  /** What a browser keeps once a member signed in. */
  async signIn({ email, password }) {
    const context = await this.browser.newContext();
    const answer = await context.request.post(`${this.server.url}/api/v1/session`, { data: { email, password } });
    assert.equal(answer.status(), 201, await answer.text());
    const session = await context.storageState();
    await context.close();
    return session;
  }

  /** A page of the owner (with `session` of another member, with `stranger` of nobody), and what it complains of. */
  async open(path, { stranger = false, session = this.session, ...options } = {}) {
    const context = await this.browser.newContext({
      locale: 'en-GB',
      // As people have it: what says that it is headless counts as a machine.
      userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${this.browser.version()} Safari/537.36`,
      ...(stranger ? {} : { storageState: session }),
      ...options,
    });
    // Tests route calls later on. A page that runs already hears of the first route with a delay, and its next call may pass by.
    await context.route('**/never-asked-for', (route) => route.continue());
    const page = await context.newPage();
    const complained = complaints(page);
    page.setDefaultTimeout(30_000);
    if (path) await page.goto(this.server.url + path);
    const unexpected = () => complained.filter((text) => !expected(text));
    return { page, context, complained, unexpected };
  }

  /**
   * Opens a page, runs `work` on it, and wants no complaint but those that `refused` fits: answers the work provokes. Those that
   * `maybe` fits may come or not, as fast as the page is.
   */
  async on(path, work, { refused, maybe, ...options } = {}) {
    const { page, context, unexpected } = await this.open(path, options);
    await work(page, context);
    const found = unexpected().filter((text) => !maybe?.test(text));
    assert.deepEqual(refused ? found.filter((text) => !refused.test(text)) : found, []);
    if (refused) assert.ok(found.some((text) => refused.test(text)), `nothing was refused as ${refused} says`);
    await context.close();
  }

  async close() {
    await this.browser.close();
  }
}

/** What is looked for: WCAG 2.2 up to AA, and what axe calls good practice. */
const RULES = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  // Off unless asked for.
  rules: { 'target-size': { enabled: true } },
  resultTypes: ['violations'],
};

/** Serious faults of accessibility that axe finds on a page, open dialogs included; of the rules `only` names when it is given. Each with the elements it is about. */
export async function serious(page, only) {
  assert.ok(axe, 'axe-core is missing; run scripts/setup.sh');
  // Not injected as an element: the page's policy forbids that.
  await page.evaluate(axe);
  await settled(page);
  const { violations } = await page.evaluate((rules) => globalThis.axe.run(document, rules), only ? { ...RULES, runOnly: { type: 'rule', values: only } } : RULES);
  return violations
    .filter((v) => ['serious', 'critical'].includes(v.impact))
    .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 200)} (${[...n.any, ...n.all, ...n.none][0]?.message ?? ''})`).join(' | ')}`);
}

/** What opens or fades has done so: halfway through a fade no text has the contrast it will have. */
function settled(page) {
  return page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const moving = () => document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime < Number.POSITIVE_INFINITY && a.playState === 'running');
    for (let still = 0, rounds = 0; still < 4 && rounds < 200; still += 1, rounds += 1) {
      await frame();
      const all = moving();
      if (all.length > 0) {
        await Promise.allSettled(all.map((a) => a.finished));
        still = 0;
      }
    }
  });
}

/** How much wider than its window a page is, in pixels. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
