/** Reports about what something brought: lift against a control group, and the value of customers. */
import type { Schemas } from '@/api/client';
import { duration, number, percent, t } from '@/i18n';
import { cell, type View } from './view';

type Estimate = Schemas['Estimate'];

const signed = (n: number, digits = 1): string => `${n > 0 ? '+' : ''}${number(n, { maximumFractionDigits: digits })}`;
const between = (e: Estimate, digits = 1): string => t('between {low} and {high}', { low: signed(e.low, digits), high: signed(e.high, digits) });
const money = (n: number | null | undefined): string => (n === null || n === undefined ? '–' : number(n, { maximumFractionDigits: 0 }));

/** A bar's ends, as lines: how sure a share is. */
function whisker(index: number, e: Estimate) {
  return [index, e.low, e.high];
}

interface Drawing {
  value: (dimension: number) => number;
  coord: (at: [number, number]) => [number, number];
}

/** Draws the interval of one bar. */
function drawInterval(_: unknown, api: Drawing) {
  const [x, low] = api.coord([api.value(0), api.value(1)]);
  const [, high] = api.coord([api.value(0), api.value(2)]);
  const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: '#868e96', lineWidth: 2 } });
  return { type: 'group', children: [line(x, low, x, high), line(x - 8, low, x + 8, low), line(x - 8, high, x + 8, high)] };
}

export function liftView(r: Schemas['LiftReport']): View {
  const groups = [
    ['treated', t('Got it'), r.treated],
    ['control', t('Held out'), r.control],
  ] as const;
  const sure = t('{n} % sure', { n: r.confidence_percent });
  const needed = r.needed_per_group ? t('{n} in each group would be needed', { n: r.needed_per_group }) : undefined;
  return {
    figures: [
      {
        name: t('Difference in percentage points'),
        value: signed(r.difference_points.value),
        hint: `${between(r.difference_points)}, ${sure}`,
        tone: r.conclusive ? (r.difference_points.value > 0 ? 'good' : 'bad') : 'warn',
      },
      { name: t('Can that be chance?'), value: r.conclusive ? t('hardly') : t('yes'), ...(!r.conclusive && needed ? { hint: needed } : {}) },
      { name: t('Conversions it brought'), value: signed(r.extra_conversions.value, 0), hint: between(r.extra_conversions, 0) },
      r.extra_value
        ? { name: t('Value it brought'), value: signed(r.extra_value.value, 0), hint: between(r.extra_value, 0) }
        : { name: t('Still open'), value: number(r.maturing), hint: t('their time is not over') },
    ],
    option: {
      legend: { show: false },
      tooltip: { trigger: 'axis', confine: true },
      xAxis: { type: 'category', data: groups.map(([, name]) => name) },
      yAxis: { type: 'value', axisLabel: { formatter: '{value} %' } },
      series: [
        { name: t('Converted'), type: 'bar', barMaxWidth: 90, data: groups.map(([, , g]) => Math.round(g.conversion_percent.value * 100) / 100) },
        { name: sure, type: 'custom', renderItem: drawInterval, data: groups.map(([, , g], i) => whisker(i, g.conversion_percent)), z: 5, tooltip: { show: false } },
      ],
    },
    drillOf: (p) => ({ arm: groups[p.index]?.[0] ?? 'treated', converted: true }),
    heads: [t('Group'), t('People'), t('Converted'), t('Conversion'), t('Goals'), t('Value'), t('Value per person')],
    rows: groups.map(([arm, name, g]) => [
      cell(name),
      cell(g.profiles, { arm }),
      cell(g.converted, { arm, converted: true }),
      cell(`${percent(g.conversion_percent.value, 2)} (${percent(g.conversion_percent.low)} – ${percent(g.conversion_percent.high)})`),
      cell(g.goals),
      cell(g.value),
      cell(g.value_per_profile),
    ]),
  };
}

export function valueView(r: Schemas['ValueReport']): View {
  const ahead = duration(r.horizon_ms);
  const fifth = (n: number) => (n === 1 ? t('the most valuable fifth') : t('fifth {n}', { n }));
  return {
    figures: [
      { name: t('Customers'), value: number(r.customers), hint: t('{n} bought again', { n: r.repeat_customers }) },
      { name: t('Brought so far'), value: money(r.value), hint: t('{n} each', { n: money(r.value_per_customer) }) },
      { name: t('Expected in the next {time}', { time: ahead }), value: money(r.expected_value), ...(r.expected_purchases ? { hint: t('from {n} purchases', { n: money(r.expected_purchases) }) } : {}) },
      r.holdout
        ? { name: t('How right that was before'), value: percent((r.holdout.expected_value / Math.max(1, r.holdout.value)) * 100, 0), hint: t('{expected} expected, {came} came', { expected: money(r.holdout.expected_value), came: money(r.holdout.value) }) }
        : { name: t('Purchases'), value: number(r.purchases) },
    ],
    option: {
      tooltip: { trigger: 'axis', confine: true },
      xAxis: { type: 'category', data: r.fifths.map((f) => fifth(f.fifth)), axisLabel: { hideOverlap: true } },
      yAxis: { type: 'value' },
      series: [
        { name: t('Brought so far'), type: 'bar', data: r.fifths.map((f) => Math.round(f.value)) },
        { name: t('Expected'), type: 'bar', data: r.fifths.map((f) => Math.round(f.expected_value ?? 0)) },
      ],
    },
    drillOf: (p) => ({ fifth: r.fifths[p.index]?.fifth ?? 1 }),
    heads: [t('Customers by value'), t('Customers'), t('Purchases'), t('Brought so far'), t('Expected'), t('Will buy again')],
    rows: r.fifths.map((f) => [
      cell(fifth(f.fifth)),
      cell(f.customers, { fifth: f.fifth }),
      cell(f.purchases),
      cell(money(f.value)),
      cell(money(f.expected_value)),
      cell(f.alive_percent === null || f.alive_percent === undefined ? null : percent(f.alive_percent, 0)),
    ]),
    also: [{
      title: t('The most valuable customers'),
      heads: [t('Customer'), t('Purchases'), t('Brought so far'), t('Expected'), t('Will buy again')],
      rows: r.top.map((c) => [
        { text: c.profile, profile: c.profile },
        cell(c.purchases),
        cell(money(c.value)),
        cell(money(c.expected_value)),
        cell(c.alive_percent === null || c.alive_percent === undefined ? null : percent(c.alive_percent, 0)),
      ]),
    }],
  };
}
