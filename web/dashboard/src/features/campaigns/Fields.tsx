/** What a campaign sends: a message, versions to compare, and once more to those who did not open. */
import { ActionIcon, Anchor, Button, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { object, type Obj, text, ValuesInput } from '@/features/journeys/forms/common';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { DurationInput } from '@/rules/ConditionFields';
import { parseDuration, printDuration } from '@/rules/print';

export function TemplateSelect({ label, channel, value, change, required = false, placeholder }: { label: string; channel: string; value: string; change: (id: string) => void; required?: boolean; placeholder?: string }) {
  const templates = (useResources('template').data ?? []).filter((x) => String(x.spec.channel ?? 'email') === channel);
  return (
    <div>
      <Select
        label={label}
        required={required}
        searchable
        clearable={!required}
        placeholder={placeholder}
        data={[...templates.map((x) => ({ value: x.id, label: `${String(x.spec.name ?? x.id)}${x.live_version ? '' : ` (${t('draft')})`}` })), ...(value && !templates.some((x) => x.id === value) ? [{ value, label: value }] : [])]}
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
  const put = (part: Obj) => change({ ...value, ...part });
  const set = (i: number, part: Obj) => put({ variants: variants.map((v, j) => (j === i ? { ...v, ...part } : v)) });
  const metric = text(value?.metric) || 'opens';
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
              <Select label={t('Better is more')} allowDeselect={false} data={[{ value: 'opens', label: t('opens') }, { value: 'clicks', label: t('clicks') }]} value={metric} onChange={(m) => put({ metric: m })} />
            </Group>
            <DurationInput label={t('Decided after')} ms={parseDuration(text(value.wait)) ?? 14_400_000} change={(ms) => put({ wait: printDuration(ms) })} />
          </Stack>
        </fieldset>
      )}
    </Stack>
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
