/** Goals, control groups, and from when to when people are let in. */
import { Alert, NumberInput, Select, Stack, Switch, Title } from '@mantine/core';
import { t } from '@/i18n';
import { RuleField } from '@/rules/RuleField';
import type { JourneySpec } from '../graph';
import { EventInput, lean, LocalTime, object, type Obj, SameInput, text, WhereInput } from './common';

/** What it is meant to bring about. `ofRun`: runs can be about something, so the event can have to be about the same. */
export function GoalFields({ goal: value, change, ofRun = false }: { goal: unknown; change: (goal: Obj | undefined) => void; ofRun?: boolean }) {
  const goal = object(value);
  const event = object(goal.event);
  const kind = 'event' in goal ? 'event' : 'when' in goal ? 'when' : 'none';
  return (
    <>
      <Select
        label={t('Goal')}
        allowDeselect={false}
        data={[
          { value: 'none', label: t('none') },
          { value: 'event', label: t('an event happens') },
          { value: 'when', label: t('a condition holds') },
        ]}
        value={kind}
        onChange={(k) => (k === 'event' ? change({ event: { name: '' } }) : k === 'when' ? change({ when: '' }) : change(undefined))}
      />
      {kind === 'event' && (
        <>
          <EventInput label={t('Event of the goal')} value={text(event.name)} change={(name) => change({ ...goal, event: { ...event, name } })} />
          <WhereInput value={event.where} change={(where) => change({ ...goal, event: { ...lean({ ...event, where }), name: event.name ?? '' } })} />
          {ofRun && <SameInput value={event.same} change={(same) => change({ ...goal, event: { ...lean({ ...event, same }), name: event.name ?? '' } })} />}
        </>
      )}
      {kind === 'when' && <RuleField label={t('Reached when')} value={text(goal.when)} onChange={(when) => change({ ...goal, when })} />}
      {kind !== 'none' && <Switch label={t('Reaching it ends the journey')} checked={goal.exit !== false} onChange={(e) => change(lean({ ...goal, exit: e.currentTarget.checked ? undefined : false }))} />}
    </>
  );
}

/** Those who go through without receiving anything. */
export function Holdout({ value: holdout, hasGoal, change }: { value: number; hasGoal: boolean; change: (percent: number | undefined) => void }) {
  return (
    <>
      <NumberInput
        label={t('Control group')}
        description={t('So many of a hundred go through without receiving anything; only so is lift known.')}
        suffix=" %"
        min={0}
        max={100}
        value={holdout}
        onChange={(n) => change(Number(n) || undefined)}
      />
      {hasGoal && holdout === 0 && (
        <Alert variant="outline" color="yellow">
          {t('Without a control group nobody knows whether people would have done it anyway. Ten percent is usual.')}
        </Alert>
      )}
    </>
  );
}

/** Its goal, its control group, and from when to when it lets people in. */
export function Purpose({ spec, member }: { spec: JourneySpec; member: (name: string, next: unknown) => void }) {
  const holdout = typeof spec.holdout === 'number' ? spec.holdout : 0;
  return (
    <fieldset className="fieldset">
      <legend>{t('What it is for')}</legend>
      <Stack gap="sm">
        <GoalFields ofRun goal={spec.goal} change={(goal) => member('goal', goal)} />
        <Holdout value={holdout} hasGoal={spec.goal !== undefined} change={(n) => member('holdout', n)} />
        <Title order={4} size="h6">
          {t('When it lets people in')}
        </Title>
        <Instant label={t('From')} value={text(spec.starts_at)} change={(at) => member('starts_at', at)} />
        <Instant label={t('Until')} value={text(spec.stops_at)} change={(at) => member('stops_at', at)} />
        <Priority value={spec.priority} change={(priority) => member('priority', priority)} />
      </Stack>
    </fieldset>
  );
}

/** What goes first, and how much room it leaves in the frequency caps. */
export function Priority({ value, change }: { value: unknown; change: (next: number | undefined) => void }) {
  return (
    <NumberInput
      label={t('Priority')}
      description={t('At the same moment the higher one goes first. Up to 25 it leaves room in the frequency caps, from 75 it may use more.')}
      min={0}
      max={100}
      placeholder="50"
      value={typeof value === 'number' ? value : ''}
      onChange={(n) => change(typeof n === 'number' ? n : undefined)}
    />
  );
}

/** A moment, entered by the clock here and stored in UTC. */
function Instant({ label, value, change }: { label: string; value: string; change: (at: string | undefined) => void }) {
  const local = value ? new Date(Date.parse(value) - new Date(value).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : '';
  return <LocalTime label={label} value={local} change={(at) => change(at ? new Date(at).toISOString().replace('.000Z', 'Z') : undefined)} />;
}
