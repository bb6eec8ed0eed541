import { expect, it } from 'vitest';
import { parseValue, printValue } from './traits';

it('reads numbers, booleans and JSON as such, everything else as text', () => {
  const cases: [string, unknown][] = [
    ['12.5', 12.5],
    ['true', true],
    ['[1,2]', [1, 2]],
    ['"12"', '12'],
    ['pro plan', 'pro plan'],
    ['', null],
    ['{broken', '{broken'],
  ];
  for (const [text, value] of cases) expect(parseValue(text)).toEqual(value);
});

it('prints what it reads back, also texts that look like something else', () => {
  for (const value of [12, true, 'x', '12', 'true', ' padded ', { a: [1] }, 'null']) {
    expect(parseValue(printValue(value))).toEqual(value);
  }
});
