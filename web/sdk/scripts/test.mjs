// Unit tests: bundles test/*.test.ts, with the sources they import, into a temporary folder and runs them with node --test.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outdir = mkdtempSync(join(tmpdir(), 'rapport-sdk-test-'));
const entryPoints = readdirSync(join(root, 'test')).filter((name) => name.endsWith('.test.ts'));
try {
  await build({
    absWorkingDir: join(root, 'test'),
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    sourcemap: 'inline',
    define: { __VERSION__: '"test"' },
    logLevel: 'warning',
  });
  const files = entryPoints.map((name) => join(outdir, name.replace(/\.ts$/, '.mjs')));
  process.exitCode = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
