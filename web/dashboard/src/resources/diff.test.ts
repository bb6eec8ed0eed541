import { expect, it } from 'vitest';
import { difference, lines } from './diff';

it('names each place that differs, members of lists by their ids', () => {
  const before = { name: 'A', steps: [{ id: 'a', wait: '1d' }, { id: 'b', exit: 'x' }], tags: [1, 2] };
  const after = { name: 'A', steps: [{ id: 'b', exit: 'x' }, { id: 'a', wait: '2d' }, { id: 'c', exit: 'y' }], tags: [1] };
  const found = difference(before, after);
  expect(found.map((d) => d.path)).toEqual(['steps (order)', 'steps[a].wait', 'steps[c]', 'tags[1]']);
  expect(found[1]).toEqual({ path: 'steps[a].wait', before: '1d', after: '2d' });
  expect(found[3]).toEqual({ path: 'tags[1]', before: 2, after: undefined });
  expect(difference(before, structuredClone(before))).toEqual([]);
});

it('keeps lines that are the same', () => {
  const kinds = (a: string, b: string) => lines(a, b).map((l) => `${l.kind === 'same' ? ' ' : l.kind === 'less' ? '-' : '+'}${l.text}`);
  expect(kinds('a\nb\nc', 'a\nx\nc')).toEqual([' a', '-b', '+x', ' c']);
  expect(kinds('', 'a')).toEqual(['-', '+a']);
  expect(kinds('a\nb', 'b\na').filter((l) => l.startsWith(' '))).toHaveLength(1);
});
