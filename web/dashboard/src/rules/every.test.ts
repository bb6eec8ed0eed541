import { expect, it } from 'vitest';
import { aloneOrNone, isEvery } from './every';

it('lets every event stand alone, by what was chosen last', () => {
  expect(aloneOrNone([], ['*'])).toEqual(['*']);
  expect(aloneOrNone(['A', 'B'], ['A', 'B', '*'])).toEqual(['*']);
  expect(aloneOrNone(['*'], ['*', 'A'])).toEqual(['A']);
  expect(aloneOrNone(['A'], ['A', 'B'])).toEqual(['A', 'B']);
  expect(aloneOrNone(['*'], [])).toEqual([]);
});

it('knows a list that asks for everything', () => {
  expect([isEvery(['*']), isEvery(['A']), isEvery([]), isEvery(undefined)]).toEqual([true, false, false, false]);
});
