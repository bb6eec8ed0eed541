/** A message: written on one side, seen as its reader sees it on the other. */
import { Button, Grid, SegmentedControl, Select, Stack, Switch, Tabs, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api, data, includes, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, type Spec, useResource } from '@/resources/useResource';
import { useResources } from '@/resources/useResources';
import { Loaded, Loading } from '@/ui/bits';
import { Page } from '@/ui/Page';
import { type Schema, SchemaForm } from '@/ui/SchemaForm';
import { Preview } from './Preview';
import { SendTest } from './SendTest';
import { BEGINNING, STARTERS } from './starters';

const CodeEditor = lazy(() => import('@/ui/CodeEditor').then((m) => ({ default: m.CodeEditor })));

const COMMON = ['name', 'channel', 'topic', 'transactional'];
const EMAIL = [...COMMON, 'subject', 'preheader', 'html', 'mjml', 'text'];

export function TemplatePage() {
  const { id = 'new' } = useParams({ strict: false });
  const navigate = useNavigate();
  const session = useQuery(sessionQuery);
  const editing = useResource('template', id, BEGINNING);
  const [ownId, setOwnId] = useState<string | null>(null);
  const [testing, setTesting] = useState(false);
  const schema = useQuery({
    queryKey: ['resources', 'template', 'schema'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/resources/{kind}/schema', { params: { path: { kind: 'template' } }, signal })) as Promise<Schema>,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const topics = useResources('topic').data ?? [];
  const spec = editing.spec;
  const text = (name: string) => String(spec?.[name] ?? '');
  const set = (part: Spec) =>
    editing.change((before) => Object.fromEntries(Object.entries({ ...before, ...part }).filter(([, v]) => v !== undefined && v !== '')));
  const name = text('name');
  const newId = ownId ?? slugOf(name);
  const channel = text('channel') || 'email';
  const channels = (schema.data?.properties?.channel?.enum ?? ['email']).map(String);
  const email = channel === 'email';
  const mayEdit = includes(session.data?.role, 'editor');
  const block = !name.trim() ? t('Give it a name first.') : undefined;
  const form = spec && (
    <Stack>
      <TextInput label={t('Name')} required dir="auto" value={name} onChange={(e) => {
                    const next = e.currentTarget.value;
                    editing.change((s) => ({ ...s, name: next }));
                  }} />
      {editing.isNew && (
        <TextInput label={t('Id')} description={t('What journeys call it; it stays.')} value={newId} onChange={(e) => setOwnId(e.currentTarget.value)} />
      )}
      {channels.length > 1 && <Select label={t('Channel')} allowDeselect={false} data={channels} value={channel} onChange={(v) => set({ channel: v ?? undefined })} />}
      {email ? (
        <Email spec={spec} set={set} isNew={editing.isNew} hasMjml={schema.data?.properties?.mjml !== undefined} />
      ) : (
        <SchemaForm schema={schema.data ?? {}} value={spec} onChange={(next) => editing.change(next)} without={COMMON} />
      )}
      <Select
        label={t('Topic')}
        description={t('What customers can leave without leaving everything.')}
        clearable
        data={topics.map((x) => ({ value: x.id, label: String(x.spec.name ?? x.id) }))}
        value={text('topic') || null}
        onChange={(v) => set({ topic: v ?? undefined })}
      />
      <Switch
        label={t('They asked for it')}
        description={t('A receipt or an answer: passes consent and quiet hours, and must not advertise.')}
        checked={spec.transactional === true}
        onChange={(e) => set({ transactional: e.currentTarget.checked || undefined })}
      />
      {email && (
        <details>
          <summary style={{ cursor: 'pointer' }}>{t('More')}</summary>
          <SchemaForm schema={schema.data ?? {}} value={spec} onChange={(next) => editing.change(next)} without={EMAIL} />
        </details>
      )}
    </Stack>
  );
  const body = (
    <Page
      title={editing.isNew ? t('New message') : name || id}
      crumbs={[{ title: t('Content'), to: '/content' }]}
      actions={
        <>
          {mayEdit && !editing.isNew && email && (
            <Button variant="default" onClick={() => setTesting(true)}>
              {t('Send a test')}
            </Button>
          )}
          <ResourceBar
            kind="template"
            id={id}
            editing={editing}
            newId={newId}
            block={block}
            onSaved={(saved) => editing.isNew && void navigate({ to: '/content/$id', params: { id: saved.id } as never, search: {} })}
            onArchived={() => void navigate({ to: '/content' })}
          />
        </>
      }
    >
      <ResourceProblem editing={editing} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 6 }}>{form}</Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>{spec && <Preview spec={spec} />}</Grid.Col>
      </Grid>
      {testing && <SendTest id={id} live={saved(editing.saved.data?.live_version)} dirty={editing.dirty} close={() => setTesting(false)} />}
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

const saved = (version: number | null | undefined): boolean => version !== null && version !== undefined;

/** Subject and body of a mail. */
function Email({ spec, set, isNew, hasMjml }: { spec: Spec; set: (part: Spec) => void; isNew: boolean; hasMjml: boolean }) {
  const [part, setPart] = useState<'body' | 'text'>('body');
  const text = (name: string) => String(spec[name] ?? '');
  const language = hasMjml && (spec.mjml !== undefined || spec.html === undefined) ? 'mjml' : 'html';
  return (
    <>
      {isNew && (
        <Select
          label={t('Begin with')}
          placeholder={t('A plain letter')}
          data={STARTERS.map((s) => ({ value: s.id, label: t(s.title) }))}
          onChange={(v) => {
            const starter = STARTERS.find((s) => s.id === v);
            if (starter) set({ ...starter.spec, mjml: undefined });
          }}
        />
      )}
      <TextInput label={t('Subject')} required dir="auto" value={text('subject')} onChange={(e) => set({ subject: e.currentTarget.value })} />
      <TextInput
        label={t('Preview text')}
        description={t('The line mail programs show beside the subject.')}
        dir="auto"
        value={text('preheader')}
        onChange={(e) => set({ preheader: e.currentTarget.value })}
      />
      <Tabs value={part} onChange={(v) => setPart(v as 'body' | 'text')} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="body">{language === 'mjml' ? 'MJML' : 'HTML'}</Tabs.Tab>
          <Tabs.Tab value="text">{t('Text part')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="body" pt="xs">
          {hasMjml && (
            <SegmentedControl
              size="xs"
              mb="xs"
              aria-label={t('Written in')}
              value={language}
              onChange={(next) => set(next === 'mjml' ? { mjml: text('mjml') || MJML, html: undefined } : { html: text('html') || String(BEGINNING.html), mjml: undefined })}
              data={[
                { value: 'html', label: 'HTML' },
                { value: 'mjml', label: 'MJML' },
              ]}
            />
          )}
          <Suspense fallback={<Loading rows={8} />}>
            <CodeEditor key={language} label={language.toUpperCase()} language="html" value={text(language)} onChange={(v) => set({ [language]: v })} minHeight="24em" />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="text" pt="xs">
          <Suspense fallback={<Loading rows={8} />}>
            <CodeEditor
              label={t('Text part')}
              value={text('text')}
              onChange={(v) => set({ text: v || undefined })}
              minHeight="24em"
              placeholder={t('Empty: made from the body.')}
            />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

const MJML = `<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text font-size="20px">Hello {{ profile.first_name | default: "there" }}</mj-text>
        <mj-text>Write here.</mj-text>
        <mj-text font-size="12px"><a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;
