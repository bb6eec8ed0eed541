import { Button, type ButtonProps } from '@mantine/core';
import { useState } from 'react';
import { t } from '@/i18n';
import { copy } from './copy';

/** How long it says that it copied, milliseconds. */
const SAID_MS = 1_500;

/** Copies a text, and says so in its own place; `what` tells what it is where others stand beside it. */
export function CopyButton({ value, what, ...rest }: { value: string; what?: string } & ButtonProps) {
  const [copied, setCopied] = useState(false);
  const run = async () => {
    if (!(await copy(value))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  };
  return (
    <Button {...rest} {...(what ? { 'aria-label': t('Copy {what}', { what }) } : {})} onClick={() => void run()}>
      {copied ? t('Copied') : t('Copy')}
    </Button>
  );
}
