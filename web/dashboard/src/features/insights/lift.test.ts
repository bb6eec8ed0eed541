import { expect, it } from 'vitest';
import { groupsOf, subjectOf } from './lift';
import { viewOf } from './views';

it('asks about one journey by its groups', () => {
  const request = groupsOf('campaign/spring');
  expect(request.control).toEqual({ event: 'Journey Entered', filter: 'e.journey == "campaign/spring" && e.group == "control"' });
  expect(subjectOf(request)).toBe('campaign/spring');
  expect([groupsOf(''), subjectOf({})]).toEqual([{}, '']);
});

const estimate = (value: number, low: number, high: number) => ({ value, low, high });
const group = (profiles: number, converted: number) => ({ profiles, converted, goals: converted, value: converted * 10, value_per_profile: 1, conversion_percent: estimate((converted / profiles) * 100, 1, 20) });

it('says whether it can be chance, and who is behind each number', () => {
  const report = {
    treated: group(1000, 120), control: group(100, 8), difference_points: estimate(4, -1.5, 8), extra_conversions: estimate(40, -15, 80), conclusive: false,
    confidence_percent: 95, needed_per_group: 900, maturing: 3, mixed: 0,
  };
  const view = viewOf('lift', report, {});
  expect(view.figures?.map((f) => f.value)).toEqual(['+4', 'yes', '+40', '3']);
  expect(view.figures?.[0]?.tone).toBe('warn');
  expect(view.rows[1]?.[2]?.drill).toEqual({ arm: 'control', converted: true });
  expect(view.drillOf?.({ series: '', name: '', index: 1, data: null })).toEqual({ arm: 'control', converted: true });
  expect(viewOf('lift', { ...report, conclusive: true }, {}).figures?.[0]?.tone).toBe('good');
});

it('ranks customers by value', () => {
  const report = {
    customers: 10, repeat_customers: 4, value: 1000, value_per_customer: 100, expected_value: 500, expected_purchases: 12, horizon_ms: 86_400_000 * 180, purchases: 25,
    fifths: [{ fifth: 1, customers: 2, purchases: 12, value: 700, expected_value: 300, alive_percent: 90 }],
    top: [{ profile: 'p1', purchases: 8, value: 400, expected_value: 200, alive_percent: 95 }],
  };
  const view = viewOf('value', report, {});
  expect(view.rows[0]?.[1]?.drill).toEqual({ fifth: 1 });
  expect(view.also?.[0]?.rows[0]?.[0]?.profile).toBe('p1');
  expect(view.figures?.[2]?.value).toBe('500');
});
