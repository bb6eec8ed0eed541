// The demo as `make demo` starts it, on a port and a data directory of its own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, eventually } from '../compat/lib/server.mjs';

const STOP_MS = 30_000;

/** Starts a shop of so many customers and days and waits until its history is there. `owner` is what it tells to sign in with. */
export async function openDemo(customers, days, patience = 600_000) {
  const dir = await mkdtemp(join(tmpdir(), 'rapport-demo-'));
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('RAPPORT_'));
  const args = ['--data', dir, 'demo', '--listen', '127.0.0.1:0', '--customers', String(customers), '--days', String(days)];
  const child = spawn(binary(), args, { env: Object.fromEntries(kept), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output = (output + chunk).slice(-65_536)));
  const remove = async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await eventually(
      'the shop has its history',
      () => {
        assert.equal(child.exitCode, null, `the demo ended:\n${output}`);
        assert.match(output, /The shop's history is there/, output.slice(-400));
      },
      patience,
    );
    const { url } = JSON.parse(await readFile(join(dir, 'rapport.addr'), 'utf8'));
    const [, email, password] = /sign in as\s+(\S+)\s+password\s+(\S+)/.exec(output) ?? [];
    assert.ok(email && password, `it does not say how to sign in:\n${output}`);
    return { url, owner: { email, password }, remove, output: () => output };
  } catch (error) {
    await remove();
    throw error;
  }
}
