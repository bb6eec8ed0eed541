/** The tracking plan: what is meant to be sent, and where what was seen differs from it. */
import { ActionIcon, Anchor, Button, Group, Paper, Select, SimpleGrid, Stack, Switch, Table, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { includes, sessionQuery } from '@/api/client';
import { catalogueQuery } from '@/api/queries';
import { number, t, tn } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { useResource } from '@/resources/useResource';
import { useResources } from '@/resources/useResources';
import { Empty, Figure, Loaded, Loading, Tag, type Tone, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { Editable } from '@/ui/Editable';
import { FormModal } from '@/ui/FormModal';
import { accept, adopt, compare, type Plan, type PlannedEvent, type PlannedProperty, type PropertyFinding, type Row, type Seen, type Standing } from './compare';

const STANDINGS: Record<Standing, { title: string; tone: Tone }> = {
  differs: { title: 'differs', tone: 'bad' },
  unplanned: { title: 'not planned', tone: 'warn' },
  unseen: { title: 'never seen', tone: 'info' },
  fine: { title: 'as planned', tone: 'good' },
};
const TYPES = ['string', 'number', 'bool', 'list', 'object'];
const EMPTY: Plan = { name: 'Tracking plan', events: [] };
/** Events the product itself writes; nobody plans them. */
const OURS = /^(Message|Journey|Segment|Profile|Consent|Email|Push|In-App|SMS|Trait|List|Identified|Experiment Viewed|Unsubscribed)\b/;

export function TrackingPlan() {
  const list = useResources('tracking_plan');
  if (!list.data && !list.error) return <Loading />;
  return <Editor key={list.data?.[0]?.id ?? 'new'} id={list.data?.[0]?.id ?? 'new'} again={() => void list.refetch()} />;
}

function Editor({ id, again }: { id: string; again: () => void }) {
  const session = useQuery(sessionQuery);
  const mayEdit = includes(session.data?.role, 'editor');
  const catalogue = useQuery(catalogueQuery);
  const editing = useResource('tracking_plan', id, EMPTY);
  const plan = (editing.spec ?? EMPTY) as Plan;
  const [open, setOpen] = useState<string | null>(null);
  const seen = (catalogue.data?.events ?? []) as unknown as Seen[];
  const rows = useMemo(() => compare(plan, seen, (name) => OURS.test(name)), [plan, seen]);
  const put = (events: PlannedEvent[]) => editing.change({ ...plan, events });
  const set = (name: string, event: PlannedEvent) => put(plan.events.some((e) => e.name === name) ? plan.events.map((e) => (e.name === name ? event : e)) : [...plan.events, event]);
  const unplanned = rows.filter((r) => r.standing === 'unplanned');
  const count = (standing: Standing) => rows.filter((r) => r.standing === standing).length;
  const chosen = open === null ? null : (rows.find((r) => r.name === open) ?? null);
  const body = (
    <Loaded query={catalogue}>
      {() => (
        <Stack>
          <Group justify="space-between" align="flex-start">
            <Text size="sm" maw={640}>
              {t('What you mean to send. What was seen is held against it; nothing is refused because of the plan.')}
            </Text>
            {mayEdit && (
              <Group gap="xs">
                <ResourceBar kind="tracking_plan" id={id} editing={editing} newId="default" single onSaved={again} onArchived={again} />
              </Group>
            )}
          </Group>
          <ResourceProblem editing={editing} />
          <SimpleGrid cols={{ base: 2, sm: 4 }}>
            {(Object.keys(STANDINGS) as Standing[]).map((s) => (
              <Figure key={s} name={t(STANDINGS[s].title)} value={number(count(s))} />
            ))}
          </SimpleGrid>
          {mayEdit && (
            <Group gap="xs">
              <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => setOpen('')}>
                {t('Plan an event')}
              </Button>
              {unplanned.length > 0 && (
                <Button size="xs" variant="default" onClick={() => put([...plan.events, ...unplanned.flatMap((r) => (r.seen ? [adopt(r.seen)] : []))])}>
                  {tn(unplanned.length, 'Take in what was seen and is not planned: one event', 'Take in what was seen and is not planned: {n} events')}
                </Button>
              )}
            </Group>
          )}
          {rows.length === 0 ? (
            <Empty title={t('Nothing is planned and nothing was seen')}>{t('Plan the events your team agreed on, or send some and take them in.')}</Empty>
          ) : (
            <DataTable<Row>
              caption={t('Tracking plan')}
              rows={rows}
              id={(r) => r.name}
              columns={[
                {
                  title: t('Event'),
                  cell: (r) => (
                    <>
                      <button type="button" className="cell-button" onClick={() => setOpen(r.name)} dir="auto">
                        {r.name}
                      </button>
                      <Text size="xs" c="dimmed" dir="auto">
                        {r.planned?.description ?? ''}
                      </Text>
                    </>
                  ),
                },
                { title: t('Standing'), cell: (r) => <Tag tone={STANDINGS[r.standing].tone}>{t(STANDINGS[r.standing].title)}</Tag> },
                { title: t('What differs'), cell: (r) => <Says findings={r.findings} />, wideOnly: true },
                { title: t('Seen'), cell: (r) => number(r.count), kind: 'num' },
                { title: t('Last seen'), cell: (r) => <When at={r.seen?.last_seen} />, kind: 'short', wideOnly: true },
                {
                  title: t('Do'),
                  cell: (r) =>
                    mayEdit &&
                    (r.standing === 'unplanned' && r.seen ? (
                      <Button size="compact-xs" variant="default" onClick={() => r.seen && put([...plan.events, adopt(r.seen)])}>
                        {t('Take in')}
                      </Button>
                    ) : r.standing === 'differs' && r.planned ? (
                      <Button size="compact-xs" variant="default" onClick={() => r.planned && set(r.name, accept(r.planned, r.findings))}>
                        {t('That is meant')}
                      </Button>
                    ) : null),
                },
              ]}
            />
          )}
          {open !== null && (
            <FormModal onClose={() => setOpen(null)} size="xl" title={open ? open : t('Plan an event')}>
              <Editable may={mayEdit}>
              <EventForm
                key={open}
                row={chosen}
                editable={mayEdit}
                done={(event) => {
                  set(open || event.name, event);
                  setOpen(null);
                }}
                drop={() => {
                  put(plan.events.filter((e) => e.name !== open));
                  setOpen(null);
                }}
              />
              </Editable>
            </FormModal>
          )}
        </Stack>
      )}
    </Loaded>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

/** What differs, in a line. */
function Says({ findings }: { findings: PropertyFinding[] }) {
  const say = (f: PropertyFinding) =>
    f.fault === 'unplanned' ? t('{name} is not planned', { name: f.name }) : f.fault === 'unseen' ? t('{name} was never seen', { name: f.name }) : t('{name} is {seen}, not {meant}', { name: f.name, seen: (f.seen ?? []).join(' | '), meant: f.meant ?? '' });
  return (
    <>
      {findings.slice(0, 4).map((f) => (
        <Text size="xs" key={f.name} dir="auto">
          {say(f)}
        </Text>
      ))}
      {findings.length > 4 && <Text size="xs">{t('and {n} more', { n: findings.length - 4 })}</Text>}
    </>
  );
}

function EventForm({ row, editable, done, drop }: { row: Row | null; editable: boolean; done: (event: PlannedEvent) => void; drop: () => void }) {
  const [event, setEvent] = useState<PlannedEvent>(row?.planned ?? (row?.seen ? adopt(row.seen) : { name: '' }));
  const properties = event.properties ?? [];
  const put = (next: PlannedProperty[]) => setEvent((e) => ({ ...e, properties: next }));
  const one = (i: number, part: Partial<PlannedProperty>) => put(properties.map((p, j) => (j === i ? { ...p, ...part } : p)));
  return (
    <Stack>
      {row === null && <TextInput label={t('Name')} description={t('As it is sent: object and past tense, such as Order Completed.')} required value={event.name} onChange={(e) => setEvent({ ...event, name: e.currentTarget.value })} data-autofocus />}
      <Textarea label={t('When it is sent')} autosize dir="auto" value={event.description ?? ''} onChange={(e) => setEvent({ ...event, description: e.currentTarget.value })} />
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('Properties')}>
        <Table aria-label={t('Properties')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('Property')}</Table.Th>
              <Table.Th>{t('Type')}</Table.Th>
              <Table.Th>{t('Always')}</Table.Th>
              <Table.Th>{t('What it says')}</Table.Th>
              <Table.Th>{t('Seen as')}</Table.Th>
              <Table.Th>{t('Do')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {properties.map((p, i) => (
              <Table.Tr key={i}>
                <Table.Td>
                  <TextInput size="xs" miw={120} aria-label={t('Property {n}', { n: i + 1 })} value={p.name} onChange={(e) => one(i, { name: e.currentTarget.value })} />
                </Table.Td>
                <Table.Td>
                  <Select
                    size="xs"
                    w={110}
                    aria-label={t('Type of {name}', { name: p.name })}
                    clearable
                    placeholder={t('any')}
                    data={TYPES}
                    value={p.type ?? null}
                    onChange={(type) => {
                      const { type: _, ...rest } = p;
                      put(properties.map((x, j) => (j === i ? (type ? { ...rest, type } : rest) : x)));
                    }}
                  />
                </Table.Td>
                <Table.Td>
                  <Switch aria-label={t('{name} is always there', { name: p.name })} checked={p.required ?? false} onChange={(e) => one(i, { required: e.currentTarget.checked })} />
                </Table.Td>
                <Table.Td>
                  <TextInput size="xs" miw={140} aria-label={t('What {name} says', { name: p.name })} dir="auto" value={p.description ?? ''} onChange={(e) => one(i, { description: e.currentTarget.value })} />
                </Table.Td>
                <Table.Td>
                  <Text size="xs">{row?.seen?.properties[p.name]?.join(' | ') ?? '–'}</Text>
                </Table.Td>
                <Table.Td>
                  <ActionIcon variant="subtle" color="gray" aria-label={t('Remove {what}', { what: p.name })} onClick={() => put(properties.filter((_, j) => j !== i))}>
                    <IconTrash size={16} />
                  </ActionIcon>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {row && row.findings.length > 0 && (
        <Paper withBorder p="sm">
          <Says findings={row.findings} />
        </Paper>
      )}
      {row?.seen && (
        <Anchor component={Link} to="/data" search={{ tab: 'catalogue', q: row.name } as never} size="sm">
          {t('What was seen of it')}
        </Anchor>
      )}
      {editable && (
        <Group>
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => put([...properties, { name: '' }])}>
            {t('Add a property')}
          </Button>
          <Button disabled={!event.name.trim() || properties.some((p) => !p.name.trim())} onClick={() => done(event)}>
            {t('Into the plan')}
          </Button>
          {row?.planned && (
            <Button variant="subtle" color="red" onClick={drop}>
              {t('Out of the plan')}
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}
