import { expect, it } from 'vitest';
import { entryOf, KINDS, missing, requestOf } from './kinds';
import { acyclic, viewOf } from './views';

it('keeps the strongest edges that make no circle', () => {
  const edges = [
    { from: 'A', to: 'B', count: 9 },
    { from: 'B', to: 'C', count: 8 },
    { from: 'C', to: 'A', count: 7 },
    { from: 'B', to: 'A', count: 5 },
    { from: 'A', to: 'A', count: 50 },
    { from: 'A', to: 'C', count: 1 },
  ];
  expect(acyclic(edges, 10).map((e) => e.from + e.to)).toEqual(['AB', 'BC', 'AC']);
  expect(acyclic(edges, 1)).toHaveLength(1);
});

it('reads a request from an address, or begins anew', () => {
  const entry = entryOf('trend');
  if (!entry) throw new Error('no trend');
  expect(requestOf(entry, '{"unit":"week"}')).toEqual({ unit: 'week' });
  for (const broken of ['{', 'null', '3', undefined]) expect(requestOf(entry, broken)).toEqual(entry.first);
});

it('says what is missing before it asks', () => {
  expect(KINDS.filter((k) => missing(k.kind, k.first)).map((k) => k.kind)).toEqual(['funnel', 'rfm', 'attribution', 'journey-map', 'lift']);
  expect(missing('funnel', { steps: [{ event: 'A' }, { event: 'B' }] })).toBeNull();
});

it('knows the people behind a number', () => {
  const report = {
    steps: [
      { label: 'A', profiles: 10, dropped: 4, conversion_percent: 100, step_conversion_percent: 100, median_ms: 0 },
      { label: 'B', profiles: 6, dropped: 0, conversion_percent: 60, step_conversion_percent: 60, median_ms: 90_000 },
    ],
    entered: 10, converted: 6, conversion_percent: 60,
  };
  const view = viewOf('funnel', report, {});
  expect(view.rows[0]?.[4]?.drill).toEqual({ step: 1, outcome: 'dropped' });
  expect(view.rows[1]?.[5]?.text).toBe('1 min 30 s');
  expect(view.drillOf?.({ series: 'Reached', name: '', index: 1, data: null })).toEqual({ step: 2 });
});
