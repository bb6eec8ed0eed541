import { expect, it } from 'vitest';
import { everyPage, isReadAgain, type Paged, renewed } from './paged';

const page = (rows: string, more = true): Paged<string> => ({ items: [...rows], next_cursor: more ? `after ${rows.at(-1)}` : null });
const rows = (pages: Paged<string>[] | null) => pages?.map((p) => p.items.join(''));
const of = (pages: Paged<string>[], first: Paged<string>) => renewed(pages, first, (row) => row);
const two = [page('hgfe'), page('dcba', false)];

it('puts what came before what was there', () => {
  expect(rows(of(two, page('jihg')))).toEqual(['jihgfe', 'dcba']);
  expect(of(two, page('jihg'))?.map((p) => p.next_cursor)).toEqual(['after e', null]);
});

it('takes out what is there no more, and reaches into the second page', () => {
  expect(rows(of(two, page('hfed')))).toEqual(['hfed', 'cba']);
  expect(rows(of(two, page('hgfe')))).toEqual(['hgfe', 'dcba']);
});

it('says when the two do not meet', () => {
  expect(of(two, page('zyxw'))).toBeNull();
});

it('is the page itself where it is all there is', () => {
  expect(rows(of([page('hgfe')], page('zyxw')))).toEqual(['zyxw']);
  expect(rows(of(two, page('z', false)))).toEqual(['z']);
  expect(rows(of(two, page('', false)))).toEqual(['']);
});

it('reads every page once, in order', async () => {
  const asked: (string | undefined)[] = [];
  const pages: Record<string, Paged<string>> = { '': page('ab'), 'after b': page('cd'), 'after d': page('e', false) };
  const rows = await everyPage(async (cursor) => {
    asked.push(cursor);
    return pages[cursor ?? ''] ?? page('', false);
  });
  expect(rows.join('')).toBe('abcde');
  expect(asked).toEqual([undefined, 'after b', 'after d']);
});

it('reads a long list again only once it is known to have changed', () => {
  const list = (pages: number, isInvalidated = false) => ({ state: { data: { pages: Array.from({ length: pages }, () => page('ab')), pageParams: [] }, isInvalidated } });
  expect([isReadAgain(list(1)), isReadAgain(list(5)), isReadAgain(list(6)), isReadAgain(list(6, true))]).toEqual([true, true, false, true]);
  expect(isReadAgain({ state: { data: undefined, isInvalidated: false } })).toBe(true);
});
