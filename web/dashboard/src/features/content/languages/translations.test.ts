import { expect, it } from 'vitest';
import { chosenOf, has, languages, missing, ownOf, translationsOf, withOwn, withoutLanguage, wordy } from './translations';

const mail = { name: 'Hello', language: 'en', subject: 'Hello', preheader: 'New', mjml: '<mjml></mjml>', translations: { de: { subject: 'Hallo' }, 'pt-BR': { subject: 'Hello', html: '<p>Olá</p>' } } };

it('reads what each language says', () => {
  expect(ownOf(mail, 'DE')).toEqual({ subject: 'Hallo' });
  expect(ownOf(mail, 'pt-br')).toEqual({ subject: 'Hello', html: '<p>Olá</p>' });
  expect(ownOf(mail, 'fr')).toEqual({});
  expect([has(mail, 'pt-br'), has(mail, 'pt')]).toEqual([true, false]);
  expect(translationsOf({ translations: [] })).toEqual({});
  expect(translationsOf({ translations: { fr: 3 } })).toEqual({ fr: {} });
});

it('changes one member and leaves no language that says nothing', () => {
  expect(ownOf(withOwn(mail, 'de', { preheader: 'Neu' }), 'de')).toEqual({ subject: 'Hallo', preheader: 'Neu' });
  expect(Object.keys(translationsOf(withOwn(mail, 'pt-br', { subject: 'Olá' })))).toEqual(['de', 'pt-BR']);
  expect(translationsOf(withOwn(mail, 'FR', { subject: 'Salut' })).fr).toEqual({ subject: 'Salut' });
  expect(Object.keys(translationsOf(withOwn(mail, 'de', { subject: '' })))).toEqual(['pt-BR']);
  const one = withOwn({ name: 'x' }, 'fr', { subject: 'Salut' });
  expect(withOwn(one, 'fr', { subject: undefined })).toEqual({ name: 'x' });
  expect(withoutLanguage(mail, 'PT-br').translations).toEqual({ de: { subject: 'Hallo' } });
});

it('names what is as in the original', () => {
  expect(wordy(mail)).toEqual(['subject', 'preheader', 'body']);
  expect(missing(mail, 'de')).toEqual(['preheader', 'body']);
  // The same words are none.
  expect(missing(mail, 'pt-br')).toEqual(['subject', 'preheader']);
  expect(missing(mail, 'fr')).toEqual(['subject', 'preheader', 'body']);
  const copied = withOwn(mail, 'fr', { mjml: mail.mjml });
  expect(missing(copied, 'fr')).toContain('body');
});

it('knows the words of other channels', () => {
  const push = { name: 'P', channel: 'push', title: 'Hi', body: 'There', image: 'https://x.example/i.png', buttons: [] };
  expect(wordy(push)).toEqual(['title', 'body']);
  expect(missing(withOwn(push, 'de', { title: 'Hallo' }), 'de')).toEqual(['body']);
  const voice = { name: 'V', channel: 'voice', say: 'Hello' };
  expect(missing(withOwn(voice, 'de', { say: 'Hallo' }), 'de')).toEqual(['language']);
  expect(missing(withOwn(voice, 'de', { say: 'Hallo', language: 'de-DE' }), 'de')).toEqual([]);
});

it('chooses a language to work on', () => {
  expect(languages(mail, 'fr')).toEqual(['de', 'fr', 'pt-br']);
  expect(chosenOf(mail, undefined)).toBe('de');
  expect(chosenOf(mail, 'FR')).toBe('fr');
  // What the preview shows in the original's own language is no translation.
  expect(chosenOf(mail, 'en')).toBe('de');
  expect(chosenOf(mail, '<b>')).toBe('de');
  expect(chosenOf({ name: 'x' }, undefined)).toBe(null);
});
