import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { usePages } from '@/api/paged';
import { t } from '@/i18n';
import { Empty, Loaded, When } from '@/ui/bits';
import { Confirm } from '@/ui/Confirm';
import { DataTable } from '@/ui/DataTable';
import { notify, notifyError } from '@/ui/notify';

/** Addresses nothing is sent to, whoever asks. */
export function Suppressions() {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const [address, setAddress] = useState('');
  const list = usePages(['suppressions'], (cursor, signal) => data(api.GET('/api/v1/suppressions', { params: { query: { ...(cursor ? { cursor } : {}) } as never }, signal })));
  const run = async (call: () => Promise<unknown>, said: string) => {
    try {
      await call();
      await client.invalidateQueries({ queryKey: ['suppressions'] });
      notify('good', said);
    } catch (error) {
      notifyError(error);
    }
  };
  const add = () =>
    run(async () => {
      await data(api.POST('/api/v1/suppressions', { body: { address: address.trim() } as never }));
      setAddress('');
    }, t('Suppressed'));
  return (
    <Stack>
      {includes(session.data?.role, 'editor') && (
        <Group align="flex-end">
          <TextInput label={t('Address')} type="email" value={address} onChange={(e) => setAddress(e.currentTarget.value)} />
          <Button disabled={!address.trim()} onClick={() => void add()}>
            {t('Suppress')}
          </Button>
        </Group>
      )}
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('Nobody is suppressed')}>{t('Hard bounces, complaints and unsubscribes from everything land here by themselves.')}</Empty>
          ) : (
            <DataTable<Schemas['SuppressionView']>
              caption={t('Suppressions')}
              rows={rows}
              id={(s) => `${s.channel} ${s.address ?? s.at}`}
              more={list.more}
              columns={[
                { title: t('Address'), cell: (s) => s.address ?? t('erased') },
                { title: t('Channel'), cell: (s) => s.channel, wideOnly: true },
                { title: t('Reason'), cell: (s) => s.reason },
                { title: t('Since'), cell: (s) => <When at={s.at} />, kind: 'short', wideOnly: true },
                {
                  title: t('Do'),
                  cell: (s) =>
                    includes(session.data?.role, 'admin') && s.address ? (
                      <Confirm
                        title={t('Lift this suppression?')}
                        text={t('Messages can reach the address again. Only do this if its owner wants it.')}
                        action={t('Lift')}
                        run={() => run(() => data(api.DELETE('/api/v1/suppressions/{channel}/{address}', { params: { path: { channel: s.channel, address: s.address ?? '' } } })), t('Lifted'))}
                      />
                    ) : null,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Stack>
  );
}
