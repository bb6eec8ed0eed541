/** What is seen of a journey at first, and from when on it can be read. */

/** From which zoom on words can be read, and the one that is taken where they cannot. */
export const READABLE = { from: 0.7, to: 0.9 };
/** Around the drawing, pixels. */
const MARGIN = 24;

interface Size {
  width: number;
  height: number;
}
export interface Box extends Size {
  x: number;
  y: number;
}
export interface View {
  x: number;
  y: number;
  zoom: number;
}

/** The box around others. */
export function around(boxes: Box[]): Box {
  const [x, y] = [Math.min(...boxes.map((b) => b.x)), Math.min(...boxes.map((b) => b.y))];
  return { x, y, width: Math.max(...boxes.map((b) => b.x + b.width)) - x, height: Math.max(...boxes.map((b) => b.y + b.height)) - y };
}

/** All of it when that can be read; else its beginning, and as much of the rest as there is room for. */
export function firstView(all: Box, beginning: Box, room: Size): View {
  const fit = Math.min((room.width - 2 * MARGIN) / all.width, (room.height - 2 * MARGIN) / all.height, 1);
  const zoom = Math.max(fit, READABLE.from);
  const centred = (of: Box) => room.width / 2 - (of.x + of.width / 2) * zoom;
  const isWide = all.width * zoom > room.width - 2 * MARGIN;
  const spare = (room.height - all.height * zoom) / 2;
  return { x: centred(isWide ? beginning : all), y: Math.max(spare, MARGIN) - all.y * zoom, zoom };
}
