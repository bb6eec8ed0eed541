import { expect, it } from 'vitest';
import { addAt, emptyGroup, fresh, fromBlocks, isComplete, replaceAt, toBlocks } from './builder';
import type { Expr } from './ir';
import { parseDuration, printDuration, printExpr } from './print';

/** Blocks as the server makes them, and their text as the server prints it. */
const RULES: [Expr, string][] = [
  [
    {
      all: [
        { compare: { left: { field: { trait: 'plan' } }, op: '==', right: { literal: 'pro' } } },
        { exists: { names: ['Order Completed'], window: { within_ms: 2_592_000_000 }, measure: 'exists' } },
        { not: { exists: { names: ['Refund Requested'], window: { within_ms: 7_776_000_000 }, measure: 'exists' } } },
      ],
    },
    'traits.plan == "pro" && events("Order Completed").within("30d").exists() && !events("Refund Requested").within("90d").exists()',
  ],
  [
    {
      any: [
        {
          all: [
            { compare: { left: { events: { names: ['A', 'B'], measure: 'count' } }, op: '>=', right: { literal: 2 } } },
            { in_segment: 'vip' },
          ],
        },
        { not: { consent: { channel: 'email', topic: 'news' } } },
      ],
    },
    '(events("A", "B").count() >= 2 && in_segment("vip")) || !consent("email", "news")',
  ],
  [
    {
      compare: {
        left: {
          events: {
            names: ['Order Completed'],
            window: { from: 1_767_225_600_000, until: 1_769_904_000_000 },
            filter: {
              all: [
                { compare: { left: { field: { event: 'total' } }, op: '>', right: { literal: 50 } } },
                { text: { value: { event: 'context.page.path' }, test: 'starts_with', argument: '/shop "x"' } },
              ],
            },
            measure: { sum: 'total' },
          },
        },
        op: '>=',
        right: { literal: 400.5 },
      },
    },
    'events("Order Completed").between("2026-01-01", "2026-02-01").filter(e, e.total > 50 && e.context.page.path.startsWith("/shop \\"x\\"")).sum("total") >= 400.5',
  ],
  [
    { in: { value: { field: { trait: 'First Name.in' } }, list: [null, true, 1, 'a'] } },
    'traits["First Name"]["in"] in [null, true, 1, "a"]',
  ],
  [
    {
      compare: {
        left: { subtract: ['now', { events: { names: ['A'], measure: 'last' } }] },
        op: '>',
        right: { duration_ms: 7_776_000_000 },
      },
    },
    'now() - events("A").last() > duration("90d")',
  ],
  [{ sequence: { steps: ['A', 'B', 'C'], within_ms: 10_800_000 } }, 'sequence(["A", "B", "C"], "3h")'],
  [{ not: { has: { trait: 'email' } } }, '!has(traits.email)'],
];

it('prints blocks as the server does', () => {
  for (const [blocks, text] of RULES) expect(printExpr(blocks)).toBe(text);
});

it('loses nothing between blocks and the builder', () => {
  for (const [blocks] of RULES) expect(toBlocks(fromBlocks(blocks))).toEqual(blocks);
});

it('keeps what it has no condition for', () => {
  const odd: Expr[] = [
    { bucket: { salt: 'exp', from: 0, to: 10 } },
    { compare: { left: { score: 'churn' }, op: '>', right: { literal: 0.7 } } },
    { compare: { left: { size: { trait: 'tags' } }, op: '>', right: { literal: 2 } } },
    { not: { all: [{ in_segment: 'a' }, { in_segment: 'b' }] } },
    { exists: { names: ['A'], filter: { any: [{ has: { event: 'x' } }, { has: { event: 'y' } }] }, measure: 'exists' } },
  ];
  for (const expr of odd) {
    const tree = fromBlocks(expr);
    expect(tree.items[0]?.kind).toBe('raw');
    expect(toBlocks(tree)).toEqual(expr);
  }
});

it('leaves unfinished conditions out and joins groups of a kind', () => {
  let tree = emptyGroup();
  expect(toBlocks(tree)).toEqual({ const: true });
  tree = addAt(tree, [], fresh('segment'));
  expect(isComplete(tree)).toBe(false);
  expect(toBlocks(tree)).toEqual({ const: true });
  tree = replaceAt(tree, [0], { kind: 'segment', id: 'vip', in: true });
  tree = addAt(tree, [], { kind: 'group', join: 'all', items: [{ kind: 'segment', id: 'a', in: false }, { kind: 'segment', id: 'b', in: true }] });
  expect(toBlocks(tree)).toEqual({ all: [{ in_segment: 'vip' }, { not: { in_segment: 'a' } }, { in_segment: 'b' }] });
  tree = replaceAt(tree, [1, 0], null);
  expect(printExpr(toBlocks(tree))).toBe('in_segment("vip") && in_segment("b")');
});

it('reads and writes durations', () => {
  for (const [text, ms] of [['90d', 7_776_000_000], ['1d12h', 129_600_000], ['1w', 604_800_000], ['90s', 90_000]] as const) {
    expect(parseDuration(text)).toBe(ms);
    expect(parseDuration(printDuration(ms))).toBe(ms);
  }
  for (const wrong of ['', '3', 'd', '3 days', '-1d']) expect(parseDuration(wrong)).toBeNull();
});
