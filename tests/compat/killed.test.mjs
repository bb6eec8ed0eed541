// The real process killed (SIGKILL) while a provider has a text message and has not answered: no second copy where it costs.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { eventually, startServer } from './lib/server.mjs';

/** A provider of text messages that keeps what it gets, and does not answer while it is told to hang. */
async function provider(t) {
  const kept = { bodies: [], hangs: true };
  const server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      kept.bodies.push(new URLSearchParams(body).get('To'));
      if (!kept.hangs) answer.writeHead(201, { 'content-type': 'application/json' }).end('{"sid": "SM1", "status": "queued"}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { kept, url: `http://127.0.0.1:${server.address().port}` };
}

for (const [unsure, copies, reason] of [['keep', 1, 'unknown_outcome'], ['retry', 2, null]]) {
  test(`killed before the answer, with when_unsure: ${unsure}`, async (t) => {
    const { kept, url } = await provider(t);
    const server = await startServer({ RAPPORT_OUTBOUND__PRIVATE_HOSTS: '["127.0.0.1"]' });
    t.after(() => server.remove());
    const publish = (path, spec) => server.api('PUT', `/api/v1/resources/${path}?publish=true&confirm=true`, spec);
    await publish('channel/texts', { kind: 'twilio', username: 'AC1', secret: 't', sender: '+4915112345678', base_url: url, when_unsure: unsure });
    await publish('template/parcel', { name: 'Parcel', channel: 'sms', transactional: true, body: 'Your parcel is here.' });
    const send = async (phone) => (await server.api('POST', '/api/v1/messages', { to: { phone }, template: 'parcel' })).request;
    const text = async (request) => (await server.api('GET', `/api/v1/messages?request=${encodeURIComponent(request)}`)).items[0];
    const sent = (request) => eventually('the message is recorded', async () => assert.equal((await text(request))?.status, 'sent'));
    const first = await send('+4915123456789');
    await eventually('the provider has it', async () => assert.equal(kept.bodies.length, 1));
    await server.kill();
    kept.hangs = false;
    await server.start();
    await sent(first);
    assert.equal((await text(first)).reason ?? null, reason);
    // The next one leaves as ever, after which no copy of the first can be on its way.
    await sent(await send('+4915123456790'));
    assert.deepEqual(kept.bodies, [...Array.from({ length: copies }, () => '+4915123456789'), '+4915123456790']);
  });
}
