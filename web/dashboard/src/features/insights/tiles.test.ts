import { expect, it } from 'vitest';
import { add, COLUMNS, type Item, move, remove, type Way } from './tiles';

it('puts new tiles beside each other, then below', () => {
  let items: Item[] = [];
  for (const insight of ['a', 'b', 'c']) items = add(items, { insight });
  expect(items.map(({ x, y }) => [x, y])).toEqual([[0, 0], [6, 0], [0, 4]]);
  expect(remove(items, 1).map((i) => i.insight)).toEqual(['a', 'c']);
});

it('stays inside the grid whatever is pressed', () => {
  let items = add([], { text: 'x' });
  const ways: Way[] = ['left', 'up', 'smaller', 'right', 'down', 'larger'];
  for (let n = 0; n < 200; n += 1) {
    items = move(items, 0, ways[(n * 7 + Math.floor(n / 5)) % ways.length] ?? 'left');
    const [i] = items;
    expect(i && i.x >= 0 && i.y >= 0 && i.x + i.w <= COLUMNS && i.w >= 3 && i.h >= 2).toBe(true);
  }
});
