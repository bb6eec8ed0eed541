/** `webhook` of a segment's document. */
export interface SegmentWebhook {
  /** A live channel of kind webhook. */
  channel: string;
  /** Which way people cross; both when absent. */
  on?: 'entered' | 'exited' | undefined;
  /** Traits told beside the identifiers. */
  traits?: string[] | undefined;
}

/** A call as the other system gets it: what it says of somebody made up. */
export function sample(segment: string, { on, traits = [] }: SegmentWebhook) {
  return {
    type: `segment.${on ?? 'entered'}`,
    timestamp: '2026-03-01T12:00:00.000Z',
    data: {
      segment,
      profile_id: '…',
      user_id: 'u1',
      anonymous_id: null,
      email: 'ann@example.com',
      traits: Object.fromEntries(traits.map((path) => [path, '…'])),
      backfill: false,
    },
  };
}
