import { expect, it } from 'vitest';
import { carry, draftKey, find, forget, keep, type Shelf } from './drafts';

/** A shelf with room for so many characters. */
function shelf(room: number): () => Shelf {
  const kept = new Map<string, string>();
  const made: Shelf = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > room) throw new DOMException('full', 'QuotaExceededError');
      kept.set(key, value);
    },
    removeItem: (key) => void kept.delete(key),
  };
  return () => made;
}

const ann = draftKey('ann@team.example', 'segment', 'buyers');

it('keeps drafts for each member and document', () => {
  const at = shelf(1_000);
  expect(keep(at, ann, { version: 3, spec: { name: 'mine' } })).toBe(true);
  expect(find(at, ann)).toEqual({ version: 3, spec: { name: 'mine' } });
  expect(find(at, draftKey('bob@team.example', 'segment', 'buyers'))).toBeNull();
  expect(find(at, draftKey('ann@team.example', 'segment', 'others'))).toBeNull();
  forget(at, ann);
  expect(find(at, ann)).toBeNull();
});

it('says that there is no room, and keeps no older draft instead', () => {
  const at = shelf(100);
  keep(at, ann, { version: 1, spec: { name: 'short' } });
  expect(keep(at, ann, { version: 1, spec: { name: 'long'.repeat(100) } })).toBe(false);
  expect(find(at, ann)).toBeNull();
});

it('lives without a shelf and with nonsense on it', () => {
  const none = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  expect(keep(none, ann, { version: 1, spec: {} })).toBe(false);
  expect(find(none, ann)).toBeNull();
  forget(none, ann);
  for (const text of ['{', '[]', '{"version":"1","spec":{}}', '{"version":1,"spec":[]}', '1']) {
    const at = shelf(100);
    at().setItem(ann, text);
    expect(find(at, ann)).toBeNull();
  }
});

it('keeps apart what different links asked of a new document', () => {
  const keys = [draftKey('ann', 'segment', 'new'), draftKey('ann', 'segment', 'new', 'a'), draftKey('ann', 'segment', 'new', 'b')];
  expect(new Set(keys).size).toBe(3);
});

it('carries over what was entered since, and nothing that was saved', () => {
  const at = shelf(1_000);
  const [fresh, made] = [draftKey('ann', 'segment', 'new'), draftKey('ann', 'segment', 'buyers')];
  keep(at, fresh, { version: 0, spec: { name: 'sent' } });
  carry(at, fresh, made, { name: 'sent' }, 1);
  expect([find(at, fresh), find(at, made)]).toEqual([null, null]);
  keep(at, fresh, { version: 0, spec: { name: 'sent, and more' } });
  carry(at, fresh, made, { name: 'sent' }, 1);
  expect([find(at, fresh), find(at, made)]).toEqual([null, { version: 1, spec: { name: 'sent, and more' } }]);
});
