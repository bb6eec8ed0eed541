/** A model of personas: what customers are compared by, and the groups that were found. */
import { ActionIcon, Alert, Anchor, Button, Card, Grid, Group, NumberInput, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api, data, includes, sessionQuery } from '@/api/client';
import { IDEAS } from '@/features/traits/ideas';
import { useCall } from '@/ui/useCall';
import { number, percent, t, tn } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { marksAt, useDryRun } from '@/resources/useDryRun';
import { slugOf, type Spec, useResource } from '@/resources/useResource';
import { ValueField } from '@/rules/ValueField';
import { Loaded, Problem, When } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { Editable } from '@/ui/Editable';
import { Page } from '@/ui/Page';
import { clarity, type Difference, type Found, type Persona } from './found';

interface Feature {
  name: string;
  value: string;
}

const INITIAL: Spec = {
  name: '',
  features: [
    { name: 'orders', value: 'events("Order Completed").count()' },
    { name: 'spent', value: 'events("Order Completed").sum("total")' },
    { name: 'active days', value: 'events().within("90d").days()' },
  ],
};

export function PersonaPage() {
  const { id = 'new' } = useParams({ strict: false });
  const navigate = useNavigate();
  const session = useQuery(sessionQuery);
  const editing = useResource('persona_model', id, INITIAL);
  const { ownId, setOwnId } = editing;
  const spec = editing.spec ?? INITIAL;
  const name = String(spec.name ?? '');
  const newId = ownId ?? slugOf(name);
  const set = (part: Spec) => editing.change((before) => Object.fromEntries(Object.entries({ ...before, ...part }).filter(([, v]) => v !== undefined && v !== '')));
  const live = useQuery({
    queryKey: ['personas', id],
    queryFn: ({ signal }) => data(api.GET('/api/v1/personas/{id}', { params: { path: { id } }, signal })),
    enabled: editing.hasLive,
  });
  const { busy, error, run } = useCall([['personas'], ['segments']], () => {});
  const compute = () =>
    run(async () => {
      await data(api.POST('/api/v1/personas/{id}/compute', { params: { path: { id } } }));
      notify('good', t('The groups are found; they are segments now.'));
    });
  const found = live.data?.result as unknown as Found | null | undefined;
  const block = !name.trim() ? t('Give it a name first.') : undefined;
  const body = (
    <Page
      title={editing.isNew ? t('New persona model') : name || id}
      crumbs={[
        { title: t('Segments'), to: '/segments' },
        { title: t('Personas'), to: '/segments?tab=personas' },
      ]}
      intro={t('Customers grouped by likeness of what they do. Each group is a segment that stays current.')}
      actions={
        <>
          {live.data && includes(session.data?.role, 'editor') && (
            <Button variant="default" loading={busy} onClick={() => void compute()}>
              {found ? t('Find the groups anew') : t('Find the groups')}
            </Button>
          )}
          <ResourceBar
            kind="persona_model"
            id={id}
            editing={editing}
            newId={newId}
            block={block}
            onSaved={(saved) => {
              if (editing.isNew) void navigate({ to: '/personas/$id', params: { id: saved.id } as never });
              else void live.refetch();
            }}
            onArchived={() => void navigate({ to: '/segments', search: { tab: 'personas' } as never })}
          />
        </>
      }
    >
      <ResourceProblem editing={editing} />
      <Problem error={error} />
      {found && live.data && (
        <Stack>
          <Group gap="lg">
            <Text size="sm">{tn(found.profiles, 'One customer in', '{n} customers in') + ' ' + tn(found.personas.length, 'one group', '{n} groups')}</Text>
            <Text size="sm">
              {t('How clear they are:')} <b>{t(clarity(found.silhouette).title)}</b> ({found.silhouette.toFixed(2)})
            </Text>
            <Text size="sm" c="dimmed">
              {t('Computed')} <When at={live.data.computed_at} />
            </Text>
          </Group>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {found.personas.map((p) => (
              <PersonaCard key={p.id} of={p} all={found.profiles} segment={live.data?.segments.find((s) => s === `${id}-${p.id}`)} />
            ))}
          </SimpleGrid>
          {live.data.segments.length > 1 && (
            <Anchor component={Link} to="/segments" search={{ tab: 'overlap', s: live.data.segments.slice(0, 5).join(',') } as never} size="sm">
              {t('Compare them with other segments')}
            </Anchor>
          )}
        </Stack>
      )}
      {live.data && !found && (
        <Alert variant="outline" color="cyan">
          {t('It is live. Find the groups to see them.')}
        </Alert>
      )}
      <Editable may={editing.mayEdit}><Form spec={spec} set={set} isNew={editing.isNew} id={editing.isNew ? newId || 'new-model' : id} newId={newId} setOwnId={setOwnId} /></Editable>
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

function PersonaCard({ of, all, segment }: { of: Persona; all: number; segment: string | undefined }) {
  const most = Math.max(1, ...of.differences.map((d) => Math.abs(d.standardised)));
  return (
    <Card withBorder component="article" aria-label={of.name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2} size="h4" dir="auto">
          {of.name}
        </Title>
        <Text size="sm" ta="right">
          <b>{number(of.count)}</b>
          <br />
          {percent((of.count / Math.max(1, all)) * 100)}
        </Text>
      </Group>
      <Text size="sm" mt={4} mb="sm">
        {of.description}
      </Text>
      <Stack gap={4}>
        {of.differences.slice(0, 5).map((d) => (
          <Bar key={`${d.feature} ${d.value ?? ''}`} of={d} most={most} />
        ))}
      </Stack>
      {segment && (
        <Anchor component={Link} to="/segments/$id" params={{ id: segment } as never} search={{ tab: 'members' } as never} size="sm" mt="sm">
          {t('See these customers')}
        </Anchor>
      )}
    </Card>
  );
}

const short = (n: number) => number(n, { maximumSignificantDigits: 3 });

/** A feature: how far the group is from everybody, to either side. */
function Bar({ of, most }: { of: Difference; most: number }) {
  const share = (Math.abs(of.standardised) / most) * 50;
  return (
    <div className="trait-bar">
      <Text size="xs">
        {of.feature}
        {of.value ? ` = ${of.value}` : ''}
      </Text>
      <div className="trait-track" aria-hidden>
        <span data-more={of.standardised > 0 || undefined} style={{ width: `${share}%`, [of.standardised > 0 ? 'left' : 'right']: '50%' }} />
      </div>
      <Text size="xs" c="dimmed" ta="right">
        {short(of.mean)} {t('against {n}', { n: short(of.mean_of_all) })}
      </Text>
    </div>
  );
}

function Form({ spec, set, isNew, id, newId, setOwnId }: { spec: Spec; set: (part: Spec) => void; isNew: boolean; id: string; newId: string; setOwnId: (id: string) => void }) {
  const features = (Array.isArray(spec.features) ? spec.features : []) as Feature[];
  const problems = useDryRun('persona_model', id, { ...spec, name: spec.name || 'x' }, features.every((f) => f.value.trim() !== '' && f.name.trim() !== ''));
  const put = (i: number, part: Partial<Feature>) => set({ features: features.map((f, j) => (j === i ? { ...f, ...part } : f)) });
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <fieldset className="fieldset">
          <legend>{t('What customers are compared by')}</legend>
          <Stack>
            {features.map((f, i) => (
              <Group key={i} align="flex-start" wrap="nowrap">
                <TextInput label={t('Name')} w={130} value={f.name} onChange={(e) => put(i, { name: e.currentTarget.value })} />
                <div style={{ flex: 1, minWidth: 0 }}>
                  <ValueField label={t('Value')} value={f.value} onChange={(value) => put(i, { value })} marks={marksAt(problems, `spec.features[${i}].value`)} />
                </div>
                {features.length > 2 && (
                  <ActionIcon variant="subtle" color="gray" mt={26} aria-label={t('Remove {what}', { what: f.name })} onClick={() => set({ features: features.filter((_, j) => j !== i) })}>
                    <IconTrash size={16} />
                  </ActionIcon>
                )}
              </Group>
            ))}
            <Group gap="xs">
              <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => set({ features: [...features, { name: `feature ${features.length + 1}`, value: '' }] })}>
                {t('Add a feature')}
              </Button>
              <Select
                size="xs"
                aria-label={t('Add an idea')}
                placeholder={t('Add an idea')}
                data={IDEAS.map((x) => ({ value: x.id, label: t(x.title) }))}
                value={null}
                onChange={(v) => {
                  const idea = IDEAS.find((x) => x.id === v);
                  if (idea) set({ features: [...features, { name: t(idea.title), value: idea.value }] });
                }}
              />
            </Group>
          </Stack>
        </fieldset>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack>
          <TextInput label={t('Name')} required dir="auto" value={String(spec.name ?? '')} onChange={(e) => set({ name: e.currentTarget.value })} />
          {isNew && <TextInput label={t('Id')} description={t('The trait in which a customer’s group stands.')} value={newId} onChange={(e) => setOwnId(e.currentTarget.value)} />}
          <PickDocument kind="segment" status="live" label={t('Only customers of')} placeholder={t('everybody')} clearable value={String(spec.segment ?? '')} change={(id) => set({ segment: id || undefined })} />
          <Group grow>
            <NumberInput label={t('Groups at least')} min={2} max={12} value={typeof spec.min_personas === 'number' ? spec.min_personas : ''} placeholder="2" onChange={(n) => set({ min_personas: typeof n === 'number' ? n : undefined })} />
            <NumberInput label={t('At most')} min={2} max={12} value={typeof spec.max_personas === 'number' ? spec.max_personas : ''} onChange={(n) => set({ max_personas: typeof n === 'number' ? n : undefined })} />
          </Group>
          <Select
            label={t('Computed anew')}
            data={[
              { value: '', label: t('when somebody asks') },
              { value: '1d', label: t('every day') },
              { value: '7d', label: t('every week') },
              { value: '30d', label: t('every month') },
            ]}
            value={String(spec.every ?? '')}
            allowDeselect={false}
            onChange={(v) => set({ every: v || undefined })}
          />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}
