/** What a report asks, as a form: the parts its kind has, and the period and people all have. */
import { ActionIcon, Autocomplete, Button, Group, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { EVERY, isEvery } from '@/rules/every';
import type { Kind, Request } from './kinds';
import { LadderForm } from './LadderForm';
import { LiftForm } from './LiftForm';
import { EventPick, PropertyPick, type Selection } from './parts';

interface Props {
  request: Request;
  set: (next: Request) => void;
}

const UNITS = ['hour', 'day', 'week', 'month'];
const MEASURES = ['profiles', 'events', 'events_per_profile', 'weekly_active', 'monthly_active', 'sum', 'average', 'median', 'minimum', 'maximum', 'p90', 'p99'];
const OF_PROPERTY = new Set(['sum', 'average', 'median', 'minimum', 'maximum', 'p90', 'p99']);

export function ReportForm({ kind, request, set }: Props & { kind: Kind }) {
  return (
    <Stack gap="sm">
      <Parts kind={kind} request={request} set={set} />
      {['trend', 'retention', 'lifecycle', 'ladder'].includes(kind) && (
        <Pick label={t('Per')} value={request.unit} options={kind === 'trend' ? UNITS : UNITS.slice(1)} set={(unit) => set({ ...request, unit })} />
      )}
      <Period kind={kind} request={request} set={set} />
      <SegmentPick request={request} set={set} />
    </Stack>
  );
}

function Parts({ kind, request, set }: Props & { kind: Kind }) {
  const put = (part: Request) => set({ ...request, ...part });
  switch (kind) {
    case 'trend':
      return (
        <>
          <Series request={request} set={set} />
          <Breakdown request={request} set={set} />
          <Switch label={t('Compare with the time before')} checked={request.compare === true} onChange={(e) => put({ compare: e.currentTarget.checked || undefined })} />
          <Pick label={t('Shown as')} value={request.chart ?? 'line'} options={['line', 'bar']} set={(chart) => put({ chart: chart === 'line' ? undefined : chart })} />
        </>
      );
    case 'funnel':
      return (
        <>
          <Selections label={t('Steps')} each={(i) => t('Step {n}', { n: i + 1 })} list={request.steps} least={2} most={12} set={(steps) => put({ steps })} />
          <TextInput label={t('Within')} description={t('From the first to the last step, such as 7d or 36h.')} value={String(request.window ?? '7d')} onChange={(e) => put({ window: e.currentTarget.value })} />
          <Pick label={t('Order')} value={request.order ?? 'ordered'} options={['ordered', 'strict', 'unordered']} set={(order) => put({ order: order === 'ordered' ? undefined : order })} />
        </>
      );
    case 'retention':
      return (
        <>
          <EventPick label={t('Begins with')} value={request.start} set={(start) => put({ start })} />
          <EventPick label={t('Comes back with')} value={request.returning} set={(returning) => put({ returning })} />
          <Pick label={t('Cohort')} value={request.cohorts ?? 'first_time'} options={['first_time', 'recurring']} set={(cohorts) => put({ cohorts: cohorts === 'first_time' ? undefined : cohorts })} />
          <Breakdown request={request} set={set} />
        </>
      );
    case 'lifecycle':
      return <EventPick label={t('Being active is')} value={request.of} set={(of) => put({ of })} />;
    case 'power-users':
      return (
        <>
          <EventPick label={t('Being active is')} value={request.of} set={(of) => put({ of })} />
          <NumberInput label={t('Days')} min={2} max={90} value={Number(request.days ?? 28)} onChange={(days) => put({ days: Number(days) || 28 })} />
        </>
      );
    case 'heatmap':
      return (
        <>
          <EventPick label={t('Event')} value={request.of} set={(of) => put({ of })} />
          <Switch label={t('In each customer’s own time')} checked={request.own_zone === true} onChange={(e) => put({ own_zone: e.currentTarget.checked || undefined })} />
        </>
      );
    case 'paths':
      return (
        <>
          <EventPick named label={t('Around')} value={request.anchor ? { event: request.anchor } : undefined} set={(anchor) => put({ anchor: anchor?.event })} />
          {Boolean(request.anchor) && (
            <Pick label={t('Which side')} value={request.direction ?? 'next'} options={['next', 'previous']} set={(direction) => put({ direction: direction === 'next' ? undefined : direction })} />
          )}
          <Switch
            label={t('Also what Rapport wrote')}
            description={t('Segments entered, messages sent, and the like; paths are of what customers did.')}
            checked={isEvery(request.events)}
            onChange={(e) => put({ events: e.currentTarget.checked ? [EVERY] : undefined })}
          />
          <TextInput label={t('A pause ends a path')} value={String(request.gap ?? '')} placeholder="30m" onChange={(e) => put({ gap: e.currentTarget.value || undefined })} />
        </>
      );
    case 'rfm':
      return (
        <>
          <EventPick named label={t('A purchase is')} value={request.of} set={(of) => put({ of })} />
          <PropertyPick label={t('Its money')} of={(request.of as Selection)?.event} value={request.property} set={(property) => put({ property })} />
        </>
      );
    case 'attribution':
      return (
        <>
          <EventPick named label={t('Goal')} value={request.goal} set={(goal) => put({ goal: goal ?? {} })} />
          <PropertyPick label={t('Its money')} of={(request.goal as Selection)?.event} value={request.value} set={(value) => put({ value })} />
          <Selections label={t('Touches')} each={(i) => t('Touch {n}', { n: i + 1 })} list={request.touches} least={1} most={30} set={(touches) => put({ touches })} />
          <TextInput label={t('A line per')} value={String(request.by ?? '')} placeholder="context.campaign.source" onChange={(e) => put({ by: e.currentTarget.value || undefined })} />
        </>
      );
    case 'journey-map':
      return <Stages request={request} set={set} />;
    case 'lift':
      return <LiftForm request={request} set={set} />;
    case 'value':
      return (
        <>
          <EventPick named label={t('A purchase is')} value={request.of ?? { event: 'Order Completed' }} set={(of) => put({ of })} />
          <PropertyPick label={t('Its money')} of={(request.of as Selection | undefined)?.event ?? 'Order Completed'} value={request.property ?? 'total'} set={(property) => put({ property })} />
          <TextInput label={t('Look ahead')} description={t('Such as 90d or 365d.')} value={String(request.horizon ?? '365d')} onChange={(e) => put({ horizon: e.currentTarget.value })} />
        </>
      );
    case 'ladder':
      return <LadderForm request={request} set={set} />;
  }
}

function Pick({ label, value, options, set }: { label: string; value: unknown; options: string[]; set: (value: string) => void }) {
  return (
    <Select
      label={label}
      allowDeselect={false}
      data={options.map((o) => ({ value: o, label: t(o.replaceAll('_', ' ')) }))}
      value={String(value ?? options[0])}
      onChange={(v) => v && set(v)}
    />
  );
}

function Selections({ label, each, list, least, most, set }: { label: string; each: (i: number) => string; list: unknown; least: number; most: number; set: (next: Selection[]) => void }) {
  const rows = (Array.isArray(list) ? list : []) as Selection[];
  const replace = (i: number, next: Selection) => set(rows.map((r, j) => (j === i ? next : r)));
  return (
    <fieldset className="fieldset">
      <legend>{label}</legend>
      <Stack gap="xs">
        {rows.map((row, i) => (
          <Group key={i} wrap="nowrap" align="flex-end" gap={4}>
            <div style={{ flex: 1 }}>
              <EventPick label={each(i)} value={row} set={(s) => replace(i, s ?? {})} />
            </div>
            {rows.length > least && (
              <ActionIcon variant="subtle" color="gray" mb={6} aria-label={t('Remove {what}', { what: each(i) })} onClick={() => set(rows.filter((_, j) => j !== i))}>
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {rows.length < most && (
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => set([...rows, {}])}>
            {t('Add')}
          </Button>
        )}
      </Stack>
    </fieldset>
  );
}

function Series({ request, set }: Props) {
  const rows = (Array.isArray(request.series) && request.series.length > 0 ? request.series : [{ measure: 'profiles' }]) as Selection[];
  const put = (series: Selection[]) => set({ ...request, series });
  const replace = (i: number, part: Selection) => put(rows.map((r, j) => (j === i ? { ...r, ...part } : r)));
  return (
    <fieldset className="fieldset">
      <legend>{t('What is counted')}</legend>
      <Stack gap="sm">
        {rows.map((row, i) => (
          <Stack key={i} gap={4}>
            <EventPick label={t('Event')} value={row} set={(s) => replace(i, { event: s?.event ?? '' })} />
            <Pick label={t('Measure')} value={row.measure ?? 'profiles'} options={MEASURES} set={(measure) => replace(i, { measure })} />
            {OF_PROPERTY.has(row.measure ?? '') && <PropertyPick label={t('Property')} of={row.event} value={row.property} set={(property) => replace(i, { property: property ?? '' })} />}
            <TextInput
              label={t('Only when')}
              placeholder="e.total > 50"
              className="mono"
              value={row.filter ?? ''}
              onChange={(e) => replace(i, { filter: e.currentTarget.value })}
            />
            {rows.length > 1 && (
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => put(rows.filter((_, j) => j !== i))}>
                {t('Remove')}
              </Button>
            )}
          </Stack>
        ))}
        {rows.length < 10 && (
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => put([...rows, { measure: 'profiles' }])}>
            {t('Add a line')}
          </Button>
        )}
      </Stack>
    </fieldset>
  );
}

function Breakdown({ request, set }: Props) {
  const catalogue = useQuery(catalogueQuery).data;
  const traits = Object.keys(catalogue?.traits ?? {}).map((name) => `traits.${name}`);
  const properties = [...new Set((catalogue?.events ?? []).flatMap((e) => Object.keys(e.properties)))];
  return (
    <Autocomplete
      label={t('A line per value of')}
      description={t('A property, traits.…, context.… or segments.…')}
      data={[...traits, ...properties]}
      limit={60}
      value={String(request.breakdown ?? '')}
      onChange={(v) => set({ ...request, breakdown: v || undefined })}
    />
  );
}

interface Stage {
  name: string;
  touchpoints: Selection[];
}

function Stages({ request, set }: Props) {
  const stages = (Array.isArray(request.stages) ? request.stages : []) as Stage[];
  const put = (next: Stage[]) => set({ ...request, stages: next });
  return (
    <>
      {stages.map((stage, i) => (
        <fieldset key={i} className="fieldset">
          <legend>{t('Stage {n}', { n: i + 1 })}</legend>
          <Stack gap="xs">
            <TextInput label={t('Name')} value={stage.name} onChange={(e) => put(stages.map((s, j) => (j === i ? { ...s, name: e.currentTarget.value } : s)))} />
            <Selections
              label={t('Touchpoints')}
              each={(n) => t('Touch {n}', { n: n + 1 })}
              list={stage.touchpoints}
              least={1}
              most={10}
              set={(touchpoints) => put(stages.map((s, j) => (j === i ? { ...s, touchpoints } : s)))}
            />
            {stages.length > 1 && (
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => put(stages.filter((_, j) => j !== i))}>
                {t('Remove')}
              </Button>
            )}
          </Stack>
        </fieldset>
      ))}
      {stages.length < 12 && (
        <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => put([...stages, { name: t('Stage {n}', { n: stages.length + 1 }), touchpoints: [{}] }])}>
          {t('Add a stage')}
        </Button>
      )}
      <EventPick named label={t('Ends well with')} value={request.good} set={(good) => set({ ...request, good: good ?? {} })} />
      <EventPick named label={t('Ends badly with')} value={request.bad} set={(bad) => set({ ...request, bad })} />
    </>
  );
}

function Period({ kind, request, set }: Props & { kind: Kind }) {
  if (kind === 'power-users') return null;
  // Days counted from today (`-7d`, `last month`) are no dates, and are said as they are.
  const text = (name: 'from' | 'to') => (typeof request[name] === 'string' ? String(request[name]) : '');
  const isDate = (value: string) => /^\d{4}-\d\d-\d\d/.test(value);
  const at = (name: 'from' | 'to') => (isDate(text(name)) ? text(name).slice(0, 10) : '');
  const counted = (['from', 'to'] as const).map(text).filter((value) => value && !isDate(value));
  const back = (days: number) => set({ ...request, from: new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10), to: undefined });
  return (
    <fieldset className="fieldset">
      <legend>{t('Period')}</legend>
      <Group gap={4} mb={6}>
        {[7, 30, 90, 365].map((days) => (
          <Button key={days} size="compact-xs" variant="default" onClick={() => back(days)}>
            {t('{n} days', { n: days })}
          </Button>
        ))}
      </Group>
      {counted.length > 0 && (
        <Text size="xs" c="dimmed" mb={6}>
          {t('Counted from today: {days}', { days: counted.join(' – ') })}
        </Text>
      )}
      <Group grow gap="xs">
        <TextInput type="date" label={t('From')} value={at('from')} onChange={(e) => set({ ...request, from: e.currentTarget.value || undefined })} />
        <TextInput type="date" label={t('Until')} value={at('to')} onChange={(e) => set({ ...request, to: e.currentTarget.value || undefined })} />
      </Group>
    </fieldset>
  );
}

function SegmentPick({ request, set }: Props) {
  return (
    <PickDocument
      kind="segment"
      status="live"
      label={t('Only customers in')}
      placeholder={t('Everybody')}
      clearable
      value={String(request.segment ?? '')}
      change={(id) => set({ ...request, segment: id || undefined })}
    />
  );
}
