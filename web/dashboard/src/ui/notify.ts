import { notifications } from '@mantine/notifications';
import { t } from '@/i18n';
import { lineOf } from './said';

/** Says briefly how something went. */
export function notify(how: 'good' | 'bad', message: string): void {
  notifications.show({
    message,
    color: how === 'good' ? 'green' : 'red',
    autoClose: how === 'good' ? 4_000 : 10_000,
    closeButtonProps: { 'aria-label': t('Close') },
    role: how === 'good' ? 'status' : 'alert',
  });
}

/** Says how it failed. */
export function notifyError(error: unknown): void {
  notify('bad', lineOf(error));
}
