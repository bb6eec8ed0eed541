import { expect, it } from 'vitest';
import { failedLately } from './failures';

it('counts failures of the last day, and lets older ones rest', () => {
  const at = (created_at: string) => ({ created_at });
  const now = Date.parse('2026-03-10T12:00:00Z');
  expect(failedLately([at('2026-03-10T11:59:00Z'), at('2026-03-09T12:00:00Z'), at('2026-03-09T11:59:59Z'), at('2025-03-10T12:00:00Z')], now)).toBe(2);
  expect(failedLately([], now)).toBe(0);
});
