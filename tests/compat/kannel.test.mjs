// A Kannel gateway from Debian's packages in front of its own fake carrier: a text leaves, its receipt comes back, and the
// customer's answers are read. Without Kannel the test is skipped and says so.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { eventually, freePort, startServer } from './lib/server.mjs';

const BEARERBOX = '/usr/sbin/bearerbox';
const SMSBOX = '/usr/sbin/smsbox';
const CARRIER = '/usr/lib/kannel/test/fakesmsc';
const missing = [BEARERBOX, SMSBOX, CARRIER].filter((path) => !existsSync(path));
const skip = missing.length > 0 && `${missing.join(', ')} missing: apt-get install kannel kannel-extras`;

const PHONE = '+4915112345678';
const SENDER = '+4930111222';

/** A process whose output is kept; ended by its id. */
function run(path, args) {
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const state = { output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (state.output += chunk));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  state.stop = async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
    await ended;
    clearTimeout(timer);
  };
  return state;
}

/** The gateway with a fake carrier behind it; what customers write goes to `inbound`. */
async function gateway(t, inbound) {
  const dir = await mkdtemp(join(tmpdir(), 'rapport-kannel-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const [admin, box, carrier, http] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const config = join(dir, 'kannel.conf');
  await writeFile(
    config,
    `group = core
admin-port = ${admin}
admin-password = x
smsbox-port = ${box}
admin-interface = 127.0.0.1
box-allow-ip = 127.0.0.1

group = smsc
smsc = fake
smsc-id = carrier
port = ${carrier}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = ${box}
sendsms-port = ${http}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = rapport
password = secret

group = sms-service
keyword = default
catch-all = true
max-messages = 1
omit-empty = true
get-url = "${inbound}?from=%p&to=%P&text=%a&id=%I"
`,
  );
  const core = run(BEARERBOX, ['-v', '1', config]);
  t.after(() => core.stop());
  await eventually('the gateway listens', async () => {
    const answer = await fetch(`http://127.0.0.1:${admin}/status?password=x`);
    assert.match(await answer.text(), /Status: running/, core.output);
  });
  const sms = run(SMSBOX, ['-v', '1', config]);
  t.after(() => sms.stop());
  await eventually('it takes texts', async () => {
    assert.equal((await fetch(`http://127.0.0.1:${http}/cgi-bin/sendsms`)).status, 403);
  });
  let phone;
  /** The one telephone of this carrier; it may say something, and shows what it gets. */
  const telephone = async (says) => {
    await phone?.stop();
    const nothing = `${PHONE} ${SENDER} text x`;
    phone = run(CARRIER, ['-H', '127.0.0.1', '-r', String(carrier), '-m', says ? '1' : '0', says ? `${PHONE} ${SENDER} text ${says}` : nothing]);
    t.after(() => phone.stop());
    await eventually('the carrier is there', async () => {
      const status = await (await fetch(`http://127.0.0.1:${admin}/status?password=x`)).text();
      assert.match(status, /carrier.*\(online/, `${status}\n${core.output}\n${phone.output}`);
    });
    return phone;
  };
  return { url: `http://127.0.0.1:${http}`, telephone, logs: () => `${core.output}\n${sms.output}` };
}

test('a text goes out through Kannel, its receipt comes back, and answers are read', { skip }, async (t) => {
  const server = await startServer({ RAPPORT_OUTBOUND__PRIVATE_HOSTS: '["127.0.0.1"]' });
  t.after(() => server.remove());
  // The gateway needs the address of answers, which a channel has once it is there.
  const port = await freePort();
  const publish = (path, spec) => server.api('PUT', `/api/v1/resources/${path}?publish=true`, spec);
  const channel = (url) => ({ kind: 'kannel', base_url: url, username: 'rapport', secret: 'secret', sender: SENDER });
  await publish('channel/text', channel(`http://127.0.0.1:${port}`));
  const channels = await server.api('GET', '/api/v1/channels');
  const inbound = channels.items.find((c) => c.id === 'text').inbound_url;
  const kannel = await gateway(t, inbound);
  await publish('channel/text', channel(kannel.url));
  await publish('template/parcel', { name: 'Parcel', channel: 'sms', body: 'Grüße {{ profile.name }}: reply 1 to confirm' });

  await fetch(`${server.url}/v1/identify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${server.writeKey}:`)}` },
    body: JSON.stringify({ userId: 'ida', traits: { phone: PHONE, name: 'Ida' } }),
  });
  await eventually('the customer is there', () => server.profile('user_id', 'ida'));
  let asked = 0;
  const send = async (template) => {
    asked += 1;
    await server.api('POST', '/api/v1/messages?wait=true', { to: { user_id: 'ida' }, template });
    return eventually('it is decided', async () => {
      const { items } = await server.api('GET', `/api/v1/messages?template=${template}`);
      assert.ok(items.length === asked && items[0].status !== 'queued', JSON.stringify(items));
      return items[0];
    });
  };
  const listener = await kannel.telephone();
  const sent = await send('parcel');
  await eventually('the text arrived and its receipt came back', async () => {
    const timeline = await server.api('GET', `/api/v1/messages/${sent.id}/timeline`);
    assert.match(JSON.stringify(timeline), /"delivered"/, `${JSON.stringify(timeline)}\n${listener.output}\n${kannel.logs()}`);
  });
  assert.match(listener.output, /Gr.+e\+?.*Ida/, listener.output);

  const { id } = await server.profile('user_id', 'ida');
  await kannel.telephone('1');
  await eventually('the answer is an event', async () => {
    const answer = (await server.events(id)).find((e) => e.event === 'SMS Received');
    assert.equal(answer?.properties.reply, '1', kannel.logs());
    assert.equal(answer.properties.message_id, sent.id);
  });
  const helped = await kannel.telephone('HELP');
  await eventually('help is answered, as text', () => assert.match(helped.output, /reply.STOP/, `${helped.output}\n${kannel.logs()}`));
  assert.doesNotMatch(helped.output, /xml|Response|Empty/i);
  await kannel.telephone('STOP');
  await eventually('the word is heard', async () => {
    const { items } = await server.api('GET', `/api/v1/profiles/${id}/consents`);
    assert.equal(items.find((c) => c.channel === 'sms')?.granted, false, kannel.logs());
  });
  const again = await send('parcel');
  assert.equal(again.status, 'skipped', JSON.stringify(again));
  assert.equal(again.reason, 'suppressed');
});
