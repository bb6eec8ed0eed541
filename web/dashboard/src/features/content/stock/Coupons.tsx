/** Pools of codes, of which each message takes one. */
import { Button, Modal, Progress, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { Documents } from '@/features/settings/Documents';
import { number, t } from '@/i18n';
import { Finish } from '@/ui/Finish';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import { raw } from './raw';

export function Coupons() {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <>
      <Documents
        kind="coupon"
        caption={t('Coupon pools')}
        add={t('New pool of codes')}
        initial={{ name: '' }}
        empty={{ title: t('No coupon pools yet'), text: t('Each message takes a code of its own from the pool with coupon_code, and the same one when it is sent again.') }}
        columns={[{ title: t('Codes left'), cell: (r) => <Left id={r.id} /> }]}
        actions={(r, mayEdit) =>
          mayEdit && (
            <Button size="compact-xs" variant="default" onClick={() => setOpen(r.id)}>
              {t('Add codes')}
            </Button>
          )
        }
      />
      {open && <AddCodes id={open} close={() => setOpen(null)} />}
    </>
  );
}

function Left({ id }: { id: string }) {
  const pool = useQuery({ queryKey: ['coupons', id], queryFn: ({ signal }) => data(api.GET('/api/v1/coupons/{id}', { params: { path: { id } }, signal })), retry: false });
  if (!pool.data) return <>–</>;
  const { codes, left } = pool.data;
  return (
    <>
      <Text size="sm">{t('{left} of {all}', { left: number(left), all: number(codes) })}</Text>
      {codes > 0 && <Progress value={(left / codes) * 100} aria-label={t('Codes left')} />}
    </>
  );
}

function AddCodes({ id, close }: { id: string; close: () => void }) {
  const [text, setText] = useState('');
  const { busy, error, run } = useCall([['coupons', id]], close);
  const lines = text.split(/\s+/).filter(Boolean).length;
  const add = () =>
    run(async () => {
      const made = (await raw('PUT', `/api/v1/coupons/${encodeURIComponent(id)}/codes`, 'text/plain', text)) as Schemas['PoolView'];
      notify('good', t('{n} codes were added', { n: number(made.added) }));
    });
  return (
    <Modal opened onClose={close} title={t('Add codes')}>
      <Stack>
        <Textarea label={t('Codes')} description={t('One a line. Those that are in it already are left out.')} autosize minRows={6} maxRows={16} classNames={{ input: 'mono' }} value={text} onChange={(e) => setText(e.currentTarget.value)} data-autofocus />
        <Finish busy={busy} error={error} action={t('Add codes')} run={() => void add()} close={close} disabled={lines === 0} />
      </Stack>
    </Modal>
  );
}
