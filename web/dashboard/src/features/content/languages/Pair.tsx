/** A text of the original beside its translation. */
import { Text, Textarea } from '@mantine/core';
import { useId } from 'react';
import { t } from '@/i18n';
import { Beside } from '@/ui/Beside';

interface Props {
  label: string;
  /** The original and its language, as far as that is known. */
  original: string;
  language?: string | undefined;
  tag: string;
  missing: boolean;
  value: string;
  change: (text: string) => void;
  minRows?: number;
  error?: string | undefined;
}

/** The original of a text under its name. */
export function Original({ label, id, text, language }: { label: string; id?: string; text: string; language?: string | undefined }) {
  return (
    <>
      <Text component={id ? 'label' : 'span'} {...(id ? { htmlFor: id } : {})} size="sm" fw={600}>
        {label}
      </Text>
      <Text size="sm" dir="auto" {...(language ? { lang: language } : {})} style={{ whiteSpace: 'pre-line' }}>
        {text}
      </Text>
    </>
  );
}

export function Pair({ label, original, language, tag, missing, value, change, minRows = 1, error }: Props) {
  const id = useId();
  return (
    <Beside missing={missing} first={<Original label={label} id={id} text={original} language={language} />}>
      <Textarea id={id} autosize minRows={minRows} maxRows={16} lang={tag} dir="auto" placeholder={t('As in the original')} error={error} value={value} onChange={(e) => change(e.currentTarget.value)} />
    </Beside>
  );
}
