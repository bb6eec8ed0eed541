import { expect, it } from 'vitest';
import { type Base, canRedo, canUndo, changed, type Edits, isDirty, NONE, rebased, redone, replaces, resumed, shown, undone } from './edits';

const first: Base = { version: 1, spec: { name: 'A' } };
/** What somebody else saved while we were editing. */
const second: Base = { version: 2, spec: { name: 'theirs' } };
const named = (name: string) => (spec: Record<string, unknown>) => ({ ...spec, name });
const edit = (edits: Edits, newest: Base, name: string) => changed(edits, newest, named(name));

it('saves over the version the edits began with, though the newest was fetched meanwhile', () => {
  const mine = edit(NONE, first, 'mine');
  expect(replaces(mine, first)).toBe(1);
  expect(replaces(mine, second)).toBe(1);
  const more = edit(mine, second, 'mine too');
  expect([shown(more, second), replaces(more, second)]).toEqual([{ name: 'mine too' }, 1]);
});

it('goes on with a draft of an earlier version as one of that version', () => {
  const draft = resumed({ version: 1, spec: { name: 'left behind' } });
  // Before the document is there, and after.
  expect(isDirty(draft, { version: 0 })).toBe(true);
  expect([shown(draft, second), replaces(draft, second)]).toEqual([{ name: 'left behind' }, 1]);
  expect(isDirty(resumed({ version: 1, spec: { name: 'theirs' } }), second)).toBe(false);
});

it('shows and moves the newest version where nothing is to be saved', () => {
  const back = undone(edit(NONE, first, 'mine'));
  expect([isDirty(back, first), shown(back, second), replaces(back, second)]).toEqual([false, { name: 'theirs' }, 2]);
  const again = redone(back);
  expect([shown(again, second), replaces(again, second)]).toEqual([{ name: 'mine' }, 1]);
  const anew = edit(back, second, 'mine, after theirs');
  expect([replaces(anew, second), anew.list.length]).toEqual([2, 2]);
});

it('undoes and redoes, and forgets what was undone when another edit is made', () => {
  const three = ['b', 'c', 'd'].reduce((edits, name) => edit(edits, first, name), NONE);
  expect([three.list.length, canUndo(three), canRedo(three)]).toEqual([4, true, false]);
  const twice = undone(undone(three));
  expect(shown(twice, first)).toEqual({ name: 'b' });
  const other = edit(twice, first, 'x');
  expect(other.list.map((s) => s.name)).toEqual(['A', 'b', 'x']);
  expect(undone(NONE)).toBe(NONE);
  expect(edit(three, first, 'd')).toBe(three);
});

it('keeps the beginning of what is new, and no more than it can hold', () => {
  const fresh: Base = { version: 0, spec: { name: '' } };
  const many = Array.from({ length: 300 }, (_, i) => `n${i}`).reduce((edits, name) => edit(edits, fresh, name), NONE);
  expect([many.list.length, replaces(many, fresh), isDirty(many, fresh)]).toEqual([200, 0, true]);
});

it('goes on with what was entered while it was being saved, as edits of what was saved', () => {
  const sent = { name: 'sent' };
  const stored: Base = { version: 2, spec: sent };
  const saving = edit(NONE, first, 'sent');
  expect(rebased(saving, sent, stored)).toBe(NONE);
  expect(rebased(NONE, sent, stored)).toBe(NONE);
  const left = rebased(edit(saving, first, 'sent, and more'), sent, stored);
  expect([shown(left, stored), replaces(left, stored), isDirty(left, stored)]).toEqual([{ name: 'sent, and more' }, 2, true]);
  // Back to what was saved, there is nothing to save.
  expect(isDirty(undone(left), stored)).toBe(false);
});
