import assert from 'node:assert/strict';
import { test } from 'node:test';
import { origin } from '../src/page';
import { endSession, session } from '../src/session';
import { memoryStore } from '../src/storage';

const MINUTE = 60_000;

test('sessions end after a time without events', () => {
  const store = memoryStore();
  let n = 0;
  const at = (minutes: number, from = {}) => session(store, minutes * MINUTE, 30 * MINUTE, () => `s${++n}`, () => from);
  assert.deepEqual(at(0, { campaign: { source: 'letter' } }), { id: 's1', startedAt: '1970-01-01T00:00:00.000Z', isNew: true, campaign: { source: 'letter' } });
  assert.deepEqual(at(29), { id: 's1', startedAt: '1970-01-01T00:00:00.000Z', campaign: { source: 'letter' } }, 'how it began stays');
  assert.equal(at(58).id, 's1', 'each event prolongs it');
  assert.equal(at(88).id, 's2');
  assert.equal(at(80).id, 's2', 'a clock that was set back does not end it');
  assert.equal(at(117).id, 's2');
  endSession(store);
  assert.equal(at(118).id, 's3');
  store.set('rp_session', '{"broken');
  assert.equal(at(119).id, 's4');
  store.set('rp_session', '5');
  assert.equal(at(120).id, 's5');
});

test('campaigns, click ids and referrers', () => {
  for (const [search, referrer, expected] of [
    ['', '', {}],
    ['?utm_source=letter&utm_campaign=spring&utm_medium=&utm_id=7', '', { campaign: { source: 'letter', name: 'spring', id: '7' } }],
    ['?gclid=abc', 'https://www.google.com/', { referrer: { type: 'google', name: 'gclid', id: 'abc', url: 'https://www.google.com/' } }],
    ['?a=1', 'https://blog.example/', { referrer: { url: 'https://blog.example/' } }],
    ['?fbclid=x&utm_source=fb', '', { campaign: { source: 'fb' }, referrer: { type: 'facebook', name: 'fbclid', id: 'x' } }],
    ['?utm_source=%E2%9C%93+x', '', { campaign: { source: '✓ x' } }],
    ['?constructor=1&toString=2', '', {}],
  ] as const) {
    assert.deepEqual(origin(search, referrer), expected, search);
  }
});
