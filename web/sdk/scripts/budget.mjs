// The scripts of dist may be so large, gzipped as they are sent, and no larger.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');

/** Bytes, gzipped, each script may have. */
const BUDGETS = { 'rapport.js': 8 * 1024, 'snippet.js': 1024, 'rapport-inapp.js': 8 * 1024, 'rapport-push.js': 2 * 1024, 'rapport-sw.js': 1024 };

let failed = false;
for (const [name, budget] of Object.entries(BUDGETS)) {
  const [bytes, small, brotli] = ['', '.gz', '.br'].map((form) => readFileSync(join(dist, name + form)).length);
  const over = small > budget;
  failed ||= over;
  console.log(`${name.padEnd(20)} ${bytes} bytes, ${small} gzipped, ${brotli} brotli (at most ${budget} gzipped)${over ? '  TOO LARGE' : ''}`);
}
if (failed) process.exit(1);
