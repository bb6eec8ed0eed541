import { expect, it } from 'vitest';
import { floods } from './floods';

const hours = (days: number, aDay: number, lastDay: number) => [...Array.from({ length: days * 24 }, () => aDay / 24), ...Array.from({ length: 24 }, () => lastDay / 24)];

it('sees a day of three times the usual, and no smaller one', () => {
  expect(floods([{ id: 'a', hours: hours(7, 48, 144) }], [])).toEqual([{ id: 'a', when: 'now', n: 144, usual: 48 }]);
  expect(floods([{ id: 'a', hours: hours(7, 48, 120) }], [])).toEqual([]);
  expect(floods([{ id: 'few', hours: hours(7, 1, 48) }], [])).toEqual([]);
});

it('compares what is new with all sending together, and says nothing while there is nothing to compare', () => {
  const old = { id: 'old', hours: hours(7, 240, 240) };
  expect(floods([old, { id: 'new', hours: hours(7, 0, 720) }], [])).toEqual([{ id: 'new', when: 'now', n: 720, usual: 240 }]);
  expect(floods([old, { id: 'new', hours: hours(7, 0, 480) }], [])).toEqual([]);
  expect(floods([{ id: 'first', hours: hours(7, 0, 9_600) }], [{ id: 'b', people: 9_600 }])).toEqual([]);
});

it('warns before an audience far larger than a usual day gets its messages', () => {
  const old = { id: 'old', hours: hours(7, 48, 48) };
  expect(floods([old], [{ id: 'campaign/letter', people: 2_000 }, { id: 'small', people: 90 }])).toEqual([{ id: 'campaign/letter', when: 'soon', n: 2_000, usual: 48 }]);
});

it('counts the days since the first message, not those before', () => {
  const young = [...Array.from({ length: 6 * 24 }, () => 0), ...hours(1, 240, 480)];
  expect(floods([{ id: 'young', hours: young }], [])).toEqual([]);
});
