/** A window with a form: Escape, a click beside it and its cross ask first when something was entered, so that a slip loses nothing. */
import { Button, Group, Modal, type ModalProps, Stack, Text } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { t } from '@/i18n';

/** What is chosen by a click, in lists that open elsewhere on the page too: React tells of it all the same. */
const CHOICES = '[role=option], [role=menuitem], [role=treeitem]';

interface Props extends Omit<ModalProps, 'opened'> {
  /** It works at what was entered, and stays until that is done. */
  busy?: boolean;
}

export function FormModal({ onClose, busy = false, children, ...rest }: Props) {
  const [touched, setTouched] = useState(false);
  const [asking, setAsking] = useState(false);
  const touch = () => setTouched(true);
  // Once this key is done with: the question would take the Escape that asks it for its own.
  const ask = () => setTimeout(() => setAsking(true));
  const chosen = (event: SyntheticEvent) => (event.target as Element).closest?.(CHOICES) && touch();
  return (
    <Modal {...rest} opened onClose={() => !busy && (touched ? ask() : onClose())} closeOnEscape={!asking} closeOnClickOutside={!asking}>
      {/* biome-ignore lint: it only listens to what its fields do */}
      <div onInput={touch} onClick={chosen}>
        {children}
      </div>
      <Modal opened={asking} onClose={() => setAsking(false)} zIndex={450} size="sm" title={t('Leave without saving?')}>
        <Stack>
          <Text size="sm">{t('What you entered here would be lost.')}</Text>
          <Group>
            <Button onClick={() => setAsking(false)} data-autofocus>
              {t('Go on editing')}
            </Button>
            <Button variant="default" color="red" onClick={onClose}>
              {t('Leave it')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Modal>
  );
}
