import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { t } from '@/i18n';
import { notifyError } from './notify';

/** How long one may change one's mind, milliseconds. */
const SHOWN_MS = 12_000;

/** Says that something was done, with a button that takes it back. */
export function notifyUndo(message: string, undo: () => Promise<unknown>): void {
  const id = notifications.show({
    color: 'green',
    autoClose: SHOWN_MS,
    closeButtonProps: { 'aria-label': t('Close') },
    role: 'status',
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(id);
            void undo().catch(notifyError);
          }}
        >
          {t('Undo')}
        </Button>
      </Group>
    ),
  });
}
