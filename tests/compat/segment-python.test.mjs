// segment-analytics-python, as published, with nothing changed but the host.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { lossyProxy } from './lib/lossy.mjs';
import { startServer } from './lib/server.mjs';
import { checkStory, story } from './lib/story.mjs';

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const python = process.env.RAPPORT_PYTHON || join(cache, 'rapport', 'python', 'bin', 'python');
const skip = existsSync(python) ? false : `no Python with segment-analytics-python at ${python}; run scripts/setup.sh`;

/** Runs the story in Python; what the SDK reports as undelivered. */
function tell(asked) {
  return new Promise((resolve, reject) => {
    const script = new URL('python/story.py', import.meta.url).pathname;
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'], timeout: 60_000 });
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`python ended with ${code}`))));
    child.stdin.end(JSON.stringify(asked));
  });
}

for (const [losses, gzip] of [[0, false], [1, true]]) {
  test(`segment-analytics-python, ${gzip ? 'gzip' : 'plain'}, ${losses} lost answers`, { skip }, async (t) => {
    const server = await startServer();
    t.after(() => server.remove());
    const proxy = await lossyProxy(server.url, losses);
    t.after(() => proxy.close());
    const s = story(`python-${losses}`);
    const failures = await tell({ host: proxy.url, write_key: server.writeKey, gzip, story: s });
    assert.deepEqual(failures, []);
    await checkStory(server, s, { library: 'analytics-python', resent: losses > 0 });
  });
}
