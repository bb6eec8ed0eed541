/** A message: written on one side, seen as its reader sees it on the other. */
import { Button, Grid, Group, Select, Stack, Switch, Tabs, TextInput } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useSchema } from '@/features/settings/DocumentModal';
import { t } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, type Spec, useResource } from '@/resources/useResource';
import { useResources } from '@/resources/useResources';
import { Loaded, Loading } from '@/ui/bits';
import { Editable } from '@/ui/Editable';
import { Page } from '@/ui/Page';
import { SchemaForm } from '@/ui/SchemaForm';
import { shapeOf } from '@/ui/schema';
import { useSearchState } from '@/ui/useSearchState';
import { useBrand } from './brand/useBrand';
import { EmailEditor, type View } from './email/EmailEditor';
import { Findings } from './email/Findings';
import { type Path, parse } from './email/mjml';
import { chosenOf } from './languages/translations';
import { Preview } from './Preview';
import { SendTest } from './SendTest';
import type { Values } from './sample';
import { BEGINNING, STARTERS } from './starters';

const CodeEditor = lazy(() => import('@/ui/CodeEditor').then((m) => ({ default: m.CodeEditor })));
const Languages = lazy(() => import('./languages/Languages').then((m) => ({ default: m.Languages })));

const COMMON = ['name', 'channel', 'topic', 'transactional'];
const EMAIL = [...COMMON, 'subject', 'preheader', 'html', 'mjml', 'text', 'brand'];
/** What a new message of a channel begins with. */
const FIRST: Record<string, Spec> = { inapp: { layout: 'modal' } };

export function TemplatePage() {
  const { id = 'new' } = useParams({ strict: false });
  const [search, setSearch] = useSearchState();
  const navigate = useNavigate();
  const asked = search.channel && search.channel !== 'email' ? search.channel : undefined;
  const initial = useMemo(() => (asked ? { name: '', channel: asked, ...FIRST[asked] } : BEGINNING), [asked]);
  const editing = useResource('template', id, initial, asked);
  const { ownId, setOwnId } = editing;
  const [testing, setTesting] = useState(false);
  const [chosen, choose] = useState<Path | null>(null);
  const [values, setValues] = useState<Values>({});
  const schema = useSchema('template');
  const spec = editing.spec;
  const text = (name: string) => String(spec?.[name] ?? '');
  const brand = useBrand(text('brand') || undefined);
  const set = useCallback(
    (part: Spec) => editing.change((before) => Object.fromEntries(Object.entries({ ...before, ...part }).filter(([, v]) => v !== undefined && v !== ''))),
    [editing.change],
  );
  const mjml = typeof spec?.mjml === 'string' ? spec.mjml : null;
  const parsed = useMemo(() => (mjml === null ? null : parse(mjml)), [mjml]);
  const name = text('name');
  const newId = ownId ?? slugOf(name);
  const channel = text('channel') || 'email';
  const channels = (schema.data?.properties?.channel?.enum ?? ['email']).map(String);
  const email = channel === 'email';
  const { mayEdit } = editing;
  const shape = shapeOf(schema.data ?? {}, 'channel', channel);
  const block = !name.trim() ? t('Give it a name first.') : undefined;
  const view = (['blocks', 'code', 'both'] as const).find((v) => v === search.view) ?? 'blocks';
  const both = email && parsed !== null && view === 'both' && (search.tab ?? 'design') === 'design';
  const change = (value: string) => (next: string | null) => set({ [value]: next || undefined });
  const turn = (tab: string | null) => {
    // What is translated is what the preview shows.
    const first = tab === 'languages' && spec ? (chosenOf(spec, search.locale) ?? undefined) : search.locale;
    setSearch({ tab: tab === 'design' ? undefined : (tab ?? undefined), locale: first });
  };
  const changeChannel = (next: string | null) => {
    if (!next || next === channel) return;
    // What channels have in common stays.
    const kept = Object.fromEntries(COMMON.filter((k) => spec?.[k] !== undefined).map((k) => [k, spec?.[k]]));
    editing.change({ ...kept, ...(next === 'email' ? BEGINNING : (FIRST[next] ?? {})), name, channel: next });
  };
  const head = (
    <>
      <TextInput label={t('Name')} required dir="auto" value={name} onChange={(e) => {
        const next = e.currentTarget.value;
        editing.change((s) => ({ ...s, name: next }));
      }} />
      {editing.isNew && (
        <Group grow align="flex-start">
          <TextInput label={t('Id')} description={t('What journeys call it; it stays.')} value={newId} onChange={(e) => setOwnId(e.currentTarget.value)} />
          {channels.length > 1 && <Select label={t('Channel')} description={t('How it reaches people.')} allowDeselect={false} data={channels.map((c) => ({ value: c, label: t(c) }))} value={channel} onChange={changeChannel} />}
        </Group>
      )}
    </>
  );
  const settings = spec && (
    <Stack>
      <Topic value={text('topic')} set={change('topic')} />
      <Switch
        label={t('They asked for it')}
        description={t('A receipt or an answer: passes consent and quiet hours, and must not advertise.')}
        checked={spec.transactional === true}
        onChange={(e) => set({ transactional: e.currentTarget.checked || undefined })}
      />
      {email && <BrandChoice value={text('brand')} set={change('brand')} />}
      <SchemaForm
        schema={email ? (schema.data ?? {}) : shape}
        root={schema.data ?? {}}
        value={spec}
        onChange={(next) => editing.change(next)}
        {...(email ? { without: [...EMAIL, ...Object.keys(schema.data?.properties ?? {}).filter((k) => !MAIL_SETTINGS.includes(k))] } : { only: ['track_clicks', 'priority', 'quiet_hours'] })}
      />
    </Stack>
  );
  const design = spec && email ? (
    <Stack>
      <Email spec={spec} set={set} isNew={editing.isNew} />
      {parsed && mjml !== null ? (
        <EmailEditor text={mjml} parsed={parsed} change={(v) => set({ mjml: v })} chosen={chosen} choose={choose} view={view} setView={(next: View) => setSearch({ view: next === 'blocks' ? undefined : next })} brand={brand} />
      ) : (
        <Html value={text('html')} change={(v) => set({ html: v })} toBlocks={() => set({ mjml: String(BEGINNING.mjml), html: undefined })} />
      )}
    </Stack>
  ) : (
    spec && <SchemaForm schema={shape} root={schema.data ?? {}} value={spec} onChange={(next) => editing.change(next)} without={[...COMMON, 'track_clicks', 'priority', 'quiet_hours', 'translations', ...(channel === 'voice' ? [] : ['language'])]} />
  );
  const tabs = (
    <Tabs value={search.tab ?? 'design'} onChange={turn} keepMounted={false}>
      <Tabs.List>
        <Tabs.Tab value="design">{t('Content')}</Tabs.Tab>
        {email && <Tabs.Tab value="text">{t('Text part')}</Tabs.Tab>}
        <Tabs.Tab value="languages">{t('Languages')}</Tabs.Tab>
        <Tabs.Tab value="settings">{t('Settings')}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="design" pt="md">
        <Editable may={mayEdit}>{design}</Editable>
      </Tabs.Panel>
      <Tabs.Panel value="text" pt="md">
        <Suspense fallback={<Loading rows={8} />}>
          <CodeEditor readOnly={!mayEdit} label={t('Text part')} value={text('text')} onChange={(v) => set({ text: v || undefined })} minHeight="24em" placeholder={t('Empty: made from the body.')} />
        </Suspense>
      </Tabs.Panel>
      <Tabs.Panel value="languages" pt="md">
        <Suspense fallback={<Loading rows={8} />}>
          {spec && <Languages mayEdit={mayEdit} spec={spec} change={editing.change} asked={search.locale} ask={(locale) => setSearch({ locale })} schema={shape} root={schema.data ?? {}} />}
        </Suspense>
      </Tabs.Panel>
      <Tabs.Panel value="settings" pt="md">
        <Editable may={mayEdit}>{settings}</Editable>
      </Tabs.Panel>
    </Tabs>
  );
  const body = (
    <Page
      title={editing.isNew ? t('New message') : name || id}
      crumbs={[{ title: t('Content'), to: '/content' }]}
      actions={
        <>
          {mayEdit && !editing.isNew && (
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
        <Grid.Col span={{ base: 12, md: 6, lg: both ? 7 : 5 }}>
          <Stack>
            <Editable may={mayEdit}>{head}</Editable>
            {tabs}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6, lg: both ? 5 : 7 }}>
          <Stack className="sticky">
            {spec && <Preview spec={spec} sample={{ template: id, values, change: setValues }} chosen={chosen} choose={parsed?.root ? choose : undefined} />}
            {spec && <Findings spec={spec} choose={parsed?.root ? choose : undefined} asks={mayEdit} />}
          </Stack>
        </Grid.Col>
      </Grid>
      {testing && editing.saved.data && <SendTest id={id} channel={channel} spec={editing.saved.data.spec} values={values} version={editing.saved.data.version} dirty={editing.dirty} close={() => setTesting(false)} />}
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

/** Members of a mail's document with a place under its settings. */
const MAIL_SETTINGS = ['from', 'reply_to', 'track_opens', 'track_clicks', 'priority', 'quiet_hours', 'layout', 'utm', 'calendar'];

function Topic({ value, set }: { value: string; set: (v: string | null) => void }) {
  return <PickDocument kind="topic" label={t('Topic')} description={t('What customers can leave without leaving everything.')} clearable value={value} change={(id) => set(id || null)} />;
}

function BrandChoice({ value, set }: { value: string; set: (v: string | null) => void }) {
  const brands = useResources('brand').data ?? [];
  if (brands.length === 0) return null;
  return <PickDocument kind="brand" label={t('Brand')} description={t('The one called default when empty.')} clearable value={value} change={(id) => set(id || null)} />;
}

/** Subject and the line beside it. */
function Email({ spec, set, isNew }: { spec: Spec; set: (part: Spec) => void; isNew: boolean }) {
  const text = (name: string) => String(spec[name] ?? '');
  return (
    <>
      {isNew && (
        <Select
          label={t('Begin with')}
          placeholder={t('A plain letter')}
          data={STARTERS.map((s) => ({ value: s.id, label: t(s.title) }))}
          onChange={(v) => {
            const starter = STARTERS.find((s) => s.id === v);
            if (starter) set({ ...starter.spec, html: undefined });
          }}
        />
      )}
      <TextInput label={t('Subject')} required dir="auto" value={text('subject')} onChange={(e) => set({ subject: e.currentTarget.value })} />
      <TextInput label={t('Preview text')} description={t('The line mail programs show beside the subject.')} dir="auto" value={text('preheader')} onChange={(e) => set({ preheader: e.currentTarget.value })} />
    </>
  );
}

/** A body written in HTML. */
function Html({ value, change, toBlocks }: { value: string; change: (html: string) => void; toBlocks: () => void }) {
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <span className="field-about">{t('Written in HTML.')}</span>
        <Button size="xs" variant="default" onClick={toBlocks}>
          {t('Begin anew with blocks')}
        </Button>
      </Group>
      <Suspense fallback={<Loading rows={8} />}>
        <CodeEditor label="HTML" language="html" value={value} onChange={change} minHeight="24em" />
      </Suspense>
    </Stack>
  );
}
