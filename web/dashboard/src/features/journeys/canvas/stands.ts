/** Where the name and the numbers of a way stand on the canvas, so that none covers another. */
import { type Edge, END } from '../graph';

/** In its middle; above where it leads; or below the step it leaves, in this line from 0. */
export type Stands = 'middle' | 'target' | number;

/** How far below the step the first line is, how high a line is, and how far above the target they stand. */
export const BELOW = 22;
export const LINE = 26;
export const ABOVE = 28;
/** From one row of steps to the next where no ways of a step meet others. */
const APART = 68;

const isAlone = (way: Edge, all: Edge[]): boolean => way.target === END || all.every((other) => other === way || other.target !== way.target);
const siblings = (way: Edge, all: Edge[]): Edge[] => all.filter((other) => other.from.step === way.from.step);

/** Of a step with several ways: above the target where one leads there alone; those that meet others there would have one middle with them. */
export function stands(way: Edge, all: Edge[]): Stands {
  const ways = siblings(way, all);
  if (ways.length === 1) return 'middle';
  return isAlone(way, all) ? 'target' : ways.filter((other) => !isAlone(other, all)).indexOf(way);
}

/** How far apart rows of steps are, so that the lines below a step and what stands above the next have their places. */
export function rowsApart(all: Edge[]): number {
  const lines = Math.max(0, ...all.map((way) => stands(way, all)).map((at) => (typeof at === 'number' ? at : 0)));
  return APART + LINE * lines;
}
