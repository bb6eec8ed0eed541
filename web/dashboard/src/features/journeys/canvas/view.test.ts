import { expect, it } from 'vitest';
import { around, type Box, firstView, READABLE } from './view';

const beginning: Box = { x: 300, y: 0, width: 200, height: 60 };
/** Where a box stands on the screen. */
const seen = (of: Box, { x, y, zoom }: ReturnType<typeof firstView>) => ({ left: of.x * zoom + x, top: of.y * zoom + y, right: (of.x + of.width) * zoom + x, bottom: (of.y + of.height) * zoom + y });

it('shows all of a small journey, in the middle and not enlarged', () => {
  const view = firstView({ x: 300, y: 0, width: 200, height: 200 }, beginning, { width: 1000, height: 500 });
  expect(view.zoom).toBe(1);
  expect(seen(beginning, view)).toMatchObject({ left: 400, right: 600, top: 150 });
});

it('shows the beginning of a long one, so that it can be read', () => {
  const long: Box = { x: 0, y: 0, width: 800, height: 3000 };
  const view = firstView(long, beginning, { width: 1000, height: 500 });
  expect(view.zoom).toBe(READABLE.from);
  expect(seen(beginning, view).top).toBe(24);
  expect(seen(long, view).left).toBeGreaterThan(0);
});

it('holds every box', () => {
  expect(around([beginning, { x: -20, y: 100, width: 30, height: 10 }])).toEqual({ x: -20, y: 0, width: 520, height: 110 });
});

it('stands at the beginning of a wide one', () => {
  const view = firstView({ x: 0, y: 0, width: 4000, height: 300 }, beginning, { width: 400, height: 500 });
  const { left, right } = seen(beginning, view);
  expect((left + right) / 2).toBeCloseTo(200);
  expect(view.zoom).toBe(READABLE.from);
});
