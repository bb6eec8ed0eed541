// One customer's story, told by every server SDK in its own words, and what must be known of it afterwards.
//
// Two devices browse anonymously; the customer signs in on the first, orders, joins an account; `alias` tells that the
// second device was the same person; browsing goes on without a user id. In the end there is one customer with eight
// events, whichever of them came twice.

import assert from 'node:assert/strict';
import { eventually } from './server.mjs';

const HOUR_MS = 3_600_000;
/** How far a stated time may be off afterwards: clients' clocks are corrected by the time of sending. */
const TIME_TOLERANCE_MS = 5_000;
/** How far the time of a call without a stated time may lie before its arrival. */
const NOW_TOLERANCE_MS = 60_000;

/** Names and values of the story; `who` keeps the SDKs apart. Times are to the millisecond. */
export function story(who) {
  const now = Date.now();
  return {
    who,
    userId: `user-${who}`,
    browser: `browser-${who}`,
    phone: `phone-${who}`,
    account: `account-${who}`,
    viewedAt: new Date(now - 2 * HOUR_MS),
    memberSince: new Date(Date.UTC(2024, 1, 29, 12, 30, 15, 250)),
    traits: {
      email: `Ann.${who}@Example.com`,
      first_name: 'Änn 🌿',
      age: 41,
      score: 0.75,
      newsletter: true,
      address: { city: 'Köln', postal_code: '50667' },
      tags: ['tea', 'bread'],
    },
    page: { name: 'Home', category: 'Shop', properties: { path: '/', url: 'https://shop.example.com/' } },
    viewed: { product_id: 'sku-1', price: 18.5, quantity: 2, in_stock: true, colours: ['red', 'blue'] },
    cart: { cart_id: 'c-7', value: 55 },
    order: { order_id: 'o-1', total: 120.25, currency: 'EUR', products: [{ product_id: 'sku-1', quantity: 2 }], coupon: null },
    orderContext: { ip: '203.0.113.9', campaign: { name: 'spring', source: 'mail' }, locale: 'de-DE' },
    accountTraits: { name: 'Acme', employees: 42 },
    added: { product_id: 'sku-2', price: 3 },
  };
}

/** The client's own events of a timeline: those that did not come from Rapport itself. */
export function clientEvents(events) {
  return events.filter((event) => event.source !== 0);
}

function close(actual, expected, tolerance, what) {
  const off = Math.abs(new Date(actual).getTime() - new Date(expected).getTime());
  assert.ok(off <= tolerance, `${what}: ${actual} instead of ${new Date(expected).toISOString()} (off by ${off} ms)`);
}

function expected(s) {
  return [
    ['page', 'Page Viewed', { ...s.page.properties, name: 'Home', category: 'Shop' }, undefined, s.browser],
    ['track', 'Product Viewed', s.viewed, undefined, s.browser],
    ['track', 'Cart Viewed', s.cart, undefined, s.phone],
    ['identify', 'Identified', { ...s.traits, member_since: s.memberSince.toISOString() }, s.userId, s.browser],
    ['track', 'Order Completed', s.order, s.userId, undefined],
    ['group', 'Group Joined', s.accountTraits, s.userId, undefined],
    ['alias', 'Aliased', {}, s.userId, undefined],
    ['track', 'Product Added', s.added, undefined, s.browser],
  ].map(([type, event, properties, userId, anonymousId]) => ({ type, event, properties, userId, anonymousId }));
}

/** A date as JSON may be written with another offset; the instant counts. */
function sameInstants(properties) {
  const { member_since: since, ...rest } = properties;
  return since === undefined ? rest : { ...rest, member_since: new Date(since).toISOString() };
}

function checkEvent(found, e, s, library) {
  const what = `${e.type} ${e.event}`;
  assert.deepEqual(sameInstants(found.properties), e.properties, `properties of ${what}`);
  assert.equal(found.user_id ?? undefined, e.userId, `user of ${what}`);
  if (e.anonymousId) assert.equal(found.anonymous_id, e.anonymousId, `device of ${what}`);
  assert.equal(found.context.library?.name, library, `library of ${what}`);
  assert.equal(found.historical, false, `${what} is live`);
  close(found.received_at, Date.now(), NOW_TOLERANCE_MS, `arrival of ${what}`);
  if (e.event === 'Product Viewed') close(found.timestamp, s.viewedAt, TIME_TOLERANCE_MS, `time of ${what}`);
  else close(found.timestamp, found.received_at, NOW_TOLERANCE_MS, `time of ${what}`);
  if (e.event === 'Order Completed') {
    const { ip, campaign, locale } = found.context;
    assert.deepEqual({ ip, campaign, locale }, s.orderContext, `context of ${what}`);
  }
}

function checkProfile(profile, s, count) {
  assert.equal(profile.known, true);
  assert.equal(profile.event_count, count);
  const has = profile.identifiers.map((i) => `${i.namespace}:${i.value}`);
  for (const wanted of [
    `user_id:${s.userId}`,
    `anonymous_id:${s.browser}`,
    `anonymous_id:${s.phone}`,
    `email:${s.traits.email.toLowerCase()}`,
  ]) {
    assert.ok(has.includes(wanted), `the profile has no ${wanted}, only ${has.join(', ')}`);
  }
  const { member_since: since, ...traits } = profile.traits;
  assert.equal(new Date(since).getTime(), s.memberSince.getTime(), 'a date in a trait');
  assert.deepEqual(traits, s.traits);
  assert.deepEqual(profile.groups, [s.account]);
}

/**
 * Checks that the story arrived exactly once. `ids` are the message ids the SDK gave, when it tells them; `resent` says
 * that answers were lost, so that something must have come twice.
 */
export async function checkStory(server, s, { ids, library, resent }) {
  const wanted = expected(s);
  const events = await eventually('the whole story is on the timeline', async () => {
    const profile = await server.profile('user_id', s.userId);
    const found = clientEvents(await server.events(profile.id));
    assert.equal(found.length, wanted.length, found.map((e) => e.event).join(', '));
    const stats = await server.stats();
    assert.equal(stats.profiles, 1, 'customers');
    assert.equal(stats.events.in_lake, wanted.length, 'events in the lake');
    return found;
  });
  assert.equal(new Set(events.map((e) => e.message_id)).size, wanted.length, 'message ids differ');
  if (ids) assert.deepEqual(events.map((e) => e.message_id).sort(), [...ids].sort());
  for (const e of wanted) {
    const found = events.filter((f) => f.type === e.type && f.event === e.event);
    assert.equal(found.length, 1, `${e.type} ${e.event} is there once`);
    checkEvent(found[0], e, s, library);
  }
  assert.equal(events.find((e) => e.type === 'group').group_id, s.account);
  checkProfile(await server.profile('user_id', s.userId), s, wanted.length);
  for (const [namespace, value] of [['anonymous_id', s.browser], ['anonymous_id', s.phone], ['email', s.traits.email]]) {
    const same = await server.profile(namespace, value);
    assert.equal(same.id, (await server.profile('user_id', s.userId)).id, `${namespace} ${value} is the same customer`);
  }
  const { events: counts } = await server.stats();
  assert.equal(counts.rejected, 0);
  assert.equal(counts.processed, wanted.length);
  assert.equal(counts.accepted, counts.processed + counts.duplicates);
  if (resent) assert.ok(counts.duplicates > 0, 'nothing came twice although an answer was lost');
  else assert.equal(counts.duplicates, 0);
}
