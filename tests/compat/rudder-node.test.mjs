// @rudderstack/rudder-sdk-node, as published, with nothing changed but the data plane's address.

import assert from 'node:assert/strict';
import test from 'node:test';
import Analytics from '@rudderstack/rudder-sdk-node';
import { lossyProxy } from './lib/lossy.mjs';
import { startServer } from './lib/server.mjs';
import { checkStory, story } from './lib/story.mjs';

async function tell(analytics, s) {
  analytics.page({ anonymousId: s.browser, ...s.page });
  analytics.track({ anonymousId: s.browser, event: 'Product Viewed', properties: s.viewed, timestamp: s.viewedAt });
  analytics.track({ anonymousId: s.phone, event: 'Cart Viewed', properties: s.cart });
  const traits = { ...s.traits, member_since: s.memberSince };
  analytics.identify({ userId: s.userId, anonymousId: s.browser, traits });
  analytics.track({ userId: s.userId, event: 'Order Completed', properties: s.order, context: structuredClone(s.orderContext) });
  analytics.group({ userId: s.userId, groupId: s.account, traits: s.accountTraits });
  analytics.alias({ userId: s.userId, previousId: s.phone });
  analytics.track({ anonymousId: s.browser, event: 'Product Added', properties: s.added });
  await analytics.flush();
}

for (const [losses, gzip] of [[0, true], [1, true], [1, false]]) {
  test(`@rudderstack/rudder-sdk-node, ${gzip ? 'gzip' : 'plain'}, ${losses} lost answers`, async (t) => {
    const server = await startServer();
    t.after(() => server.remove());
    const proxy = await lossyProxy(server.url, losses);
    t.after(() => proxy.close());
    const s = story(`rudder-${losses}-${gzip}`);
    const failures = [];
    const errorHandler = (error) => failures.push(error);
    const analytics = new Analytics(server.writeKey, { dataPlaneUrl: proxy.url, flushAt: 20, gzip, errorHandler });
    await tell(analytics, s);
    assert.deepEqual(failures, []);
    await checkStory(server, s, { library: 'analytics-node', resent: losses > 0 });
  });
}
