import { expect, it } from 'vitest';
import { chain, isTag, languageName, offered } from './tags';

it('goes from the exact tag to the language', () => {
  expect(chain('de-AT')).toEqual(['de-at', 'de']);
  expect(chain('zh_Hant_TW')).toEqual(['zh-hant-tw', 'zh-hant', 'zh']);
  expect(chain(' fr ')).toEqual(['fr']);
  for (const none of ['', '<b>', 'x', 'de-', 'a'.repeat(36)]) expect(chain(none)).toEqual([]);
});

it('knows what a tag is, and what it is called', () => {
  expect(['fr', 'pt-BR', 'zh-hant-tw'].every(isTag)).toBe(true);
  expect(['f', 'fr ', 'fr--ca', 'fr-c'].some(isTag)).toBe(false);
  expect(languageName('fr')).toBe('French');
  expect(languageName('not a tag')).toBe('not a tag');
});

it('offers what is not there yet, and any tag that is typed', () => {
  const tags = offered(['fr', 'DE'], '').map((x) => x.value);
  expect(tags).toContain('it');
  expect(tags).not.toContain('fr');
  expect(tags).not.toContain('de');
  expect(offered(['fr'], 'GSW_ch').some((x) => x.value === 'gsw-ch')).toBe(true);
  expect(offered([], 'what is this').length).toBe(offered([], '').length);
  expect(offered([], '').find((x) => x.value === 'it')?.label).toBe('Italian (it)');
});
