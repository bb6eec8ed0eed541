/** A value in the rule language: a count, a sum, a trait, a condition; with completion and what the server finds wrong. */
import { Input, Text } from '@mantine/core';
import { lazy, Suspense, useId } from 'react';
import { Loading } from '@/ui/bits';
import type { Mark } from '@/ui/CodeEditor';
import { useCompletion } from './useCompletion';

const CodeEditor = lazy(() => import('@/ui/CodeEditor').then((m) => ({ default: m.CodeEditor })));

export function ValueField({ label, description, value, onChange, marks }: { label: string; description?: string; value: string; onChange: (value: string) => void; marks: Mark[] }) {
  const source = useCompletion();
  const id = useId();
  return (
    <Input.Wrapper label={label} labelElement="div" description={description}>
      <Suspense fallback={<Loading rows={1} />}>
        <CodeEditor label={label} language="rule" value={value} onChange={onChange} complete={source} marks={marks} describedBy={id} placeholder={'events("Order Completed").sum("total")'} />
      </Suspense>
      <div id={id}>
        {marks.map((m) => (
          <Text key={m.message} size="sm" c="var(--mantine-color-error)" role="alert" mt={4}>
            {m.message}
          </Text>
        ))}
      </div>
    </Input.Wrapper>
  );
}
