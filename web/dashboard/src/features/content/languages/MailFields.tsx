/** A mail in another language: subject, the line beside it, the body piece by piece, the text part. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { t, tn } from '@/i18n';
import type { Spec } from '@/resources/useResource';
import { Loading } from '@/ui/bits';
import { Beside } from '@/ui/Beside';
import { useMayEdit } from '@/ui/Editable';
import { Section } from '@/ui/Section';
import { RichText } from '../email/RichText';
import { Original, Pair } from './Pair';
import { aligned, begun, isLeft, type Piece, plain, putPiece } from './pieces';
import { ownOf } from './translations';

const CodeEditor = lazy(() => import('@/ui/CodeEditor').then((m) => ({ default: m.CodeEditor })));

interface Props {
  spec: Spec;
  tag: string;
  lacks: readonly string[];
  put: (part: Spec) => void;
}

const textOf = (of: Spec, name: string): string => (typeof of[name] === 'string' ? (of[name] as string) : '');

export function MailFields({ spec, tag, lacks, put }: Props) {
  const own = ownOf(spec, tag);
  const language = textOf(spec, 'language') || undefined;
  const line = (name: string, label: string) =>
    (textOf(spec, name) || textOf(own, name)) && (
      <Pair label={label} original={textOf(spec, name)} language={language} tag={tag} missing={lacks.includes(name)} value={textOf(own, name)} change={(text) => put({ [name]: text.replace(/\s*\n\s*/g, ' ') })} />
    );
  const hasBody = own.mjml !== undefined || own.html !== undefined;
  return (
    <Stack>
      {line('subject', t('Subject'))}
      {line('preheader', t('Preview text'))}
      <Body spec={spec} own={own} tag={tag} put={put} />
      {(textOf(spec, 'text') || textOf(own, 'text')) && (
        <Pair label={t('Text part')} original={textOf(spec, 'text') || t('Empty: made from the body.')} language={language} tag={tag} missing={!hasBody && lacks.includes('body')} value={textOf(own, 'text')} change={(text) => put({ text })} minRows={3} />
      )}
    </Stack>
  );
}

function Body({ spec, own, tag, put }: { spec: Spec; own: Spec; tag: string; put: (part: Spec) => void }) {
  const mayEdit = useMayEdit();
  const [code, setCode] = useState(false);
  const kind = own.mjml !== undefined ? 'mjml' : own.html !== undefined ? 'html' : null;
  const source = spec.mjml !== undefined ? 'mjml' : 'html';
  const original = textOf(spec, source);
  const begin = () => put(source === 'mjml' ? { mjml: begun(original, tag), html: undefined } : { html: original, mjml: undefined });
  if (kind === null) {
    return (
      <Section title={t('Body')}>
        <Text size="sm">{t('As in the original.')}</Text>
        {mayEdit && original && (
          <Button variant="default" w="fit-content" onClick={begin}>
            {t('Translate the body')}
          </Button>
        )}
      </Section>
    );
  }
  const text = textOf(own, kind);
  const pairs = kind === 'mjml' && source === 'mjml' ? aligned(original, text) : null;
  const change = (next: string) => put({ [kind]: next });
  const left = pairs?.filter(isLeft).length ?? 0;
  return (
    <Section title={t('Body')}>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {pairs && (left > 0 ? tn(left, 'One text is as in the original.', '{n} texts are as in the original.') : t('Every text is translated.'))}
        </Text>
        {mayEdit && (
          <Group gap="xs">
            {pairs && (
              <Button size="xs" variant="default" aria-pressed={code} onClick={() => setCode(!code)}>
                {t('Code')}
              </Button>
            )}
            <Button size="xs" variant="default" onClick={() => put({ mjml: undefined, html: undefined })}>
              {t('As in the original')}
            </Button>
          </Group>
        )}
      </Group>
      {!pairs && kind === 'mjml' && source === 'mjml' && (
        <Alert variant="outline" color="yellow" title={t('It is built otherwise than the original')}>
          <Stack gap="xs" align="flex-start">
            <Text size="sm">{t('Blocks came or went in one of the two, so they cannot stand beside each other. Here is its code.')}</Text>
            {mayEdit && (
              <Button size="xs" variant="default" onClick={begin}>
                {t('Begin anew with the original')}
              </Button>
            )}
          </Stack>
        </Alert>
      )}
      {pairs && !code ? (
        pairs.map((pair, i) => <PiecePair key={pair[0].path.join('.') + (pair[0].attribute ?? '')} n={i + 1} pair={pair} tag={tag} language={textOf(spec, 'language') || undefined} change={(next) => change(putPiece(text, pair[1], next))} />)
      ) : (
        <Suspense fallback={<Loading rows={8} />}>
          <CodeEditor readOnly={!mayEdit} label={t('Body')} language="html" value={text} onChange={change} minHeight="24em" />
        </Suspense>
      )}
    </Section>
  );
}

/** What pieces are called. */
const PIECES: Record<string, { title: string }> = {
  'mj-text': { title: 'Text' },
  'mj-button': { title: 'Button' },
  'mj-table': { title: 'Table' },
  'mj-title': { title: 'Title' },
  'mj-preview': { title: 'Preview text' },
  'mj-image': { title: 'What the picture shows' },
};

function PiecePair({ n, pair, tag, language, change }: { n: number; pair: [Piece, Piece]; tag: string; language: string | undefined; change: (text: string) => void }) {
  const [original, own] = pair;
  const label = `${n} · ${t((original.attribute ? PIECES['mj-image'] : PIECES[original.tag])?.title ?? 'Text')}`;
  const shown = original.attribute ? original.text : plain(original.text);
  if (original.tag === 'mj-text') {
    return (
      <Beside missing={isLeft(pair)} first={<Original label={label} text={shown} language={language} />}>
        <div lang={tag}>
          <RichText label={label} value={own.text} onChange={change} />
        </div>
      </Beside>
    );
  }
  return <Pair label={label} original={shown} language={language} tag={tag} missing={isLeft(pair)} value={own.text} change={change} />;
}
