// The real binary on a data directory of its own: started for a test, asked through its API, ended by its process id.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const START_MS = 60_000;
const STOP_MS = 30_000;
/** How long tests wait for something that must come true. */
export const PATIENCE_MS = 30_000;

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

/** The binary under test. */
export function binary() {
  const target = process.env.CARGO_TARGET_DIR || join(cache, 'rapport', 'target');
  const path = process.env.RAPPORT_BINARY || join(target, 'debug', 'rapport');
  assert.ok(existsSync(path), `${path} is missing; build it with: cargo build --bin rapport`);
  return path;
}

/** The environment without variables that would configure the server under test. */
function environment(extra = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('RAPPORT_'));
  return { ...Object.fromEntries(kept), ...extra };
}

/** A port of this machine that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Calls `check` until it returns without throwing; its last error is the failure. */
export async function eventually(what, check, patience = PATIENCE_MS) {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) {
        error.message = `${what}: still not so after ${patience / 1000} s: ${error.message}`;
        throw error;
      }
      await sleep(50);
    }
  }
}

/** A running server. */
export class Server {
  #child;
  #ended;
  #output = '';

  constructor(dir, made, env) {
    this.dir = dir;
    this.writeKey = made.write_key;
    this.token = made.api_token;
    this.owner = made.owner;
    this.env = env;
  }

  /** Starts the process and waits until it is ready. */
  async start() {
    const args = ['serve', '--data', this.dir, '--listen', '127.0.0.1:0'];
    const child = spawn(binary(), args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => (this.#output = (this.#output + chunk).slice(-16_384)));
    }
    const gone = this.#ended.then(({ code }) => {
      throw new Error(`the server ended with ${code}:\n${this.#output}`);
    });
    const ready = eventually('the server is ready', async () => {
      const { url, pid } = JSON.parse(await readFile(join(this.dir, 'rapport.addr'), 'utf8'));
      assert.equal(pid, child.pid, 'the address file is of another process');
      assert.equal((await fetch(`${url}/readyz`)).status, 200);
      this.url = url;
    }, START_MS);
    await Promise.race([ready, gone]);
  }

  /** What the process printed last. */
  get output() {
    return this.#output;
  }

  /** Asks it to end and waits; ends it hard when it does not. Returns the exit code, null after a hard end. */
  async stop() {
    if (!this.#child) return null;
    const child = this.#child;
    this.#child = undefined;
    if (child.exitCode === null) child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    const { code } = await this.#ended;
    clearTimeout(timer);
    return code;
  }

  /** Ends it as a crash does (SIGKILL); its data stays for the next start. */
  async kill() {
    const child = this.#child;
    this.#child = undefined;
    child.kill('SIGKILL');
    await this.#ended;
  }

  /** Ends it and removes its data. */
  async remove() {
    await this.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** One call of the management API; the answer's JSON. */
  async api(method, path, body) {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** Exact counts. */
  stats() {
    return this.api('GET', '/api/v1/stats');
  }

  /** The profile with this identifier. */
  profile(namespace, value) {
    return this.api('GET', `/api/v1/profiles/by/${namespace}/${encodeURIComponent(value)}`);
  }

  /** A profile's whole timeline, every page. */
  async events(profile) {
    const found = [];
    let cursor = '';
    do {
      const page = await this.api('GET', `/api/v1/profiles/${profile}/events?limit=100${cursor}`);
      found.push(...page.items);
      cursor = page.next_cursor ? `&cursor=${encodeURIComponent(page.next_cursor)}` : null;
    } while (cursor);
    return found;
  }

  /** Runs a command of the binary on this server's data directory. */
  async command(...args) {
    const { stdout } = await promisify(execFile)(binary(), [...args, '--data', this.dir], { env: this.env });
    return stdout;
  }
}

/** A fresh installation, running. `settings` are `RAPPORT_*` variables. */
export async function startServer(settings = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'rapport-test-'));
  const env = environment(settings);
  const made = await promisify(execFile)(binary(), ['init', '--json', '--data', dir], { env });
  const server = new Server(dir, JSON.parse(made.stdout), env);
  try {
    await server.start();
  } catch (error) {
    await server.remove();
    throw error;
  }
  return server;
}
