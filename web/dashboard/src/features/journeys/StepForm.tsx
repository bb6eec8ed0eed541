/** The content of a step, by its action. */
import { ActionIcon, Anchor, Autocomplete, Button, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { catalogueQuery } from '@/api/queries';
import { parseValue, printValue } from '@/features/customers/traits';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { DurationInput } from '@/rules/ConditionFields';
import { parseDuration, printDuration } from '@/rules/print';
import { RuleField } from '@/rules/RuleField';
import { JsonField } from '@/ui/JsonField';
import { actionOf, END, type JourneySpec, type Step } from './graph';

type Obj = Record<string, unknown>;
interface Props {
  step: Step;
  change: (step: Step) => void;
  spec: JourneySpec;
}

const object = (value: unknown): Obj => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Obj) : {});
/** Without members that say nothing. */
const lean = (value: Obj): Obj => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined && v !== ''));

export function StepForm(props: Props) {
  const { step, change } = props;
  const action = actionOf(step);
  switch (action) {
    case 'send':
      return <SendForm {...props} />;
    case 'wait':
      return <WaitForm {...props} />;
    case 'branch':
      return <BranchForm {...props} />;
    case 'split':
      return <SplitForm {...props} />;
    case 'update':
      return <UpdateForm {...props} />;
    case 'exit':
      return <TextInput label={t('Reason')} value={String(step.exit ?? '')} onChange={(e) => change({ ...step, exit: e.currentTarget.value })} />;
    case 'jump':
    case null:
      return null;
    default:
      return <JsonField label={t('Details')} value={step[action]} onChange={(next) => change({ ...step, [action]: next })} />;
  }
}

function SendForm({ step, change }: Props) {
  const send = object(step.send);
  const templates = useResources('template').data ?? [];
  const topics = useResources('topic').data ?? [];
  const put = (part: Obj) => change({ ...step, send: { ...lean({ ...send, ...part }), channel: part.channel ?? send.channel, template: part.template ?? send.template ?? '' } });
  const channel = String(send.channel ?? 'email');
  const fits = templates.filter((x) => String(x.spec.channel ?? 'email') === channel);
  const template = String(send.template ?? '');
  const channels = [...new Set(['email', ...templates.map((x) => String(x.spec.channel ?? 'email')), channel])];
  return (
    <Stack gap="sm">
      <Select label={t('Channel')} allowDeselect={false} data={channels} value={channel} onChange={(v) => put({ channel: v, template: '' })} />
      <Select
        label={t('What to send')}
        required
        searchable
        data={[
          ...fits.map((x) => ({ value: x.id, label: `${String(x.spec.name ?? x.id)}${x.live_version ? '' : ` (${t('draft')})`}` })),
          ...(template && !fits.some((x) => x.id === template) ? [{ value: template, label: template }] : []),
        ]}
        value={template || null}
        onChange={(v) => put({ template: v ?? '' })}
        nothingFoundMessage={t('Nothing fits; make one under Content.')}
      />
      {template && (
        <Anchor size="sm" component={Link} to="/content/$id" params={{ id: template } as never}>
          {t('Open it')}
        </Anchor>
      )}
      <Select
        label={t('Topic')}
        description={t('What customers can leave; that of the template when empty.')}
        clearable
        data={topics.map((x) => ({ value: x.id, label: String(x.spec.name ?? x.id) }))}
        value={String(send.topic ?? '') || null}
        onChange={(v) => put({ topic: v ?? undefined })}
      />
      <Switch
        label={t('They asked for it')}
        description={t('Passes consent and quiet hours; must not advertise.')}
        checked={send.transactional === true}
        onChange={(e) => put({ transactional: e.currentTarget.checked || undefined })}
      />
      <TextInput
        label={t('Worth sending for')}
        description={t('Such as 12h or 3d; three days when empty.')}
        value={String(send.expires ?? '')}
        error={send.expires && parseDuration(String(send.expires)) === null ? t('Such as 30m, 12h or 3d.') : null}
        onChange={(e) => put({ expires: e.currentTarget.value || undefined })}
      />
    </Stack>
  );
}

function WaitForm({ step, change }: Props) {
  const raw = step.wait;
  const wait = typeof raw === 'string' ? { for: raw } : object(raw);
  const events = (useQuery(catalogueQuery).data?.events ?? []).map((e) => e.name);
  const kind = 'event' in wait ? 'event' : 'date' in wait ? 'date' : 'best_hour' in wait ? 'best_hour' : 'time';
  const put = (next: Obj) => {
    const kept = lean(next);
    change({ ...step, wait: Object.keys(kept).join() === 'for' ? kept.for : kept });
  };
  const ms = parseDuration(String(wait.for ?? '')) ?? 0;
  return (
    <Stack gap="sm">
      <Select
        label={t('Wait')}
        allowDeselect={false}
        data={[
          { value: 'time', label: t('for a time') },
          { value: 'event', label: t('for an event') },
          ...(kind === 'date' || kind === 'best_hour' ? [{ value: kind, label: t(kind) }] : []),
        ]}
        value={kind}
        onChange={(k) => put(k === 'event' ? { event: { name: '' }, for: '3d' } : { for: '1d' })}
      />
      {kind === 'event' && (
        <Autocomplete
          label={t('Event')}
          data={events}
          limit={100}
          value={String(object(wait.event).name ?? '')}
          onChange={(name) => put({ ...wait, event: { ...object(wait.event), name } })}
        />
      )}
      {(kind === 'time' || kind === 'event') && (
        <DurationInput label={kind === 'event' ? t('At most') : t('For')} ms={ms} change={(next) => put({ ...wait, for: printDuration(next) })} />
      )}
      {kind === 'time' && (
        <TextInput
          label={t('Then until')}
          type="time"
          description={t('The next time a clock at the customer’s shows this; empty: go on at once.')}
          value={String(wait.until ?? '')}
          onChange={(e) => put({ ...wait, until: e.currentTarget.value || undefined })}
        />
      )}
      {(kind === 'date' || kind === 'best_hour') && <JsonField label={t('Details')} value={wait} onChange={(next) => put(object(next))} />}
    </Stack>
  );
}

interface Arm extends Obj {
  when?: string;
  goto?: string;
  name?: string;
  percent?: number;
}

function BranchForm({ step, change }: Props) {
  const arms = Array.isArray(step.branch) ? (step.branch as Arm[]) : [];
  const put = (next: Arm[]) => change({ ...step, branch: next });
  return (
    <Stack gap="sm">
      {arms.map((arm, i) => (
        <Group key={i} align="flex-start" wrap="nowrap">
          <div style={{ flex: 1, minWidth: 0 }}>
            <RuleField
              label={t('Way {n}: when', { n: i + 1 })}
              value={arm.when ?? ''}
              onChange={(when) => put(arms.map((a, j) => (j === i ? { ...a, when } : a)))}
            />
          </div>
          {arms.length > 1 && (
            <ActionIcon variant="subtle" color="gray" aria-label={t('Remove {what}', { what: t('Way {n}', { n: i + 1 }) })} onClick={() => put(arms.filter((_, j) => j !== i))}>
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => put([...arms, { when: '', goto: END }])}>
        {t('Add a way')}
      </Button>
    </Stack>
  );
}

function SplitForm({ step, change }: Props) {
  const arms = Array.isArray(step.split) ? (step.split as Arm[]) : [];
  const put = (next: Arm[]) => change({ ...step, split: next });
  const set = (i: number, part: Arm) => put(arms.map((a, j) => (j === i ? { ...a, ...part } : a)));
  return (
    <Stack gap="xs">
      {arms.map((arm, i) => (
        <Group key={i} wrap="nowrap" align="flex-end">
          <TextInput label={t('Name')} value={arm.name ?? ''} onChange={(e) => set(i, { name: e.currentTarget.value })} />
          <NumberInput label="%" w={90} min={0} max={100} value={arm.percent ?? 0} onChange={(n) => set(i, { percent: Number(n) || 0 })} />
          {arms.length > 1 && (
            <ActionIcon variant="subtle" color="gray" mb={6} aria-label={t('Remove {what}', { what: arm.name ?? '' })} onClick={() => put(arms.filter((_, j) => j !== i))}>
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => put([...arms, { name: String.fromCharCode(97 + arms.length), percent: 0, goto: END }])}>
        {t('Add a way')}
      </Button>
    </Stack>
  );
}

function UpdateForm({ step, change }: Props) {
  const update = object(step.update);
  const rows = Object.entries(object(update.set));
  const unset = Array.isArray(update.unset) ? (update.unset as string[]) : [];
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  const put = (set: [string, unknown][], gone: string[]) =>
    change({ ...step, update: { ...(set.length > 0 || gone.length === 0 ? { set: Object.fromEntries(set) } : {}), ...(gone.length > 0 ? { unset: gone } : {}) } });
  return (
    <Stack gap="xs">
      {rows.map(([name, value], i) => (
        <Group key={i} wrap="nowrap" align="flex-end">
          <Autocomplete label={t('Trait')} data={traits} limit={50} value={name} onChange={(v) => put(rows.map((r, j) => (j === i ? [v, r[1]] : r)), unset)} />
          <TextInput label={t('Value')} value={printValue(value)} onChange={(e) => put(rows.map((r, j) => (j === i ? [r[0], parseValue(e.currentTarget.value) ?? ''] : r)), unset)} />
          <ActionIcon variant="subtle" color="gray" mb={6} aria-label={t('Remove {what}', { what: name })} onClick={() => put(rows.filter((_, j) => j !== i), unset)}>
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => put([...rows, [`trait${rows.length + 1}`, true]], unset)}>
        {t('Set a trait')}
      </Button>
      {unset.length > 0 && <JsonField label={t('Traits removed')} value={unset} onChange={(next) => Array.isArray(next) && put(rows, next as string[])} />}
    </Stack>
  );
}
