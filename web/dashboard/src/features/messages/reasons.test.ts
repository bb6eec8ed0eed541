import { expect, it } from 'vitest';
import { detailOf, REASONS } from './reasons';

it('leaves what a reason says and not its code', () => {
  expect(detailOf('frequency_cap: 3 messages in 7 days, at most 3')).toBe('3 messages in 7 days, at most 3');
  expect(detailOf('suppressed: ')).toBe('');
  expect(detailOf('smtp: 550 no such user')).toBe('smtp: 550 no such user');
  expect(detailOf(null)).toBe('');
});

it('knows the closed list', () => {
  const closed = 'suppressed, unsubscribed, no_consent, unconfirmed, no_address, window_closed, quiet_hours_expired, frequency_cap, control_group, not_live, exited, duplicate, provider_rejected, invalid_template, unknown_outcome';
  expect(Object.keys(REASONS).sort()).toEqual(closed.split(', ').sort());
});
