/** Each report as a chart and a table, and which of its numbers stand for people who can be listed. */
import type { Schemas } from '@/api/client';
import { duration, number, percent, t } from '@/i18n';
import type { Kind, Request } from './kinds';
import { cell, type Drill, type View } from './view';
import { liftView, valueView } from './views-value';

export type { Cell, Drill, View } from './view';

const category = (data: string[]) => ({ type: 'category', data, axisLabel: { hideOverlap: true } });

function trend(r: Schemas['TrendReport'], request: Request): View {
  const bars = request.chart === 'bar';
  const name = (s: Schemas['TrendSeries']) => (s.value ? `${s.label}: ${s.value}` : s.label);
  const drillFor = (s: Schemas['TrendSeries'], bucket: string): Drill | undefined => {
    const index = s.name.charCodeAt(0) - 65;
    if (s.name.length !== 1) return undefined;
    return { bucket, ...(index > 0 ? { series: index } : {}), ...(s.value ? { value: s.value } : {}) };
  };
  const previous = r.series.filter((s) => s.previous);
  return {
    figures: r.series.slice(0, 4).map((s) => ({ name: name(s), value: s.total === null || s.total === undefined ? '–' : number(s.total, { maximumFractionDigits: 2 }) })),
    option: {
      tooltip: { trigger: 'axis', confine: true },
      xAxis: category(r.buckets),
      yAxis: { type: 'value' },
      series: [
        ...r.series.map((s) => ({ name: name(s), type: bars ? 'bar' : 'line', data: s.values, connectNulls: false, showSymbol: r.buckets.length < 40, ...(bars ? { stack: 'all' } : {}) })),
        ...previous.map((s) => ({ name: `${name(s)} (${t('before')})`, type: 'line', data: s.previous?.values ?? [], lineStyle: { type: 'dashed' }, showSymbol: false })),
      ],
    },
    drillOf: (p) => {
      const s = r.series.find((x) => name(x) === p.series);
      return s ? drillFor(s, r.buckets[p.index] ?? '') : undefined;
    },
    buckets: r.buckets,
    heads: [t('Time'), ...r.series.map(name)],
    rows: r.buckets.map((bucket, i) => [cell(bucket), ...r.series.map((s) => cell(s.values[i] ?? null, drillFor(s, bucket)))]),
  };
}

/** Percent of a bar below which its number does not fit into it. */
const NARROW = 10;

function funnel(r: Schemas['FunnelReport']): View {
  const stopped = t('Stopped at the step before');
  const share = (i: number) => r.steps[i]?.conversion_percent ?? 0;
  return {
    figures: [
      { name: t('Entered'), value: number(r.entered) },
      { name: t('Converted'), value: number(r.converted) },
      { name: t('Conversion'), value: percent(r.conversion_percent) },
    ],
    option: {
      tooltip: { trigger: 'axis', confine: true },
      legend: { show: false },
      xAxis: category(r.steps.map((s, i) => `${i + 1}. ${s.label}`)),
      yAxis: { type: 'value' },
      series: [
        {
          name: t('Reached'),
          type: 'bar',
          stack: 'all',
          data: r.steps.map((s, i) => ({ value: s.profiles, label: share(i) < NARROW ? { position: 'top', color: 'inherit' } : { position: 'inside', color: '#fff' } })),
          label: { show: true, formatter: (p: { dataIndex: number }) => percent(share(p.dataIndex)) },
        },
        // Above those who reached a step stand those who were lost on the way to it: together they are the bar before.
        { name: stopped, type: 'bar', stack: 'all', data: r.steps.map((_, i) => r.steps[i - 1]?.dropped ?? 0), itemStyle: { opacity: 0.35 } },
      ],
    },
    drillOf: (p) => (p.series === stopped ? { step: p.index, outcome: 'dropped' } : { step: p.index + 1 }),
    heads: [t('Step'), t('Reached'), t('of those who entered'), t('of the step before'), t('Stopped here'), t('Median time')],
    rows: r.steps.map((s, i) => [
      cell(s.label),
      cell(s.profiles, { step: i + 1 }),
      cell(percent(s.conversion_percent)),
      cell(percent(s.step_conversion_percent)),
      cell(s.dropped, { step: i + 1, outcome: 'dropped' }),
      cell(s.median_ms === null || s.median_ms === undefined ? null : duration(s.median_ms)),
    ]),
  };
}

function retention(r: Schemas['RetentionReport']): View {
  const named = (c: Schemas['Cohort']) => (c.value ? `${c.cohort} · ${c.value}` : c.cohort);
  const drill = (c: Schemas['Cohort'] | undefined, column: number): Drill | undefined => c && { cohort: c.cohort, column, ...(c.value ? { value: c.value } : {}) };
  // The first column is all of them: it would only make the others pale.
  const cells = r.cohorts.flatMap((c, y) => c.percent.map((n, x) => [x, y, Math.round(n)] as const)).filter(([x]) => x > 0);
  const averages = r.average_percent.slice(1, 4).flatMap((n, i) => (n === null ? [] : [{ name: t('Average'), value: percent(n), hint: r.columns[i + 1] ?? '' }]));
  return {
    figures: averages,
    option: {
      legend: { show: false },
      tooltip: { confine: true },
      grid: { left: 8, right: 16, top: 8, bottom: 56, containLabel: true },
      xAxis: { ...category(r.columns), name: t(r.unit) },
      yAxis: { type: 'category', data: r.cohorts.map(named), inverse: true },
      visualMap: { min: 0, max: Math.max(1, ...cells.map(([, , n]) => n)), orient: 'horizontal', left: 'center', bottom: 0, formatter: (n: number) => percent(n, 0) },
      series: [{ name: t('Came back'), type: 'heatmap', data: cells, label: { show: r.columns.length <= 16, formatter: (p: { data: readonly number[] }) => `${p.data[2]}` } }],
    },
    drillOf: (p) => (Array.isArray(p.data) ? drill(r.cohorts[Number(p.data[1])], Number(p.data[0])) : undefined),
    height: Math.min(640, 120 + 28 * r.cohorts.length),
    heads: [t('Cohort'), t('Customers'), ...r.columns],
    rows: [
      ...r.cohorts.map((c) => [
        cell(named(c)),
        cell(c.returned[0] ?? 0, drill(c, 0)),
        ...r.columns.map((_, i) => (c.percent[i] === undefined ? cell('') : cell(percent(c.percent[i] ?? 0, 0), drill(c, i), (c.percent[i] ?? 0) / 100))),
      ]),
      [cell(t('Average')), cell(''), ...r.columns.map((_, i) => cell(r.average_percent[i] === null || r.average_percent[i] === undefined ? '' : percent(r.average_percent[i] ?? 0, 0)))],
    ],
  };
}

function lifecycle(r: Schemas['LifecycleReport']): View {
  const parts = [
    ['new', t('New'), r.new],
    ['returning', t('Stay'), r.returning],
    ['resurrecting', t('Come back'), r.resurrecting],
    ['dormant', t('Go quiet'), r.dormant.map((n) => -n)],
  ] as const;
  return {
    option: {
      tooltip: { trigger: 'axis', confine: true },
      xAxis: category(r.buckets),
      yAxis: { type: 'value' },
      series: parts.map(([, name, data]) => ({ name, type: 'bar', stack: 'all', data })),
    },
    drillOf: (p) => ({ bucket: r.buckets[p.index] ?? '', standing: parts.find(([, name]) => name === p.series)?.[0] }),
    buckets: r.buckets,
    heads: [t('Time'), ...parts.map(([, name]) => name)],
    rows: r.buckets.map((bucket, i) => [cell(bucket), ...parts.map(([standing, , data]) => cell(Math.abs(data[i] ?? 0), { bucket, standing }))]),
  };
}

function powerUsers(r: Schemas['PowerUsersReport']): View {
  const name = (c: Schemas['Curve']) => c.value ?? t('All');
  const days = Array.from({ length: r.days }, (_, i) => `${i + 1}`);
  return {
    figures: r.curves.slice(0, 4).map((c) => ({ name: name(c), value: t('{n} days on average', { n: number(c.average_days, { maximumFractionDigits: 1 }) }) })),
    option: {
      tooltip: { trigger: 'axis', confine: true },
      xAxis: { ...category(days), name: t('days') },
      yAxis: { type: 'value' },
      series: r.curves.map((c) => ({ name: name(c), type: 'bar', data: c.profiles })),
    },
    drillOf: (p) => ({ least_days: p.index + 1, ...(r.curves.length > 1 ? { value: p.series } : {}) }),
    heads: [t('Active days'), ...r.curves.map(name)],
    rows: days.map((d, i) => [cell(d), ...r.curves.map((c) => cell(c.profiles[i] ?? 0, { least_days: i + 1, ...(c.value ? { value: c.value } : {}) }))]),
  };
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function heatmap(r: Schemas['HeatmapReport']): View {
  const most = Math.max(1, ...r.hours.flat());
  const hours = Array.from({ length: 24 }, (_, h) => `${h}`.padStart(2, '0'));
  return {
    option: {
      legend: { show: false },
      tooltip: { confine: true },
      grid: { left: 8, right: 16, top: 8, bottom: 56, containLabel: true },
      xAxis: category(hours),
      yAxis: { type: 'category', data: WEEKDAYS.map((d) => t(d)), inverse: true },
      visualMap: { min: 0, max: most, orient: 'horizontal', left: 'center', bottom: 0 },
      series: [{ name: t('Activity'), type: 'heatmap', data: r.hours.flatMap((day, d) => day.map((n, h) => [h, d, n])) }],
    },
    drillOf: (p) => (Array.isArray(p.data) ? { weekday: Number(p.data[1]) + 1, hour: Number(p.data[0]) } : undefined),
    heads: [t('Hour'), ...WEEKDAYS.map((d) => t(d))],
    rows: hours.map((h, i) => [cell(`${h}:00`), ...r.hours.map((day, d) => cell(day[i] ?? 0, { weekday: d + 1, hour: i }, (day[i] ?? 0) / most))]),
  };
}

/** Edges that make no circle, strongest first: what a Sankey diagram can show. */
export function acyclic(edges: { from: string; to: string; count: number }[], most: number): { from: string; to: string; count: number }[] {
  const after = new Map<string, Set<string>>();
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(after.get(from) ?? [])].some((next) => reaches(next, to, seen));
  };
  const out: { from: string; to: string; count: number }[] = [];
  for (const edge of [...edges].sort((a, b) => b.count - a.count)) {
    if (out.length >= most) break;
    if (edge.from === edge.to || reaches(edge.to, edge.from)) continue;
    const set = after.get(edge.from) ?? new Set();
    after.set(edge.from, set.add(edge.to));
    out.push(edge);
  }
  return out;
}

function paths(r: Schemas['PathsReport']): View {
  const steps = r.from_anchor ?? [];
  const links =
    steps.length > 0
      ? steps.map((s) => ({ source: `${s.step}. ${s.from}`, target: `${s.step + 1}. ${s.to}`, value: s.paths })).slice(0, 60)
      : acyclic(r.edges, 30).map((e) => ({ source: e.from, target: e.to, value: e.count }));
  const names = [...new Set(links.flatMap((l) => [l.source, l.target]))];
  return {
    figures: [
      { name: t('Paths'), value: number(r.paths) },
      { name: t('Steps'), value: number(r.steps) },
    ],
    ...(links.length > 0
      ? {
          option: {
            legend: { show: false },
            tooltip: { confine: true },
            series: [{ name: t('Paths'), type: 'sankey', data: names.map((name) => ({ name })), links, lineStyle: { color: 'gradient', opacity: 0.4 }, emphasis: { focus: 'adjacency' }, left: 8, right: '28%', label: { color: 'inherit' } }],
          },
        }
      : {}),
    height: 460,
    drillOf: (p) => {
      const d = p.data as { source?: string; target?: string; name?: string };
      const plain = (x = '') => (steps.length > 0 ? x.replace(/^\d+\. /, '') : x);
      return d.source && d.target ? { edge: [plain(d.source), plain(d.target)] } : d.name ? { activity: plain(d.name) } : undefined;
    },
    heads: [t('From'), t('To'), t('How often'), t('Paths'), t('Median time')],
    rows: r.edges.map((e) => [cell(e.from, { activity: e.from }), cell(e.to, { activity: e.to }), cell(e.count), cell(e.paths, { edge: [e.from, e.to] }), cell(duration(e.median_ms))]),
  };
}

function rfm(r: Schemas['RfmReport']): View {
  const most = Math.max(1, ...r.cells.map((c) => c.profiles));
  const scores = ['1', '2', '3', '4', '5'];
  return {
    figures: [{ name: t('Buyers'), value: number(r.buyers) }],
    option: {
      legend: { show: false },
      tooltip: { confine: true },
      grid: { left: 8, right: 16, top: 8, bottom: 64, containLabel: true },
      xAxis: { ...category(scores), name: t('how often') },
      yAxis: { type: 'category', data: scores, name: t('how lately') },
      visualMap: { min: 0, max: most, orient: 'horizontal', left: 'center', bottom: 0 },
      series: [{ name: t('Customers'), type: 'heatmap', data: r.cells.map((c) => [c.frequency - 1, c.recency - 1, c.profiles]), label: { show: true } }],
    },
    drillOf: (p) => (Array.isArray(p.data) ? { frequency: Number(p.data[0]) + 1, recency: Number(p.data[1]) + 1 } : undefined),
    heads: [t('Group'), t('Customers'), t('Money'), t('Orders on average'), t('Days since the last')],
    rows: r.groups.map((g) => [cell(t(g.name)), cell(g.profiles, { name: g.name }), cell(g.money), cell(g.average_orders), cell(g.average_days_since)]),
  };
}

const MODELS = ['first', 'last', 'linear', 'position', 'time_decay', 'markov'];

function attribution(r: Schemas['AttributionReport']): View {
  const touches = r.touches as unknown as { touch: string; count: number; goals: Record<string, number> }[];
  return {
    figures: [
      { name: t('Goals'), value: number(r.goals) },
      { name: t('with a touch'), value: number(r.touched_goals) },
    ],
    option: {
      tooltip: { trigger: 'axis', confine: true },
      xAxis: category(touches.map((x) => x.touch)),
      yAxis: { type: 'value' },
      series: MODELS.map((m) => ({ name: t(m.replace('_', ' ')), type: 'bar', data: touches.map((x) => Math.round((x.goals[m] ?? 0) * 10) / 10) })),
    },
    drillOf: (p) => ({ touch: p.name }),
    heads: [t('Touch'), t('Touches'), ...MODELS.map((m) => t(m.replace('_', ' ')))],
    rows: touches.map((x) => [cell(x.touch, { touch: x.touch }), cell(x.count), ...MODELS.map((m) => cell(x.goals[m] ?? 0))]),
  };
}

/** The map itself: stages from left to right, what people touch in each from top to bottom. */
function journeyMap(r: Schemas['JourneyMapReport']): View {
  const channelled = (p: Schemas['TouchpointReport']) => (p.channel ? t('{touchpoint} by {channel}', { touchpoint: p.touchpoint, channel: p.channel }) : p.touchpoint);
  // As the report names the moment of having met it, by whatever channel or by that one.
  const moment = (p: Schemas['TouchpointReport']) => (p.channel ? `${p.touchpoint} by ${p.channel}` : p.touchpoint);
  const names = [...new Set(r.touchpoints.map(channelled))];
  const at = (stage: string, name: string) => r.touchpoints.find((p) => p.stage === stage && channelled(p) === name);
  const most = Math.max(1, ...r.touchpoints.map((p) => p.profiles));
  const stages = r.stages.map((s) => s.stage);
  return {
    figures: [
      { name: t('Journeys'), value: number(r.journeys) },
      { name: t('ended well'), value: number(r.well) },
    ],
    option: {
      legend: { show: false },
      tooltip: { confine: true },
      grid: { left: 8, right: 16, top: 28, bottom: 56, containLabel: true },
      xAxis: { ...category(stages), position: 'top' },
      yAxis: { type: 'category', data: names, inverse: true },
      visualMap: { min: 0, max: most, orient: 'horizontal', left: 'center', bottom: 0 },
      series: [
        {
          name: t('Customers'),
          type: 'heatmap',
          data: names.flatMap((name, y) => stages.flatMap((stage, x) => (at(stage, name) ? [[x, y, at(stage, name)?.profiles ?? 0]] : []))),
          label: { show: true },
        },
      ],
    },
    height: 130 + 34 * Math.max(1, names.length),
    drillOf: (p) => {
      const [x, y] = Array.isArray(p.data) ? p.data.map(Number) : [];
      const found = x === undefined || y === undefined ? undefined : at(stages[x] ?? '', names[y] ?? '');
      return found && { moment: moment(found) };
    },
    heads: [t('Touchpoint'), ...stages],
    rows: [
      ...names.map((name) => [
        cell(name),
        ...stages.map((stage) => {
          const p = at(stage, name);
          return p ? cell(p.profiles, { moment: moment(p) }, p.profiles / most) : cell('');
        }),
      ]),
      [cell(t('Customers')), ...r.stages.map((s) => cell(s.profiles, { stage: s.stage }))],
      [cell(t('Stopped here')), ...r.stages.map((s) => cell(`${number(s.dropped)} (${percent(s.drop_percent, 0)})`, { stage: s.stage, dropped: true }))],
      [cell(t('Touches of a customer')), ...r.stages.map((s) => cell(s.touches_per_profile))],
      [cell(t('Median time to the next stage')), ...r.stages.map((s) => cell(s.median_ms === null || s.median_ms === undefined ? null : duration(s.median_ms)))],
      ...(r.stages.some((s) => s.answers > 0) ? [[cell(t('Mean of answers')), ...r.stages.map((s) => cell(s.satisfaction))]] : []),
    ],
    ...(r.moments.length > 0
      ? {
          also: [
            {
              title: t('Moments of truth'),
              heads: [t('Moment of truth'), t('Customers'), t('end well with it'), t('without it'), t('Good ends lost')],
              rows: r.moments.map((m) => [cell(m.moment), cell(m.profiles, { moment: m.moment }), cell(percent(m.well_percent)), cell(percent(m.without_percent)), cell(m.lost)]),
            },
          ],
        }
      : {}),
  };
}

function ladder(r: Schemas['LadderReport']): View {
  return {
    option: {
      tooltip: { trigger: 'axis', confine: true },
      xAxis: category(r.times),
      yAxis: { type: 'value' },
      series: r.rungs.map((name, i) => ({ name, type: 'bar', stack: 'all', barCategoryGap: '20%', data: r.standing.map((at) => at[i] ?? 0) })),
    },
    drillOf: (p) => (r.times[p.index] ? { at: r.times[p.index], rung: p.series } : undefined),
    buckets: r.times,
    heads: [t('Time'), ...r.rungs],
    rows: r.times.map((at, i) => [cell(at), ...r.rungs.map((rung, j) => cell(r.standing[i]?.[j] ?? 0, { at, rung }))]),
    ...(r.flows.length > 0
      ? {
          also: [
            {
              title: t('Who moved'),
              heads: [t('Time'), t('From'), t('To'), t('Customers')],
              rows: [...r.flows].reverse().slice(0, 60).map((f) => [cell(f.at), cell(f.from ?? t('came new')), cell(f.to), cell(f.profiles, { at: f.at, rung: f.to, ...(f.from ? { from: f.from } : {}) })]),
            },
          ],
        }
      : {}),
  };
}

/** How a report of a kind is shown. */
export function viewOf(kind: Kind, report: unknown, request: Request): View {
  switch (kind) {
    case 'trend':
      return trend(report as Schemas['TrendReport'], request);
    case 'funnel':
      return funnel(report as Schemas['FunnelReport']);
    case 'retention':
      return retention(report as Schemas['RetentionReport']);
    case 'lifecycle':
      return lifecycle(report as Schemas['LifecycleReport']);
    case 'power-users':
      return powerUsers(report as Schemas['PowerUsersReport']);
    case 'heatmap':
      return heatmap(report as Schemas['HeatmapReport']);
    case 'paths':
      return paths(report as Schemas['PathsReport']);
    case 'rfm':
      return rfm(report as Schemas['RfmReport']);
    case 'attribution':
      return attribution(report as Schemas['AttributionReport']);
    case 'journey-map':
      return journeyMap(report as Schemas['JourneyMapReport']);
    case 'ladder':
      return ladder(report as Schemas['LadderReport']);
    case 'lift':
      return liftView(report as Schemas['LiftReport']);
    case 'value':
      return valueView(report as Schemas['ValueReport']);
  }
}
