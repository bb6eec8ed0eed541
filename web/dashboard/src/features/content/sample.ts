/** What a message is given beside its customer: what began its journey, and which journey that is. */
import type { Spec } from '@/resources/useResource';

export type Values = Record<string, unknown>;

/** A way in which a template comes to be sent: by a journey that an event begins. */
export interface Beginning {
  event: string;
  journey: { id: string; name: string };
  /** The property that tells runs apart. */
  key: string | null;
}

/** An event as it was recorded. */
export interface Seen {
  event: string;
  timestamp: string;
  properties: Values;
}

/** The languages a template is written in, its own first. */
export function languagesOf(spec: Spec): string[] {
  const own = typeof spec.language === 'string' && spec.language ? [spec.language] : [];
  return [...new Set([...own, ...Object.keys((spec.translations as Values | undefined) ?? {})])];
}

/** Whether a step, whatever its shape, sends this template. */
function sends(step: unknown, template: string): boolean {
  if (typeof step !== 'object' || step === null) return false;
  const { send } = step as { send?: { template?: unknown } };
  return send?.template === template || Object.values(step).some((inner) => sends(inner, template));
}

/** The journeys that send this template and begin with an event. */
export function beginnings(journeys: readonly { id: string; spec: Spec }[], template: string): Beginning[] {
  return journeys.flatMap(({ id, spec }) => {
    const event = (spec.trigger as { event?: { name?: unknown; key?: unknown } } | undefined)?.event;
    if (typeof event?.name !== 'string' || !sends(spec.steps, template)) return [];
    return [{ event: event.name, journey: { id, name: String(spec.name ?? id) }, key: typeof event.key === 'string' ? event.key : null }];
  });
}

/** The values that a message would be given if this event had begun its journey. */
export function valuesOf(seen: Seen, beginning: Beginning | undefined): Values {
  const event = { name: seen.event, ts: seen.timestamp, properties: seen.properties };
  if (!beginning) return { event };
  const key = beginning.key ? seen.properties[beginning.key] : undefined;
  return { event, journey: { ...beginning.journey, ...(key === undefined ? {} : { key: String(key) }) } };
}

/** Whether a message can be given this. */
export function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
