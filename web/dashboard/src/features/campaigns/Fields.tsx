/** What a campaign sends: a message, versions to compare, and once more to those who did not open. */
import { ActionIcon, Anchor, Button, Group, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EventInput, lean, MinimumInput, object, type Obj, text, ValuesInput, WhereInput } from '@/features/journeys/forms/common';
import { t } from '@/i18n';
import { useOffered } from '@/resources/useOffered';
import { DurationInput } from '@/rules/ConditionFields';
import { parseDuration, printDuration } from '@/rules/print';

export function TemplateSelect({ label, channel, value, change, required = false, placeholder }: { label: string; channel: string; value: string; change: (id: string) => void; required?: boolean; placeholder?: string }) {
  const templates = useOffered('template', value, { fits: (x) => String(x.spec.channel ?? 'email') === channel });
  return (
    <div>
      <Select
        label={label}
        required={required}
        {...templates.select}
        clearable={!required}
        placeholder={placeholder}
        value={value || null}
        onChange={(v) => change(v ?? '')}
        nothingFoundMessage={t('Nothing fits; make one under Content.')}
      />
      {value && (
        <Anchor size="sm" component={Link} to="/content/$id" params={{ id: value } as never}>
          {t('Open it')}
        </Anchor>
      )}
    </div>
  );
}

interface Variant extends Obj {
  name: string;
  template: string;
}

export function CompareFields({ value, channel, template, change }: { value: Obj | null; channel: string; template: string; change: (next: Obj | undefined) => void }) {
  const variants = (Array.isArray(value?.variants) ? value.variants : []) as Variant[];
  const put = (part: Obj) => change(lean({ ...value, ...part }));
  const set = (i: number, part: Obj) => put({ variants: variants.map((v, j) => (j === i ? { ...v, ...part } : v)) });
  const counted = typeof value?.metric === 'object' && value.metric !== null ? object(object(value.metric).event) : null;
  const metric = counted ? 'event' : text(value?.metric) || 'opens';
  const setEvent = (part: Obj) => put({ metric: { event: { ...lean({ ...counted, ...part }), name: part.name ?? counted?.name ?? '' } } });
  return (
    <Stack gap="sm">
      <Switch
        label={t('Try several versions first')}
        description={t('A part of the audience gets one of them each; the rest gets the one that did best.')}
        checked={value !== null}
        onChange={(e) => change(e.currentTarget.checked ? { variants: [{ name: 'a', template }, { name: 'b', template }], sample: 20, wait: '4h' } : undefined)}
      />
      {value && (
        <fieldset className="fieldset">
          <legend>{t('Versions')}</legend>
          <Stack gap="sm">
            {variants.map((v, i) => (
              <fieldset key={i} className="fieldset">
                <legend>{v.name}</legend>
                <Stack gap="xs">
                  <Group align="flex-end" wrap="nowrap">
                    <TextInput label={t('Name')} w={110} value={v.name} onChange={(e) => set(i, { name: e.currentTarget.value.toLowerCase().replace(/[^a-z0-9_-]+/g, '-') })} />
                    <div style={{ flex: 1 }}>
                      <TemplateSelect label={t('Message of version {name}', { name: v.name })} channel={channel} value={v.template} change={(id) => set(i, { template: id })} />
                    </div>
                    {variants.length > 2 && (
                      <ActionIcon variant="subtle" color="gray" mb={6} aria-label={t('Remove {what}', { what: v.name })} onClick={() => put({ variants: variants.filter((_, j) => j !== i) })}>
                        <IconTrash size={16} />
                      </ActionIcon>
                    )}
                  </Group>
                  <ValuesInput label={t('Its values')} description={t('Such as another subject.')} value={v.data} change={(values) => set(i, { data: values })} />
                </Stack>
              </fieldset>
            ))}
            <Button size="xs" variant="default" w="fit-content" leftSection={<IconPlus size={14} />} onClick={() => put({ variants: [...variants, { name: String.fromCharCode(97 + (variants.length % 26)), template }] })}>
              {t('Add a version')}
            </Button>
            <Group align="flex-end" grow>
              <NumberInput label={t('Part that tries')} suffix=" %" min={1} max={99} value={typeof value.sample === 'number' ? value.sample : 20} onChange={(n) => put({ sample: Number(n) || 20 })} />
              <Select
                label={t('Better is more')}
                allowDeselect={false}
                data={[
                  { value: 'opens', label: t('opens') },
                  { value: 'clicks', label: t('clicks') },
                  { value: 'goals', label: t('goals reached') },
                  { value: 'event', label: t('of an event') },
                ]}
                value={metric}
                onChange={(m) => (m === 'event' ? setEvent({}) : put({ metric: m }))}
              />
            </Group>
            {counted && (
              <>
                <EventInput label={t('Event that counts')} value={text(counted.name)} change={(name) => setEvent({ name })} />
                <WhereInput value={counted.where} change={(where) => setEvent({ where })} />
              </>
            )}
            {(counted || metric === 'goals') && (
              <Text size="xs" c="dimmed">
                {counted ? t('Counts once for everybody who does it after the message and before it is decided.') : t('Counts whoever reaches the goal of the campaign after the message and before it is decided.')}
              </Text>
            )}
            <MinimumInput value={value.minimum} change={(minimum) => put({ minimum })} />
            <DurationInput label={t('Decided after')} ms={parseDuration(text(value.wait)) ?? 14_400_000} change={(ms) => put({ wait: printDuration(ms) })} />
          </Stack>
        </fieldset>
      )}
    </Stack>
  );
}

/** Whether a schedule means more than one sending. */
export const comesRound = (schedule: unknown): boolean => 'cron' in object(schedule) || 'rrule' in object(schedule);

/** For how long a goal counts after the last message. */
export function GoalWithin({ goal, comesRound, change }: { goal: Obj; comesRound: boolean; change: (goal: Obj) => void }) {
  const days = parseDuration(text(goal.within));
  return (
    <>
      <Switch
        label={t('Counts for a time after the last message')}
        description={comesRound ? t('Whoever it still counts for is not of the next sending.') : t('Seven days, unless you say otherwise.')}
        checked={!comesRound || days !== null}
        disabled={!comesRound}
        onChange={(e) => change(lean({ ...goal, within: e.currentTarget.checked ? '1d' : undefined }))}
      />
      {(!comesRound || days !== null) && <DurationInput label={t('Counts for')} ms={days ?? 604_800_000} change={(ms) => change({ ...goal, within: printDuration(ms) })} />}
    </>
  );
}

/** Whether everybody gets it at the hour at which they react most. */
export function BestHour({ value, change }: { value: string; change: (next: string | undefined) => void }) {
  return (
    <>
      <Switch
        label={t('Everybody at their best hour')}
        description={t('The hour of the day at which they opened and clicked most; at most so long after it would have left.')}
        checked={value !== ''}
        onChange={(e) => change(e.currentTarget.checked ? '1d' : undefined)}
      />
      {value !== '' && <DurationInput label={t('Within')} ms={parseDuration(value) ?? 0} change={(ms) => change(printDuration(ms))} />}
    </>
  );
}

export function ResendFields({ value, change }: { value: Obj | null; change: (next: Obj | undefined) => void }) {
  const own = object(value);
  return (
    <Stack gap="sm">
      <Switch label={t('Once more to those who did not open')} checked={value !== null} onChange={(e) => change(e.currentTarget.checked ? { after: '3d' } : undefined)} />
      {value && (
        <>
          <DurationInput label={t('After')} ms={parseDuration(text(own.after)) ?? 0} change={(ms) => change({ ...own, after: printDuration(ms) })} />
          <TemplateSelect
            label={t('With another message')}
            placeholder={t('The same one')}
            channel="email"
            value={text(own.template)}
            change={(template) => {
              const { template: _, ...rest } = own;
              change(template ? { ...rest, template } : rest);
            }}
          />
        </>
      )}
    </Stack>
  );
}
