/** The key a channel of web push signs with, made here or brought along. */
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { t } from '@/i18n';
import { Problem } from '@/ui/bits';
import { Copied } from '@/ui/Copied';
import type { OwnField } from '@/ui/SchemaForm';
import { useCall } from '@/ui/useCall';

export const VapidKey: OwnField = ({ label, schema, value, set }) => {
  const [open, setOpen] = useState<string | null>(null);
  const { busy, error, run } = useCall([], () => {});
  const kept = value !== undefined && typeof value !== 'string';
  const make = () =>
    run(async () => {
      const pair = await data(api.POST('/api/v1/channels/vapid'));
      set(pair.secret);
      setOpen(pair.public_key);
    });
  return (
    <Stack gap="xs">
      <Group align="flex-end" wrap="nowrap">
        <TextInput
          style={{ flex: 1 }}
          label={label}
          description={schema.description}
          type="password"
          autoComplete="new-password"
          placeholder={kept ? t('kept, not shown') : ''}
          value={typeof value === 'string' ? value : ''}
          onChange={(e) => {
            set(e.currentTarget.value || undefined);
            setOpen(null);
          }}
        />
        <Button variant="default" loading={busy} onClick={() => void make()}>
          {t('Make a key')}
        </Button>
      </Group>
      <Problem error={error} />
      {kept && !open && <span className="field-about">{t('Another key ends every subscription: browsers have to subscribe anew.')}</span>}
      {open && <Copied name={t('Public key')} value={open} hint={t('Pages with the SDK ask for it by themselves; others give it to the browser as applicationServerKey.')} />}
    </Stack>
  );
};
