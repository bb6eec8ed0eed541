/** How the company looks and speaks; mails follow it. */
import { ActionIcon, Anchor, Button, ColorInput, Grid, Group, NumberInput, Paper, Stack, TagsInput, Text, Textarea, TextInput, Title } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { t } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, type Spec, useResource } from '@/resources/useResource';
import { Loaded } from '@/ui/bits';
import { Editable } from '@/ui/Editable';
import { Page } from '@/ui/Page';
import { Section } from '@/ui/Section';
import { useRows } from '@/ui/useRows';
import { PictureInput } from '../media/PictureInput';

const BEGINNING: Spec = { name: '', colours: { primary: '#0b7285', text: '#1f2933', background: '#f2f4f5' } };

type Names = Record<string, string>;
const named = (value: unknown): Names => (typeof value === 'object' && value !== null ? (value as Names) : {});

export function BrandPage() {
  const { id = 'new' } = useParams({ strict: false });
  const navigate = useNavigate();
  const editing = useResource('brand', id, BEGINNING);
  const { ownId, setOwnId } = editing;
  const spec = editing.spec ?? {};
  const set = (part: Spec) => editing.change((before) => Object.fromEntries(Object.entries({ ...before, ...part }).filter(([, v]) => v !== undefined && v !== '')));
  const name = String(spec.name ?? '');
  const newId = ownId ?? (slugOf(name) || 'default');
  const logo = (spec.logo ?? {}) as { url?: string; alt?: string; width?: number };
  const setLogo = (part: Partial<typeof logo>) => {
    const next = Object.fromEntries(Object.entries({ ...logo, ...part }).filter(([, v]) => v !== undefined && v !== ''));
    set({ logo: Object.keys(next).length > 0 ? next : undefined });
  };
  const rest = (names: Names) => (Object.keys(names).length > 0 ? names : undefined);
  const body = (
    <Page
      title={editing.isNew ? t('New brand') : name || id}
      crumbs={[
        { title: t('Content'), to: '/content' },
        { title: t('Brand kit'), to: '/content?tab=brands' },
      ]}
      intro={t('Mails see it as `brand`; blocks take its colours, and change when it does.')}
      actions={
        <ResourceBar
          kind="brand"
          id={id}
          editing={editing}
          newId={newId}
          block={name.trim() ? undefined : t('Give it a name first.')}
          onSaved={(saved) => editing.isNew && void navigate({ to: '/brands/$id', params: { id: saved.id } as never })}
          onArchived={() => void navigate({ to: '/content', search: { tab: 'brands' } as never })}
        />
      }
    >
      <ResourceProblem editing={editing} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Editable may={editing.mayEdit}>
          <Stack>
            <Group grow align="flex-start">
              <TextInput label={t('Name')} required dir="auto" value={name} onChange={(e) => {
                const next = e.currentTarget.value;
                editing.change((s) => ({ ...s, name: next }));
              }} />
              {editing.isNew && <TextInput label={t('Id')} description={t('The one called default is used where a message names none.')} value={newId} onChange={(e) => setOwnId(e.currentTarget.value)} />}
            </Group>
            <Section title={t('Logo')}>
              <PictureInput label={t('Picture')} value={logo.url ?? ''} onChange={(url) => setLogo({ url })} />
              <Group grow>
                <TextInput label={t('What it shows')} dir="auto" value={logo.alt ?? ''} onChange={(e) => setLogo({ alt: e.currentTarget.value })} />
                <NumberInput label={t('Width')} suffix=" px" min={1} max={2000} value={logo.width ?? ''} onChange={(n) => setLogo({ width: typeof n === 'number' ? n : undefined })} />
              </Group>
            </Section>
            <Section title={t('Colours')}>
              <Rows names={named(spec.colours)} set={(v) => set({ colours: rest(v) })} fresh="accent" start="#17323a" add={t('Add a colour')}>
                {(label, value, put) => <ColorInput withEyeDropper={false} label={label} value={value} format="hex" onChange={put} style={{ flex: 1 }} />}
              </Rows>
            </Section>
            <Section title={t('Fonts')}>
              <Rows names={named(spec.fonts)} set={(v) => set({ fonts: rest(v) })} fresh="body" start="Helvetica, Arial, sans-serif" add={t('Add a font')}>
                {(label, value, put) => <TextInput label={label} value={value} onChange={(e) => put(e.currentTarget.value)} style={{ flex: 1 }} />}
              </Rows>
            </Section>
            <Section title={t('Pages elsewhere')}>
              <Rows names={named(spec.social)} set={(v) => set({ social: rest(v) })} fresh="instagram" start="https://instagram.com/" add={t('Add a link')}>
                {(label, value, put) => <TextInput label={label} value={value} onChange={(e) => put(e.currentTarget.value)} style={{ flex: 1 }} />}
              </Rows>
            </Section>
            <Section title={t('Words')}>
              <Textarea label={t('Footer')} description={t('Stands under messages.')} autosize minRows={2} dir="auto" value={String(spec.footer ?? '')} onChange={(e) => set({ footer: e.currentTarget.value })} />
              <Textarea label={t('Tone')} description={t('How the company speaks; for people and for writing aids.')} autosize minRows={2} dir="auto" value={String(spec.tone ?? '')} onChange={(e) => set({ tone: e.currentTarget.value })} />
              <TagsInput
                label={t('Words not to use')}
                description={t('A message with one of them is warned about.')}
                value={Array.isArray(spec.banned_phrases) ? (spec.banned_phrases as string[]) : []}
                onChange={(v) => set({ banned_phrases: v.length > 0 ? v : undefined })}
              />
            </Section>
          </Stack>
          </Editable>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Sample spec={spec} />
        </Grid.Col>
      </Grid>
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

/** Values by role. */
function Rows({ names, set, fresh, start, add, children }: { names: Names; set: (names: Names) => void; fresh: string; start: string; add: string; children: (label: string, value: string, put: (value: string) => void) => React.ReactNode }) {
  const { rows, rename, set: write, remove, add: append, fault } = useRows(names, (next) => set(next ?? {}));
  return (
    <>
      {rows.map(([name, value], i) => (
        <Group key={i} wrap="nowrap" align="flex-start" gap="xs">
          <TextInput label={t('Role')} w={130} value={name} error={fault(i)} onChange={(e) => rename(i, e.currentTarget.value.toLowerCase().replace(/[^a-z0-9_]/g, '_'))} />
          {children(name || t('Value'), value, (next) => next !== value && write(i, next))}
          <ActionIcon variant="subtle" color="gray" mt={26} aria-label={t('Remove {what}', { what: name })} onClick={() => remove(i)}>
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button size="xs" variant="default" w="fit-content" leftSection={<IconPlus size={14} />} onClick={() => append(fresh, start)}>
        {add}
      </Button>
    </>
  );
}

/** A letter in the brand's looks. */
function Sample({ spec }: { spec: Spec }) {
  const colours = named(spec.colours);
  const fonts = named(spec.fonts);
  const logo = (spec.logo ?? {}) as { url?: string; alt?: string; width?: number };
  return (
    <Paper withBorder p="md" component="section" aria-label={t('How it looks')} className="sticky">
      <Title order={2} size="h5" mb="sm">
        {t('How it looks')}
      </Title>
      <div className="brand-sample" style={{ background: colours.background ?? '#f2f4f5', fontFamily: fonts.body }}>
        <div style={{ color: colours.text ?? '#1f2933' }}>
          {logo.url ? <img src={logo.url} alt={logo.alt ?? ''} style={{ maxWidth: Math.min(logo.width ?? 140, 260) }} /> : <b>{String(spec.name ?? '')}</b>}
          <p style={{ fontFamily: fonts.heading ?? fonts.body, fontSize: 22, fontWeight: 700, margin: '16px 0 8px' }}>{t('A line that makes curious')}</p>
          <p>{t('Two sentences in your colours and fonts. So do mails look that are made of blocks.')}</p>
          <span style={{ background: colours.primary ?? '#0b7285', color: '#fff' }} className="brand-button">
            {t('Have a look')}
          </span>
        </div>
        {typeof spec.footer === 'string' && <small style={{ color: colours.text ?? '#1f2933' }}>{spec.footer}</small>}
      </div>
      <Group gap="xs" mt="md" aria-hidden>
        {Object.entries(colours).map(([role, colour]) => (
          <div key={role} style={{ textAlign: 'center' }}>
            <span className="swatch" data-large style={{ background: colour }} />
            <Text size="xs">{role}</Text>
          </div>
        ))}
      </Group>
      {Object.keys(named(spec.social)).length > 0 && (
        <Group gap="sm" mt="sm">
          {Object.entries(named(spec.social)).map(([where, url]) => (
            <Anchor key={where} size="sm" href={url} target="_blank" rel="noreferrer">
              {where}
            </Anchor>
          ))}
        </Group>
      )}
    </Paper>
  );
}
