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
  expect(missing('ladder', { rungs: [{ name: 'a' }, { name: 'b', rule: ' ' }] })).not.toBeNull();
  expect(missing('ladder', { rungs: [{ name: 'a' }, { name: 'b', rule: 'true' }] })).toBeNull();
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
  const [reached, stopped] = view.option?.series as [{ data: { value: number }[] }, { name: string; data: number[] }];
  expect(reached.data.map((bar, i) => bar.value + (stopped.data[i] ?? 0))).toEqual([10, 10]);
  expect(view.drillOf?.({ series: stopped.name, name: '', index: 1, data: null })).toEqual({ step: 1, outcome: 'dropped' });
});

const picked = (index: number, data: unknown = null, series = '') => ({ series, name: '', index, data });

it('draws retention as a heat map whose every cell leads to people', () => {
  const report = {
    columns: ['0', '1', '2'], unit: 'week', average_percent: [100, 40, null], from: '', to: '', zone: 'UTC', warnings: [],
    cohorts: [{ cohort: '2026-11-02', complete: 2, percent: [100, 50], returned: [10, 5] }, { cohort: '2026-11-09', value: 'pro', complete: 1, percent: [100, 30], returned: [10, 3] }],
  };
  const view = viewOf('retention', report, {});
  expect((view.option?.series as { type: string; data: unknown }[])[0]).toMatchObject({ type: 'heatmap', data: [[1, 0, 50], [1, 1, 30]] });
  expect(view.drillOf?.(picked(1, [1, 1, 30]))).toEqual({ cohort: '2026-11-09', column: 1, value: 'pro' });
  expect(view.rows[0]?.[3]?.drill).toEqual({ cohort: '2026-11-02', column: 1 });
  expect(view.rows.at(-1)?.map((c) => c.text)).toEqual(['Average', '', '100%', '40%', '']);
});

it('draws a journey map as stages by touchpoints, with the people behind each', () => {
  const stage = { answers: 0, drop_percent: 50, dropped: 2, median_ms: 60_000, profiles: 4, satisfaction: null, touches_per_profile: 1.5 };
  const report = {
    journeys: 4, well: 1, from: '', to: '', zone: 'UTC', warnings: [],
    stages: [{ ...stage, stage: 'Look' }, { ...stage, stage: 'Buy' }],
    touchpoints: [{ stage: 'Look', touchpoint: 'Visit', touches: 5, profiles: 4 }, { stage: 'Look', touchpoint: 'Mail', channel: 'email', touches: 1, profiles: 1 }, { stage: 'Buy', touchpoint: 'Cart', touches: 2, profiles: 2 }],
    moments: [{ moment: 'Cart', profiles: 2, well_percent: 50, without_percent: 20, lost: -1 }],
  };
  const view = viewOf('journey-map', report, {});
  expect(view.heads).toEqual(['Touchpoint', 'Look', 'Buy']);
  expect(view.rows.slice(0, 3).map((row) => row.map((c) => c.text))).toEqual([['Visit', '4', ''], ['Mail by email', '1', ''], ['Cart', '', '2']]);
  expect(view.rows[1]?.[1]?.drill).toEqual({ moment: 'Mail by email' });
  expect(view.drillOf?.(picked(2, [1, 2, 2]))).toEqual({ moment: 'Cart' });
  expect(view.rows[4]?.[1]?.drill).toEqual({ stage: 'Look', dropped: true });
  expect(view.also?.[0]?.rows[0]?.[1]?.drill).toEqual({ moment: 'Cart' });
});

it('leads from a rung of the ladder to who stands on it, and from a move to who moved', () => {
  const report = { rungs: ['seen', 'buyer'], times: ['2026-11-01', '2026-11-08'], standing: [[3, 1], [2, 2]], flows: [{ at: '2026-11-08', from: 'seen', to: 'buyer', profiles: 1 }], from: '', to: '', zone: 'UTC', warnings: [] };
  const view = viewOf('ladder', report, {});
  expect(view.drillOf?.(picked(1, 2, 'buyer'))).toEqual({ at: '2026-11-08', rung: 'buyer' });
  expect(view.also?.[0]?.rows[0]?.[3]?.drill).toEqual({ at: '2026-11-08', rung: 'buyer', from: 'seen' });
});
