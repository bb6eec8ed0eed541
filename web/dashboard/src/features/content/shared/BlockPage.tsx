/** A shared block: its forms for mails in blocks, in HTML and in plain text. */
import { Grid, Stack, Tabs, TextInput } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { t } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, type Spec, useResource } from '@/resources/useResource';
import { Loaded, Loading } from '@/ui/bits';
import { Page } from '@/ui/Page';
import { useSearchState } from '@/ui/useSearchState';
import { Preview } from '../Preview';

const CodeEditor = lazy(() => import('@/ui/CodeEditor').then((m) => ({ default: m.CodeEditor })));

const BEGINNING: Spec = { name: '', mjml: '<mj-text align="center">{{ company.name }}</mj-text>' };
const FORMS = ['mjml', 'html', 'text'] as const;

/** A message that shows nothing but the block. */
function around(spec: Spec): Spec {
  const mjml = typeof spec.mjml === 'string' ? spec.mjml : null;
  if (mjml === null) return { name: 'block', channel: 'email', subject: String(spec.name ?? ''), html: String(spec.html ?? spec.text ?? '').replaceAll('{{ content }}', '…'), transactional: true };
  const body = mjml.includes('<mj-body') ? mjml : /<mj-(section|wrapper|hero)/.test(mjml) ? `<mj-body>${mjml}</mj-body>` : `<mj-body><mj-section background-color="#ffffff"><mj-column>${mjml}</mj-column></mj-section></mj-body>`;
  const whole = body.includes('<mjml') ? body : `<mjml>${body}</mjml>`;
  return { name: 'block', channel: 'email', subject: String(spec.name ?? ''), mjml: whole.replaceAll('{{ content }}', '<mj-section><mj-column><mj-text>…</mj-text></mj-column></mj-section>'), transactional: true };
}

export function BlockPage() {
  const { id = 'new' } = useParams({ strict: false });
  const [search, setSearch] = useSearchState();
  const navigate = useNavigate();
  const editing = useResource('block', id, BEGINNING);
  const { ownId, setOwnId } = editing;
  const spec = editing.spec ?? {};
  const name = String(spec.name ?? '');
  const newId = ownId ?? slugOf(name);
  const set = (part: Spec) => editing.change((before) => Object.fromEntries(Object.entries({ ...before, ...part }).filter(([, v]) => v !== undefined && v !== '')));
  const form = FORMS.find((f) => f === search.form) ?? 'mjml';
  const body = (
    <Page
      title={editing.isNew ? t('New shared block') : name || id}
      crumbs={[
        { title: t('Content'), to: '/content' },
        { title: t('Shared blocks'), to: '/content?tab=blocks' },
      ]}
      intro={t('A layout is a block with {{ content }} where the message goes.')}
      actions={
        <ResourceBar
          kind="block"
          id={id}
          editing={editing}
          newId={newId}
          block={name.trim() ? undefined : t('Give it a name first.')}
          onSaved={(saved) => editing.isNew && void navigate({ to: '/blocks/$id', params: { id: saved.id } as never })}
          onArchived={() => void navigate({ to: '/content', search: { tab: 'blocks' } as never })}
        />
      }
    >
      <ResourceProblem editing={editing} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Stack>
            <TextInput label={t('Name')} required dir="auto" readOnly={!editing.mayEdit} value={name} onChange={(e) => {
              const next = e.currentTarget.value;
              editing.change((s) => ({ ...s, name: next }));
            }} />
            {editing.isNew && <TextInput label={t('Id')} description={t('What messages call it; it stays.')} value={newId} onChange={(e) => setOwnId(e.currentTarget.value)} />}
            <Tabs value={form} onChange={(next) => setSearch({ form: next === 'mjml' ? undefined : (next ?? undefined) })} keepMounted={false}>
              <Tabs.List>
                <Tabs.Tab value="mjml">MJML</Tabs.Tab>
                <Tabs.Tab value="html">HTML</Tabs.Tab>
                <Tabs.Tab value="text">{t('Text')}</Tabs.Tab>
              </Tabs.List>
              {FORMS.map((f) => (
                <Tabs.Panel key={f} value={f} pt="sm">
                  <Suspense fallback={<Loading rows={8} />}>
                    <CodeEditor readOnly={!editing.mayEdit} label={f.toUpperCase()} language={f === 'text' ? 'text' : 'html'} value={String(spec[f] ?? '')} onChange={(v) => set({ [f]: v })} minHeight="18em" />
                  </Suspense>
                </Tabs.Panel>
              ))}
            </Tabs>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <div className="sticky">
            <Preview spec={around(spec)} />
          </div>
        </Grid.Col>
      </Grid>
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}
