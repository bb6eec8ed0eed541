import { Alert, Anchor, Button, Modal, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, data, sessionQuery } from '@/api/client';
import { aboutQuery } from '@/api/queries';
import { t } from '@/i18n';
import { Problem } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';

/** Sends the live version to one address, past consent: whoever asks for a test wants it. */
export function SendTest({ id, live, dirty, close }: { id: string; live: boolean; dirty: boolean; close: () => void }) {
  const session = useQuery(sessionQuery);
  const about = useQuery(aboutQuery);
  const actor = session.data?.actor ?? '';
  const [to, setTo] = useState(actor.includes('@') ? actor : '');
  const { busy, error, run } = useCall([], close);
  const send = () =>
    run(async () => {
      await data(api.POST('/api/v1/messages', { body: { to: { email: to.trim() }, template: id, transactional: true } }));
      notify('good', t('On its way to {address}', { address: to.trim() }));
    });
  return (
    <Modal opened onClose={close} title={t('Send a test')}>
      <Stack>
        {!live && (
          <Alert variant="outline" color="yellow">
            {t('Only a live version can be sent. Publish it first.')}
          </Alert>
        )}
        {live && dirty && (
          <Alert variant="outline" color="yellow">
            {t('The live version is sent, without the changes you have not published.')}
          </Alert>
        )}
        <TextInput label={t('To')} type="email" value={to} onChange={(e) => setTo(e.currentTarget.value)} data-autofocus />
        {about.data?.mail_catcher && (
          <Anchor component={Link} to="/inbox" size="sm">
            {t('Mail is caught here: see the mail catcher.')}
          </Anchor>
        )}
        <Problem error={error} />
        <Button disabled={!live || !to.includes('@')} loading={busy} onClick={() => void send()}>
          {t('Send')}
        </Button>
      </Stack>
    </Modal>
  );
}
