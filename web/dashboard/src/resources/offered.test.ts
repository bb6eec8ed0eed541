import { expect, it } from 'vitest';
import { optionsOf, typedOf } from './offered';

it('looks for what was typed, not for the name of what was chosen', () => {
  expect([typedOf('new', ['News']), typedOf('News', ['News']), typedOf('', [])]).toEqual(['new', '', '']);
  expect(typedOf('Offers', ['News', 'Offers'])).toBe('');
});

it('keeps what is chosen among what was found', () => {
  const found = [{ value: 'news', label: 'News' }];
  const label = (id: string) => id.toUpperCase();
  expect(optionsOf(found, ['news'], label)).toEqual(found);
  expect(optionsOf(found, ['offers', '', 'news'], label)).toEqual([...found, { value: 'offers', label: 'OFFERS' }]);
});
