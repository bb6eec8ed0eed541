// The package as the server hands it out: installed by npm, built by a bundler, used by a React application in Chromium.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { complaints, launch, noBrowser } from '../compat/lib/browser.mjs';
import { eventually, startServer } from '../compat/lib/server.mjs';
import { clientEvents } from '../compat/lib/story.mjs';
import { noSdk, openSite } from './site.mjs';

const sdk = join(import.meta.dirname, '..', '..', 'web', 'sdk');

const APP = `
import { createElement as h, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { RapportProvider, useConsent, useIdentify, usePageView, useRapport } from 'rapport-browser/react';
import { load, rapport } from 'rapport-browser';

function Shop() {
  const client = useRapport();
  const [user, setUser] = useState(null);
  const [view, setView] = useState('Home');
  const [choice, choose] = useConsent();
  usePageView(view, { view });
  useIdentify(user, { plan: 'plus' });
  window.client = client;
  return h('main', null,
    h('output', null, JSON.stringify(choice)),
    h('button', { id: 'in', onClick: () => setUser('user-react') }, 'Sign in'),
    h('button', { id: 'out', onClick: () => setUser(null) }, 'Sign out'),
    h('button', { id: 'next', onClick: () => setView('Cart') }, 'Cart'),
    h('button', { id: 'buy', onClick: () => client.track('Order Completed') }, 'Buy'),
    h('button', { id: 'yes', onClick: () => choose({ ads: true }) }, 'Yes'));
}
window.other = [typeof load, typeof rapport.track];
createRoot(document.querySelector('#app')).render(
  h(RapportProvider, { writeKey: window.settings.key, host: window.settings.host }, h(Shop)));
`;

test('the npm package in a React application', { skip: noBrowser || noSdk }, async (t) => {
  const server = await startServer();
  t.after(() => server.remove());
  const dir = await mkdtemp(join(tmpdir(), 'rapport-app-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'package.json'), '{"name":"shop","private":true}');
  await writeFile(join(dir, 'app.js'), APP);
  const npm = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--cache', join(dir, 'cache'), `${server.url}/sdk/rapport-browser.tgz`];
  await promisify(execFile)('npm', npm, { cwd: dir });
  const { build } = createRequire(join(sdk, 'package.json'))('esbuild');
  const options = { entryPoints: [join(dir, 'app.js')], bundle: true, write: false, define: { 'process.env.NODE_ENV': '"production"' }, nodePaths: [join(sdk, 'node_modules')] };
  const { outputFiles } = await build({ ...options, logLevel: 'silent' });
  const page = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><div id="app"></div>
    <script>window.settings = ${JSON.stringify({ key: server.writeKey, host: server.url })}</script><script src="/app.js"></script></html>`;
  const site = await openSite({ files: { '/': ['text/html', page], '/app.js': ['text/javascript', outputFiles[0].text] } });
  t.after(() => site.close());
  const browser = await launch();
  t.after(() => browser.close());
  const tab = await browser.newPage();
  const complained = complaints(tab);
  await tab.goto(site.url);
  await tab.locator('output', { hasText: 'null' }).waitFor();
  for (const id of ['buy', 'in', 'next', 'yes']) await tab.click(`#${id}`);
  await tab.locator('output', { hasText: '{"ads":true}' }).waitFor();
  const visitor = await tab.evaluate(() => window.client.user().anonymousId());
  const events = await eventually('all of it arrived', async () => {
    const profile = await server.profile('user_id', 'user-react');
    const found = clientEvents(await server.events(profile.id));
    assert.equal(found.length, 4, found.map((e) => e.event).join());
    return found.reverse().sort((a, b) => a.timestamp.localeCompare(b.timestamp));
  });
  assert.deepEqual(events.map((e) => [e.event, e.properties.view]), [['Page Viewed', 'Home'], ['Order Completed', undefined], ['Identified', undefined], ['Page Viewed', 'Cart']]);
  assert.ok(events.every((e) => e.anonymous_id === visitor));
  await tab.click('#out');
  await tab.waitForFunction((visitor) => window.client.user().anonymousId() !== visitor, visitor);
  assert.deepEqual(await tab.evaluate(() => window.other), ['function', 'function']);
  assert.deepEqual(complained, []);
});

test('the shop to try it with', { skip: noBrowser || noSdk }, async (t) => {
  const server = await startServer();
  t.after(() => server.remove());
  const browser = await launch();
  t.after(() => browser.close());
  const tab = await browser.newPage({ viewport: { width: 390, height: 800 } });
  const complained = complaints(tab);
  await tab.goto(`${server.url}/sdk/demo.html?writeKey=${server.writeKey}&consent=1`);
  await tab.getByRole('button', { name: 'Yes' }).click();
  await tab.getByRole('button', { name: 'Add to cart' }).first().click();
  await tab.getByRole('button', { name: 'Cart (1)' }).click();
  await tab.getByRole('button', { name: 'Order', exact: true }).click();
  await tab.getByLabel('First name').fill('Ann');
  await tab.getByLabel('E-mail').fill('Ann@Example.com');
  await tab.getByRole('button', { name: 'Sign up' }).click();
  await tab.getByText('Hello Ann').waitFor();
  await eventually('Rapport knows her', async () => {
    const profile = await server.profile('user_id', 'ann@example.com');
    assert.equal(profile.traits.first_name, 'Ann');
    const names = new Set(clientEvents(await server.events(profile.id)).map((e) => e.event));
    for (const name of ['Page Viewed', 'Product Added', 'Cart Viewed', 'Order Completed', 'Identified', 'Signed Up']) assert.ok(names.has(name), name);
    assert.ok(profile.consents.some((c) => c.topic === 'analytics' && c.granted), JSON.stringify(profile.consents));
  });
  assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it fits a telephone');
  assert.deepEqual(complained, []);
});

test('the guide shows the snippet as it is built', { skip: noSdk }, async () => {
  const guide = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'guides', 'browser-sdk.md'), 'utf8');
  const snippet = (await readFile(join(sdk, 'dist', 'snippet.js'), 'utf8')).trim();
  assert.ok(guide.includes(`\n${snippet}\nrapport.load(`), 'docs/guides/browser-sdk.md has another snippet than web/sdk builds');
});
