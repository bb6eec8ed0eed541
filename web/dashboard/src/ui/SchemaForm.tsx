/** A form for a document of any kind, made from its JSON Schema: for kinds without a form of their own. */
import { NumberInput, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { t } from '@/i18n';
import { JsonField } from './JsonField';

export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  default?: unknown;
  description?: string;
  title?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  writeOnly?: boolean;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

type Value = Record<string, unknown>;

const kindOf = (schema: Schema): string => (Array.isArray(schema.type) ? (schema.type.find((x) => x !== 'null') ?? '') : (schema.type ?? ''));

export function SchemaForm({
  schema,
  value,
  onChange,
  only,
  without = [],
}: {
  schema: Schema;
  value: Value;
  onChange: (value: Value) => void;
  only?: string[];
  without?: string[];
}) {
  const names = (only ?? Object.keys(schema.properties ?? {})).filter((name) => !without.includes(name));
  const set = (name: string, next: unknown) => {
    const { [name]: _, ...rest } = value;
    onChange(next === undefined || next === '' ? rest : { ...rest, [name]: next });
  };
  return (
    <Stack gap="sm">
      {names.map((name) => (
        <Field key={name} name={name} schema={schema.properties?.[name] ?? {}} required={schema.required?.includes(name) ?? false} value={value[name]} set={(next) => set(name, next)} />
      ))}
    </Stack>
  );
}

function Field({ name, schema, required, value, set }: { name: string; schema: Schema; required: boolean; value: unknown; set: (next: unknown) => void }) {
  const label = t(name.replaceAll('_', ' '));
  const about = { label, description: schema.description, required };
  const kind = kindOf(schema);
  if (schema.enum) {
    return (
      <Select
        {...about}
        clearable={!required}
        placeholder={schema.default === undefined ? '' : String(schema.default)}
        data={schema.enum.map(String)}
        value={value === undefined ? null : String(value)}
        onChange={(next) => set(next ?? undefined)}
      />
    );
  }
  if (kind === 'boolean') {
    return <Switch label={label} description={schema.description} checked={value === undefined ? schema.default === true : value === true} onChange={(e) => set(e.currentTarget.checked)} />;
  }
  if (kind === 'integer' || kind === 'number') {
    return (
      <NumberInput
        {...about}
        placeholder={schema.default === undefined ? '' : String(schema.default)}
        {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
        {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
        value={typeof value === 'number' ? value : ''}
        onChange={(next) => set(typeof next === 'number' ? next : undefined)}
      />
    );
  }
  if (kind === 'object' && schema.properties) {
    return (
      <fieldset className="fieldset">
        <legend>{label}</legend>
        <SchemaForm schema={schema} value={(value ?? {}) as Value} onChange={(next) => set(Object.keys(next).length > 0 ? next : undefined)} />
      </fieldset>
    );
  }
  if (kind === 'string') {
    const long = (schema.maxLength ?? 0) > 1000 && !schema.writeOnly;
    const text = typeof value === 'string' ? value : '';
    if (long) return <Textarea {...about} autosize minRows={2} maxRows={16} dir="auto" value={text} onChange={(e) => set(e.currentTarget.value)} />;
    return (
      <TextInput
        {...about}
        dir="auto"
        type={schema.writeOnly ? 'password' : 'text'}
        autoComplete={schema.writeOnly ? 'new-password' : 'off'}
        placeholder={schema.writeOnly && value !== undefined && typeof value !== 'string' ? t('kept, not shown') : ''}
        value={text}
        onChange={(e) => set(e.currentTarget.value)}
      />
    );
  }
  return <JsonField label={label} {...(schema.description ? { description: schema.description } : {})} value={value ?? null} onChange={(next) => set(next === null ? undefined : next)} />;
}
