/** One person's story: what happened, who they are, what they agreed to, what reached them. */
import { Anchor, Button, Grid, Group, Menu, Stack, Tabs, Text } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { channelsQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { Named } from '@/resources/names';
import { Loaded, Loading, Tag, When } from '@/ui/bits';
import { Explain } from '@/features/segments/Explain';
import { Page } from '@/ui/Page';
import { Section } from '@/ui/Section';
import { useSearchState } from '@/ui/useSearchState';
import { accountName } from './accountName';
import { Consents } from './Consents';
import { Erase } from './Erase';
import { Merges } from './Merges';
import { MessagesOf } from './MessagesOf';
import { nameOf } from './name';
import { SendOne } from './SendOne';
import { Devices, Scores } from './Standing';
import { Timeline } from './Timeline';
import { TraitHistory, Traits } from './Traits';
import { PreferencePage, TelegramLink } from './Ways';

export type Customer = Schemas['ProfileView'];

const ConsentHistory = lazy(async () => ({ default: (await import('./ConsentHistory')).ConsentHistory }));

export function CustomerPage() {
  const { id = '' } = useParams({ strict: false });
  const [search, change] = useSearchState();
  const session = useQuery(sessionQuery);
  const customer = useQuery({
    queryKey: ['profiles', id],
    queryFn: ({ signal }) => data(api.GET('/api/v1/profiles/{id}', { params: { path: { id } }, signal })),
    refetchInterval: 10_000,
  });
  const tab = search.tab ?? 'story';
  const mayEdit = includes(session.data?.role, 'editor');
  const crumbs = [{ title: t('Customers'), to: '/customers' }];
  return (
    <Loaded query={customer} rows={10}>
      {(c) => (
        <Page title={nameOf(c)} crumbs={crumbs} intro={<Intro of={c} />} actions={<Actions of={c} mayEdit={mayEdit} />}>
          <Grid gap="lg">
            <Grid.Col span={{ base: 12, md: 4 }} order={{ base: 2, md: 1 }}>
              <Stack>
                <Section title={t('Segments')}>
                  <Memberships of={c} />
                </Section>
                <Section title={t('Journeys')}>
                  <Journeys of={c} />
                </Section>
                <Section title={t('Traits')}>
                  <Traits of={c} mayEdit={mayEdit} />
                </Section>
                <Scores of={c} />
                <Devices of={c} />
                <Section title={t('Identifiers')}>
                  <dl className="facts">
                    {c.identifiers.map((i) => (
                      <Pair key={`${i.namespace} ${i.value}`} name={i.namespace} value={<span className="mono">{i.value}</span>} />
                    ))}
                  </dl>
                </Section>
                <Section title={t('Consent')}>
                  <Consents of={c} mayEdit={mayEdit} />
                </Section>
                {c.groups.length > 0 && (
                  <Section title={t('Accounts')}>
                    <Accounts of={c} />
                  </Section>
                )}
                <Merges of={c} mayEdit={mayEdit} />
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 8 }} order={{ base: 1, md: 2 }}>
              <Tabs value={tab} onChange={(next) => change({ tab: next === 'story' ? undefined : (next ?? undefined) })} keepMounted={false}>
                <Tabs.List>
                  <Tabs.Tab value="story">{t('Story')}</Tabs.Tab>
                  <Tabs.Tab value="messages">{t('Messages')}</Tabs.Tab>
                  <Tabs.Tab value="changes">{t('Changes')}</Tabs.Tab>
                  <Tabs.Tab value="consent">{t('Consent')}</Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="story" pt="md">
                  <Timeline id={c.id} />
                </Tabs.Panel>
                <Tabs.Panel value="messages" pt="md">
                  <MessagesOf id={c.id} />
                </Tabs.Panel>
                <Tabs.Panel value="changes" pt="md">
                  <TraitHistory id={c.id} />
                </Tabs.Panel>
                <Tabs.Panel value="consent" pt="md">
                  <Suspense fallback={<Loading />}>
                    <ConsentHistory id={c.id} />
                  </Suspense>
                </Tabs.Panel>
              </Tabs>
            </Grid.Col>
          </Grid>
        </Page>
      )}
    </Loaded>
  );
}

function Intro({ of }: { of: Customer }) {
  return (
    <Group gap="xs">
      {!of.known && <Tag>{t('anonymous')}</Tag>}
      <span>{t('{n} events', { n: number(of.event_count) })}</span>
      <span>
        {t('first seen')} <When at={of.first_seen} />
      </span>
      <span>
        {t('last seen')} <When at={of.last_seen} />
      </span>
    </Group>
  );
}

function Actions({ of, mayEdit }: { of: Customer; mayEdit: boolean }) {
  const [open, setOpen] = useState<'send' | 'erase' | 'preferences' | 'telegram' | null>(null);
  const telegram = useQuery(channelsQuery).data?.items.some((c) => c.kind === 'telegram');
  return (
    <>
      {mayEdit && <Button onClick={() => setOpen('send')}>{t('Send a message')}</Button>}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" aria-label={t('More actions')}>
            <IconDots size={18} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={`/api/v1/profiles/${of.id}/export`} download={`${of.id}.json`}>
            {t('Export everything known')}
          </Menu.Item>
          <Menu.Item onClick={() => setOpen('preferences')}>{t('Their page of preferences')}</Menu.Item>
          {mayEdit && telegram && <Menu.Item onClick={() => setOpen('telegram')}>{t('Link to the Telegram bot')}</Menu.Item>}
          {mayEdit && (
            <Menu.Item color="red" onClick={() => setOpen('erase')}>
              {t('Erase…')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {open === 'send' && <SendOne to={of} close={() => setOpen(null)} />}
      {open === 'preferences' && <PreferencePage id={of.id} close={() => setOpen(null)} />}
      {open === 'telegram' && <TelegramLink id={of.id} close={() => setOpen(null)} />}
      {open === 'erase' && <Erase who={of} close={() => setOpen(null)} />}
    </>
  );
}

export function Pair({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd dir="auto">{value}</dd>
    </>
  );
}

/** The accounts they belong to, by name as soon as it is known. */
function Accounts({ of }: { of: Customer }) {
  const found = useQuery({
    queryKey: ['profiles', of.id, 'accounts'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/profiles/{id}/accounts', { params: { path: { id: of.id } }, signal })),
    staleTime: 60_000,
  }).data?.items;
  const name = (id: string) => {
    const account = found?.find((a) => a.id === id);
    return account ? accountName(account) : id;
  };
  return (
    <Group gap="xs">
      {of.groups.map((g) => (
        <Anchor key={g} component={Link} to="/accounts/$id" params={{ id: g } as never} dir="auto" title={g}>
          {name(g)}
        </Anchor>
      ))}
    </Group>
  );
}

function Memberships({ of }: { of: Customer }) {
  const [why, setWhy] = useState<string | null>(null);
  if (of.segments.length === 0) return <Text size="sm" c="dimmed">{t('In no segment now.')}</Text>;
  return (
    <Stack gap={6} className="plain-links">
      {why && <Explain segment={why} profile={of.id} close={() => setWhy(null)} />}
      {of.segments.map((s) => (
        <Text size="sm" key={s.segment}>
          <Named kind="segment" id={s.segment} />{' '}
          <Text span size="xs" c="dimmed">
            {t('since')} <When at={s.since} />
          </Text>{' '}
          <button type="button" className="text-button" aria-label={t('Why? {name}', { name: s.segment })} onClick={() => setWhy(s.segment)}>
            {t('Why?')}
          </button>
        </Text>
      ))}
    </Stack>
  );
}

interface Run {
  journey: string;
  run: number;
  step: string;
  entered_at: string;
  due_at: string | null;
}
interface Past {
  journey: string;
  entered: number;
  last_entered_at: string;
}

function Journeys({ of }: { of: Customer }) {
  const { active = [], history = [] } = of.journeys as { active?: Run[]; history?: Past[] };
  const running = new Set(active.map((r) => r.journey));
  const past = history.filter((h) => !running.has(h.journey));
  if (active.length + past.length === 0) return <Text size="sm" c="dimmed">{t('In no journey so far.')}</Text>;
  return (
    <Stack gap={6}>
      {active.map((r) => (
        <Text size="sm" key={`${r.journey} ${r.run}`}>
          <Named kind="journey" id={r.journey} />{' '}
          <Tag tone="info">{t('at {step}', { step: r.step })}</Tag>{' '}
          {r.due_at && (
            <Text span size="xs" c="dimmed">
              {t('goes on')} <When at={r.due_at} />
            </Text>
          )}
        </Text>
      ))}
      {past.map((h) => (
        <Text size="sm" key={h.journey} c="dimmed">
          <Named kind="journey" id={h.journey} />{' '}
          {t('entered')} <When at={h.last_entered_at} />
        </Text>
      ))}
    </Stack>
  );
}
