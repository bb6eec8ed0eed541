/** Accepted and refused events in one stream. */
import type { Schemas } from '@/api/client';

type Accepted = Schemas['FeedEvent'];
type Refused = Schemas['RejectedView'];

export interface Item {
  /** Stays the same while others come. */
  key: string;
  at: string;
  name: string;
  /** The source's id; `0` is Rapport itself. Null where it is not known. */
  source: string | null;
  profile: Accepted['profile'] | null;
  refused: Refused | null;
  /** What it carried, to read and copy. */
  json: string | null;
}

export interface FeedFilter {
  /** `all`, `accepted`, `refused`. */
  what: string;
  source: string | null;
}

function accepted(e: Accepted): Item {
  const source = e.recorded ? String(e.recorded.source) : null;
  const json = e.recorded ? JSON.stringify(e.recorded, null, 2) : null;
  return { key: e.recorded?.message_id ?? `${e.timestamp} ${e.profile.id} ${e.event}`, at: e.timestamp, name: e.event, source, profile: e.profile, refused: null, json };
}

function refused(r: Refused): Item {
  const source = r.source === null || r.source === undefined ? null : String(r.source);
  return { key: `refused ${r.id}`, at: r.at, name: r.reason, source, profile: null, refused: r, json: r.sample };
}

/**
 * Newest first. What was refused long before the oldest event shown is left out, since the feed ends there too. Events of one
 * moment and name are told apart by their place.
 */
export function interleaved(events: Accepted[], rejects: Refused[], { what, source }: FeedFilter): Item[] {
  const time = (item: Item) => Date.parse(item.at);
  const took = what === 'refused' ? [] : events.map(accepted);
  const oldest = Math.min(...took.map(time));
  const left = what === 'accepted' ? [] : rejects.map(refused).filter((r) => took.length === 0 || time(r) >= oldest);
  const seen = new Map<string, number>();
  return [...took, ...left]
    .filter((item) => source === null || item.source === source)
    .sort((a, b) => time(b) - time(a))
    .map((item) => {
      const n = seen.get(item.key) ?? 0;
      seen.set(item.key, n + 1);
      return n === 0 ? item : { ...item, key: `${item.key} ${n}` };
    });
}
