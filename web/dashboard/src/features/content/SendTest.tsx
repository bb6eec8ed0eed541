import { Alert, Anchor, Button, List, Modal, MultiSelect, Stack, TagsInput, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, data, sessionQuery } from '@/api/client';
import { aboutQuery } from '@/api/queries';
import { t } from '@/i18n';
import type { Spec } from '@/resources/useResource';
import { Problem } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import { useSearchState } from '@/ui/useSearchState';
import { PickCustomer } from './PickCustomer';
import { type Person, PickCustomers } from './PickCustomers';
import { LanguageField, SampleFields } from './SampleFields';
import type { Values } from './sample';
import { MAX_TESTERS, mayGo, PLACES, type Places, reachOf } from './testers';

/** What became of a test: of each message, and of what it asked for and nobody had. */
interface Tried {
  ok: boolean;
  messages: { to: string; channel?: string | null; answer?: string | null; problem?: string | null }[];
  missing: { name: string }[];
}

interface Props {
  id: string;
  channel: string;
  spec: Spec;
  /** What the preview beside it was given. */
  values: Values;
  version: number;
  dirty: boolean;
  close: () => void;
}

/** Sends a saved version, live or not, to members of the team or to who agreed to try it: no message of a journey, so it counts nowhere. */
export function SendTest({ id, channel, spec, values: shown, version, dirty, close }: Props) {
  const session = useQuery(sessionQuery);
  const about = useQuery(aboutQuery);
  const reach = reachOf(channel);
  const members = useQuery({
    queryKey: ['members', 'addresses'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/members', { params: { query: { limit: 500 } }, signal })),
    enabled: reach.to === 'members',
  });
  const addresses = (members.data?.items ?? []).filter((m) => !m.disabled).map((m) => m.email);
  const [chosen, setChosen] = useState<string[] | null>(null);
  const [people, setPeople] = useState<Person[]>([]);
  const [search] = useSearchState();
  // As the preview shows it; who gets it on their own device mostly wants to see themselves.
  const [profile, setProfile] = useState<string | null>(reach.profiles ? null : (search.as ?? null));
  const [locale, setLocale] = useState<string | null>(search.locale ?? null);
  const [values, setValues] = useState(shown);
  const [sent, setSent] = useState<Tried | null>(null);
  const { busy, error, run } = useCall([], () => {});
  // Whoever tests mostly tests for themselves.
  const to = chosen ?? (reach.to === 'members' ? addresses.filter((a) => a === session.data?.actor) : []);
  const names = new Map(people.map((p) => [p.id, p.name]));
  const send = () =>
    run(async (once) => {
      setSent(null);
      const whom = { ...(to.length > 0 ? { to } : {}), ...(people.length > 0 ? { profiles: people.map((p) => p.id) } : {}) };
      const body = { ...whom, version, ...(Object.keys(values).length > 0 ? { data: values } : {}), ...(profile ? { profile } : {}), ...(locale ? { locale } : {}) };
      const made = (await data(api.POST('/api/v1/templates/{id}/test', { params: { path: { id }, ...once(body) }, body: body as never }))) as unknown as Tried;
      if (made.ok && made.missing.length === 0) {
        const reached = [...to, ...people.map((p) => p.name)];
        notify('good', reached.length > 0 ? t('On its way to {address}', { address: reached.join(', ') }) : t('On its way'));
        close();
      } else {
        setSent(made);
      }
    });
  return (
    <Modal opened onClose={close} title={t('Send a test')}>
      <Stack>
        <Text size="sm" c="dimmed">
          {channel === 'email'
            ? t('Version {n} as it looks in a real mailbox, marked [Test]. It goes to members of the team, is in no report, and its links count nothing.', { n: version })
            : t('Version {n} as it really arrives, marked [Test]. It is in no report and counts in no cap; who is suppressed or refused the channel gets none.', { n: version })}
        </Text>
        {dirty && (
          <Alert variant="outline" color="yellow">
            {t('What you have not saved is not in it.')}
          </Alert>
        )}
        {reach.to === 'members' && <MultiSelect label={t('To')} data={addresses} maxValues={MAX_TESTERS} searchable value={to} onChange={setChosen} />}
        {(reach.to === 'numbers' || reach.to === 'chats') && <Written places={reach.to} value={to} change={setChosen} />}
        {reach.profiles && <PickCustomers label={t('Customers who get it')} description={t('On their own devices and numbers: choose yourself, or who agreed to it.')} most={MAX_TESTERS - to.length} value={people} onChange={setPeople} />}
        {reach.to === 'nowhere' && <Text size="sm">{t('It goes once to the place that the message or its channel names.')}</Text>}
        <PickCustomer label={t('As seen by')} value={profile} onChange={setProfile} {...(reach.profiles ? { placeholder: t('Each as themselves') } : {})} />
        <LanguageField spec={spec} value={locale} onChange={setLocale} />
        <SampleFields template={id} profile={profile} values={values} onChange={setValues} />
        {channel === 'email' && about.data?.mail_catcher && (
          <Anchor component={Link} to="/inbox" size="sm">
            {t('Mail is caught here: see the mail catcher.')}
          </Anchor>
        )}
        <Problem error={error} />
        {sent && <Outcome of={sent} names={names} />}
        <Button disabled={!mayGo(reach, to, people.length)} loading={busy} onClick={() => void send()}>
          {sent ? t('Send again') : t('Send')}
        </Button>
      </Stack>
    </Modal>
  );
}

/** Numbers or chats, written out. */
function Written({ places, value, change }: { places: Places; value: string[]; change: (to: string[]) => void }) {
  const { title, what } = PLACES[places];
  return <TagsInput label={t(title)} description={t(what)} maxTags={MAX_TESTERS} value={value} onChange={change} />;
}

/** What became of each message, and what stayed empty in it. */
function Outcome({ of, names }: { of: Tried; names: Map<string, string> }) {
  const empty = [...new Set(of.missing.map((m) => m.name))];
  return (
    <Alert variant="outline" color={of.ok ? 'green' : 'red'} role="status" title={of.ok ? t('On its way') : t('Not everybody gets it')}>
      <List size="sm">
        {of.messages.map((m) => (
          <List.Item key={m.to}>
            {names.get(m.to) ?? m.to}: {m.problem ?? [m.answer, m.channel].filter(Boolean).join(' · ')}
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
