/** Ways a customer has to us: the page where they choose what they get, and the link that joins a chat. */
import { Button, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { t } from '@/i18n';
import { Loaded, Problem, When } from '@/ui/bits';
import { Copied } from '@/ui/Copied';
import { MailFrame } from '@/ui/MailFrame';
import { useCall } from '@/ui/useCall';

/** The page of preferences as the customer sees it. */
export function PreferencePage({ id, close }: { id: string; close: () => void }) {
  const page = useQuery({
    queryKey: ['profiles', id, 'preferences'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/profiles/{id}/preferences', { params: { path: { id } }, signal })),
    retry: false,
  });
  return (
    <Modal opened onClose={close} size="lg" title={t('Their page of preferences')}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('As it is behind the link of a message, in their language and your company’s colours. Nothing can be chosen here.')}
        </Text>
        <Loaded query={page}>{(p) => <MailFrame title={t('Their page of preferences')} html={p.html} width="100%" />}</Loaded>
      </Stack>
    </Modal>
  );
}

/** A link that joins the customer to a chat with the Telegram bot. */
export function TelegramLink({ id, close }: { id: string; close: () => void }) {
  const [link, setLink] = useState<Schemas['ChatLink'] | null>(null);
  const { busy, error, run } = useCall([], () => {});
  const make = () =>
    run(async () => {
      setLink(await data(api.POST('/api/v1/profiles/{id}/telegram-link', { params: { path: { id } }, body: {} })));
    });
  return (
    <Modal opened onClose={close} title={t('Link to the Telegram bot')}>
      <Stack>
        <Text size="sm">{t('A bot cannot write first. Who opens this link and presses Start gets this customer’s messages, so give it to nobody else.')}</Text>
        <Problem error={error} />
        {link ? (
          <>
            {link.url ? <Copied name={t('Link')} value={link.url} /> : <Copied name={t('What the bot has to get')} value={`/start ${link.start}`} hint={t('The channel does not say the bot’s name, so there is no link.')} />}
            <Text size="sm" c="dimmed">
              {t('It works until')} <When at={link.expires_at} />
            </Text>
          </>
        ) : (
          <Button loading={busy} onClick={() => void make()}>
            {t('Make a link for a day')}
          </Button>
        )}
      </Stack>
    </Modal>
  );
}
