import { Group, Text, Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import { t } from '@/i18n';
import { useUnfinished } from './unfinished';

interface Props {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
  description?: string;
  /** Why a value that can be read is not one for this field. */
  refuses?: (value: unknown) => string | null;
  /** What is written and cannot be taken, where somebody keeps it while the field is not shown. */
  unread?: [text: string | null, set: (text: string | null) => void];
}

/** Any JSON value as text; what cannot be taken is kept and named, changes nothing, and lets nothing be saved. */
export function JsonField({ label, value, onChange, description, refuses, unread: kept }: Props) {
  const printed = JSON.stringify(value, null, 2);
  const own = useState<string | null>(null);
  const [unread, setUnread] = kept ?? own;
  const [text, setText] = useState(printed);
  // biome-ignore lint: only another value from outside replaces what is written
  useEffect(() => {
    if (JSON.stringify(JSON.parse(text)) !== JSON.stringify(value)) setText(printed);
  }, [printed]);
  useUnfinished(unread === null ? null : t('{field} cannot be read yet.', { field: label }));
  const write = (next: string) => {
    const [read, why] = readJson(next, refuses);
    setUnread(why === null ? null : next);
    if (why !== null) return;
    setText(next);
    onChange(read);
  };
  return (
    <div>
      <Textarea
        label={label}
        description={description}
        autosize
        minRows={3}
        maxRows={18}
        classNames={{ input: 'mono' }}
        value={unread ?? text}
        error={unread === null ? null : readJson(unread, refuses)[1]}
        onChange={(e) => write(e.currentTarget.value)}
      />
      {unread !== null && (
        <Group gap="xs" mt={4}>
          <Text size="xs">{t('Nothing is saved until it can be read.')}</Text>
          <button type="button" className="text-button" onClick={() => setUnread(null)}>
            {t('Show what is there')}
          </button>
        </Group>
      )}
    </div>
  );
}

/** The value of a text, or why it is none. */
function readJson(text: string, refuses: Props['refuses']): [value: unknown, why: string | null] {
  try {
    const value: unknown = JSON.parse(text);
    return [value, refuses?.(value) ?? null];
  } catch (problem) {
    return [undefined, t('This is no JSON yet: {why}', { why: problem instanceof Error ? problem.message : '' })];
  }
}
