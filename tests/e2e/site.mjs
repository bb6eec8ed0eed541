// A company's website under test: pages of its own origin that use Rapport's browser SDK by the snippet alone.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

const dist = join(import.meta.dirname, '..', '..', 'web', 'sdk', 'dist');

/** Why tests of the SDK are skipped; false when they run. */
export const noSdk = await readFile(join(dist, 'rapport.js')).then(
  () => false,
  () => 'the browser SDK is not built; run make web',
);

/** The page: the published snippet, `load` with these options, then `script`. */
async function page({ writeKey, url, options, script, body, head, nonce }) {
  const snippet = (await readFile(join(dist, 'snippet.js'), 'utf8')).trim();
  const load = JSON.stringify({ host: url, ...options }).replace(/</g, '\\u003c');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The shop</title><link rel="icon" href="data:,">${head ?? ''}
<script${nonce ? ` nonce="${nonce}"` : ''}>${snippet}
rapport.load(${JSON.stringify(writeKey)}, ${load});
${script ?? 'rapport.page();'}
</script></head><body><h1>The shop</h1>${body ?? ''}</body></html>`;
}

/**
 * Starts a web server whose every path is the page. `shown` may be changed while it runs. Its address is one of
 * localhost; `sub` is a host name below it, which browsers resolve to this machine too.
 */
export async function openSite(shown) {
  const site = { shown, requests: 0 };
  const server = createServer(async (request, response) => {
    site.requests += 1;
    const files = site.shown.files ?? {};
    const { pathname } = new URL(request.url, 'http://site');
    if (pathname in files) {
      const [type, text] = files[pathname];
      response.writeHead(200, { 'content-type': type }).end(typeof text === 'function' ? await text() : text);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...site.shown.headers });
    response.end(await page(site.shown));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  site.url = `http://localhost:${port}`;
  site.at = (host) => `http://${host}:${port}`;
  site.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return site;
}
