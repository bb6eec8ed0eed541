import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, queue } from '../src/queue';
import { memoryStore, type Store } from '../src/storage';

const DAY = 86_400_000;
const all = (q: ReturnType<typeof queue>, mine?: boolean) => q.take(1e9, 1e9, mine).map((e) => e.json);

function make(store: Store = memoryStore(), tab = 'tab1', most = 1000, clock = { now: 1_800_000_000_000 }) {
  return { store, clock, q: queue(store, memoryStore(), 'WK', tab, most, () => clock.now) };
}

test('keeps the order of calls, also within a millisecond and over many', () => {
  const { q, clock } = make();
  const expected = Array.from({ length: 300 }, (_, i) => {
    clock.now += i % 7 ? 0 : 1;
    q.add(`{"n":${i}}`);
    return `{"n":${i}}`;
  });
  assert.deepEqual(all(q), expected);
});

test('takes what fits: by count, by bytes of UTF-8, and one event at least', () => {
  const { q } = make();
  for (const text of ['"aaaa"', '"éééé"', '"bbbb"']) q.add(text);
  assert.equal(q.take(2, 1e9).length, 2);
  assert.deepEqual(q.take(9, 7 + 11).map((e) => e.json), ['"aaaa"', '"éééé"']);
  assert.deepEqual(q.take(9, 7 + 10).map((e) => e.json), ['"aaaa"']);
  assert.deepEqual(q.take(9, 1).map((e) => e.json), ['"aaaa"']);
  assert.equal(bytesOf('é'), 2);
});

test('the oldest give way', () => {
  const { q, clock } = make(memoryStore(), 'tab1', 3);
  const gone = [1, 2, 3, 4, 5].map((n) => (clock.now++, q.add(String(n))));
  assert.deepEqual(gone, [0, 0, 0, 1, 1]);
  assert.deepEqual(all(q), ['3', '4', '5']);
});

test('tabs share what waits, and know their own', () => {
  const { store, clock, q } = make();
  const other = make(store, 'tab2', 1000, clock).q;
  q.add('1');
  clock.now++;
  other.add('2');
  assert.deepEqual([all(q), all(other)], [['1', '2'], ['1', '2']]);
  assert.deepEqual([all(q, true), all(other, true)], [['1'], ['2']]);
  q.remove(q.take(9, 99).map((e) => e.key));
  assert.deepEqual([q.size(), all(other), other.size()], [0, [], 0]);
});

test('other keys of the page, and other write keys, are left alone', () => {
  const { store, q } = make();
  store.set('cart', 'mine');
  const other = queue(store, store, 'WK2', 't', 9, Date.now);
  other.add('x');
  q.add('y');
  assert.deepEqual(all(q), ['y']);
  q.clear();
  assert.deepEqual([store.get('cart'), all(other)], ['mine', ['x']]);
});

test('what was sent and not answered is sent again while the server knows its id, and never later', () => {
  const { q, clock } = make();
  q.add('tried');
  q.tried(q.take(1, 99), clock.now);
  clock.now += 1;
  q.add('offline');
  clock.now += 5 * DAY;
  assert.deepEqual(all(q), ['tried', 'offline']);
  q.tried(q.take(1, 99), clock.now);
  clock.now += 1.5 * DAY;
  assert.deepEqual(all(q), ['offline'], 'the first attempt counts');
  clock.now += 300 * DAY;
  assert.deepEqual(all(q), ['offline'], 'what was never sent is never too old');
});

test('a full store does not lose events', () => {
  const full: Store = { ...memoryStore(), set: () => false };
  const q = queue(full, memoryStore(), 'WK', 't', 9, Date.now);
  q.add('1');
  assert.deepEqual(all(q), ['1']);
});

test('moves between stores, or forgets', () => {
  const [from, to] = [memoryStore(), memoryStore()];
  const q = queue(from, from, 'WK', 't', 9, Date.now);
  q.add('1');
  q.move(to, true);
  assert.deepEqual([all(q), from.keys().length, to.keys().length], [['1'], 0, 1]);
  q.move(from, false);
  assert.deepEqual([all(q), from.keys().length, to.keys().length], [[], 0, 0]);
});
