import { Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import { t } from '@/i18n';

/** Any JSON value as text; what cannot be read is kept and named, and changes nothing. */
export function JsonField({ label, value, onChange, description }: { label: string; value: unknown; onChange: (value: unknown) => void; description?: string }) {
  const printed = JSON.stringify(value, null, 2);
  const [text, setText] = useState(printed);
  const [error, setError] = useState<string | null>(null);
  // biome-ignore lint: only another value from outside replaces what is written
  useEffect(() => {
    try {
      if (JSON.stringify(JSON.parse(text)) === JSON.stringify(value)) return;
    } catch {
      return;
    }
    setText(printed);
    setError(null);
  }, [printed]);
  return (
    <Textarea
      label={label}
      description={description}
      autosize
      minRows={3}
      maxRows={18}
      classNames={{ input: 'mono' }}
      value={text}
      error={error}
      onChange={(e) => {
        const next = e.currentTarget.value;
        setText(next);
        try {
          onChange(JSON.parse(next));
          setError(null);
        } catch (problem) {
          setError(t('This is no JSON yet: {why}', { why: problem instanceof Error ? problem.message : '' }));
        }
      }}
    />
  );
}
