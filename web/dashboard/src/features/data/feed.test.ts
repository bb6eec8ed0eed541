import { expect, it } from 'vitest';
import { interleaved } from './feed';

const event = (at: string, name: string, source = 1) => ({ timestamp: at, event: name, profile: { id: 'p1' }, recorded: { message_id: `m-${at}-${name}`, source } }) as never;
const reject = (at: string, id: string) => ({ id, at, kind: 'track', reason: 'no_identifier', detail: 'expected one', sample: '{}', source: 2 }) as never;
const events = [event('2026-01-01T10:00:03Z', 'C'), event('2026-01-01T10:00:01Z', 'A', 0)];
const rejects = [reject('2026-01-01T10:00:02Z', '7'), reject('2025-01-01T00:00:00Z', '1')];
const names = (what: string, source: string | null = null) => interleaved(events, rejects, { what, source }).map((i) => i.name);

it('puts what was refused between what was accepted', () => {
  expect(names('all')).toEqual(['C', 'no_identifier', 'A']);
  expect(names('accepted')).toEqual(['C', 'A']);
  expect(names('refused')).toEqual(['no_identifier', 'no_identifier']);
});

it('keeps those of a source', () => {
  expect(names('all', '0')).toEqual(['A']);
  expect(names('all', '2')).toEqual(['no_identifier']);
});

it('gives each its own key', () => {
  const twice = [event('2026-01-01T10:00:03Z', 'C'), event('2026-01-01T10:00:03Z', 'C')];
  expect(new Set(interleaved(twice, [], { what: 'all', source: null }).map((i) => i.key)).size).toBe(2);
});
