/** What is meant to be sent against what was seen. */
export interface PlannedProperty {
  name: string;
  type?: string;
  required?: boolean;
  description?: string;
  values?: unknown[];
}

export interface PlannedEvent {
  name: string;
  description?: string;
  properties?: PlannedProperty[];
}

export interface Plan extends Record<string, unknown> {
  name: string;
  description?: string;
  events: PlannedEvent[];
}

export interface Seen {
  name: string;
  count: number;
  last_seen?: string | null;
  properties: Record<string, string[]>;
}

export type Standing = 'fine' | 'differs' | 'unseen' | 'unplanned';

export interface PropertyFinding {
  name: string;
  fault: 'unplanned' | 'unseen' | 'type';
  /** Types meant and seen, of a wrong type. */
  meant?: string;
  seen?: string[];
}

export interface Row {
  name: string;
  standing: Standing;
  count: number;
  planned: PlannedEvent | null;
  seen: Seen | null;
  findings: PropertyFinding[];
}

/** A path and all it is inside of: `products.sku` is within `products`. */
const within = (path: string, name: string): boolean => path === name || path.startsWith(`${name}.`);

function compareProperties(planned: PlannedProperty[], seen: Record<string, string[]>): PropertyFinding[] {
  const findings: PropertyFinding[] = [];
  for (const p of planned) {
    const kinds = seen[p.name];
    if (!kinds) {
      // An object is seen by what is in it.
      const inside = Object.keys(seen).some((path) => path !== p.name && within(path, p.name));
      if (!inside && p.required) findings.push({ name: p.name, fault: 'unseen' });
    } else if (p.type && kinds.some((k) => k !== p.type && k !== 'null')) {
      findings.push({ name: p.name, fault: 'type', meant: p.type, seen: kinds });
    }
  }
  for (const path of Object.keys(seen)) {
    if (!planned.some((p) => within(path, p.name))) findings.push({ name: path, fault: 'unplanned', seen: seen[path] ?? [] });
  }
  return findings;
}

/** Every event of either, those that need attention first. */
export function compare(plan: Plan, seen: Seen[], isOurs: (name: string) => boolean): Row[] {
  const byName = new Map(seen.map((s) => [s.name, s]));
  const planned = plan.events.map((e): Row => {
    const found = byName.get(e.name) ?? null;
    const findings = found ? compareProperties(e.properties ?? [], found.properties) : [];
    return { name: e.name, standing: !found ? 'unseen' : findings.length > 0 ? 'differs' : 'fine', count: found?.count ?? 0, planned: e, seen: found, findings };
  });
  const known = new Set(plan.events.map((e) => e.name));
  const unplanned = seen
    .filter((s) => !known.has(s.name) && !isOurs(s.name))
    .map((s): Row => ({ name: s.name, standing: 'unplanned', count: s.count, planned: null, seen: s, findings: [] }));
  const order: Standing[] = ['differs', 'unplanned', 'unseen', 'fine'];
  return [...planned, ...unplanned].sort((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing) || b.count - a.count || a.name.localeCompare(b.name));
}

/** An event as it was seen, taken into the plan. */
export function adopt(seen: Seen): PlannedEvent {
  const properties = Object.entries(seen.properties).map(([name, kinds]): PlannedProperty => ({ name, ...(kinds.length === 1 && kinds[0] ? { type: kinds[0] } : {}) }));
  return { name: seen.name, ...(properties.length > 0 ? { properties } : {}) };
}

/** The plan with what was found at an event taken as meant. */
export function accept(event: PlannedEvent, findings: PropertyFinding[]): PlannedEvent {
  const properties = (event.properties ?? []).map((p) => {
    const fault = findings.find((f) => f.name === p.name);
    if (fault?.fault === 'type') {
      const { type: _, ...rest } = p;
      return fault.seen?.length === 1 ? { ...rest, type: fault.seen[0] as string } : rest;
    }
    return fault?.fault === 'unseen' ? { ...p, required: false } : p;
  });
  const fresh = findings.filter((f) => f.fault === 'unplanned').map((f): PlannedProperty => ({ name: f.name, ...(f.seen?.length === 1 ? { type: f.seen[0] as string } : {}) }));
  return { ...event, properties: [...properties, ...fresh] };
}
