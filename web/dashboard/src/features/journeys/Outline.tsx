/** The journey as a list: for keyboards, screen readers and telephones, with all the canvas can do. */
import { Group, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import { number, t } from '@/i18n';
import { useNamer } from '@/resources/names';
import { Tag } from '@/ui/bits';
import { AddMenu } from './Canvas';
import { type Action, actionOf, END, exits, type Fault, type JourneySpec, type Place, TRIGGER } from './graph';
import { REGISTRY, summary, triggerSummary } from './registry';

export function Outline({
  spec,
  faults,
  counts,
  actions,
  editable,
  select,
  insert,
}: {
  spec: JourneySpec;
  faults: Fault[];
  counts: Record<string, number>;
  actions: Action[];
  editable: boolean;
  select: (id: string) => void;
  insert: (at: Place, action: Action) => void;
}) {
  const named = useNamer();
  const wrong = (id: string) => faults.some((f) => f.step === id) && <IconAlertTriangle size={16} color="var(--mantine-color-error)" aria-label={t('Something is missing')} />;
  const add = (at: Place, label: string) =>
    editable && (
      <AddMenu actions={actions} label={label} add={(action) => insert(at, action)}>
        <IconPlus size={14} />
      </AddMenu>
    );
  return (
    <ol className="outline" aria-label={t('Steps')}>
      <li>
        <Group gap="xs" wrap="nowrap">
          <UnstyledButton className="outline-step" onClick={() => select(TRIGGER)}>
            <IconPlayerPlay size={16} aria-hidden />
            <Text span size="sm" fw={600}>
              {t('Begins')}
            </Text>
            <Text span size="sm" dir="auto">
              {triggerSummary(spec.trigger, named)}
            </Text>
            {wrong(TRIGGER)}
          </UnstyledButton>
          {add({ step: TRIGGER, exit: 'next' }, t('Add a step after {step}', { step: t('the beginning') }))}
        </Group>
      </li>
      {spec.steps.map((step, i) => {
        const action = actionOf(step);
        const entry = action ? REGISTRY[action] : null;
        const Icon = entry?.icon ?? IconPlus;
        return (
          <li key={step.id}>
            <UnstyledButton className="outline-step" onClick={() => select(step.id)}>
              <Icon size={16} aria-hidden />
              <Text span size="sm" fw={600}>
                {entry ? t(entry.title) : '?'}
              </Text>
              <Text span size="sm" dir="auto">
                {summary(step, action, named)}
              </Text>
              <Text span size="xs" c="dimmed">
                {step.id}
              </Text>
              {counts[step.id] ? <Tag tone="info">{t('{n} here', { n: number(counts[step.id] ?? 0) })}</Tag> : null}
              {wrong(step.id)}
            </UnstyledButton>
            <ul className="outline-ways">
              {exits(spec.steps, i).map((e) => (
                <li key={e.id}>
                  <Text span size="xs" c="dimmed">
                    {e.label ? `${t(e.label)} → ` : '→ '}
                    {e.target === END ? t('end') : e.target}
                  </Text>{' '}
                  {add({ step: step.id, exit: e.id }, t('Add a step after {step}', { step: `${step.id}${e.label ? ` (${e.label})` : ''}` }))}
                </li>
              ))}
            </ul>
          </li>
        );
      })}
    </ol>
  );
}
