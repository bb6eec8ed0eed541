/** What is chosen on the canvas, as a form. */
import { ActionIcon, Button, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconTrash, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { t, tn } from '@/i18n';
import { Editable } from '@/ui/Editable';
import { actionOf, change, connect, END, exits, type Fault, type JourneySpec, remove, type Step, TRIGGER } from './graph';
import { REGISTRY } from './registry';
import { StepForm } from './forms/StepForm';
import { TriggerForm } from './forms/TriggerForm';

const SLUG = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export function Inspector({
  here,
  whoIsAt,
  spec,
  selected,
  faults,
  set,
  select,
  triggers,
  editable,
  byKeys,
  leave,
}: {
  /** How many are at this step now, and what leads to them. */
  here: number;
  whoIsAt: ((step: string) => void) | undefined;
  spec: JourneySpec;
  selected: string;
  faults: Fault[];
  set: (spec: JourneySpec) => void;
  select: (id: string | null) => void;
  triggers: string[];
  editable: boolean;
  /** True when keys opened it: the focus goes here, once. */
  byKeys?: RefObject<boolean>;
  /** Where Escape leads. */
  leave?: () => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!byKeys?.current) return;
    byKeys.current = false;
    host.current?.focus();
  });
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = event.target as HTMLElement;
    // A list that is open, and a window above, have the first right to Escape.
    if (event.key === 'Escape' && leave && event.currentTarget.contains(at) && at.getAttribute('aria-expanded') !== 'true') leave();
  };
  const index = spec.steps.findIndex((s) => s.id === selected);
  const step = spec.steps[index];
  const wrong = faults.filter((f) => f.step === selected);
  const action = step ? actionOf(step) : null;
  const title = selected === TRIGGER ? t('How it begins') : action ? t(REGISTRY[action].title) : t('Step');
  return (
    <Stack ref={host} tabIndex={-1} gap="sm" component="section" aria-label={title} onKeyDown={onKeyDown}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {title}
        </Title>
        <ActionIcon variant="subtle" aria-label={t('Close')} onClick={() => select(null)}>
          <IconX size={18} />
        </ActionIcon>
      </Group>
      {here > 0 && whoIsAt && (
        <button type="button" className="text-button" onClick={() => whoIsAt(selected)}>
          {tn(here, 'One customer is here now', '{n} customers are here now')}
        </button>
      )}
      <div role="status">
        {wrong.map((f) => (
          <Text key={f.message} size="sm" c="var(--mantine-color-error)">
            {t(f.message)}
          </Text>
        ))}
      </div>
      <Editable may={editable}>
      {selected === TRIGGER ? (
        <TriggerForm spec={spec} set={set} kinds={triggers} />
      ) : step ? (
        <>
          <StepForm key={step.id} step={step} change={(next) => set(change(spec, step.id, next))} spec={spec} />
          <Ways spec={spec} step={step} index={index} set={set} />
          <StepId key={`id ${step.id}`} spec={spec} step={step} set={set} select={select} />
          <TextInput
            label={t('Note')}
            description={t('For the team.')}
            dir="auto"
            value={String(step.note ?? '')}
            onChange={(e) => {
              const { note: _, ...rest } = step;
              const note = e.currentTarget.value;
              set(change(spec, step.id, note ? { ...rest, id: step.id, note } : { ...rest, id: step.id }));
            }}
          />
          <Button
            variant="default"
            color="red"
            leftSection={<IconTrash size={16} />}
            onClick={() => {
              select(null);
              set(remove(spec, step.id));
            }}
          >
            {t('Remove this step')}
          </Button>
        </>
      ) : null}
      </Editable>
    </Stack>
  );
}

/** Where each way leads, without the mouse. */
function Ways({ spec, step, index, set }: { spec: JourneySpec; step: Step; index: number; set: (spec: JourneySpec) => void }) {
  const targets = [...spec.steps.filter((s) => s.id !== step.id).map((s) => ({ value: s.id, label: s.id })), { value: END, label: t('end') }];
  return (
    <>
      {exits(spec.steps, index).map((e) => (
        <Select
          key={e.id}
          label={e.label ? t('Then, {way}', { way: t(e.label) }) : t('Then')}
          data={targets}
          value={e.target}
          allowDeselect={false}
          searchable
          onChange={(target) => target && set(connect(spec, { step: step.id, exit: e.id }, target))}
        />
      ))}
    </>
  );
}

function StepId({ spec, step, set, select }: { spec: JourneySpec; step: Step; set: (spec: JourneySpec) => void; select: (id: string) => void }) {
  const [id, setId] = useState(step.id);
  const taken = id !== step.id && spec.steps.some((s) => s.id === id);
  const error = !SLUG.test(id) ? t('Small letters, digits, - and _.') : taken ? t('Another step has this id.') : id === END ? t('This word is taken.') : null;
  const apply = () => {
    if (error || id === step.id) return;
    set(change(spec, step.id, { ...step, id }));
    select(id);
  };
  return (
    <TextInput
      label={t('Id')}
      description={t('Numbers and reports call the step so.')}
      value={id}
      error={error}
      onChange={(e) => setId(e.currentTarget.value)}
      onBlur={apply}
      onKeyDown={(e) => e.key === 'Enter' && apply()}
    />
  );
}
