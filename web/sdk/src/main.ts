// The script `/sdk/rapport.js`: takes the place of the snippet's stub and makes the calls it collected.

import { create } from './client';

const script = document.currentScript as HTMLScriptElement | null;
const data = script?.dataset || {};
const scope = window as unknown as Record<string, unknown> & { rapportName?: string };
const name = data.name || scope.rapportName || 'rapport';
const stub = scope[name];
// A second copy of the script changes nothing.
if (!stub || Array.isArray(stub)) {
  const client = create(script?.src ? new URL(script.src).origin : '');
  scope[name] = client;
  if (Array.isArray(stub)) {
    for (const [method, ...given] of stub.splice(0)) {
      (client as unknown as Record<string, (...given: unknown[]) => unknown>)[method]?.(...given);
    }
  }
  if (data.writeKey) client.load(data.writeKey, JSON.parse(data.options || '{}'));
}
