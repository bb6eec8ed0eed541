import { Modal, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { t, tn } from '@/i18n';
import { When } from '@/ui/bits';
import { Finish } from '@/ui/Finish';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';

/** What becomes of those whose time came during the pause. */
const CHOICES = [
  { value: 'shift', title: 'Let waits go on for as long as they had left', what: 'As if the pause had not been: who had two days left waits two more days.' },
  { value: 'run', title: 'Do at once what fell due', what: 'Their next step comes now; messages may go out within seconds, many at once.' },
  { value: 'exit', title: 'End those whose time came', what: 'They leave the journey with the reason paused. Those who still wait go on.' },
];

export function ResumeModal({ id, inside, since, close }: { id: string; inside: number; since: string | null; close: () => void }) {
  const [overdue, setOverdue] = useState('shift');
  const { busy, error, run } = useCall([['journeys']], close);
  const resume = () =>
    run(async () => {
      await data(api.POST('/api/v1/journeys/{id}/resume', { params: { path: { id } }, body: { overdue } }));
      notify('good', t('It goes on.'));
    });
  return (
    <Modal opened onClose={close} title={t('Resume this journey')}>
      <Stack>
        <Text size="sm">
          {tn(inside, 'One person is inside now.', '{n} people are inside now.')} {since && <>{t('Paused')} <When at={since} />.</>}
        </Text>
        <Radio.Group label={t('What happens to those whose time came during the pause?')} value={overdue} onChange={setOverdue}>
          <Stack gap="sm" mt="xs">
            {CHOICES.map((c) => (
              <Radio key={c.value} value={c.value} label={t(c.title)} description={t(c.what)} />
            ))}
          </Stack>
        </Radio.Group>
        <Finish busy={busy} error={error} action={t('Resume')} {...(overdue === 'exit' ? { color: 'red' } : {})} run={() => void resume()} close={close} />
      </Stack>
    </Modal>
  );
}
