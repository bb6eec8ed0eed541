import { TextInput } from '@mantine/core';
import { t } from '@/i18n';

type Days = { from?: string | undefined; to?: string | undefined };

/** From which day until which; both count. */
export function Period({ from, to, change, width = 150 }: Days & { change: (days: Days) => void; width?: number | string }) {
  return (
    <>
      <TextInput type="date" label={t('From')} w={width} value={from ?? ''} onChange={(e) => change({ from: e.currentTarget.value || undefined })} />
      <TextInput type="date" label={t('Until')} w={width} value={to ?? ''} onChange={(e) => change({ to: e.currentTarget.value || undefined })} />
    </>
  );
}
