/** A campaign started, paused, resumed, called off and tried; each says first what it means for people. */
import { Alert, Button, List, Menu, Radio, Stack, TagsInput, Text } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconSend, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas, sessionQuery } from '@/api/client';
import { Cost, type TextCost } from '@/features/journeys/TextCost';
import { whySkipped } from '@/features/journeys/whys';
import { number, t, tn } from '@/i18n';
import { Loaded } from '@/ui/bits';
import { Finish } from '@/ui/Finish';
import { notify } from '@/ui/notify';
import { type Once, useCall } from '@/ui/useCall';
import { FormModal } from '@/ui/FormModal';

type Campaign = Schemas['CampaignView'];
type What = 'start' | 'pause' | 'resume' | 'cancel' | 'test';

/** What becomes of those whose time came during the pause. */
const OVERDUE = [
  { value: 'run', title: 'Send at once what fell due' },
  { value: 'shift', title: 'Go on where it stopped, with the same pauses' },
  { value: 'exit', title: 'Leave out those whose time came' },
];

export function RunCampaign({ of, scheduled, dirty }: { of: Campaign; scheduled: boolean; dirty: boolean }) {
  const [open, setOpen] = useState<What | null>(null);
  const live = !['draft', 'review', 'cancelled'].includes(of.state);
  const paused = of.state === 'paused';
  return (
    <>
      {live && !scheduled && !paused && (
        <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => setOpen('start')}>
          {of.people > 0 ? t('Start for newcomers') : t('Start')}
        </Button>
      )}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default">{t('Run')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconSend size={16} />} onClick={() => setOpen('test')}>
            {t('Send a test…')}
          </Menu.Item>
          {live &&
            (paused ? (
              <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={() => setOpen('resume')}>
                {t('Resume…')}
              </Menu.Item>
            ) : (
              <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={() => setOpen('pause')}>
                {t('Pause…')}
              </Menu.Item>
            ))}
          {live && (
            <Menu.Item color="red" leftSection={<IconX size={16} />} onClick={() => setOpen('cancel')}>
              {t('Call it off…')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {open && <Window key={open} of={of} what={open} dirty={dirty} close={() => setOpen(null)} />}
    </>
  );
}

function Window({ of, what, dirty, close }: { of: Campaign; what: What; dirty: boolean; close: () => void }) {
  const session = useQuery(sessionQuery);
  const actor = session.data?.actor ?? '';
  const [to, setTo] = useState<string[]>(actor.includes('@') ? [actor] : []);
  const [overdue, setOverdue] = useState('run');
  const { busy, error, run } = useCall([['campaigns']], close);
  const path = { id: of.id };
  const texts: Record<What, { title: string; lines: string[]; action: string; call: (once: Once) => Promise<void> }> = {
    start: {
      title: t('Start this campaign?'),
      lines: [
        t('Everybody who is in the audience now gets it once: those who have not got it yet.'),
        t('Consent, caps, quiet hours and the control group hold for every message.'),
        ...(dirty ? [t('The live version is sent, without the changes you have not published.')] : []),
      ],
      action: t('Start'),
      call: async (once) => {
        const made = await data(api.POST('/api/v1/campaigns/{id}/start', { params: { path, ...once() } }));
        notify('good', tn(made.people, 'On its way to one person', 'On its way to {n} people'));
        if (made.seeds_of_nobody.length > 0) notify('bad', t('No customer has this address, so it gets nothing: {list}', { list: made.seeds_of_nobody.join(', ') }));
      },
    },
    pause: {
      title: t('Pause this campaign?'),
      lines: [tn(of.waiting + of.entering, 'One person still waits for it.', '{n} people still wait for it.'), t('No further message is decided until you resume it.'), t('Messages that were decided and have not left wait until then.')],
      action: t('Pause'),
      call: async () => {
        await data(api.POST('/api/v1/campaigns/{id}/pause', { params: { path } }));
      },
    },
    resume: {
      title: t('Resume this campaign'),
      lines: [tn(of.waiting + of.entering, 'One person still waits for it.', '{n} people still wait for it.')],
      action: t('Resume'),
      call: async (once) => {
        const body = { overdue };
        await data(api.POST('/api/v1/campaigns/{id}/resume', { params: { path, ...once(body) }, body }));
      },
    },
    cancel: {
      title: t('Call this campaign off?'),
      lines: [t('Nobody else gets it, and what waits to be sent is not sent.'), t('It cannot be taken up again; what was sent stays sent.')],
      action: t('Call it off'),
      call: async () => {
        await data(api.POST('/api/v1/campaigns/{id}/cancel', { params: { path } }));
      },
    },
    test: {
      title: t('Send a test'),
      lines: [t('Every version goes to each address, as it is saved now. Tests count in no number of the campaign.'), t('They pass the same gate: an address that left the topic gets none.')],
      action: t('Send'),
      call: async (once) => {
        const body = { to: to.map((email) => ({ email })) } as never;
        await data(api.POST('/api/v1/campaigns/{id}/test', { params: { path, ...once(body) }, body }));
        notify('good', tn(to.length, 'On its way to one person', 'On its way to {n} people'));
      },
    },
  };
  const { title, lines, action, call } = texts[what];
  return (
    <FormModal onClose={close} title={title}>
      <Stack>
        <List size="sm" spacing={4}>
          {lines.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
        {what === 'test' && <TagsInput label={t('To')} placeholder="ada@example.com" value={to} onChange={setTo} maxTags={20} data-autofocus />}
        {what === 'test' && dirty && (
          <Alert variant="outline" color="yellow">
            {t('There are changes that are not saved; the test is without them.')}
          </Alert>
        )}
        {what === 'resume' && (
          <Radio.Group label={t('What happens to those whose time came during the pause?')} value={overdue} onChange={setOverdue}>
            <Stack gap="xs" mt="xs">
              {OVERDUE.map((o) => (
                <Radio key={o.value} value={o.value} label={t(o.title)} />
              ))}
            </Stack>
          </Radio.Group>
        )}
        {what === 'start' && <Estimate id={of.id} />}
        {what === 'start' && of.held_out === 0 && of.people === 0 && <Text size="xs" c="dimmed">{t('Without a control group its effect cannot be told from what would have happened anyway.')}</Text>}
        <Finish busy={busy} error={error} action={action} {...(what === 'cancel' ? { color: 'red' } : {})} disabled={what === 'test' && to.length === 0} run={() => void run(call)} close={close} />
      </Stack>
    </FormModal>
  );
}

interface Reach {
  people: number;
  leaves: number;
  waits: number;
  skipped: Record<string, number>;
  cost: TextCost | null;
}

/** Whom it would reach if it began now, by the gate itself. */
function Estimate({ id }: { id: string }) {
  const asked = useQuery({
    queryKey: ['campaigns', id, 'estimate'],
    queryFn: async ({ signal }) => (await data(api.POST('/api/v1/campaigns/{id}/estimate', { params: { path: { id } }, body: {}, signal }))) as unknown as Reach,
    retry: false,
    gcTime: 0,
  });
  return (
    <Loaded query={asked} rows={2}>
      {(of) => (
        <Stack gap="xs">
          <Text size="sm">
            {t('Of {people} in the audience it reaches {leaves} now and {waits} later.', { people: number(of.people), leaves: number(of.leaves), waits: number(of.waits) })}
          </Text>
          {Object.keys(of.skipped).length > 0 && (
            <Text size="sm" c="dimmed">
              {t('Not let through:')}{' '}
              {Object.entries(of.skipped)
                .map(([reason, n]) => `${whySkipped(reason)} ${number(n)}`)
                .join(', ')}
            </Text>
          )}
          {of.cost && <Cost of={of.cost} />}
        </Stack>
      )}
    </Loaded>
  );
}
