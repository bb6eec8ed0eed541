/** A form for a document of any kind, made from its JSON Schema: for kinds without a form of their own. */
import { ActionIcon, Button, Group, MultiSelect, NumberInput, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { t } from '@/i18n';
import { languageName } from '@/i18n/tags';
import { JsonField } from './JsonField';
import { LanguageSelect } from './LanguageSelect';
import { useRows } from './useRows';
import { asList, fresh, inOrder, isClock, isOn, kindOf, resolve, type Schema } from './schema';

export type { Schema } from './schema';

type Value = Record<string, unknown>;

/** A field of one's own for members of a name, wherever they are. */
export type OwnField = ComponentType<{ label: string; schema: Schema; value: unknown; set: (next: unknown) => void }>;

export function SchemaForm({ schema, value, onChange, only, without = [], root = schema, own = NONE }: {
  schema: Schema;
  value: Value;
  onChange: (value: Value) => void;
  only?: string[];
  without?: string[];
  /** Where references lead. */
  root?: Schema;
  own?: Record<string, OwnField>;
}) {
  const names = (only ?? inOrder(schema)).filter((name) => !without.includes(name));
  const set = (name: string, next: unknown) => {
    const { [name]: _, ...rest } = value;
    onChange(next === undefined || next === '' ? rest : { ...rest, [name]: next });
  };
  return (
    <Stack gap="sm">
      {names.map((name) => (
        <Field
          key={name}
          name={name}
          label={labelOf(name)}
          schema={asList(resolve(schema.properties?.[name] ?? {}, root))}
          root={root}
          own={own}
          required={schema.required?.includes(name) ?? false}
          value={value[name]}
          set={(next) => set(name, next)}
        />
      ))}
    </Stack>
  );
}

/** What a member is called. */
function labelOf(name: string): string {
  const text = t(name.replaceAll('_', ' '));
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** What a value of a closed list is called. */
const wordOf = (value: unknown): string => t(String(value).replaceAll('_', ' '));
const choice = (value: unknown) => ({ value: String(value), label: wordOf(value) });

const NONE: Record<string, OwnField> = {};

interface FieldProps {
  name: string;
  label: string;
  schema: Schema;
  root: Schema;
  own: Record<string, OwnField>;
  required: boolean;
  value: unknown;
  set: (next: unknown) => void;
}

function Field({ name, label, schema: said, root, own, required, value, set }: FieldProps) {
  const schema = said.description ? { ...said, description: t(said.description) } : said;
  const about = { label, description: schema.description, required };
  const Own = own[name];
  if (Own) return <Own label={label} schema={schema} value={value} set={set} />;
  const kind = kindOf(schema);
  const standIn = schema.default === undefined ? '' : String(schema.default);
  if (schema.enum) {
    return <Select {...about} clearable={!required} placeholder={said.default === undefined ? '' : wordOf(said.default)} data={schema.enum.map(choice)} value={value === undefined ? null : String(value)} onChange={(next) => set(next ?? undefined)} />;
  }
  switch (kind) {
    case 'boolean':
      return <Switch label={label} description={schema.description} checked={value === undefined ? isOn(said) : value === true} onChange={(e) => set(e.currentTarget.checked)} />;
    case 'integer':
    case 'number':
      return (
        <NumberInput
          {...about}
          placeholder={standIn}
          {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
          {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => set(typeof next === 'number' ? next : undefined)}
        />
      );
    case 'string':
      return <TextField {...about} schema={schema} value={value} set={set} />;
    case 'object':
      if (schema.properties) {
        return (
          <fieldset className="fieldset">
            <legend>{label}</legend>
            <SchemaForm schema={schema} root={root} own={own} value={(value ?? {}) as Value} onChange={(next) => set(Object.keys(next).length > 0 ? next : undefined)} />
          </fieldset>
        );
      }
      if (typeof schema.additionalProperties === 'object' && kindOf(resolve(schema.additionalProperties, root)) === 'string') {
        return <Pairs label={label} value={(value ?? {}) as Record<string, string>} set={set} />;
      }
      if (typeof schema.additionalProperties === 'object') {
        const each = resolve(schema.additionalProperties, root);
        if (each.properties) return <Named name={name} label={label} description={schema.description} schema={each} root={root} own={own} value={(value ?? {}) as Record<string, Value>} set={set} />;
      }
      break;
    case 'array': {
      const items = resolve(schema.items ?? {}, root);
      const list = Array.isArray(value) ? (value as unknown[]) : value === undefined || value === null ? [] : [value];
      const put = (next: unknown[]) => set(next.length > 0 ? next : undefined);
      if (items.enum) return <MultiSelect {...about} clearable data={items.enum.map(choice)} value={list.map(String)} onChange={put} />;
      if (kindOf(items) === 'string') return <TagsInput {...about} value={list.map(String)} onChange={put} />;
      if (kindOf(items) === 'object' && items.properties) return <Items {...about} schema={items} root={root} own={own} max={schema.maxItems} value={list as Value[]} set={put} />;
      break;
    }
    default:
  }
  return <JsonField label={label} {...(schema.description ? { description: schema.description } : {})} value={value ?? null} onChange={(next) => set(next === null ? undefined : next)} />;
}

function TextField({ schema, value, set, ...about }: { schema: Schema; value: unknown; set: (next: unknown) => void; label: string; description: string | undefined; required: boolean }) {
  const text = typeof value === 'string' ? value : '';
  if ((schema.maxLength ?? 0) > 1000 && !schema.writeOnly) {
    return <Textarea {...about} autosize minRows={2} maxRows={16} dir="auto" value={text} onChange={(e) => set(e.currentTarget.value)} />;
  }
  return (
    <TextInput
      {...about}
      dir="auto"
      type={schema.writeOnly ? 'password' : isClock(schema) ? 'time' : 'text'}
      autoComplete={schema.writeOnly ? 'new-password' : 'off'}
      placeholder={schema.writeOnly && value !== undefined && typeof value !== 'string' ? t('kept, not shown') : schema.default === undefined ? '' : String(schema.default)}
      value={text}
      onChange={(e) => set(e.currentTarget.value)}
    />
  );
}

/** A list of things of one shape. */
function Items({ label, description, schema, root, own, max, value, set }: { label: string; description: string | undefined; schema: Schema; root: Schema; own: Record<string, OwnField>; max: number | undefined; value: Value[]; set: (next: Value[]) => void }) {
  return (
    <fieldset className="fieldset" aria-label={label}>
      <legend>{label}</legend>
      <Stack gap="sm">
        {description && <span className="field-about">{description}</span>}
        {value.map((item, i) => (
          <fieldset key={i} className="fieldset">
            <legend>
              {label} {i + 1}{' '}
              <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t('Remove {what}', { what: `${label} ${i + 1}` })} onClick={() => set(value.filter((_, j) => j !== i))}>
                <IconTrash size={14} />
              </ActionIcon>
            </legend>
            <SchemaForm schema={schema} root={root} own={own} value={item} onChange={(next) => set(value.map((v, j) => (j === i ? next : v)))} />
          </fieldset>
        ))}
        {(max === undefined || value.length < max) && (
          <Button size="xs" variant="default" w="fit-content" leftSection={<IconPlus size={14} />} onClick={() => set([...value, fresh(schema)])}>
            {t('Add to {list}', { list: label })}
          </Button>
        )}
      </Stack>
    </fieldset>
  );
}

/** Things of one shape by names of their own, or by languages. */
function Named({ name, label, description, schema, root, own, value, set }: { name: string; label: string; description: string | undefined; schema: Schema; root: Schema; own: Record<string, OwnField>; value: Record<string, Value>; set: (next: unknown) => void }) {
  const { rows, rename, set: write, remove, add, fault } = useRows(value, set);
  const byLanguage = name === 'translations';
  return (
    <fieldset className="fieldset" aria-label={label}>
      <legend>{label}</legend>
      <Stack gap="sm">
        {description && <span className="field-about">{description}</span>}
        {rows.map(([key, item], i) => (
          <fieldset key={i} className="fieldset">
            <legend>
              {byLanguage ? languageName(key) : key}{' '}
              <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t('Remove {what}', { what: byLanguage ? languageName(key) : key })} onClick={() => remove(i)}>
                <IconTrash size={14} />
              </ActionIcon>
            </legend>
            <Stack gap="sm">
              {!byLanguage && <TextInput label={t('Name')} value={key} error={fault(i)} onChange={(e) => rename(i, e.currentTarget.value)} />}
              <SchemaForm schema={schema} root={root} own={own} value={item} onChange={(next) => write(i, next)} />
            </Stack>
          </fieldset>
        ))}
        {byLanguage ? (
          <LanguageSelect key={rows.length} label={t('Add a language')} placeholder={t('French, pt-br…')} without={rows.map(([tag]) => tag)} value={null} onChange={(tag) => tag && add(tag, {})} />
        ) : (
          <Button size="xs" variant="default" w="fit-content" leftSection={<IconPlus size={14} />} onClick={() => add('name', fresh(schema))}>
            {t('Add to {list}', { list: label })}
          </Button>
        )}
      </Stack>
    </fieldset>
  );
}

/** Names with a text each. */
function Pairs({ label, value, set }: { label: string; value: Record<string, string>; set: (next: unknown) => void }) {
  const { rows, rename, set: write, remove, add, fault } = useRows(value, set);
  return (
    <fieldset className="fieldset">
      <legend>{label}</legend>
      <Stack gap="xs">
        {rows.map(([name, text], i) => (
          <Group key={i} wrap="nowrap" align="flex-start" gap="xs">
            <TextInput label={t('Name')} value={name} error={fault(i)} onChange={(e) => rename(i, e.currentTarget.value)} />
            <TextInput label={t('Value')} style={{ flex: 1 }} dir="auto" value={text} onChange={(e) => write(i, e.currentTarget.value)} />
            <ActionIcon variant="subtle" color="gray" mt={26} aria-label={t('Remove {what}', { what: name })} onClick={() => remove(i)}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Button size="xs" variant="default" w="fit-content" leftSection={<IconPlus size={14} />} onClick={() => add('name', '')}>
          {t('Add to {list}', { list: label })}
        </Button>
      </Stack>
    </fieldset>
  );
}
