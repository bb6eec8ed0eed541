import { expect, it } from 'vitest';
import { fits, groups, missing, otherwise, pageWith, spoken, type PageText, unknownValues, unsaidValues, withoutLanguage, withText, wordsOf } from './model';

const text = (name: string, en: string, de: string, values: string[] = []): PageText => ({ name, en, de, values });
const save = text('save', 'Save', 'Speichern');
const leave = text('leave_topic', 'You leave {topic} by {channel}.', 'Sie verlassen {topic} ({channel}).', ['topic', 'channel']);
const email = text('email', 'e-mail', 'E-Mail');
const texts = [leave, save, email];

it('reads words of that shape and no other', () => {
  expect(wordsOf({ words: { fr: { save: 'Enregistrer', pause: 3 }, it: 'x' } })).toEqual({ fr: { save: 'Enregistrer' }, it: {} });
  for (const none of [undefined, {}, { words: [] }, { words: 'x' }]) expect(wordsOf(none)).toEqual({});
});

it('says what stands there otherwise: a wider tag, then what is built in', () => {
  const words = { fr: { save: 'Enregistrer' }, de: { save: 'Übernehmen' } };
  expect(otherwise(words, save, 'fr-ca')).toEqual({ text: 'Enregistrer', from: 'fr' });
  expect(otherwise(words, save, 'fr')).toEqual({ text: 'Save', from: 'en' });
  expect(otherwise(words, save, 'de-at')).toEqual({ text: 'Übernehmen', from: 'de' });
  expect(otherwise(words, leave, 'de-at')).toEqual({ text: leave.de, from: 'de' });
  expect(otherwise(words, save, 'den')).toEqual({ text: 'Save', from: 'en' });
});

it('changes one text and leaves nothing empty behind', () => {
  const one = withText({}, 'fr', 'save', 'Enregistrer');
  expect(one).toEqual({ fr: { save: 'Enregistrer' } });
  expect(withText({ FR: { pause: 'Pause' } }, 'fr', 'save', 'Garder')).toEqual({ FR: { pause: 'Pause', save: 'Garder' } });
  expect(withText(one, 'fr', 'save', '  ')).toEqual({});
  expect(withText({ ...one, it: { save: 'Salva' } }, 'fr', 'save', '')).toEqual({ it: { save: 'Salva' } });
  expect(withoutLanguage({ 'pt-BR': { save: 'x' }, it: {} }, 'pt-br')).toEqual({ it: {} });
});

it('knows which languages are spoken and what they lack', () => {
  expect(spoken({ it: {}, 'pt-BR': {}, de: {} }, 'fr')).toEqual(['en', 'de', 'fr', 'it', 'pt-br']);
  const words = { fr: { save: 'Enregistrer' }, 'fr-ca': { leave_topic: 'x' } };
  expect(missing(words, texts, 'fr').map((x) => x.name)).toEqual(['leave_topic', 'email']);
  expect(missing(words, texts, 'fr-CA').map((x) => x.name)).toEqual(['email']);
  expect(missing(words, texts, 'de-ch')).toEqual([]);
  expect(missing({}, texts, 'en-GB')).toEqual([]);
});

it('finds values that are not given and those not said', () => {
  expect(unknownValues(leave, 'Plus de {topic} {par} {channel} {par}')).toEqual(['par']);
  expect(unsaidValues(leave, 'Plus de {topic}')).toEqual(['channel']);
  expect(unsaidValues(leave, ' ')).toEqual([]);
});

it('puts each text under the page it is read on first', () => {
  const pages = [
    { id: 'unsubscribe', texts: ['leave_topic', 'email'] },
    { id: 'saved', texts: ['leave_topic', 'save'] },
    { id: 'again', texts: ['save'] },
  ];
  expect(groups(pages, texts).map((g) => [g.id, g.texts.map((x) => x.name)])).toEqual([
    ['unsubscribe', ['leave_topic']],
    ['saved', ['save']],
    ['channels', ['email']],
  ]);
  expect(pageWith(pages, 'save', 'again')).toBe('again');
  expect(pageWith(pages, 'save', 'unsubscribe')).toBe('saved');
  expect(pageWith(pages, 'gone', 'again')).toBe('again');
});

it('searches names, what is built in and what is said', () => {
  expect(fits(save, {}, 'speich')).toBe(true);
  expect(fits(save, { save: 'Enregistrer' }, ' ENREG ')).toBe(true);
  expect(fits(save, {}, 'pause')).toBe(false);
});
