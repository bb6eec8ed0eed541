import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { detailOf, REASONS } from './reasons';

it('leaves what a reason says and not its code', () => {
  expect(detailOf('frequency_cap: 3 messages in 7 days, at most 3')).toBe('3 messages in 7 days, at most 3');
  expect(detailOf('suppressed: ')).toBe('');
  expect(detailOf('smtp: 550 no such user')).toBe('smtp: 550 no such user');
  expect(detailOf(null)).toBe('');
});

/** What the server publishes, and that a provider's answer was lost, which is no reason of the gate. */
const schema = readFileSync(new URL('../../../../api-client/src/schema.d.ts', import.meta.url), 'utf8');
const closed = (/^        SkipReason: (.*);$/m.exec(schema)?.[1] ?? '').split(' | ').map((code) => code.replaceAll('"', ''));

it('knows the closed list', () => {
  expect(closed.length).toBeGreaterThan(12);
  expect(Object.keys(REASONS).sort()).toEqual([...closed, 'unknown_outcome'].sort());
});
