/** Copying a text, also where the browser's clipboard is not to be had: on plain HTTP there is none. */
import { Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { t } from '@/i18n';
import { notify } from './notify';

/** Copies what is selected in a field that is there for a moment. */
function copySelected(text: string): boolean {
  const before = document.activeElement as HTMLElement | null;
  const field = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
  field.style.cssText = 'position: fixed; opacity: 0;';
  // A window keeps the focus within.
  (before?.closest('[role=dialog]') ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    before?.focus();
  }
}

/** Copies a text. Where that is not allowed it is shown, to be copied by hand; the answer is false then. */
export async function copy(text: string): Promise<boolean> {
  const done = await (navigator.clipboard?.writeText(text).then(() => true, () => false) ?? false);
  if (done || copySelected(text)) return true;
  notifications.show({
    color: 'yellow',
    autoClose: false,
    role: 'alert',
    closeButtonProps: { 'aria-label': t('Close') },
    message: (
      <>
        <Text size="sm">{t('This browser does not let it be copied. Copy it by hand:')}</Text>
        <TextInput size="xs" mt={4} readOnly aria-label={t('To copy')} value={text} onFocus={(e) => e.currentTarget.select()} />
      </>
    ),
  });
  return false;
}

/** Copies a text, and says that it did. */
export const copyAndSay = async (text: string, said: string): Promise<void> => {
  if (await copy(text)) notify('good', said);
};
