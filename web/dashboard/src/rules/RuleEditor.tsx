/** A rule to write: by conditions or as text. Both show the same rule; the text is what is kept. */
import { SegmentedControl, Stack, Text } from '@mantine/core';
import { lazy, Suspense, useEffect, useId, useRef, useState } from 'react';
import { t } from '@/i18n';
import { Loading } from '@/ui/bits';
import { saidOfItem } from '@/ui/said';
import { Builder } from './Builder';
import { emptyGroup, fromBlocks, type Group, toBlocks, unfinishedIn } from './builder';
import { printExpr } from './print';
import { useCompletion } from './useCompletion';
import { blocksOf, marksOf, useRuleCheck } from './useRuleCheck';

const CodeEditor = lazy(() => import('@/ui/CodeEditor').then((m) => ({ default: m.CodeEditor })));

interface Props {
  value: string;
  onChange: (rule: string) => void;
  label: string;
  /** Told how many conditions are not finished: they are kept here, as long as it is mounted, and not in the rule. */
  left: (unfinished: number) => void;
}

export function RuleEditor({ value, onChange, label, left }: Props) {
  const [mode, setMode] = useState<'builder' | 'text'>('builder');
  const { report, settled } = useRuleCheck(value);
  const source = useCompletion();
  const faults = useId();
  const broken = value.trim() !== '' && settled && report !== undefined && blocksOf(report) === null;
  const shown = broken ? 'text' : mode;
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label={t('How to write it')}
        w="fit-content"
        size="xs"
        value={shown}
        onChange={(next) => setMode(next as 'builder' | 'text')}
        data={[
          { value: 'builder', label: t('Conditions'), disabled: broken },
          { value: 'text', label: t('Text') },
        ]}
      />
      {/* Not shown, it still has the conditions that are not finished. */}
      <div hidden={shown !== 'builder'}>
        <BuilderOf value={value} onChange={onChange} blocks={blocksOf(report)} settled={settled} left={left} />
      </div>
      {shown === 'text' && (
        <Suspense fallback={<Loading rows={2} />}>
          <CodeEditor
            label={label}
            language="rule"
            value={value}
            onChange={onChange}
            complete={source}
            marks={marksOf(report)}
            describedBy={faults}
            minHeight="5em"
            placeholder={'events("Order Completed").count() >= 2'}
          />
        </Suspense>
      )}
      <div id={faults}>
        {report?.problems.map((p, i) => (
          <Text key={i} size="sm" c="var(--mantine-color-error)" role="alert">
            {p.at}: {saidOfItem(p)}
          </Text>
        ))}
      </div>
      {report?.warnings.map((p, i) => (
        <Text key={i} size="xs" c="dimmed">
          {saidOfItem(p)}
        </Text>
      ))}
    </Stack>
  );
}

/** The builder keeps conditions that are not finished; they are in its tree, not in the rule. */
function BuilderOf({
  value,
  onChange,
  blocks,
  settled,
  left,
}: Pick<Props, 'value' | 'onChange' | 'left'> & {
  blocks: ReturnType<typeof blocksOf>;
  settled: boolean;
}) {
  const [tree, setTree] = useState<Group | null>(value.trim() === '' ? emptyGroup() : null);
  /** The text the tree stands for; another text came from elsewhere. */
  const made = useRef(value.trim() === '' ? '' : null as string | null);
  useEffect(() => {
    if (value.trim() === '' && made.current !== '') {
      made.current = '';
      setTree(emptyGroup());
    } else if (settled && blocks && value !== made.current) {
      made.current = value;
      setTree(fromBlocks(blocks));
    }
  }, [value, blocks, settled]);
  const unfinished = tree ? unfinishedIn(tree) : 0;
  useEffect(() => left(unfinished), [unfinished, left]);
  if (!tree) return <Loading rows={2} />;
  return (
    <Builder
      tree={tree}
      change={(next) => {
        setTree(next);
        const expr = toBlocks(next);
        // What is not finished is in the tree alone; a rule that says nothing is no rule.
        const text = 'const' in expr && expr.const ? '' : printExpr(expr);
        made.current = text;
        onChange(text);
      }}
    />
  );
}
