import { expect, it } from 'vitest';
import { askFor, shownFor } from './overlay';

const saved = { from: '2026-01-01', to: '2026-02-01', segment: 'buyers' };

it('shows what the dashboard says, unless the address says otherwise', () => {
  expect(shownFor(saved, {})).toEqual(saved);
  expect(shownFor(saved, { from: '-7d' })).toEqual({ from: '-7d', segment: 'buyers' });
  expect(shownFor(saved, { segment: 'others' })).toEqual({ ...saved, segment: 'others' });
  expect(shownFor({}, { from: '-7d', segment: 'buyers' })).toEqual({ from: '-7d', segment: 'buyers' });
});

it('asks for what is chosen, also for nothing where the dashboard says something', () => {
  for (const chosen of ['-7d', null]) {
    const from = askFor(saved.from, chosen);
    expect(shownFor(saved, { from }).from).toBe(chosen ?? undefined);
  }
  expect([askFor('-7d', '-7d'), askFor(undefined, null)]).toEqual([undefined, undefined]);
});
