import { Button, Group } from '@mantine/core';
import { t } from '@/i18n';
import { Problem } from './bits';

/** The foot of a window that does one thing: what went wrong, the button that does it, and the one that does not. */
export function Finish({ busy, error, action, run, close, disabled = false, color }: { busy: boolean; error: unknown; action: string; run: () => void; close: () => void; disabled?: boolean; color?: string }) {
  return (
    <>
      <Problem error={error} />
      <Group>
        <Button loading={busy} disabled={disabled} {...(color ? { color } : {})} onClick={run}>
          {action}
        </Button>
        <Button variant="default" onClick={close}>
          {t('Cancel')}
        </Button>
      </Group>
    </>
  );
}
