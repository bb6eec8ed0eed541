/** What the search of the server finds: what each kind of document is called here, and where it has its place. */

/** A document that was found. */
export interface Found {
  kind: string;
  id: string;
  name: string;
}

/** Something the palette leads to. */
export interface Entry {
  key: string;
  /** What it is one of, in the language of the reader. */
  group: string;
  title: string;
  hint?: string;
  to: string;
  /** The id of a saved report: its address is known once it is read. */
  saved?: string;
}

/** By kind: a text of the catalogue, and the address without the id. Kinds that no page shows are not offered. */
const PLACES: Record<string, readonly [group: string, at: string]> = {
  segment: ['Segments', '/segments/'],
  computed_trait: ['Computed traits', '/traits/'],
  persona_model: ['Personas', '/personas/'],
  journey: ['Journeys', '/journeys/'],
  campaign: ['Campaigns', '/campaigns/'],
  template: ['Content', '/content/'],
  block: ['Shared blocks', '/blocks/'],
  brand: ['Brand kit', '/brands/'],
  catalog: ['Catalogues', '/content?tab=catalogues&q='],
  coupon: ['Coupon pools', '/content?tab=coupons&q='],
  topic: ['Topics', '/settings?tab=topics&q='],
  channel: ['Channels', '/settings?tab=channels&q='],
  domain: ['Sending domains', '/settings?tab=domains&q='],
  insight: ['Saved reports', '/insights?q='],
  dashboard: ['Dashboards', '/dashboards/'],
  goal: ['Goals', '/goals?q='],
  report: ['Reports by mail', '/goals?tab=reports&q='],
  tracking_plan: ['Tracking plan', '/data?tab=plan&q='],
};

/** The entries of documents, in the order in which they were found; `say` puts a text in the reader's language. */
export function entriesOf(found: readonly Found[], say: (text: string) => string): Entry[] {
  return found.flatMap(({ kind, id, name }) => {
    const place = PLACES[kind];
    if (!place) return [];
    const [group, at] = place;
    return [{ key: `${kind} ${id}`, group: say(group), title: name || id, hint: id, to: `${at}${encodeURIComponent(id)}`, ...(kind === 'insight' ? { saved: id } : {}) }];
  });
}

/** Whether every word occurs in what is shown of an entry. */
export function fits(entry: Entry, text: string): boolean {
  const shown = `${entry.title} ${entry.hint ?? ''} ${entry.group}`.toLowerCase();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => shown.includes(word));
}
