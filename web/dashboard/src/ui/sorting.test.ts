import { expect, it } from 'vitest';
import { readSorting, sorted, writeSorting } from './sorting';

it('reads from the address what it wrote there', () => {
  for (const text of ['name', '-changed']) expect(writeSorting(readSorting(text))).toBe(text);
  expect(readSorting('-changed')).toEqual({ by: 'changed', down: true });
});

it('orders words as people do, numbers by their size, and what is not known last', () => {
  const by = (values: (string | number | null)[], down = false) => sorted(values, (v) => v, down, 'de');
  expect(by(['zebra', 'Ähre', 'apfel', 'Birne'])).toEqual(['Ähre', 'apfel', 'Birne', 'zebra']);
  expect(by(['step 10', 'step 9'])).toEqual(['step 9', 'step 10']);
  expect(by([10, null, 9])).toEqual([9, 10, null]);
  expect(by([10, null, 9], true)).toEqual([10, 9, null]);
});

it('leaves the rows it was given as they are', () => {
  const rows = [2, 1];
  sorted(rows, (n) => n, false);
  expect(rows).toEqual([2, 1]);
});
