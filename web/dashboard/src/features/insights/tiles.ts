/** What stands on a dashboard, and where: a grid of twelve columns. */
export interface Item {
  insight?: string;
  goal?: string;
  text?: string;
  title?: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

export const COLUMNS = 12;
const [LEAST_W, LEAST_H] = [3, 2];

/** The items with one more below all others, as wide as half the grid. */
export function add(items: Item[], content: Pick<Item, 'insight' | 'goal' | 'text'>): Item[] {
  const below = Math.max(0, ...items.map((i) => i.y + i.h));
  const last = items.at(-1);
  const beside = last && last.x === 0 && last.w <= 6 && last.y + last.h === below;
  const size = content.text === undefined ? { w: 6, h: 4 } : { w: 6, h: 2 };
  return [...items, { ...content, ...(beside ? { x: 6, y: last.y } : { x: 0, y: below }), ...size }];
}

export const remove = (items: Item[], index: number): Item[] => items.filter((_, i) => i !== index);

export type Way = 'left' | 'right' | 'up' | 'down' | 'larger' | 'smaller';

/** The items with one of them moved or resized by a step, always inside the grid. */
export function move(items: Item[], index: number, way: Way): Item[] {
  const clamp = (n: number, least: number, most: number) => Math.min(most, Math.max(least, n));
  const changed = (i: Item): Item => {
    switch (way) {
      case 'left':
      case 'right':
        return { ...i, x: clamp(i.x + (way === 'left' ? -1 : 1), 0, COLUMNS - i.w) };
      case 'up':
      case 'down':
        return { ...i, y: Math.max(0, i.y + (way === 'up' ? -1 : 1)) };
      case 'larger':
        return { ...i, w: clamp(i.w + 1, LEAST_W, COLUMNS - i.x), h: i.h + 1 };
      case 'smaller':
        return { ...i, w: clamp(i.w - 1, LEAST_W, COLUMNS), h: Math.max(LEAST_H, i.h - 1) };
    }
  };
  return items.map((item, i) => (i === index ? changed(item) : item));
}
