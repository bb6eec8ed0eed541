import { expect, it } from 'vitest';
import { de } from './de';
import { textsOf } from './texts';

const sources = import.meta.glob(['../**/*.ts', '../**/*.tsx', '!../**/*.test.ts', '!./*'], { query: '?raw', import: 'default', eager: true }) as Record<string, string>;
const texts = new Set(Object.values(sources).flatMap(textsOf));

it('finds texts however they are written', () => {
  expect(textsOf("t('A') t(\n 'B', { n }) tn(x.length, 'C', '{n} Cs') title: 'D', say(step.id, 'E\\'s') t(`no`)")).toEqual(['A', 'B', 'C', '{n} Cs', 'D', "E's"]);
});

it('has a translation for every text', () => {
  expect(texts.size).toBeGreaterThan(400);
  expect([...texts].filter((text) => !(text in de))).toEqual([]);
});

it('keeps the values of every text', () => {
  const values = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
  expect(Object.entries(de).filter(([en, other]) => values(en).join() !== values(other).join())).toEqual([]);
});
