/** Steps with several ways: by conditions, by chance, by an experiment, by what did best. */
import { ActionIcon, Alert, Button, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { number, t } from '@/i18n';
import { RuleField } from '@/rules/RuleField';
import { actionOf, END } from '../graph';
import { lean, MinimumInput, object, type Obj, type StepProps, text } from './common';
import { evenly, sumOf } from './shares';

interface Arm extends Obj {
  when?: string;
  goto?: string;
  name?: string;
  percent?: number;
  step?: string;
}

const armsOf = (value: unknown): Arm[] => (Array.isArray(value) ? (value as Arm[]) : []);

export function BranchForm({ step, change }: StepProps) {
  const arms = armsOf(step.branch);
  const put = (next: Arm[]) => change({ ...step, branch: next });
  const named = (i: number, name: string) =>
    put(
      arms.map((arm, j) => {
        const { name: _, ...rest } = arm;
        return j !== i ? arm : name ? { name, ...rest } : rest;
      }),
    );
  return (
    <Stack gap="sm">
      {arms.map((arm, i) => (
        <Group key={i} align="flex-start" wrap="nowrap">
          <Stack gap={4} style={{ flex: 1, minWidth: 0 }}>
            <TextInput label={t('Way {n}: name', { n: i + 1 })} placeholder={`${i + 1}`} maxLength={64} dir="auto" value={arm.name ?? ''} onChange={(e) => named(i, e.currentTarget.value)} />
            <RuleField label={t('Way {n}: when', { n: i + 1 })} value={arm.when ?? ''} onChange={(when) => put(arms.map((a, j) => (j === i ? { ...a, when } : a)))} />
          </Stack>
          {arms.length > 1 && (
            <ActionIcon variant="subtle" color="gray" aria-label={t('Remove {what}', { what: t('Way {n}', { n: i + 1 }) })} onClick={() => put(arms.filter((_, j) => j !== i))}>
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      <Text size="xs" c="dimmed">
        {t('The first way whose condition holds is taken; else the last one.')}
      </Text>
      <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => put([...arms, { when: '', goto: END }])}>
        {t('Add a way')}
      </Button>
    </Stack>
  );
}

/** Shares of people by name. */
function Shares({ arms, put }: { arms: Arm[]; put: (arms: Arm[]) => void }) {
  const set = (i: number, part: Arm) => put(arms.map((a, j) => (j === i ? { ...a, ...part } : a)));
  const sum = sumOf(arms);
  return (
    <Stack gap="xs">
      <div className="share-bar" aria-hidden>
        {arms.map((a, i) => (
          <span key={i} style={{ flexGrow: a.percent ?? 0 }} />
        ))}
      </div>
      {arms.map((arm, i) => (
        <Group key={i} wrap="nowrap" align="flex-end">
          <TextInput label={t('Name')} value={arm.name ?? ''} onChange={(e) => set(i, { name: e.currentTarget.value })} style={{ flex: 1 }} />
          <NumberInput label="%" w={96} min={0} max={100} decimalScale={2} value={arm.percent ?? 0} onChange={(n) => set(i, { percent: Number(n) || 0 })} />
          {arms.length > 1 && (
            <ActionIcon variant="subtle" color="gray" mb={6} aria-label={t('Remove {what}', { what: arm.name ?? '' })} onClick={() => put(arms.filter((_, j) => j !== i))}>
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {sum !== 100 && (
        <Alert variant="outline" color="yellow">
          {t('The shares make {n} %, not 100 %.', { n: number(sum) })}
        </Alert>
      )}
      <Group gap="xs">
        <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => put([...arms, { name: String.fromCharCode(97 + (arms.length % 26)), percent: Math.max(0, 100 - sum), goto: END }])}>
          {t('Add a way')}
        </Button>
        <Button size="xs" variant="subtle" onClick={() => put(evenly(arms))}>
          {t('Share evenly')}
        </Button>
      </Group>
    </Stack>
  );
}

export function SplitForm({ step, change }: StepProps) {
  return <Shares arms={armsOf(step.split)} put={(split) => change({ ...step, split })} />;
}

export function ExperimentForm({ step, change }: StepProps) {
  const experiment = object(step.experiment);
  return (
    <Stack gap="sm">
      <TextInput
        label={t('Name of the experiment')}
        description={t('The same name gives a person the same way in every journey.')}
        required
        value={text(experiment.id)}
        onChange={(e) => change({ ...step, experiment: { ...experiment, id: e.currentTarget.value.toLowerCase().replace(/[^a-z0-9_-]+/g, '-') } })}
      />
      <Shares arms={armsOf(experiment.arms)} put={(arms) => change({ ...step, experiment: { ...experiment, arms } })} />
    </Stack>
  );
}

export function WinnerForm({ step, change, spec }: StepProps) {
  const winner = object(step.winner);
  const arms = armsOf(winner.arms);
  const put = (part: Obj) => change({ ...step, winner: { ...lean({ ...winner, ...part }), arms: part.arms ?? arms } });
  const sends = spec.steps.filter((s) => actionOf(s) === 'send').map((s) => s.id);
  const targets = [...spec.steps.filter((s) => s.id !== step.id).map((s) => ({ value: s.id, label: s.id })), { value: END, label: t('end') }];
  const free = sends.filter((id) => !arms.some((a) => a.step === id));
  return (
    <Stack gap="sm">
      <Text size="sm">{t('Waits until it is known which of these sends did best; then everybody goes that way.')}</Text>
      <Select
        label={t('Better is more')}
        allowDeselect={false}
        data={[
          { value: 'opens', label: t('opens') },
          { value: 'clicks', label: t('clicks') },
          { value: 'goals', label: t('goals reached') },
        ]}
        value={text(winner.metric) || 'opens'}
        onChange={(metric) => put({ metric })}
      />
      <MinimumInput value={winner.minimum} change={(minimum) => put({ minimum })} />
      {arms.map((arm, i) => (
        <Group key={i} wrap="nowrap" align="flex-end" gap="xs">
          <Select label={t('If this send wins')} data={[...new Set([...sends, arm.step ?? ''])].filter(Boolean)} value={arm.step ?? null} onChange={(v) => put({ arms: arms.map((a, j) => (j === i ? { ...a, step: v ?? '' } : a)) })} style={{ flex: 1 }} />
          <Select label={t('go to')} allowDeselect={false} data={targets} value={arm.goto ?? END} onChange={(v) => put({ arms: arms.map((a, j) => (j === i ? { ...a, goto: v ?? END } : a)) })} style={{ flex: 1 }} />
          <ActionIcon variant="subtle" color="gray" mb={6} aria-label={t('Remove {what}', { what: arm.step ?? '' })} onClick={() => put({ arms: arms.filter((_, j) => j !== i) })}>
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button size="xs" variant="default" disabled={free.length === 0} leftSection={<IconPlus size={14} />} onClick={() => put({ arms: [...arms, { step: free[0] ?? '', goto: free[0] ?? END }] })}>
        {t('Add a send to compare')}
      </Button>
    </Stack>
  );
}
