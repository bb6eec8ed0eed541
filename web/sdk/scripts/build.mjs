// Builds the SDK: one source, as a script for pages (`rapport.js`), as a package (ESM with types), and the snippet. Lazy
// parts are scripts of their own. Compressed forms are made here, so that the server compresses nothing. How large they
// may be is for budget.mjs to say.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const out = join(root, 'dist');
// Beside the directory the server reads, so that it never sees half of it.
const fresh = join(root, 'dist.new');

const common = {
  absWorkingDir: root,
  bundle: true,
  charset: 'utf8',
  target: 'es2020',
  define: { __VERSION__: JSON.stringify(version) },
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
};

async function script(entry, format) {
  const { outputFiles } = await build({ ...common, entryPoints: [`src/${entry}`], format, minify: true });
  const options = { ecma: 2020, module: format === 'esm', compress: { passes: 3, unsafe_arrows: true, keep_fargs: false }, mangle: true };
  return (await minify(outputFiles[0].text, options)).code;
}

const gzip = (text) => gzipSync(text, { level: 9 });

/** Writes a script as it is and compressed. */
function put(name, text) {
  const brotli = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(join(fresh, name), text);
  writeFileSync(join(fresh, `${name}.gz`), gzip(text));
  writeFileSync(join(fresh, `${name}.br`), brotli);
}

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh);
put('rapport.js', `${await script('main.ts', 'iife')}\n`);
put('snippet.js', `${(await script('snippet.ts', 'iife')).trim()}\n`);
for (const chunk of ['inapp', 'push']) {
  if (existsSync(join(root, 'src', chunk, 'index.ts'))) put(`rapport-${chunk}.js`, `${await script(`${chunk}/index.ts`, 'esm')}\n`);
}
if (existsSync(join(root, 'src', 'push', 'worker.ts'))) put('rapport-sw.js', `${await script('push/worker.ts', 'iife')}\n`);

// The shop to try it with: as it is, with the snippet where a page has it.
for (const name of ['demo.html', 'demo.css', 'demo.js']) {
  const text = readFileSync(join(root, 'demo', name), 'utf8');
  put(name, text.replace(/\/\* global SNIPPET \*\/\nSNIPPET;\n/, () => readFileSync(join(fresh, 'snippet.js'), 'utf8')));
}

// The package: not minified, since the page's own build does that; React is the page's.
const npm = join(root, 'npm', 'dist');
rmSync(npm, { recursive: true, force: true });
const entryPoints = ['src/index.ts', 'src/react.ts'];
await build({ ...common, entryPoints, format: 'esm', external: ['react'], splitting: true, outdir: npm, write: true });
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const declarations = ['--noEmit', 'false', '--emitDeclarationOnly', '--declaration', '--rootDir', 'src', '--outDir', join(npm, 'types')];
execFileSync(process.execPath, [tsc, '-p', '.', ...declarations], { cwd: root, stdio: 'inherit' });
// The server hands it out, so that a page's package is always of its server's version.
execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', fresh], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
renameSync(join(fresh, `rapport-browser-${version}.tgz`), join(fresh, 'rapport-browser.tgz'));

rmSync(out, { recursive: true, force: true });
renameSync(fresh, out);
