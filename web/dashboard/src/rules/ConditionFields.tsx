/** The fields of each kind of condition. */
import { Autocomplete, Code, Group as Row, NumberInput, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CHANNELS } from '@/api/channels';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { aloneOrNone, EVERY, renderEvent } from './every';
import { AccountFields } from './AccountFields';
import { type AgoCondition, type Condition, type EventCondition, type FieldCondition, freshField, type SequenceCondition } from './builder';
import { FieldFields, NumberTest } from './FieldFields';
import type { Window } from './ir';
import { parseDuration, printDuration, printExpr } from './print';

type Props<T extends Condition> = { condition: T; change: (next: T) => void };

const DAY_MS = 86_400_000;

export function ConditionFields({ condition, change }: Props<Condition>) {
  switch (condition.kind) {
    case 'field':
      return condition.of === 'account' ? <AccountFields condition={condition} change={change} /> : <TraitFields condition={condition} change={change} />;
    case 'accounts':
      return <AccountFields condition={condition} change={change} />;
    case 'events':
      return <EventFields condition={condition} change={change} />;
    case 'ago':
      return <AgoFields condition={condition} change={change} />;
    case 'sequence':
      return <SequenceFields condition={condition} change={change} />;
    case 'segment':
      return <SegmentFields condition={condition} change={change} />;
    case 'consent':
      return <ConsentFields condition={condition} change={change} />;
    case 'raw':
      return (
        <Stack gap={2}>
          <Text size="xs" c="dimmed">
            {t('Written as text; change it there.')}
          </Text>
          <Code block tabIndex={0}>{printExpr(condition.expr)}</Code>
        </Stack>
      );
  }
}

function ConsentFields({ condition, change }: Props<Extract<Condition, { kind: 'consent' }>>) {
  const { channel, topic } = condition;
  return (
    <Row gap="xs" align="flex-end">
      <Select size="xs" label={t('Channel')} allowDeselect={false} data={[...new Set([...CHANNELS, channel])].filter(Boolean).map((c) => ({ value: c, label: t(c) }))} value={channel || null} onChange={(v) => change({ ...condition, channel: v ?? '' })} />
      <PickDocument kind="topic" size="xs" label={t('Topic (or all)')} placeholder={t('All')} clearable value={topic} change={(id) => change({ ...condition, topic: id })} />
      <Select
        size="xs"
        label={t('Consent')}
        allowDeselect={false}
        data={[
          { value: 'yes', label: t('given') },
          { value: 'no', label: t('not given') },
        ]}
        value={condition.given ? 'yes' : 'no'}
        onChange={(v) => change({ ...condition, given: v === 'yes' })}
      />
    </Row>
  );
}

export function useEventNames(): string[] {
  return (useQuery(catalogueQuery).data?.events ?? []).map((e) => e.name);
}

function useProperties(names: string[]): string[] {
  const events = useQuery(catalogueQuery).data?.events ?? [];
  const chosen = names.length > 0 ? events.filter((e) => names.includes(e.name)) : events;
  return [...new Set(chosen.flatMap((e) => Object.keys(e.properties)))].sort();
}

/** Names of events, of those ever seen or any other. */
export function EventNames({ value, onChange, label }: { value: string[]; onChange: (names: string[]) => void; label: string }) {
  return (
    <TagsInput
      size="xs"
      label={label}
      placeholder={value.length === 0 ? t('Anything customers did') : ''}
      data={[...useEventNames(), EVERY]}
      renderOption={renderEvent}
      value={value}
      onChange={(next) => onChange(aloneOrNone(value, next))}
      maxTags={64}
      limit={100}
      style={{ minWidth: 220, flex: 1 }}
      clearable={false}
      splitChars={[]}
    />
  );
}

function TraitFields(props: Props<FieldCondition>) {
  const names = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  return (
    <Row gap="xs" align="flex-end">
      <FieldFields {...props} label={t('Trait')} names={names} of={(trait) => ({ trait })} />
    </Row>
  );
}

function SegmentFields({ condition, change }: Props<Extract<Condition, { kind: 'segment' }>>) {
  return (
    <Row gap="xs" align="flex-end">
      <Select
        size="xs"
        label={t('Is it so?')}
        allowDeselect={false}
        data={[
          { value: 'yes', label: t('is in') },
          { value: 'no', label: t('is not in') },
        ]}
        value={condition.in ? 'yes' : 'no'}
        onChange={(v) => change({ ...condition, in: v === 'yes' })}
      />
      <PickDocument kind="segment" status="live" size="xs" label={t('Segment')} value={condition.id} change={(id) => change({ ...condition, id })} />
    </Row>
  );
}

const HOWS: [EventCondition['how'], string][] = [
  ['did', 'did'],
  ['did_not', 'did not'],
  ['count', 'how often'],
  ['days', 'on how many days'],
  ['sum', 'sum of'],
  ['avg', 'average of'],
  ['min', 'smallest'],
  ['max', 'largest'],
  ['distinct', 'how many different'],
];

function EventFields({ condition: c, change }: Props<EventCondition>) {
  const properties = useProperties(c.names);
  const measured = c.how !== 'did' && c.how !== 'did_not';
  const ofProperty = measured && c.how !== 'count' && c.how !== 'days';
  return (
    <Stack gap="xs">
      <Row gap="xs" align="flex-end">
        <Select
          size="xs"
          label={t('What')}
          allowDeselect={false}
          w={150}
          data={HOWS.map(([value, text]) => ({ value, label: t(text) }))}
          value={c.how}
          onChange={(v) => change({ ...c, how: v as EventCondition['how'] })}
        />
        {ofProperty && (
          <Autocomplete size="xs" label={t('Property')} data={properties} limit={50} value={c.property} onChange={(property) => change({ ...c, property })} w={150} />
        )}
        <EventNames label={t('Event')} value={c.names} onChange={(names) => change({ ...c, names })} />
        {measured && (
          <NumberTest op={c.op} value={c.value} change={(part) => change({ ...c, ...part })} />
        )}
      </Row>
      <Row gap="xs" align="flex-end">
        <WindowFields window={c.window} change={(window) => change({ ...c, window })} />
      </Row>
      {c.filters.map((filter, i) => (
        <Row key={i} gap="xs" align="flex-end">
          <FieldFields
            condition={filter}
            change={(next) => change({ ...c, filters: c.filters.map((f, j) => (j === i ? next : f)) })}
            names={properties}
            label={t('Where property')}
            of={(property) => ({ property, ...(c.names[0] ? { event: c.names[0] } : {}) })}
          />
          <button type="button" className="text-button" aria-label={`${t('Remove {what}', { what: t('filter') })} ${i + 1}`} onClick={() => change({ ...c, filters: c.filters.filter((_, j) => j !== i) })}>
            {t('Remove {what}', { what: t('filter') })}
          </button>
        </Row>
      ))}
      <button
        type="button"
        className="text-button"
        onClick={() => change({ ...c, filters: [...c.filters, freshField('event')] })}
      >
        + {t('only events where…')}
      </button>
    </Stack>
  );
}

const dateOf = (ms: number | undefined): string => (ms === undefined ? '' : new Date(ms).toISOString().slice(0, 10));
const msOf = (date: string): number | undefined => (date ? Date.parse(`${date}T00:00:00Z`) : undefined);

function windowKind(w: Window): 'ever' | 'within' | 'dates' {
  if (w.within_ms !== undefined) return 'within';
  return w.from !== undefined || w.until !== undefined ? 'dates' : 'ever';
}

function WindowFields({ window: w, change }: { window: Window; change: (w: Window) => void }) {
  const kind = windowKind(w);
  const dates = (from: number | undefined, until: number | undefined): Window => ({
    ...(from !== undefined ? { from } : {}),
    ...(until !== undefined ? { until } : {}),
  });
  return (
    <>
      <Select
        size="xs"
        label={t('When')}
        allowDeselect={false}
        w={150}
        data={[
          { value: 'within', label: t('in the last') },
          { value: 'dates', label: t('between dates') },
          { value: 'ever', label: t('ever') },
        ]}
        value={kind}
        onChange={(v) => {
          const today = Date.parse(new Date().toISOString().slice(0, 10));
          change(v === 'within' ? { within_ms: 30 * DAY_MS } : v === 'dates' ? { from: today - 30 * DAY_MS, until: today } : {});
        }}
      />
      {kind === 'within' && <DurationInput label={t('Length of time')} ms={w.within_ms ?? 0} change={(within_ms) => change({ ...w, within_ms })} />}
      {kind === 'dates' && (
        <>
          <TextInput size="xs" type="date" label={t('From')} value={dateOf(w.from)} onChange={(e) => change(dates(msOf(e.currentTarget.value), w.until))} />
          <TextInput size="xs" type="date" label={t('Until (not included)')} value={dateOf(w.until)} onChange={(e) => change(dates(w.from, msOf(e.currentTarget.value)))} />
        </>
      )}
    </>
  );
}

/** A length of time as a number and a unit; anything finer stays as text. */
export function DurationInput({ label, ms, change }: { label: string; ms: number; change: (ms: number) => void }) {
  const units: [string, string, number][] = [
    ['d', t('days'), DAY_MS],
    ['h', t('hours'), 3_600_000],
    ['m', t('minutes'), 60_000],
    ['s', t('seconds'), 1000],
  ];
  const unit = units.find(([, , size]) => ms > 0 && ms % size === 0) ?? (['d', '', DAY_MS] as const);
  return (
    <Row gap={4} align="flex-end" wrap="nowrap">
      <NumberInput
        size="xs"
        label={label}
        w={110}
        min={1}
        value={Number((ms / unit[2]).toFixed(3))}
        onChange={(v) => {
          const next = parseDuration(printDuration((Number(v) || 0) * unit[2]));
          if (next) change(next);
        }}
      />
      <Select
        size="xs"
        aria-label={t('Unit')}
        allowDeselect={false}
        w={105}
        data={units.map(([value, text]) => ({ value, label: text }))}
        value={unit[0]}
        onChange={(v) => change((Math.round(ms / unit[2]) || 1) * (units.find(([u]) => u === v)?.[2] ?? DAY_MS))}
      />
    </Row>
  );
}

function AgoFields({ condition: c, change }: Props<AgoCondition>) {
  return (
    <Row gap="xs" align="flex-end">
      <Select
        size="xs"
        label={t('Which')}
        allowDeselect={false}
        w={120}
        data={[
          { value: 'last', label: t('The last') },
          { value: 'first', label: t('The first') },
        ]}
        value={c.of}
        onChange={(v) => change({ ...c, of: v as 'first' | 'last' })}
      />
      <EventNames label={t('Event')} value={c.names} onChange={(names) => change({ ...c, names })} />
      <Select
        size="xs"
        label={t('was')}
        allowDeselect={false}
        w={150}
        data={[
          { value: '>', label: t('longer ago than') },
          { value: '<', label: t('less long ago than') },
        ]}
        value={c.op}
        onChange={(v) => change({ ...c, op: v as '>' | '<' })}
      />
      <DurationInput label={t('Length of time')} ms={c.ms} change={(ms) => change({ ...c, ms })} />
    </Row>
  );
}

function SequenceFields({ condition: c, change }: Props<SequenceCondition>) {
  const names = useEventNames();
  return (
    <Stack gap="xs">
      {c.steps.map((step, i) => (
        <Row key={i} gap="xs" align="flex-end">
          <Autocomplete
            size="xs"
            label={i === 0 ? t('First') : t('Then')}
            data={names}
            limit={50}
            value={step}
            onChange={(v) => change({ ...c, steps: c.steps.map((s, j) => (j === i ? v : s)) })}
            style={{ minWidth: 220 }}
          />
          {c.steps.length > 2 && (
            <button type="button" className="text-button" aria-label={`${t('Remove {what}', { what: t('step') })} ${i + 1}`} onClick={() => change({ ...c, steps: c.steps.filter((_, j) => j !== i) })}>
              {t('Remove {what}', { what: t('step') })}
            </button>
          )}
        </Row>
      ))}
      <Row gap="xs" align="flex-end">
        <DurationInput label={t('All within')} ms={c.within_ms} change={(within_ms) => change({ ...c, within_ms })} />
        {c.steps.length < 8 && (
          <button type="button" className="text-button" onClick={() => change({ ...c, steps: [...c.steps, ''] })}>
            + {t('step')}
          </button>
        )}
      </Row>
    </Stack>
  );
}

