/** A trait that keeps itself current: its value in the rule language, and whose it is. */
import { Anchor, Code, Grid, Paper, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import { nameOf } from '@/features/customers/name';
import { t } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, type Spec, useResource } from '@/resources/useResource';
import { marksAt, useDryRun } from '@/resources/useDryRun';
import { ValueField } from '@/rules/ValueField';
import { Loaded, Value } from '@/ui/bits';
import { Editable } from '@/ui/Editable';
import { Page } from '@/ui/Page';
import { IDEAS } from './ideas';

const INITIAL: Spec = { name: '', value: '' };

export function ComputedTraitPage() {
  const { id = 'new' } = useParams({ strict: false });
  const navigate = useNavigate();
  const editing = useResource('computed_trait', id, INITIAL);
  const { ownId, setOwnId } = editing;
  const spec = editing.spec ?? INITIAL;
  const name = String(spec.name ?? '');
  const value = String(spec.value ?? '');
  const newId = ownId ?? slugOf(name).replaceAll('-', '_');
  const set = (part: Record<string, unknown>) => editing.change((before) => ({ ...before, ...part }));
  const problems = useDryRun('computed_trait', editing.isNew ? newId || 'new-trait' : id, { ...spec, name: name || 'x' }, value.trim() !== '');
  const block = !name.trim() ? t('Give it a name first.') : !value.trim() ? t('It needs a value.') : undefined;
  const body = (
    <Page
      title={editing.isNew ? t('New computed trait') : name || id}
      crumbs={[
        { title: t('Segments'), to: '/segments' },
        { title: t('Computed traits'), to: '/segments?tab=traits' },
      ]}
      intro={t('Kept from what customers do; always current, also back through all their history.')}
      actions={
        <ResourceBar
          kind="computed_trait"
          id={id}
          editing={editing}
          newId={newId}
          block={block}
          onSaved={(saved) => editing.isNew && void navigate({ to: '/traits/$id', params: { id: saved.id } as never })}
          onArchived={() => void navigate({ to: '/segments', search: { tab: 'traits' } as never })}
        />
      }
    >
      <ResourceProblem editing={editing} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Editable may={editing.mayEdit}>
          <Stack>
            {editing.isNew && (
              <Select
                label={t('Begin with')}
                placeholder={t('An idea')}
                data={IDEAS.map((i) => ({ value: i.id, label: t(i.title) }))}
                onChange={(v) => {
                  const idea = IDEAS.find((i) => i.id === v);
                  if (idea) {
                    set({ name: t(idea.title), value: idea.value });
                    setOwnId(idea.id);
                  }
                }}
              />
            )}
            <TextInput label={t('Name')} required dir="auto" value={name} onChange={(e) => set({ name: e.currentTarget.value })} />
            {editing.isNew && <TextInput label={t('Id')} description={t('What rules and messages call it: traits.{id}', { id: newId || '…' })} value={newId} onChange={(e) => setOwnId(e.currentTarget.value)} />}
            <Textarea label={t('Description')} autosize minRows={1} dir="auto" value={String(spec.description ?? '')} onChange={(e) => set({ description: e.currentTarget.value || undefined })} />
            <ValueField label={t('Value')} description={t('A number, a text, a date or a condition, in the language of rules.')} value={value} onChange={(v) => set({ value: v })} marks={marksAt(problems, 'spec.value')} />
          </Stack>
          </Editable>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            {!editing.isNew && <Examples trait={id} />}
            <Paper withBorder p="md" component="section" aria-label={t('How to use it')}>
              <Title order={2} size="h5" mb="xs">
                {t('How to use it')}
              </Title>
              <Text size="sm">
                {t('In rules')}: <Code>{`traits.${editing.isNew ? newId || 'name' : id} > 100`}</Code>
              </Text>
              <Text size="sm" mt="xs">
                {t('In messages')}: <Code>{`{{ profile.${editing.isNew ? newId || 'name' : id} }}`}</Code>
              </Text>
            </Paper>
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

/** Some customers with their values. */
function Examples({ trait }: { trait: string }) {
  const rule = `has(traits.${trait})`;
  const found = useQuery({
    queryKey: ['segments', 'preview', rule],
    queryFn: ({ signal }) => data(api.POST('/api/v1/segments/preview', { body: { rule }, signal })),
    refetchInterval: 5_000,
    retry: false,
  });
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Examples')}>
      <Title order={2} size="h5" mb="xs">
        {t('Examples')}
      </Title>
      {found.data && found.data.sample.length > 0 ? (
        <dl className="facts">
          {found.data.sample.slice(0, 10).map((p) => (
            <div key={p.id} style={{ display: 'contents' }}>
              <dt>
                <Anchor component={Link} to="/customers/$id" params={{ id: p.id } as never} size="sm" dir="auto">
                  {nameOf(p)}
                </Anchor>
              </dt>
              <dd>
                <Value of={p.traits[trait]} />
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <Text size="sm" c="dimmed">
          {t('Nobody has it yet; it is computed once it is live.')}
        </Text>
      )}
    </Paper>
  );
}
