/** A message in other languages: the original on one side, the translation on the other, and what is missing. */
import { Alert, Group, Stack, Text } from '@mantine/core';
import { t } from '@/i18n';
import { languageName } from '@/i18n/tags';
import type { Spec } from '@/resources/useResource';
import { Editable } from '@/ui/Editable';
import { type Choice, LanguageBar } from '@/ui/LanguageBar';
import { LanguageSelect } from '@/ui/LanguageSelect';
import type { Schema } from '@/ui/SchemaForm';
import { ChannelFields } from './ChannelFields';
import { MailFields } from './MailFields';
import { nameOfMember } from './names';
import { chosenOf, has, isMail, languages, missing, withOwn, withoutLanguage } from './translations';

interface Props {
  mayEdit: boolean;
  spec: Spec;
  change: (make: (before: Spec) => Spec) => void;
  /** The language that is asked for in the address, and shown by the preview. */
  asked: string | undefined;
  ask: (tag: string | undefined) => void;
  /** The shape of this channel's documents, and where its references lead. */
  schema: Schema;
  root: Schema;
}

export function Languages({ mayEdit, spec, change, asked, ask, schema, root }: Props) {
  const original = typeof spec.language === 'string' && spec.language ? spec.language : null;
  const chosen = chosenOf(spec, asked);
  const lacks = chosen ? missing(spec, chosen) : [];
  const choices: Choice[] = languages(spec, chosen).map((tag) => {
    const n = missing(spec, tag).length;
    return { tag, note: n > 0 ? t('{n} missing', { n }) : t('complete') };
  });
  const put = (part: Spec) => chosen && change((before) => withOwn(before, chosen, part));
  const remove = () => {
    if (!chosen) return;
    change((before) => withoutLanguage(before, chosen));
    ask(undefined);
  };
  return (
    <Stack>
      {/* What is spoken says its language among its content. */}
      {spec.channel !== 'voice' && (
        <Editable may={mayEdit}>
          <LanguageSelect
            label={t('Written in')}
            description={t('The language of the original, for those whose own is not there.')}
            clearable
            value={original}
            onChange={(next) =>
              change((before) => {
                const { language: _, ...rest } = before;
                return next ? { ...rest, language: next } : rest;
              })
            }
          />
        </Editable>
      )}
      <LanguageBar mayEdit={mayEdit} languages={choices} value={chosen} change={ask} remove={chosen && has(spec, chosen) ? remove : undefined} without={original ? [original] : []} />
      {!chosen && (
        <Alert variant="outline" color="gray" title={t('One language so far')}>
          <Text size="sm">{t('Add a language and write beside the original. Customers get the one that is known of them; what is left out is as in the original.')}</Text>
        </Alert>
      )}
      {chosen && (
        <>
          <Group gap="xs" role="status">
            <Text size="sm" c={lacks.length > 0 ? undefined : 'dimmed'}>
              {lacks.length > 0
                ? t('Missing in {language}: {names}.', { language: languageName(chosen), names: lacks.map(nameOfMember).join(', ') })
                : t('Nothing is missing in {language}.', { language: languageName(chosen) })}
            </Text>
          </Group>
          <Editable may={mayEdit}>
            {isMail(spec) ? (
              <MailFields key={chosen} spec={spec} tag={chosen} lacks={lacks} put={put} />
            ) : (
              <ChannelFields key={chosen} spec={spec} tag={chosen} lacks={lacks} put={put} schema={schema} root={root} />
            )}
          </Editable>
        </>
      )}
    </Stack>
  );
}
