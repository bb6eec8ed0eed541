/** One text of the pages: what is built in on one side, what the workspace says on the other. */
import { Text, Textarea } from '@mantine/core';
import { useId } from 'react';
import { t } from '@/i18n';
import { languageName } from '@/i18n/tags';
import { Beside } from '@/ui/Beside';
import { type OwnWords, otherwise, ownOf, type PageText, unknownValues, unsaidValues } from './model';

/** Bytes of a text; the server refuses more. */
const MAX_BYTES = 1000;
const braces = (names: readonly string[]) => names.map((name) => `{${name}}`).join(', ');

interface Props {
  text: PageText;
  words: OwnWords;
  tag: string;
  isMissing: boolean;
  change: (said: string) => void;
  /** Somebody is at it: show the page it is on. */
  look: () => void;
}

export function WordField({ text, words, tag, isMissing, change, look }: Props) {
  const id = useId();
  const said = ownOf(words, tag)[text.name] ?? '';
  const stands = otherwise(words, text, tag);
  const unknown = unknownValues(text, said);
  const unsaid = unsaidValues(text, said);
  const tooLong = new TextEncoder().encode(said).length > MAX_BYTES;
  const error = tooLong ? t('At most {n} bytes.', { n: MAX_BYTES }) : unknown.length > 0 ? t('It is given no {values}.', { values: braces(unknown) }) : undefined;
  const about = [text.values.length > 0 ? t('Fills in {values}.', { values: braces(text.values) }) : '', unsaid.length > 0 ? t('Yours does not say {values}.', { values: braces(unsaid) }) : ''].filter(Boolean).join(' ');
  return (
    <Beside
      missing={isMissing}
      first={
        <>
          <Text component="label" htmlFor={id} size="sm" lang={stands.from} dir="auto">
            {stands.text}
          </Text>
          <Text size="xs" c="dimmed">
            {stands.from !== tag && `${languageName(stands.from)} · `}
            <span className="mono">{text.name}</span>
          </Text>
        </>
      }
    >
      <Textarea
        id={id}
        autosize
        minRows={1}
        maxRows={8}
        lang={tag}
        dir="auto"
        placeholder={isMissing ? t('Not written yet') : t('As it is')}
        {...(about ? { description: about } : {})}
        inputWrapperOrder={['input', 'description', 'error']}
        error={error}
        value={said}
        onChange={(e) => change(e.currentTarget.value)}
        onFocus={look}
      />
    </Beside>
  );
}
