import { expect, it } from 'vitest';
import { progressOf } from './progress';

const at = Date.parse('2026-11-01T10:01:00Z');
const running = { state: 'running', total_bytes: 1_000, read_bytes: 250, started_at: '2026-11-01T10:00:00Z' };

it('tells the share of a file and how long the rest takes', () => {
  expect(progressOf(running, at)).toEqual({ share: 0.25, left_ms: 180_000 });
  expect(progressOf({ ...running, read_bytes: 5 }, at)).toEqual({ share: 0.005, left_ms: null });
  expect(progressOf({ ...running, state: 'failed' }, at)).toEqual({ share: 0.25, left_ms: null });
});

it('tells nothing it does not know', () => {
  expect(progressOf({ ...running, read_bytes: null }, at)).toBeNull();
  expect(progressOf({ ...running, total_bytes: 0 }, at)).toBeNull();
});
