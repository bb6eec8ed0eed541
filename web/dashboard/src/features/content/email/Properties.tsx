/** What of the chosen block can be changed. */
import { ActionIcon, Autocomplete, Button, ColorInput, Group, Input, NumberInput, SegmentedControl, Select, Stack, Text, Textarea, TextInput, Title, Tooltip } from '@mantine/core';
import { IconAlignCenter, IconAlignLeft, IconAlignRight, IconCopy, IconPlus, IconTrash } from '@tabler/icons-react';
import { t } from '@/i18n';
import { PictureInput } from '../media/PictureInput';
import { brandColour, brandRole, type Field, FIELDS, NAMES, pixels, sides } from './blocks';
import { attribute, type Element, elementAt, innerOf, insertAt, isWithin, type Path, parse, removeNode, setAttribute, setInner, textOf } from './mjml';
import { RichText } from './RichText';

export interface Brand {
  colours: Record<string, string>;
  fonts: Record<string, string>;
}

const FONTS = [
  "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
  'Georgia, Times, serif',
  'Verdana, Geneva, sans-serif',
  "'Courier New', Courier, monospace",
];

export function Properties({ text, element, path, change, choose, remove, brand }: {
  text: string;
  element: Element;
  path: Path;
  change: (text: string) => void;
  choose: (path: Path | null) => void;
  remove: () => void;
  brand: Brand;
}) {
  const set = (name: string, value: string | undefined) => change(setAttribute(text, element, name, value));
  const words = (next: string) => change(setInner(text, element, next));
  const name = NAMES[element.tag];
  const title = name ? t(name.title) : `<${element.tag}>`;
  const duplicate = () => {
    const { root } = parse(text);
    const parent = root && elementAt(root, path.slice(0, -1));
    if (!parent) return;
    const index = (path.at(-1) ?? 0) + 1;
    change(insertAt(text, parent, index, textOf(text, element)));
    choose([...path.slice(0, -1), index]);
  };
  return (
    <Stack gap="sm" component="section" aria-label={t('Settings of {block}', { block: title })}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={3} size="h5">
          {title}
        </Title>
        {path.length > 1 && (
          <Group gap={4} wrap="nowrap">
            <Tooltip label={t('Duplicate')}>
              <ActionIcon variant="default" aria-label={t('Duplicate')} onClick={duplicate}>
                <IconCopy size={16} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t('Remove')}>
              <ActionIcon variant="default" color="red" aria-label={t('Remove {what}', { what: title })} onClick={remove}>
                <IconTrash size={16} />
              </ActionIcon>
            </Tooltip>
          </Group>
        )}
      </Group>
      {element.tag === 'mj-text' && <RichText key={path.join()} label={t('Words')} value={wordsOf(text, element)} onChange={words} />}
      {element.tag === 'mj-button' && <TextInput label={t('Words')} dir="auto" value={wordsOf(text, element)} onChange={(e) => words(e.currentTarget.value.replace(/</g, '&lt;'))} />}
      {(element.tag === 'mj-table' || element.tag === 'mj-raw') && (
        <Textarea label="HTML" autosize minRows={5} maxRows={16} classNames={{ input: 'mono' }} value={innerOf(text, element)} onChange={(e) => words(e.currentTarget.value)} />
      )}
      {(FIELDS[element.tag] ?? []).map((field) => (
        <FieldInput key={field.name} field={field} value={attribute(element, field.name) ?? ''} set={(value) => set(field.name, value)} alt={(name) => attribute(element, 'alt') === '' && set('alt', name)} brand={brand} />
      ))}
      {element.tag === 'mj-social' && <Links text={text} element={element} path={path} change={change} brand={brand} />}
      {!(element.tag in FIELDS) && <Text size="sm" c="dimmed">{t('Change it in the code.')}</Text>}
    </Stack>
  );
}

/** The words of a block; line breaks around them are the code's. A space at the end is one that is being written. */
function wordsOf(text: string, element: Element): string {
  const inner = innerOf(text, element);
  return inner.includes('\n') ? inner.trim() : inner;
}

function FieldInput({ field, value, set, alt, brand }: { field: Field; value: string; set: (value: string | undefined) => void; alt: (name: string) => void; brand: Brand }) {
  const label = t(field.title);
  switch (field.kind) {
    case 'colour':
      return <Colour label={label} value={value} set={set} brand={brand} />;
    case 'px': {
      const n = pixels(value);
      if (value && n === null) break;
      return <NumberInput label={label} suffix=" px" min={0} max={2000} value={n ?? ''} onChange={(next) => set(typeof next === 'number' ? `${next}px` : undefined)} />;
    }
    case 'align':
      return (
        <Input.Wrapper label={label} labelElement="div">
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label={label}
            value={value || (field.name === 'align' ? 'left' : '')}
            onChange={set}
            data={[
              { value: 'left', label: <IconAlignLeft size={16} aria-label={t('Left')} /> },
              { value: 'center', label: <IconAlignCenter size={16} aria-label={t('Middle')} /> },
              { value: 'right', label: <IconAlignRight size={16} aria-label={t('Right')} /> },
            ]}
          />
        </Input.Wrapper>
      );
    case 'picture':
      return <PictureInput label={label} value={value} onChange={set} onPicked={(name) => alt(name.replace(/\.\w+$/, '').replace(/[-_]+/g, ' '))} />;
    case 'choice':
      return <Select label={label} clearable data={field.options ?? []} value={value || null} onChange={(next) => set(next ?? undefined)} />;
    case 'font': {
      const own = Object.values(brand.fonts);
      return <Autocomplete label={label} placeholder={t('As the rest of the mail')} data={[...new Set([...own, ...FONTS])]} value={value} onChange={set} />;
    }
    case 'padding':
      return <Padding label={label} value={value} set={set} />;
    case 'link':
      return <Autocomplete label={label} placeholder="https://" data={['{{ unsubscribe_url }}', '{{ preferences_url }}']} filter={({ options }) => options} value={value} onChange={set} />;
    default:
      break;
  }
  return <TextInput label={label} dir="auto" placeholder={field.kind === 'width' ? '50%' : ''} value={value} onChange={(e) => set(e.currentTarget.value)} />;
}

/** A colour: one of the brand, which follows the brand, or any. */
function Colour({ label, value, set, brand }: { label: string; value: string; set: (value: string | undefined) => void; brand: Brand }) {
  const role = brandRole(value);
  const shown = role ? (brand.colours[role.role] ?? role.otherwise) : value;
  const own = Object.entries(brand.colours);
  return (
    <div>
      <ColorInput withEyeDropper={false} label={label} placeholder={t('None')} value={shown} onChange={(next) => next !== shown && set(next || undefined)} format="hex" description={role ? t('Follows the brand: {role}', { role: role.role }) : undefined} />
      {own.length > 0 && (
        <Group gap={6} mt={6} role="group" aria-label={t('Colours of the brand')}>
          {own.map(([name, colour]) => (
            <Tooltip key={name} label={name}>
              <button
                type="button"
                className="swatch"
                aria-label={t('{label}: the brand’s {role}', { label, role: name })}
                aria-pressed={role?.role === name}
                style={{ background: colour }}
                onClick={() => set(brandColour(name, colour))}
              />
            </Tooltip>
          ))}
        </Group>
      )}
    </div>
  );
}

function Padding({ label, value, set }: { label: string; value: string; set: (value: string | undefined) => void }) {
  const found = value ? sides(value) : null;
  if (value && !found) return <TextInput label={label} value={value} onChange={(e) => set(e.currentTarget.value)} />;
  const names = [t('Above'), t('Right'), t('Below'), t('Left')];
  const put = (index: number, n: number) => {
    const next = (found ?? [0, 0, 0, 0]).map((v, i) => (i === index ? n : v));
    set(next.map((v) => `${v}px`).join(' '));
  };
  return (
    <Input.Wrapper label={label} labelElement="div">
      <div className="sides">
        {names.map((name, i) => (
          <NumberInput key={name} size="xs" aria-label={`${label}: ${name}`} placeholder={name} hideControls min={0} max={400} value={found?.[i] ?? ''} onChange={(n) => put(i, Number(n) || 0)} />
        ))}
      </div>
    </Input.Wrapper>
  );
}

/** The links of a block of social links. */
function Links({ text, element, path, change, brand }: { text: string; element: Element; path: Path; change: (text: string) => void; brand: Brand }) {
  const links = element.children.map((node, i) => ({ node, path: [...path, i] })).filter((x): x is { node: Element; path: Path } => x.node.kind === 'element' && isWithin(x.path, path));
  return (
    <Stack gap="xs">
      {links.map(({ node, path: own }) => (
        <fieldset key={own.join()} className="fieldset">
          <legend>{attribute(node, 'name') ?? t('Social link')}</legend>
          {(FIELDS['mj-social-element'] ?? []).map((field) => (
            <FieldInput key={field.name} field={field} value={attribute(node, field.name) ?? ''} set={(value) => change(setAttribute(text, node, field.name, value))} alt={() => {}} brand={brand} />
          ))}
          <Button size="compact-xs" variant="subtle" mt="xs" onClick={() => change(removeNode(text, node))}>
            {t('Remove')}
          </Button>
        </fieldset>
      ))}
      <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => change(insertAt(text, element, element.children.length, '<mj-social-element name="web" href="https://"></mj-social-element>'))}>
        {t('Add a link')}
      </Button>
    </Stack>
  );
}
