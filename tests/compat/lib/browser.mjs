// Chromium, driven by playwright-core. Pages see a clean profile; everything they complain of is collected.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const candidates = [process.env.RAPPORT_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = candidates.find((path) => path && existsSync(path));

/** Why browser tests are skipped; false when they run. */
export const noBrowser = executablePath ? false : 'no Chromium on this machine; run scripts/setup.sh';

/** Starts it. Nothing but the pages under test goes over the network. */
export function launch() {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
}

/** Collects what a page complains of: console errors, uncaught exceptions, failed requests, answers of 400 and above. */
export function complaints(page) {
  const found = [];
  page.on('console', (message) => {
    const { url } = message.location();
    if (['error', 'warning'].includes(message.type())) found.push(`console ${message.type()}: ${message.text()} ${url}`);
  });
  page.on('pageerror', (error) => found.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // The page itself gave it up, by leaving before it read an answer.
    if (why !== 'net::ERR_ABORTED') found.push(`failed: ${request.url()} ${why}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) found.push(`${response.status()}: ${response.url()}`);
  });
  return found;
}
