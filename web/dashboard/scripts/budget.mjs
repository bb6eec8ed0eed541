// What a browser loads before the first route's own chunk may be 200 KB of gzipped JavaScript, and no more.
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const LIMIT_BYTES = 200 * 1024;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(await readFile(new URL('manifest.json', dist), 'utf8'));
const entry = Object.keys(manifest).find((name) => manifest[name].isEntry);

/** The entry and everything it imports statically. */
const first = new Set();
function visit(name) {
  if (first.has(name)) return;
  first.add(name);
  for (const next of manifest[name].imports ?? []) visit(next);
}
visit(entry);

let total = 0;
for (const name of first) {
  const bytes = gzipSync(await readFile(new URL(manifest[name].file, dist)), { level: 9 }).length;
  total += bytes;
  console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  ${manifest[name].file}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(7)} KB  first load, gzipped; the limit is ${LIMIT_BYTES / 1024} KB`);
if (total > LIMIT_BYTES) process.exit(1);
