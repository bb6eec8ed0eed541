// Writes .br and .gz beside the built files that are worth it; the binary embeds all three and compresses nothing itself.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const names = (await readdir(new URL('assets/', dist))).map((name) => `assets/${name}`).concat('favicon.svg');
for (const name of names.filter((n) => /\.(js|css|svg)$/.test(n))) {
  const file = new URL(name, dist);
  const bytes = await readFile(file);
  if (bytes.length < 1024) continue;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await writeFile(new URL(`${name}.br`, dist), await promisify(brotliCompress)(bytes, { params }));
  await writeFile(new URL(`${name}.gz`, dist), await promisify(gzip)(bytes, { level: 9 }));
}
