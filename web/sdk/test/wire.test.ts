import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '../src/client';
import { connect, type Message } from '../src/inapp/wire';
import { openPage } from './page';

const MESSAGE = { id: 'm1', content: { layout: 'modal' } } as Message;
const turn = () => new Promise((done) => setTimeout(done, 20));

/** The page as it is opened, anew too, with what the browser kept. */
function listen() {
  const client = create().load('WK', { host: 'https://rapport.example', persistence: 'localStorage', consent: { required: ['analytics'], preferences: { analytics: true } } });
  return { client, wire: connect(client, { messages() {}, clear() {} }) };
}

test('what became of a message is told, also when it could not be told at once', async () => {
  const page = openPage();
  const waiting = () => [...page.stored.keys()].filter((key) => key.startsWith('rp_q.WK.inapp.')).length;
  page.answers = () => 'lost';
  const before = listen();
  before.wire.report(MESSAGE, 'displayed');
  await turn();
  before.wire.stop();
  assert.deepEqual([page.posted.length, waiting()], [0, 1]);

  let events: number | 'lost' = 204;
  page.answers = (path) => (path === '/inapp/session' ? { token: 't1', stream_path: '/inapp/stream', poll_seconds: 3600 } : path === '/inapp/events' ? events : {});
  const { client, wire } = listen();
  await turn();
  wire.report(MESSAGE, 'clicked', 'buy');
  await turn();
  const told = page.to('/inapp/events');
  const said = told.flatMap((t) => t.events);
  assert.deepEqual(said.map((e) => [e.message_id, e.type, e.button]), [['m1', 'displayed', undefined], ['m1', 'clicked', 'buy']]);
  assert.ok(said[0].id !== said[1].id && said.every((e) => Math.abs(Date.parse(e.timestamp) - Date.parse(told[0].sent_at)) < 5_000));
  assert.deepEqual([told[0].token, waiting()], ['t1', 0]);

  events = 'lost';
  wire.report(MESSAGE, 'dismissed');
  await turn();
  assert.equal(waiting(), 1);
  client.consent({ analytics: false });
  assert.equal(waiting(), 0, 'a no takes it away');
  wire.stop();
});
