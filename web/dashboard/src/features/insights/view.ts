/** What a report is shown as: figures, a chart, a table, and the people behind its numbers. */
import { number } from '@/i18n';

export type Drill = Record<string, unknown>;

export interface Cell {
  text: string;
  /** Asks for the people behind it. */
  drill?: Drill;
  /** 0 to 1: how strongly its background is coloured. */
  heat?: number;
  /** A customer it is about. */
  profile?: string;
}

export interface Table {
  title: string;
  heads: string[];
  rows: Cell[][];
}

export interface View {
  /** Figures above the chart. */
  figures?: { name: string; value: string; hint?: string; tone?: 'good' | 'warn' | 'bad' }[];
  /** An ECharts option; no chart without. */
  option?: Record<string, unknown>;
  height?: number;
  /** The drill of a mark somebody picked in the chart. */
  drillOf?: (picked: { series: string; name: string; index: number; data: unknown }) => Drill | undefined;
  heads: string[];
  rows: Cell[][];
  /** Further tables. */
  also?: Table[];
  /** The days on the axis of time, when it has one; for notes about days. */
  buckets?: string[];
}

export const cell = (text: string | number | null | undefined, drill?: Drill, heat?: number): Cell => ({
  text: text === null || text === undefined ? '–' : typeof text === 'number' ? number(text, { maximumFractionDigits: 2 }) : text,
  ...(drill ? { drill } : {}),
  ...(heat === undefined ? {} : { heat }),
});
