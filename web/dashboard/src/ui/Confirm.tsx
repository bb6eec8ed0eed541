import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { t } from '@/i18n';

/** A button for what cannot be undone: it asks first. */
export function Confirm({ title, text, action, run, size = 'compact-xs' }: { title: string; text: string; action: string; run: () => Promise<unknown> | void; size?: string }) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  return (
    <>
      <Button size={size} variant="default" onClick={() => setOpen(true)}>
        {action}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={title}>
        <Stack>
          <Text size="sm">{text}</Text>
          <Group>
            <Button
              color="red"
              loading={busy}
              onClick={async () => {
                setBusy(true);
                await run();
                setBusy(false);
                setOpen(false);
              }}
            >
              {action}
            </Button>
            <Button variant="default" onClick={() => setOpen(false)} data-autofocus>
              {t('Cancel')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
