import { afterEach, expect, it, vi } from 'vitest';
import { ago, dateTime, number, percent } from '.';

afterEach(() => vi.unstubAllGlobals());

it('writes numbers and dates without making a formatter for each', () => {
  let made = 0;
  const { NumberFormat, DateTimeFormat } = Intl;
  const counted = <T extends object, A extends unknown[]>(of: new (...args: A) => T) =>
    new Proxy(of, {
      construct: (target, args) => {
        made += 1;
        return new target(...(args as A));
      },
    });
  vi.stubGlobal('Intl', { NumberFormat: counted(NumberFormat), DateTimeFormat: counted(DateTimeFormat) });
  const at = Date.UTC(2026, 2, 1, 12);
  expect(Array.from({ length: 100 }, (_, i) => dateTime(at + i * 60_000))[0]).toMatch(/2026/);
  expect(Array.from({ length: 100 }, (_, i) => number(i * 1000)).at(-1)).toBe('99,000');
  expect([number(0.123, { maximumFractionDigits: 1 }), number(0.123)]).toEqual(['0.1', '0.123']);
  expect([percent(12.34), percent(12.34, 0)]).toEqual(['12.3%', '12%']);
  // One for dates, two for numbers, two for shares.
  expect(made).toBe(5);
});

it('gives nothing no sign', () => {
  expect([number(-0), number(-0.01, { maximumFractionDigits: 1 }), number(-2)]).toEqual(['0', '0', '-2']);
});

it('says how long ago and in how long, to the nearest whole', () => {
  const now = Date.UTC(2026, 2, 1);
  const said = (seconds: number) => ago(now + seconds * 1000, now);
  const day = 86_400;
  // What goes on a moment short of seven days from now goes on in seven.
  expect(said(7 * day - 40)).toBe('in 7 days');
  expect([said(-0.4), said(-30), said(-100 * 60), said(-day)]).toEqual(['now', '30 sec. ago', '2 hr. ago', 'yesterday']);
  // “Last year” would be anything from a day to two years.
  expect([said(-600 * day), said(-800 * day)]).toEqual(['20 mo. ago', '2 yr. ago']);
});
