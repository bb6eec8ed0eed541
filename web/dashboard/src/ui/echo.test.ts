import { expect, it } from 'vitest';
import { Echo } from './echo';

it('knows its own writing again, late and with some of it left out', () => {
  const echo = new Echo();
  expect([echo.write('a'), echo.write('an'), echo.write('an')]).toEqual([true, true, false]);
  // The first was replaced before it was there.
  expect(echo.isForeign('an')).toBe(false);
  expect(echo.isForeign('an')).toBe(true);
});

it('follows others', () => {
  const echo = new Echo();
  echo.write('a');
  expect(echo.isForeign('other')).toBe(true);
  expect(echo.isForeign('')).toBe(true);
});
