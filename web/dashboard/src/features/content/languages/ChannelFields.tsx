/** A message of another channel than e-mail in another language: its texts side by side, the rest of its content as far as it differs. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { t } from '@/i18n';
import type { Spec } from '@/resources/useResource';
import { useMayEdit } from '@/ui/Editable';
import { SchemaForm } from '@/ui/SchemaForm';
import { kindOf, resolve, type Schema } from '@/ui/schema';
import { Beside } from '@/ui/Beside';
import { nameOfMember } from './names';
import { Original, Pair } from './Pair';
import { ownOf, wordy } from './translations';

interface Props {
  spec: Spec;
  tag: string;
  lacks: readonly string[];
  put: (part: Spec) => void;
  schema: Schema;
  root: Schema;
}

/** The members that a translation of this channel may have. */
function membersOf(schema: Schema): Schema {
  const each = schema.properties?.translations?.additionalProperties;
  return typeof each === 'object' ? each : {};
}

export function ChannelFields({ spec, tag, lacks, put, schema, root }: Props) {
  const own = ownOf(spec, tag);
  const members = membersOf(schema);
  const shapes = members.properties ?? {};
  const language = typeof spec.language === 'string' ? spec.language : undefined;
  const words = wordy(spec).filter((name) => shapes[name]);
  const isText = (name: string) => kindOf(resolve(shapes[name] ?? {}, root)) === 'string';
  const rest = Object.keys(shapes).filter((name) => !words.includes(name) && name !== 'language');
  /** A form tells what it holds; what it does not hold any more is as in the original. */
  const form = (names: string[]) => (
    <SchemaForm
      schema={members}
      root={root}
      only={names}
      value={own}
      onChange={(next) => put(Object.fromEntries(names.map((name) => [name, (next as Spec)[name]])))}
    />
  );
  const differing = rest.filter((name) => own[name] !== undefined);
  return (
    <Stack>
      {spec.channel === 'voice' && (
        <Pair label={nameOfMember('language')} original={language ?? 'en-US'} tag={tag} missing={lacks.includes('language')} error={own.language === undefined ? t('What is spoken needs a voice of its language, such as de-DE.') : undefined} value={String(own.language ?? '')} change={(text) => put({ language: text.trim() })} />
      )}
      {words.map((name) =>
        isText(name) ? (
          <Pair key={name} label={nameOfMember(name)} original={String(spec[name])} language={language} tag={tag} missing={lacks.includes(name)} value={typeof own[name] === 'string' ? own[name] : ''} change={(text) => put({ [name]: text })} minRows={name === 'body' || name === 'say' ? 3 : 1} />
        ) : (
          <Whole key={name} name={name} original={spec[name]} own={own[name]} missing={lacks.includes(name)} put={put}>
            {form([name])}
          </Whole>
        ),
      )}
      {rest.length > 0 && (
        <details open={differing.length > 0}>
          <summary style={{ cursor: 'pointer' }}>
            <Text span size="sm">
              {t('What else can differ: pictures, addresses')}
            </Text>
          </summary>
          <Stack gap="sm" mt="xs">
            <Text size="sm" c="dimmed">
              {t('What is empty here is as in the original.')}
            </Text>
            {form(rest)}
          </Stack>
        </details>
      )}
    </Stack>
  );
}

/** A member that is no text: as in the original, or a copy of it to translate. */
function Whole({ name, original, own, missing, put, children }: { name: string; original: unknown; own: unknown; missing: boolean; put: (part: Spec) => void; children: React.ReactNode }) {
  const mayEdit = useMayEdit();
  const label = nameOfMember(name);
  return (
    <Beside missing={missing} first={<Original label={label} text={wordsIn(original).join('\n')} />}>
      {own === undefined ? (
        mayEdit && (
          <Button size="xs" variant="default" onClick={() => put({ [name]: original })}>
            {t('Translate {what}', { what: label })}
          </Button>
        )
      ) : (
        <Stack gap="xs">
          {children}
          {mayEdit && (
            <Group>
              <Button size="xs" variant="default" aria-label={t('{what} as in the original', { what: label })} onClick={() => put({ [name]: undefined })}>
                {t('As in the original')}
              </Button>
            </Group>
          )}
        </Stack>
      )}
    </Beside>
  );
}

/** The texts of a value that people read, in their order. */
function wordsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^https?:|^\{\{[^}]*\}\}$/.test(value) ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(wordsIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsIn) : [];
}
