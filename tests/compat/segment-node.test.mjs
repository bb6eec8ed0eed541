// @segment/analytics-node, as published, with nothing changed but the host.

import test from 'node:test';
import { Analytics } from '@segment/analytics-node';
import { lossyProxy } from './lib/lossy.mjs';
import { startServer } from './lib/server.mjs';
import { checkStory, story } from './lib/story.mjs';

/** Tells the story; returns the ids the SDK gave. */
async function tell(analytics, s) {
  const sent = [];
  const say = (kind, call) =>
    sent.push(new Promise((resolve, reject) => {
      analytics[kind](call, (error, ctx) => (error ? reject(error) : resolve(ctx.event.messageId)));
    }));
  say('page', { anonymousId: s.browser, ...s.page });
  say('track', { anonymousId: s.browser, event: 'Product Viewed', properties: s.viewed, timestamp: s.viewedAt });
  say('track', { anonymousId: s.phone, event: 'Cart Viewed', properties: s.cart });
  const traits = { ...s.traits, member_since: s.memberSince };
  say('identify', { userId: s.userId, anonymousId: s.browser, traits });
  say('track', { userId: s.userId, event: 'Order Completed', properties: s.order, context: structuredClone(s.orderContext) });
  say('group', { userId: s.userId, groupId: s.account, traits: s.accountTraits });
  say('alias', { userId: s.userId, previousId: s.phone });
  say('track', { anonymousId: s.browser, event: 'Product Added', properties: s.added });
  await analytics.closeAndFlush({ timeout: 30_000 });
  return Promise.all(sent);
}

for (const losses of [0, 2]) {
  test(`@segment/analytics-node, ${losses} lost answers`, async (t) => {
    const server = await startServer();
    t.after(() => server.remove());
    const proxy = await lossyProxy(server.url, losses);
    t.after(() => proxy.close());
    const s = story(`node-${losses}`);
    const analytics = new Analytics({ writeKey: server.writeKey, host: proxy.url, maxEventsInBatch: 5, flushInterval: 200 });
    const ids = await tell(analytics, s);
    await checkStory(server, s, { ids, library: '@segment/analytics-node', resent: losses > 0 });
  });
}
