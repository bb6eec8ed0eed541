import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAILY, identity } from '../src/identity';
import { memoryStore } from '../src/storage';

function make() {
  const places = { ids: memoryStore(), local: memoryStore() };
  let n = 0;
  return { places, who: identity(places, () => `id${++n}`) };
}

test('an unknown visitor gets an id and keeps it', () => {
  const { places, who } = make();
  assert.equal(who.user.id(), null);
  assert.equal(who.user.anonymousId(), 'id1');
  assert.equal(identity(places, () => 'other').user.anonymousId(), 'id1', 'the next page knows it');
});

test('signing in keeps the visitor, signing in as somebody else begins anew', () => {
  const { who } = make();
  const visitor = who.user.anonymousId();
  who.user.id('ann');
  who.user.traits({ plan: 'plus' });
  who.user.id('ann');
  assert.deepEqual([who.user.anonymousId(), who.user.traits()], [visitor, { plan: 'plus' }]);
  who.user.id('ben');
  assert.notEqual(who.user.anonymousId(), visitor);
  assert.deepEqual(who.user.traits(), {});
});

test('reset forgets everything', () => {
  const { places, who } = make();
  const visitor = who.user.anonymousId();
  who.user.id('ann');
  who.group.id('acme');
  who.group.traits({ plan: 'x' });
  who.reset();
  assert.deepEqual([places.ids.keys(), places.local.keys()], [[], []]);
  assert.notEqual(who.user.anonymousId(), visitor);
});

test('what is known moves with the place it is kept in', () => {
  const { places, who } = make();
  who.user.id('ann');
  who.user.traits({ plan: 'plus' });
  const to = { ids: memoryStore(), local: memoryStore() };
  who.move(to);
  assert.deepEqual([who.user.id(), who.user.traits()], ['ann', { plan: 'plus' }]);
  assert.deepEqual([places.ids.keys(), places.local.keys()], [[], []]);
});

test('the id analytics.js gave is taken over', () => {
  const { places, who } = make();
  places.local.set('ajs_anonymous_id', '"8f2c"');
  assert.equal(who.user.anonymousId(), '8f2c');
});

test('an id the server makes is not kept', () => {
  const places = { ids: memoryStore(), local: memoryStore() };
  const who = identity(places, () => DAILY);
  assert.equal(who.user.anonymousId(), DAILY);
  assert.deepEqual(places.ids.keys(), []);
  who.user.anonymousId('mine');
  assert.equal(who.user.anonymousId(), 'mine');
});
