/** A mail's body, by blocks, by code, or by both beside each other. */
import { Alert, Button, Group, Paper, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, useEffect } from 'react';
import { t } from '@/i18n';
import { Loading } from '@/ui/bits';
import { AddBlock } from './AddBlock';
import { at, elementAt, type Parsed, type Path, removeNode, walk } from './mjml';
import { Outline } from './Outline';
import { type Piece, put } from './place';
import { type Brand, Properties } from './Properties';

const CodeEditor = lazy(() => import('@/ui/CodeEditor').then((m) => ({ default: m.CodeEditor })));

export type View = 'blocks' | 'code' | 'both';

export function EmailEditor({ text, parsed, change, chosen, choose, view, setView, brand }: {
  text: string;
  parsed: Parsed;
  change: (text: string) => void;
  chosen: Path | null;
  choose: (path: Path | null) => void;
  view: View;
  setView: (view: View) => void;
  brand: Brand;
}) {
  const wide = useMediaQuery('(min-width: 75em)') ?? false;
  const { root, problem } = parsed;
  const shown = !wide && view === 'both' ? 'blocks' : view;
  const node = root && chosen ? at(root, chosen) : null;
  const bodyPath = root ? (walk(root).find((x) => x.node.kind === 'element' && x.node.tag === 'mj-body')?.path ?? null) : null;
  const settings = chosen ?? bodyPath;
  const element = root && settings ? elementAt(root, settings) : null;
  // What was chosen may be gone: undone, or written away in the code.
  useEffect(() => {
    if (root && chosen && !node) choose(null);
  }, [root, chosen, node, choose]);
  const add = (piece: Piece) => {
    const made = root && put(text, root, chosen, piece);
    if (!made) return;
    change(made.text);
    choose(made.path);
  };
  const remove = () => {
    if (!node) return;
    choose(null);
    change(removeNode(text, node));
  };
  const blocks = (
    <Stack gap="sm">
      {root ? (
        <>
          <Group justify="space-between" gap="xs">
            <AddBlock add={add} />
            {chosen && (
              <Button size="xs" variant="subtle" onClick={() => choose(null)}>
                {t('Settings of the whole mail')}
              </Button>
            )}
          </Group>
          <Outline text={text} root={root} chosen={chosen} change={change} choose={choose} />
          <Text size="xs" c="dimmed">
            {t('Drag blocks, or move the chosen one with Alt and the arrow keys.')}
          </Text>
          {element && settings ? (
            <Paper withBorder p="sm">
              <Properties text={text} element={element} path={settings} change={change} choose={choose} remove={remove} brand={brand} />
            </Paper>
          ) : (
            node?.kind === 'loose' && (
              <Paper withBorder p="sm">
                <Text size="sm">{t('Liquid decides here whether what follows is shown. Change it in the code; it moves like a block.')}</Text>
                <Button mt="xs" size="xs" variant="default" onClick={remove}>
                  {t('Remove')}
                </Button>
              </Paper>
            )
          )}
        </>
      ) : (
        <Alert variant="outline" color="yellow" title={t('This cannot be shown as blocks')}>
          {problem ? t('Line {line}: {message}', { line: problem.line, message: t(problem.message) }) : ''}
          <Button mt="xs" size="xs" variant="default" onClick={() => setView('code')}>
            {t('See the code')}
          </Button>
        </Alert>
      )}
    </Stack>
  );
  const code = (
    <Suspense fallback={<Loading rows={8} />}>
      <CodeEditor
        label="MJML"
        language="html"
        value={text}
        onChange={change}
        minHeight="24em"
        maxHeight="72vh"
        reveal={node ? { from: node.from, to: node.to } : undefined}
        {...(problem ? { marks: [{ line: problem.line, message: problem.message, severity: 'error' as const }] } : {})}
      />
    </Suspense>
  );
  return (
    <Stack gap="sm">
      <SegmentedControl
        size="xs"
        w="fit-content"
        aria-label={t('Edit as')}
        value={shown}
        onChange={(next) => setView(next as View)}
        data={[
          { value: 'blocks', label: t('Blocks') },
          { value: 'code', label: t('Code') },
          ...(wide ? [{ value: 'both', label: t('Beside each other') }] : []),
        ]}
      />
      {shown === 'both' ? (
        <div className="beside">
          {blocks}
          {code}
        </div>
      ) : shown === 'code' ? (
        code
      ) : (
        blocks
      )}
    </Stack>
  );
}
