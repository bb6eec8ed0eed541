import { expect, it } from 'vitest';
import { nextId, slugOf } from './slug';

it('makes ids of Latin names', () => {
  const names = ['Win back', '  Größe & Maß ', 'Ærø', 'Café №5', 'a--b', '2026: plan', 'x'.repeat(80)];
  expect(names.map(slugOf)).toEqual(['win-back', 'grosse-mass', 'aero', 'cafe-no5', 'a-b', '2026-plan', 'x'.repeat(64)]);
});

it('has an id for names of every script, the same each time and one for each', () => {
  const names = ['שלום', 'עולם', '再訪客戶', 'おかえり', 'Ελλάδα', 'Привет', 'שלום A', 'עולם A', '🎉', '!!!', '٣٤'];
  const ids = names.map(slugOf);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect(new Set(ids).size).toBe(names.length);
  expect(names.map(slugOf)).toEqual(ids);
  expect(slugOf('שלום A')).toMatch(/^a-/);
  expect(slugOf(`${'long '.repeat(30)}שלום`).length).toBeLessThanOrEqual(64);
});

it('has none for nothing', () => {
  expect([slugOf(''), slugOf('  \n')]).toEqual(['', '']);
});

it('finds the next id after one that is taken', () => {
  expect([nextId('buyers'), nextId('buyers-2'), nextId('buyers-9'), nextId('top-10-x'), nextId('orders_2', '_')]).toEqual(['buyers-2', 'buyers-3', 'buyers-10', 'top-10-x-2', 'orders_3']);
  expect(nextId('x'.repeat(64))).toBe(`${'x'.repeat(62)}-2`);
});
