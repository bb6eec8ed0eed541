import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { server as german } from './de-server';
import { findingIn, itemIn, problemIn, type ServerWords } from './server';

/** The types made from the OpenAPI document: what codes there are. */
const schema = readFileSync(new URL('../../../api-client/src/schema.d.ts', import.meta.url), 'utf8');
const listed = (name: string): string[] => {
  const found = new RegExp(String.raw`^        ${name}: ((?:"\w+"(?: \| )?)+);$`, 'm').exec(schema)?.[1];
  return (found ?? '').split(' | ').map((code) => code.replaceAll('"', ''));
};
const languages: [string, ServerWords][] = [['de', german]];

it.each(languages)('says everything the server can say, and nothing else (%s)', (_, words) => {
  expect(Object.keys(words.problems).sort()).toEqual([...listed('ProblemCode'), 'unknown', 'unreachable'].sort());
  expect(Object.keys(words.items).sort()).toEqual(listed('ItemCode').sort());
  expect(Object.keys(words.findings).sort()).toEqual(listed('FindingRule').sort());
  expect(Object.keys(words.refusals).sort()).toEqual(listed('RefusalReason').sort());
  expect(listed('ProblemCode').length).toBeGreaterThan(90);
});

it.each(languages)('says every value of an item (%s)', (_, words) => {
  const values = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort();
  const said = [...schema.matchAll(/^ +\* +- `(\w+)`: (.*)$/gm)].filter(([, code = '']) => code in words.items);
  expect(said.length).toBe(Object.keys(words.items).length);
  for (const [, code = '', english = ''] of said) {
    expect([code, values(words.items[code as keyof ServerWords['items']])]).toEqual([code, values(english)]);
  }
});

it('says a problem by its code, with the server’s own words where they say more', () => {
  expect(problemIn(german, 'wrong_credentials', 'the address or password is wrong')).toEqual({ text: 'Die Adresse oder das Passwort stimmt nicht.', english: null });
  expect(problemIn(german, 'not_found', 'there is no segment vip')).toEqual({ text: 'Das gibt es nicht, oder nicht mehr.', english: 'there is no segment vip' });
  expect(problemIn(german, 'newer_than_this', 'something new')).toEqual({ text: 'Das ging nicht.', english: 'something new' });
  expect(problemIn(null, 'not_found', 'there is no segment vip')).toEqual({ text: 'there is no segment vip', english: null });
});

it('says what is wrong with its values', () => {
  const item = { at: 'spec.name', message: 'at most 200 bytes, found 312', code: 'too_long', values: { max: '200', found: '312' } };
  expect(itemIn(german, item)).toEqual({ text: 'höchstens 200 Bytes, gefunden 312', english: null });
  expect(itemIn(null, item)).toEqual({ text: item.message, english: null });
  const type = { at: 'a', message: 'x', code: 'wrong_type', values: { expected: 'a list', found: 'text' } };
  expect(itemIn(german, type).text).toBe('erwartet wird eine Liste, gefunden Text');
  // What somebody wrote stays as it is.
  const choice = { at: 'a', message: 'x', code: 'not_one_of', values: { known: 'email, sms', found: 'text' } };
  expect(itemIn(german, choice).text).toBe('erwartet wird eines von email, sms, gefunden „text“');
  for (const code of [undefined, 'newer_than_this']) expect(itemIn(german, { at: 'a', message: 'something', ...(code ? { code } : {}) })).toEqual({ text: '', english: 'something' });
});

it('says what is likely wrong with a message, by its part', () => {
  const finding = { rule: 'empty', part: 'text', message: 'the text part is empty', values: {} };
  expect(findingIn(german, finding).text).toBe('Der Textteil ist leer.');
  expect(findingIn(german, { ...finding, part: 'body' }).text).toBe('Die Mitteilung zeigt nichts.');
  expect(findingIn(german, { ...finding, rule: 'segments', values: { n: '3' } }).text).toBe('Der Text braucht 3 Segmente, und jedes wird bezahlt.');
  expect(findingIn(null, finding).text).toBe('the text part is empty');
});
