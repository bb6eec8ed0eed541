import { expect, it } from 'vitest';
import { saw } from './grounds';

it('says what a rule saw', () => {
  expect(saw('frequency_cap', { counted: 2, allowed: 2, max: 2, per: '7d' })).toEqual(['2 messages within 7d, of at most 2.']);
  expect(saw('pressure', { pressure: 1.5, weight: 1, limit: 2, half_life: '1d', counted: 2 })).toEqual(['Pressure 1.5, with this one 2.5, of at most 2.']);
  expect(saw('under_way', { pressure: 1, weight: 1, limit: 1, under_way: 1 })).toEqual(['Pressure 1, with this one 2, of at most 1.']);
  expect(saw('quiet_hours', { zone: 'Europe/Berlin', local_time: '2026-03-01T22:10', start: '21:00', end: '08:00' })).toEqual([
    'It was 2026-03-01 22:10 in Europe/Berlin.',
    'Quiet hours are from 21:00 to 08:00.',
  ]);
  expect(saw('channel', { channel: 'sms' })).toEqual(['No live channel carries SMS.']);
  const denied = saw('consent', { channel: 'email', topic: 'news', state: 'denied', since: '2026-03-01T12:00:00Z', source: 'link' });
  expect(denied[0]).toMatch(/^They withdrew from e-mail · news on .*2026.* \(link\)\.$/);
  expect(saw('consent', { channel: 'sms', topic: null, state: 'unknown', policy: 'opt_in' })).toEqual(['They said nothing about SMS, which needs their agreement.']);
});

it('says what every rule saw of a message that was sent, and nothing of what it does not know', () => {
  const consent = { channel: 'email', topic: null, state: 'unknown', policy: 'opt_out' };
  const all = { consent, frequency_caps: [{ counted: 0, allowed: 1, per: '1d' }], pressure: { pressure: 0, weight: 1, limit: 5 }, zone: 'UTC', local_time: '2026-03-01T12:00' };
  expect(saw(undefined, all)).toEqual([
    'They said nothing about e-mail, which they get until they object.',
    '0 messages within 1d, of at most 1.',
    'Pressure 0, with this one 1, of at most 5.',
  ]);
  expect(saw(null, { counted: false })).toEqual(['They asked for it: consent, quiet hours and caps were not weighed.']);
  for (const nothing of [undefined, null, 'x', [], {}]) expect(saw(undefined, nothing)).toEqual([]);
  expect(saw('template', { template: 'hello' })).toEqual([]);
});
