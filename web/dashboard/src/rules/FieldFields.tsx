/** Fields several kinds of conditions have: a test of a field, and one of a number. */
import { Autocomplete, NumberInput, Select, TagsInput } from '@mantine/core';
import { useState } from 'react';
import { t } from '@/i18n';
import { type FieldCondition, type FieldTest, takesList } from './builder';
import type { Literal, Op } from './ir';
import { useValues, type ValuesOf } from './values';

const TESTS: [FieldTest, string][] = [
  ['==', 'is'],
  ['!=', 'is not'],
  ['>', 'is more than'],
  ['>=', 'is at least'],
  ['<', 'is less than'],
  ['<=', 'is at most'],
  ['in', 'is one of'],
  ['equals_ignore_case', 'is, whatever the capitals'],
  ['contains', 'contains'],
  ['contains_any', 'contains one of'],
  ['contains_all', 'contains all of'],
  ['starts_with', 'begins with'],
  ['ends_with', 'ends with'],
  ['matches', 'matches (regex)'],
  ['has', 'is known'],
  ['missing', 'is not known'],
];

/** Text as the value it looks like: `12` is a number, `true` a boolean, `"12"` the text. */
function literalOf(text: string): Literal {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  if (trimmed === 'null') return null;
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  if (/^".*"$/.test(trimmed)) {
    try {
      return JSON.parse(trimmed) as string;
    } catch {
      return text;
    }
  }
  return text;
}

function textOf(value: Literal): string {
  if (typeof value !== 'string') return String(value);
  return typeof literalOf(value) === 'string' ? value : JSON.stringify(value);
}

/** A test of a field: which, how, against what; parts of a row. `names` are those it may be of, `of` says whose values it has. */
export function FieldFields({ condition, change, names, label, of = () => null }: { condition: FieldCondition; change: (next: FieldCondition) => void; names: string[]; label: string; of?: (name: string) => ValuesOf | null }) {
  // A name that is still being typed has no values.
  const [tag, setTag] = useState('');
  const typed = takesList(condition.test) ? tag : Array.isArray(condition.value) || condition.value === null ? '' : String(condition.value);
  const values = useValues(names.includes(condition.name) ? of(condition.name) : null, typed);
  const known = [...new Set(values.map(textOf))];
  const list = Array.isArray(condition.value);
  const retest = (test: FieldTest) => {
    const value: Literal | Literal[] = takesList(test) ? (list ? condition.value : condition.value === '' ? [] : [condition.value as Literal]) : list ? ((condition.value as Literal[])[0] ?? '') : condition.value;
    change({ ...condition, test, value: test === 'has' || test === 'missing' ? null : (value ?? '') });
  };
  return (
    <>
      <Autocomplete
        size="xs"
        label={label}
        data={names}
        limit={50}
        value={condition.name}
        onChange={(name) => change({ ...condition, name })}
        style={{ minWidth: 150 }}
      />
      <Select
        size="xs"
        label={t('Test')}
        allowDeselect={false}
        data={TESTS.map(([value, text]) => ({ value, label: t(text) }))}
        value={condition.test}
        onChange={(v) => retest(v as FieldTest)}
        w={150}
      />
      {takesList(condition.test) ? (
        <TagsInput
          size="xs"
          label={t('Values')}
          data={known}
          searchValue={tag}
          onSearchChange={setTag}
          limit={100}
          value={(Array.isArray(condition.value) ? condition.value : []).map(textOf)}
          onChange={(values) => change({ ...condition, value: values.map(literalOf) })}
          style={{ minWidth: 180, flex: 1 }}
        />
      ) : condition.test === 'has' || condition.test === 'missing' ? null : (
        <Autocomplete
          size="xs"
          label={t('Value')}
          data={known}
          limit={100}
          dir="auto"
          value={Array.isArray(condition.value) ? '' : textOf(condition.value)}
          onChange={(text) => change({ ...condition, value: literalOf(text) })}
          style={{ minWidth: 120, flex: 1 }}
        />
      )}
    </>
  );
}

const OPS: [Op, string][] = [
  ['>=', 'at least'],
  ['>', 'more than'],
  ['<=', 'at most'],
  ['<', 'less than'],
  ['==', 'exactly'],
  ['!=', 'not'],
];

/** How a number is compared, and with what. */
export function NumberTest({ op, value, change }: { op: Op; value: number; change: (part: { op: Op } | { value: number }) => void }) {
  return (
    <>
      <Select
        size="xs"
        label={t('Compared')}
        allowDeselect={false}
        w={110}
        data={OPS.map(([op, text]) => ({ value: op, label: t(text) }))}
        value={op}
        onChange={(v) => change({ op: v as Op })}
      />
      <NumberInput size="xs" label={t('Number')} w={100} value={value} onChange={(v) => change({ value: typeof v === 'number' ? v : Number(v) || 0 })} />
    </>
  );
}
