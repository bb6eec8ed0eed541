// A small shop on a fresh server: documents, a mail catcher, and customers who do things.

import assert from 'node:assert/strict';
import { eventually, freePort, startServer } from '../compat/lib/server.mjs';

const HTML = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Thanks</title></head><body>
<h1>Thank you, {{ profile.first_name | escape }}</h1>
<p>You ordered {{ event.properties.order_id | escape }}. <a href="SHOP/again">Order again</a></p>
<p><a href="{{ unsubscribe_url }}">Unsubscribe</a> · <a href="{{ preferences_url }}">Preferences</a></p></body></html>`;

/** Documents that are live in the shop. `shop` is where links in mails lead. */
function documents(smtpPort, shop) {
  const company = { name: 'Larkspur', postal_address: 'Beispielstrasse 7, Berlin', brand_colour: '#2f5d50' };
  const send = { channel: 'email', template: 'thanks', topic: 'offers' };
  return [
    ['settings', 'workspace', { time_zone: 'Europe/Berlin', consent: { email: 'opt_out' }, company }],
    ['channel', 'mail', { kind: 'smtp', host: '127.0.0.1', port: smtpPort, tls: 'none', from: { name: 'Larkspur', email: 'hello@shop.example' } }],
    ['topic', 'offers', { name: 'Offers', description: 'Now and then an offer.', default: 'opt_out' }],
    ['topic', 'letter', { name: 'The letter', description: 'Once a week.', default: 'opt_in' }],
    ['template', 'thanks', { name: 'Thanks', channel: 'email', topic: 'offers', subject: 'Thank you, {{ profile.first_name }}', html: HTML.replaceAll('SHOP', shop) }],
    ['segment', 'buyers', { name: 'Buyers', rule: 'events("Order Completed").exists()' }],
    ['journey', 'thanks', { name: 'Thanks', trigger: { event: { name: 'Order Completed' } }, reentry: 'always', steps: [{ id: 'thank', send }] }],
  ];
}

/** A server that catches mail. Somebody else may take a port that was free a moment ago: then another one is tried. */
async function withCatcher(env, tries = 3) {
  const port = await freePort();
  try {
    return [port, await startServer({ RAPPORT_SMTP_CATCHER: `127.0.0.1:${port}`, ...env })];
  } catch (error) {
    if (tries > 1 && error.message.includes('Address already in use')) return withCatcher(env, tries - 1);
    throw error;
  }
}

/** Starts the shop's server with everything published; `env` configures it beside. */
export async function openShop(links, env = {}) {
  const [smtpPort, server] = await withCatcher(env);
  try {
    for (const [kind, id, spec] of documents(smtpPort, links)) {
      await server.api('PUT', `/api/v1/resources/${kind}/${id}`, { kind, id, spec });
      await server.api('POST', `/api/v1/resources/${kind}/${id}/publish`, { confirm: true });
    }
  } catch (error) {
    await server.remove();
    throw error;
  }
  return server;
}

/** Sends calls as a client does. */
export async function send(server, batch) {
  const authorization = `Basic ${Buffer.from(`${server.writeKey}:`).toString('base64')}`;
  const response = await fetch(`${server.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
  });
  assert.equal(response.status, 200, await response.text());
}

/** A customer who browses unknown, signs in and orders. Returns the profile once the mail is sent. */
export async function customer(server, name, firstName) {
  const [userId, anonymousId] = [`user-${name}`, `device-${name}`];
  await send(server, [
    { type: 'page', anonymousId, name: 'Home', properties: { path: '/', title: '<b>not bold</b>' } },
    { type: 'track', anonymousId, event: 'Product Viewed', properties: { sku: 'pan-26', price: 59 } },
    { type: 'identify', userId, anonymousId, traits: { email: `${name}@example.com`, first_name: firstName, plan: 'plus' } },
    { type: 'track', userId, event: 'Order Completed', properties: { order_id: `o-${name}`, total: 59 } },
  ]);
  return eventually(`${name} got a mail`, async () => {
    const profile = await server.profile('user_id', userId);
    const names = (await server.events(profile.id)).map((e) => e.event);
    for (const wanted of ['Page Viewed', 'Profile Merged', 'Message Sent']) {
      assert.ok(names.includes(wanted), `no ${wanted} in ${names.join(', ')}`);
    }
    return profile;
  });
}

/** The consents of a customer that were withdrawn, as `channel/topic`. */
export async function withdrawn(server, profile) {
  const { consents } = await server.api('GET', `/api/v1/profiles/${profile.id}`);
  return consents.filter((c) => !c.granted).map((c) => `${c.channel}/${c.topic ?? '*'}`);
}

/** How many events of a name a customer has. */
export async function countOf(server, profile, name) {
  return (await server.events(profile.id)).filter((e) => e.event === name).length;
}
