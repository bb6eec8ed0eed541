import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { api, data } from '@/api/client';
import { t, tn } from '@/i18n';
import { Problem } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';

export function PauseModal({ id, inside, close }: { id: string; inside: number; close: () => void }) {
  const { busy, error, run } = useCall([['journeys']], close);
  const pause = () =>
    run(async () => {
      await data(api.POST('/api/v1/journeys/{id}/pause', { params: { path: { id } } }));
      notify('good', t('Paused. Nobody goes on until you resume it.'));
    });
  return (
    <Modal opened onClose={close} title={t('Pause this journey?')}>
      <Stack>
        <Text size="sm">{tn(inside, 'One person is inside now.', '{n} people are inside now.')}</Text>
        <List size="sm" spacing={4}>
          <List.Item>{t('Nobody enters, and nobody inside takes another step: no message is decided.')}</List.Item>
          <List.Item>{t('Everybody stays where they are. Nobody is thrown out.')}</List.Item>
          <List.Item>{t('Goals, awaited events and exit conditions still count.')}</List.Item>
          <List.Item>{t('Messages that were decided and have not left wait until then.')}</List.Item>
        </List>
        <Problem error={error} />
        <Group>
          <Button loading={busy} onClick={() => void pause()}>
            {t('Pause')}
          </Button>
          <Button variant="default" onClick={close} data-autofocus>
            {t('Cancel')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
