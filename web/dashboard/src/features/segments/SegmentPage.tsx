/** A segment: its rule, who is in it now, and its members. */
import { Anchor, Button, Grid, Group, Stack, Tabs, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { usePages } from '@/api/paged';
import { PickCustomer } from '@/features/content/PickCustomer';
import { nameOf } from '@/features/customers/name';
import { number, t, tn } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, useResource } from '@/resources/useResource';
import { Audience } from '@/rules/Audience';
import { RuleEditor } from '@/rules/RuleEditor';
import { useLeft } from '@/rules/useLeft';
import { Empty, Loaded, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { Editable } from '@/ui/Editable';
import { notify, notifyError } from '@/ui/notify';
import { Page } from '@/ui/Page';
import { useSearchState } from '@/ui/useSearchState';
import type { SegmentWebhook } from './crossing';
import { Explain } from './Explain';
import { Exports, type SegmentExport } from './Exports';
import { History } from './History';
import { changeList, ListTools } from './ListMembers';
import { Webhook } from './Webhook';

const INITIAL = { name: '', rule: '' };
const LIST = { name: '', kind: 'list' };

export function SegmentPage() {
  const { id = 'new' } = useParams({ strict: false });
  const [search, setSearch] = useSearchState();
  const navigate = useNavigate();
  const initial = search.kind === 'list' ? LIST : search.rule ? { ...INITIAL, rule: search.rule } : INITIAL;
  const editing = useResource('segment', id, initial, search.rule ?? search.kind);
  const { ownId, setOwnId } = editing;
  const { spec } = editing;
  const name = String(spec?.name ?? '');
  const rule = String(spec?.rule ?? '');
  const newId = ownId ?? slugOf(name);
  const live = useQuery({
    queryKey: ['segments', id],
    queryFn: ({ signal }) => data(api.GET('/api/v1/segments/{id}', { params: { path: { id } }, signal })),
    enabled: editing.hasLive,
    refetchInterval: 5_000,
  });
  const set = (part: Record<string, unknown>) => editing.change((before) => ({ ...before, ...part }));
  const { left } = useLeft();
  const tab = search.tab ?? 'rule';
  const wasShown = useRef(false);
  wasShown.current ||= tab === 'rule';
  const { mayEdit } = editing;
  const byHand = spec?.kind === 'list';
  const block = !name.trim() ? t('Give it a name first.') : !rule.trim() && !byHand ? t('It needs a condition.') : undefined;
  const body = (
    <Page
      title={editing.isNew ? (byHand ? t('New list') : t('New segment')) : name || id}
      crumbs={[{ title: t('Segments'), to: '/segments' }]}
      intro={live.data ? tn(live.data.count, 'One customer now', '{n} customers now') + (live.data.ready ? '' : ` ${t('(still counting)')}`) : undefined}
      actions={
        <>
        {mayEdit && editing.hasLive && (
          <Button variant="default" component={Link} to="/journeys/new" search={{ segment: id } as never}>
            {t('Start a journey')}
          </Button>
        )}
        <ResourceBar
          kind="segment"
          id={id}
          editing={editing}
          newId={newId}
          block={block}
          onSaved={(saved) => editing.isNew && void navigate({ to: '/segments/$id', params: { id: saved.id } as never, search: byHand ? { tab: 'members' } : {} } as never)}
          onArchived={() => void navigate({ to: '/segments' })}
        />
        </>
      }
    >
      <ResourceProblem editing={editing} />
      <Tabs value={tab} onChange={(next) => setSearch({ tab: next === 'rule' ? undefined : (next ?? undefined) })} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="rule">{t('Rule')}</Tabs.Tab>
          {!editing.isNew && (
            <Tabs.Tab value="members">
              {t('Members')}
              {live.data ? ` (${number(live.data.count)})` : ''}
            </Tabs.Tab>
          )}
          <Tabs.Tab value="webhook">{t('Webhook')}</Tabs.Tab>
          <Tabs.Tab value="exports">{t('Exports')}</Tabs.Tab>
        </Tabs.List>
        {/* What is not finished is kept while another tab is looked at. */}
        <Tabs.Panel value="rule" pt="md" keepMounted>
          {wasShown.current && (
          <Grid gap="lg">
            <Grid.Col span={{ base: 12, md: 8 }}>
              <Editable may={editing.mayEdit}>
              <Stack>
                <TextInput label={t('Name')} required dir="auto" value={name} onChange={(e) => set({ name: e.currentTarget.value })} />
                {editing.isNew && (
                  <TextInput
                    label={t('Id')}
                    description={t('What rules and journeys call it; it stays.')}
                    value={newId}
                    onChange={(e) => setOwnId(e.currentTarget.value)}
                  />
                )}
                <Textarea
                  label={t('Description')}
                  autosize
                  minRows={1}
                  dir="auto"
                  value={String(spec?.description ?? '')}
                  onChange={(e) => set({ description: e.currentTarget.value || undefined })}
                />
                {byHand ? (
                  <Text size="sm" c="dimmed">
                    {t('A list: its members are added and removed by hand, so it has no rule.')}
                  </Text>
                ) : (
                  <RuleEditor label={t('Rule')} value={rule} onChange={(next) => set({ rule: next })} left={left} />
                )}
              </Stack>
              </Editable>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 4 }}>
              <Stack>
                {!byHand && <Audience rule={rule} />}
                {!editing.isNew && live.data && <History id={id} />}
              </Stack>
            </Grid.Col>
          </Grid>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="members" pt="md">
          {byHand && mayEdit && live.data && <ListTools id={id} />}
          {byHand && !live.data && !editing.hasLive && <Text size="sm" c="dimmed" mb="md">{t('Publish the list; then customers can be put on it.')}</Text>}
          <Members id={id} byHand={byHand && mayEdit} />
        </Tabs.Panel>
        <Tabs.Panel value="exports" pt="md">
          <Editable may={editing.mayEdit}>
            <Exports segment={editing.isNew ? newId : id} value={spec?.export as SegmentExport | undefined} set={(next) => set({ export: next })} live={editing.hasLive} />
          </Editable>
        </Tabs.Panel>
        <Tabs.Panel value="webhook" pt="md">
          <Editable may={editing.mayEdit}>
            <Webhook segment={editing.isNew ? newId : id} value={spec?.webhook as SegmentWebhook | undefined} set={(webhook) => set({ webhook })} />
          </Editable>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

function Members({ id, byHand }: { id: string; byHand: boolean }) {
  const [why, setWhy] = useState<string | null>(null);
  const [search, setSearch] = useSearchState();
  const client = useQueryClient();
  // Local time in the address, as people say it.
  const past = search.at && !Number.isNaN(Date.parse(search.at)) ? new Date(search.at).toISOString() : null;
  const takeOff = async (profile: string) => {
    try {
      await changeList(id, { remove: [profile] });
      await client.invalidateQueries({ queryKey: ['segments', id] });
      notify('good', t('Taken off the list'));
    } catch (error) {
      notifyError(error);
    }
  };
  // They come and go while one looks, and a new segment is still being counted.
  const list = usePages(
    ['segments', id, 'members', past ?? ''],
    (cursor, signal) =>
      data(api.GET('/api/v1/segments/{id}/members', { params: { path: { id }, query: { ...(cursor ? { cursor } : {}), ...(past ? { at: past } : {}), limit: 100 } }, signal })),
    past ? {} : { refetchMs: 5_000 },
  );
  return (
    <>
      {why && <Explain segment={id} profile={why} close={() => setWhy(null)} />}
      <Group align="flex-end" mb="sm">
        <div style={{ flex: 1, minWidth: 220, maxWidth: 420 }}>
          <PickCustomer label={t('Why is somebody in it, or not?')} placeholder={t('Name, address or id')} value={null} onChange={(who) => who && setWhy(who)} />
        </div>
        <TextInput type="datetime-local" label={t('Members as of')} value={search.at ?? ''} onChange={(e) => setSearch({ at: e.currentTarget.value || undefined })} />
        {past && (
          <Button variant="default" onClick={() => setSearch({ at: undefined })}>
            {t('Those of now')}
          </Button>
        )}
      </Group>
    <Loaded query={list}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={past ? t('Nobody was in it then') : t('Nobody is in it now')}>
            {byHand ? t('Add customers above, one by one or from a file.') : t('Members come and go by themselves as the rule begins and ceases to hold.')}
          </Empty>
        ) : (
          <DataTable<Schemas['SegmentMember']>
            caption={t('Members')}
            rows={rows}
            id={(m) => m.profile.id}
            more={list.more}
            columns={[
              {
                title: t('Customer'),
                cell: (m) => (
                  <Anchor component={Link} to="/customers/$id" params={{ id: m.profile.id } as never} dir="auto">
                    {nameOf(m.profile)}
                  </Anchor>
                ),
              },
              { title: t('E-mail address'), cell: (m) => String(m.profile.traits.email ?? '–'), wideOnly: true },
              { title: t('In since'), cell: (m) => <When at={m.since} />, kind: 'short' },
              ...(past
                ? []
                : [
                    {
                      title: t('Why'),
                      cell: (m: Schemas['SegmentMember']) => (
                        <button type="button" className="text-button" aria-label={t('Why? {name}', { name: nameOf(m.profile) })} onClick={() => setWhy(m.profile.id)}>
                          {t('Why?')}
                        </button>
                      ),
                    },
                  ]),
              ...(byHand && !past
                ? [
                    {
                      title: t('Do'),
                      cell: (m: Schemas['SegmentMember']) => (
                        <button type="button" className="text-button" aria-label={t('Take off {name}', { name: nameOf(m.profile) })} onClick={() => void takeOff(m.profile.id)}>
                          {t('Take off')}
                        </button>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )
      }
    </Loaded>
    </>
  );
}
