/** What customers read behind the links of messages: every text in a language, what is built in beside it, and the page it is on. */
import { Checkbox, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { language, t, tn } from '@/i18n';
import { languageName } from '@/i18n/tags';
import type { Editing } from '@/resources/useResource';
import { Loaded } from '@/ui/bits';
import { Editable } from '@/ui/Editable';
import { Find } from '@/ui/Find';
import { type Choice, LanguageBar } from '@/ui/LanguageBar';
import { Section } from '@/ui/Section';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { WithWorkspace } from '../Workspace';
import { fits, groups, missing, type OwnWords, ownOf, type PageShown, type PageText, pageWith, spoken, withoutLanguage, withText, wordsOf } from './model';
import { nameOfPage } from './names';
import { PagePreview } from './PagePreview';
import { WordField } from './WordField';

interface Known {
  pages: PageShown[];
  texts: PageText[];
}

export function Words() {
  const known = useQuery({ queryKey: ['pages'], queryFn: () => data(api.GET('/api/v1/pages')), staleTime: Number.POSITIVE_INFINITY });
  return <WithWorkspace>{(editing) => <Loaded query={known}>{(of) => <Form editing={editing} known={of} />}</Loaded>}</WithWorkspace>;
}

function Form({ editing, known: { pages, texts } }: { editing: Editing; known: Known }) {
  const [search, setSearch] = useSearchState();
  const [sought, seek] = useSearchText('q');
  const words = wordsOf(editing.spec);
  const chosen = search.language?.toLowerCase() ?? language();
  const only = search.missing === 'yes';
  const page = search.page ?? pages[0]?.id ?? '';
  const own = ownOf(words, chosen);
  const lacks = missing(words, texts, chosen);
  const put = (make: (before: OwnWords) => OwnWords) =>
    editing.change((spec) => {
      const { words: _, ...rest } = spec;
      const next = make(wordsOf(spec));
      return Object.keys(next).length > 0 ? { ...rest, words: next } : rest;
    });
  const choices: Choice[] = spoken(words, chosen).map((tag) => {
    const left = missing(words, texts, tag).length;
    const said = Object.keys(ownOf(words, tag)).length;
    if (left > 0) return { tag, note: t('{n} missing', { n: left }) };
    return { tag, note: said > 0 ? tn(said, 'one of your own', '{n} of your own') : t('built in') };
  });
  const shown = groups(pages, texts)
    .map((group) => ({ ...group, texts: group.texts.filter((text) => fits(text, own, sought) && (!only || lacks.includes(text))) }))
    .filter((group) => group.texts.length > 0);
  return (
    <Stack>
      <Text size="sm" c="dimmed" maw={760}>
        {t('Everybody sees these pages in the language that is known of them, else in that of their browser. English and German are built in; say any of it otherwise, or in more languages.')}
      </Text>
      <LanguageBar
        mayEdit={editing.mayEdit}
        languages={choices}
        value={chosen}
        change={(tag) => setSearch({ language: tag === language() ? undefined : tag })}
        remove={
          Object.keys(own).length > 0
            ? () => {
                put((before) => withoutLanguage(before, chosen));
                if (chosen !== 'en' && chosen !== 'de') setSearch({ language: undefined });
              }
            : undefined
        }
      />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <Group>
              <Find label={t('Find texts')} placeholder={t('Words of the page, or a name')} value={sought} change={seek} style={{ flex: 1, minWidth: 200 }} />
              <Checkbox label={t('Only what is missing')} disabled={lacks.length === 0 && !only} checked={only} onChange={(e) => setSearch({ missing: e.currentTarget.checked ? 'yes' : undefined })} />
            </Group>
            <Text size="sm" role="status" c={lacks.length > 0 ? undefined : 'dimmed'}>
              {lacks.length > 0
                ? tn(lacks.length, 'One text is not written in {language} yet and appears in English.', '{n} texts are not written in {language} yet and appear in English.', { language: languageName(chosen) })
                : t('Nothing is missing in {language}.', { language: languageName(chosen) })}
            </Text>
            {shown.length === 0 && <Text size="sm">{t('No text matches.')}</Text>}
            <Editable may={editing.mayEdit}>
              <Stack>
                {shown.map((group) => (
                  <Section key={group.id} title={nameOfPage(group.id)}>
                    {group.texts.map((text) => (
                      <WordField
                        key={`${chosen} ${text.name}`}
                        text={text}
                        words={words}
                        tag={chosen}
                        isMissing={lacks.includes(text)}
                        change={(said) => put((before) => withText(before, chosen, text.name, said))}
                        look={() => {
                          const next = pageWith(pages, text.name, page);
                          if (next !== page) setSearch({ page: next });
                        }}
                      />
                    ))}
                  </Section>
                ))}
              </Stack>
            </Editable>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <div className="sticky">
            <Title order={2} size="h5" mb="sm">
              {t('How it looks')}
            </Title>
            {editing.spec && <PagePreview pages={pages} page={page} choose={(next) => setSearch({ page: next })} spec={editing.spec} language={chosen} />}
          </div>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
