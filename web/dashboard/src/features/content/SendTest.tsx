import { Alert, Anchor, Button, List, Modal, MultiSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, data, type Schemas, sessionQuery } from '@/api/client';
import { aboutQuery } from '@/api/queries';
import { t } from '@/i18n';
import { Problem } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import { PickCustomer } from './PickCustomer';

/** The most people a test goes to. */
const MAX_TESTERS = 10;

/** Sends a saved version, live or not, to members of the team: no message to a customer, so it counts nowhere. */
export function SendTest({ id, version, dirty, close }: { id: string; version: number; dirty: boolean; close: () => void }) {
  const session = useQuery(sessionQuery);
  const about = useQuery(aboutQuery);
  const members = useQuery({
    queryKey: ['members', 'addresses'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/members', { params: { query: { limit: 500 } }, signal })),
  });
  const addresses = (members.data?.items ?? []).filter((m) => !m.disabled).map((m) => m.email);
  const [chosen, setChosen] = useState<string[] | null>(null);
  const [profile, setProfile] = useState<string | null>(null);
  const [sent, setSent] = useState<Schemas['SampleView'] | null>(null);
  const { busy, error, run } = useCall([], () => {});
  // Whoever tests mostly tests for themselves.
  const to = chosen ?? addresses.filter((a) => a === session.data?.actor);
  const send = () =>
    run(async () => {
      setSent(null);
      const made = await data(api.POST('/api/v1/templates/{id}/test', { params: { path: { id } }, body: { to, version, ...(profile ? { profile } : {}) } }));
      if (made.ok && made.missing.length === 0) {
        notify('good', t('On its way to {address}', { address: to.join(', ') }));
        close();
      } else {
        setSent(made);
      }
    });
  return (
    <Modal opened onClose={close} title={t('Send a test')}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('Version {n} as it looks in a real mailbox, marked [Test]. It goes to members of the team, is in no report, and its links count nothing.', { n: version })}
        </Text>
        {dirty && (
          <Alert variant="outline" color="yellow">
            {t('What you have not saved is not in it.')}
          </Alert>
        )}
        <MultiSelect label={t('To')} data={addresses} maxValues={MAX_TESTERS} searchable value={to} onChange={setChosen} />
        <PickCustomer label={t('As seen by')} value={profile} onChange={setProfile} />
        {about.data?.mail_catcher && (
          <Anchor component={Link} to="/inbox" size="sm">
            {t('Mail is caught here: see the mail catcher.')}
          </Anchor>
        )}
        <Problem error={error} />
        {sent && <Outcome of={sent} />}
        <Button disabled={to.length === 0} loading={busy} onClick={() => void send()}>
          {sent ? t('Send again') : t('Send')}
        </Button>
      </Stack>
    </Modal>
  );
}

/** What became of each mail, and what stayed empty in it. */
function Outcome({ of }: { of: Schemas['SampleView'] }) {
  const empty = [...new Set(of.missing.map((m) => m.name))];
  return (
    <Alert variant="outline" color={of.ok ? 'green' : 'red'} role="status" title={of.ok ? t('On its way') : t('Not everybody gets it')}>
      <List size="sm">
        {of.mails.map((m) => (
          <List.Item key={m.to}>
            {m.to}: {m.problem ?? m.answer}
          </List.Item>
        ))}
      </List>
      {empty.length > 0 && (
        <Text size="sm" mt="xs">
          {t('Empty in it: {names}', { names: empty.join(', ') })}
        </Text>
      )}
    </Alert>
  );
}
