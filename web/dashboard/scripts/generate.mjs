// Writes the types of web/api-client from an OpenAPI document: a file, a URL, or what `rapport openapi` prints.
// Usage: node generate.mjs [--check] DOCUMENT    (--check: writes nothing, fails when the committed file differs)
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const args = process.argv.slice(2);
const check = args.includes('--check');
const from = args.find((a) => !a.startsWith('--'));
if (!from) {
  console.error('usage: generate.mjs [--check] DOCUMENT');
  process.exit(2);
}
const text = from.startsWith('http') ? await (await fetch(from)).text() : await readFile(from, 'utf8');
const document = JSON.parse(text);
// Only what the dashboard may call: collection and links are for other programs.
document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith('/api/v1/')));

const ast = await openapiTS(document, { defaultNonNullable: false });
// An object without stated members may have any.
const types = astToString(ast).replaceAll('Record<string, never>', 'Record<string, unknown>');
const made = `// Made by generate.mjs from the server's OpenAPI document; not written by hand.\n${types}`;
const at = new URL('../../api-client/src/schema.d.ts', import.meta.url);
if (!check) {
  await writeFile(at, made);
} else if ((await readFile(at, 'utf8').catch(() => '')) !== made) {
  console.error('web/api-client/src/schema.d.ts is not what the API says now; run: make api-client');
  process.exit(1);
}
