/** What a change of a number is made of, and when it came about. */
import type { Schemas } from '@/api/client';

type Catalogue = Schemas['CatalogueView'];

/** Days on either side of a bend. */
const SIDE = 3;
/** What a day has to differ by to be a bend: so many standard deviations of the days around it. */
const CLEAR = 2;

const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / Math.max(1, list.length);

/** The first day of the part that differs most from the days before it; null when nothing stands out. */
export function bend(values: number[]): number | null {
  let best: { at: number; gap: number } | null = null;
  for (let at = SIDE; at <= values.length - SIDE; at += 1) {
    const gap = Math.abs(mean(values.slice(at)) - mean(values.slice(0, at))) * Math.sqrt((at * (values.length - at)) / values.length);
    if (!best || gap > best.gap) best = { at, gap };
  }
  if (!best) return null;
  const { at } = best;
  const [left, right] = [mean(values.slice(0, at)), mean(values.slice(at))];
  const spread = Math.sqrt(mean(values.map((v, i) => (v - (i < at ? left : right)) ** 2)));
  return Math.abs(right - left) >= CLEAR * spread && left !== right ? at : null;
}

/** One line of a breakdown, in both periods. */
export interface Part {
  value: string;
  now: number;
  before: number;
}

export interface Driver extends Part {
  dimension: string;
  change: number;
}

/** The values that changed most, over all breakdowns. One that names less than half of what it divides explains nothing and is left out. */
export function drivers(breakdowns: { dimension: string; parts: Part[] }[], most = 6): Driver[] {
  return breakdowns
    .flatMap(({ dimension, parts }) => {
      const size = (list: Part[]) => list.reduce((sum, p) => sum + p.now + p.before, 0);
      const named = parts.filter((p) => p.value !== '(other)' && p.value !== '(none)');
      if (parts.length < 2 || size(named) * 2 < size(parts)) return [];
      // Who is not in a segment says nothing that who is in it does not.
      const told = dimension.startsWith('segments.') ? named.filter((p) => !p.value.startsWith('not ')) : named;
      return told.map((p) => ({ ...p, dimension, change: p.now - p.before }));
    })
    .filter((d) => d.change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, most);
}

/** Traits that name one customer rather than a kind of them. */
const ONE_EACH = /name|mail|phone|address|url|avatar|(^|_)id$|_at$|date|birthday|locale|time_?zone/i;
const isText = (types: string[]) => types.some((type) => type === 'text' || type === 'string');

/** What a change can be divided by here: where people come from, kinds of customers, segments, properties of the event. */
export function dimensions(catalogue: Catalogue, event: string | undefined, segments: { id: string; count: number }[]): string[] {
  const kinds = (of: Record<string, string[]>) =>
    Object.entries(of)
      .filter(([name, types]) => isText(types) && !ONE_EACH.test(name))
      .map(([name]) => name);
  const properties = event ? kinds(catalogue.events.find((e) => e.name === event)?.properties ?? {}) : [];
  const large = [...segments].filter((s) => s.count > 0).sort((a, b) => b.count - a.count);
  return [
    'context.campaign.source',
    ...kinds(catalogue.traits).slice(0, 4).map((name) => `traits.${name}`),
    ...properties.slice(0, 2),
    ...large.slice(0, 3).map((s) => `segments.${s.id}`),
  ];
}
