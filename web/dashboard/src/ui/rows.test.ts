import { expect, it } from 'vitest';
import { doubles, freeName, recordOf, type Row } from './rows';

const rows: Row<string>[] = [
  ['a', '1'],
  ['b', '2'],
];

it('says nothing while two rows have the same name, and loses neither', () => {
  const same: Row<string>[] = [...rows, ['a', '3']];
  expect([...doubles(same)]).toEqual([0, 2]);
  expect(recordOf(same)).toBeNull();
  expect(recordOf(rows)).toEqual({ a: '1', b: '2' });
});

it('leaves out rows without a name', () => {
  expect(recordOf([...rows, ['', '3'], ['', '4']])).toEqual({ a: '1', b: '2' });
});

it('finds a name no other row has, also after one was removed', () => {
  expect(freeName([], 'name')).toBe('name');
  expect(freeName([['name2', 'x']], 'name')).toBe('name');
  expect(freeName([['name', ''], ['name2', 'x']], 'name')).toBe('name3');
});
