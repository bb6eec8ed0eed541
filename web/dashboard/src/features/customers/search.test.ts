import { expect, it } from 'vitest';
import { matchingOf, ruleOf } from './search';

it('writes a trait and its value as a rule', () => {
  expect(ruleOf('plan', 'is', 'pro')).toBe('traits.plan == "pro"');
  expect(ruleOf('age', 'least', '30')).toBe('traits.age >= 30');
  expect(ruleOf('is_member', 'not', 'true')).toBe('traits.is_member != true');
  expect(ruleOf('first name', 'has', '')).toBe('has(traits["first name"])');
  expect(ruleOf('zip', 'is', '"01099"')).toBe('traits.zip == "01099"');
});

it('asks for nothing while something is missing', () => {
  expect(ruleOf(undefined, 'is', 'pro')).toBe('');
  expect(ruleOf('plan', 'is', ' ')).toBe('');
  expect(ruleOf('plan', 'like', 'pro')).toBe('');
});

it('tells the API no more than is asked for', () => {
  const nobody = { q: '', kind: 'all', hasEmail: false, sort: 'id', segment: '', rule: '' } as const;
  expect(matchingOf(nobody)).toEqual({});
  expect(matchingOf({ ...nobody, kind: 'anonymous', segment: 'buyers' })).toEqual({ known: false, segment: 'buyers' });
});
