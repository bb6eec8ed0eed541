import { expect, it } from 'vitest';
import { entriesOf, fits } from './found';

const found = [
  { kind: 'insight', id: 'carts', name: 'Carts by day' },
  { kind: 'annotation', id: 'sale', name: 'The sale of carts' },
  { kind: 'segment', id: 'left-carts', name: '' },
  { kind: 'topic', id: 'a&b', name: 'News' },
];

it('leads to the place of each kind, in the order of the server', () => {
  const entries = entriesOf(found, (text) => text.toUpperCase());
  expect(entries.map((e) => [e.group, e.title, e.to])).toEqual([
    ['SAVED REPORTS', 'Carts by day', '/insights?q=carts'],
    ['SEGMENTS', 'left-carts', '/segments/left-carts'],
    ['TOPICS', 'News', '/settings?tab=topics&q=a%26b'],
  ]);
  expect(entries.map((e) => e.saved)).toEqual(['carts', undefined, undefined]);
});

it('fits when every word is shown somewhere', () => {
  const [entry] = entriesOf(found, (text) => text);
  if (!entry) throw new Error('one was found');
  expect(['', 'carts', 'DAY saved', 'by  carts '].map((text) => fits(entry, text))).toEqual([true, true, true, true]);
  expect(fits(entry, 'carts week')).toBe(false);
});
