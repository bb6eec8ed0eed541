import { expect, it } from 'vitest';
import { addAt, emptyGroup, type EventCondition, fresh, freshField, fromBlocks, isComplete, type Node, replaceAt, toBlocks, unfinishedIn } from './builder';
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
  [
    {
      all: [
        { compare: { left: { field: { account: 'plan' } }, op: '==', right: { literal: 'pro' } } },
        { in: { value: { field: { account: 'address.country' } }, list: ['DE', 'AT'] } },
        { text: { value: { account: 'name' }, test: 'equals_ignore_case', argument: 'acme' } },
        { not: { has: { account: 'churned_at' } } },
        { compare: { left: 'account_members', op: '>=', right: { literal: 10 } } },
        { compare: { left: 'accounts', op: '==', right: { literal: 1 } } },
      ],
    },
    'account.plan == "pro" && account.address.country in ["DE", "AT"] && account.name.equalsIgnoreCase("acme") && !has(account.churned_at) && account_members() >= 10 && accounts() == 1',
  ],
  [{ members: { value: { trait: 'tags' }, test: 'all', list: ['a', 1] } }, 'traits.tags.containsAll(["a", 1])'],
];

/** Conditions the builder has no form for. */
const ODD: [Expr, string][] = [
  [{ bucket: { salt: 'exp', from: 0, to: 10 } }, 'bucket("exp", 0, 10)'],
  [{ compare: { left: { score: 'churn' }, op: '>', right: { literal: 0.7 } } }, 'score("churn") > 0.7'],
  [{ compare: { left: { size: { trait: 'tags' } }, op: '>', right: { literal: 2 } } }, 'size(traits.tags) > 2'],
  [{ not: { all: [{ in_segment: 'a' }, { in_segment: 'b' }] } }, '!(in_segment("a") && in_segment("b"))'],
  [{ exists: { names: ['A'], filter: { any: [{ has: { event: 'x' } }, { has: { event: 'y' } }] }, measure: 'exists' } }, 'events("A").filter(e, has(e.x) || has(e.y)).exists()'],
  [{ exists: { names: ['A'], window: { calendar: { unit: 'week', count: 2 } }, measure: 'exists' } }, 'events("A").within_weeks(2).exists()'],
  [{ exists: { window: { within_ms: 86_400_000, until: 1_769_904_000_000 }, measure: 'exists' } }, 'events().before("2026-02-01").within("1d").exists()'],
  [
    { compare: { left: { events: { names: ['A'], window: { since: { trait: 'signup', for_ms: 1_209_600_000 } }, measure: 'count' } }, op: '>', right: { literal: 0 } } },
    'events("A").since(date(traits.signup), "14d").count() > 0',
  ],
  [{ compare: { left: { events: { measure: { first_value: 'sku' } } }, op: '==', right: { literal: 'x' } } }, 'events().first("sku") == "x"'],
  [{ compare: { left: { events: { measure: 'local_days' } }, op: '>=', right: { literal: 3 } } }, 'events().local_days() >= 3'],
  [{ compare: { left: { date: { account: 'renewal' } }, op: '<', right: { add: ['today', { duration_ms: 86_400_000 }] } } }, 'date(account.renewal) < today() + duration("1d")'],
  [{ compare: { left: { version: { trait: 'app' } }, op: '<', right: { version_literal: '2.3' } } }, 'semver(traits.app) < semver("2.3")'],
  [{ compare: { left: { distance_km: { value: { trait: 'home' }, latitude: 52.5, longitude: -13.4 } }, op: '<=', right: { literal: 5 } } }, 'distance(traits.home, 52.5, -13.4) <= 5'],
  [{ compare: { left: { subtract: ['now', { segment_since: 'vip' }] }, op: '>=', right: { duration_ms: 604_800_000 } } }, 'now() - segment_since("vip") >= duration("7d")'],
  [
    {
      compare: {
        left: { divide: [{ subtract: [{ field: { trait: 'a' } }, { multiply: ['account_members', { literal: 2 }] }] }, { add: [{ literal: 1 }, { field: { trait: 'b' } }] }] },
        op: '>',
        right: { subtract: [{ literal: 1 }, { subtract: [{ literal: 2 }, { multiply: [{ literal: 3 }, { divide: [{ literal: 4 }, { literal: 5 }] }] }] }] },
      },
    },
    '(traits.a - account_members() * 2) / (1 + traits.b) > 1 - (2 - 3 * (4 / 5))',
  ],
  [
    {
      sequence: {
        steps: [
          'A',
          { names: ['X'], absent: true },
          { names: ['B', 'C'], within_ms: 3_600_000, filter: { compare: { left: { field: { event: 'total' } }, op: '>', right: { literal: 50 } } } },
        ],
        within_ms: 10_800_000,
        recent_ms: 604_800_000,
      },
    },
    'sequence(["A", !events("X"), events("B", "C").within("1h").filter(e, e.total > 50)], "3h").within("7d")',
  ],
];

it('prints blocks as the server does', () => {
  for (const [blocks, text] of [...RULES, ...ODD]) expect(printExpr(blocks)).toBe(text);
});

it('has a form for each part of an ordinary rule, and loses nothing on the way there and back', () => {
  const kinds = (node: Node): string[] => (node.kind === 'group' ? node.items.flatMap(kinds) : [node.kind]);
  for (const [blocks] of RULES) {
    const tree = fromBlocks(blocks);
    expect(kinds(tree)).not.toContain('raw');
    expect(toBlocks(tree)).toEqual(blocks);
  }
});

it('keeps what it has no condition for', () => {
  for (const [blocks] of ODD) {
    const tree = fromBlocks(blocks);
    expect(tree.items[0]?.kind).toBe('raw');
    expect(toBlocks(tree)).toEqual(blocks);
  }
});

it('makes conditions on accounts as they are written', () => {
  let tree = addAt(emptyGroup(), [], freshField('account'));
  expect(toBlocks(tree)).toEqual({ const: true });
  tree = replaceAt(tree, [0], { kind: 'field', of: 'account', name: 'plan', test: 'contains_any', value: ['pro', 'team'] });
  tree = addAt(tree, [], fresh('accounts'));
  expect(printExpr(toBlocks(tree))).toBe('account.plan.containsAny(["pro", "team"]) && account_members() >= 2');
  expect(fromBlocks(toBlocks(tree))).toEqual(tree);
});

it('leaves filters out that are not finished', () => {
  const events = fresh('events') as EventCondition;
  const one = addAt(emptyGroup(), [], { ...events, names: ['A'], window: {}, filters: [freshField('event')] });
  expect(printExpr(toBlocks(one))).toBe('events("A").exists()');
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

it('counts what is not finished, filters and groups included', () => {
  const did: EventCondition = { ...(fresh('events') as EventCondition), names: ['Order Completed'] };
  const half: Node = { ...did, filters: [freshField('event')] };
  expect(unfinishedIn({ kind: 'group', join: 'all', items: [did] })).toBe(0);
  expect(unfinishedIn({ kind: 'group', join: 'all', items: [did, half, { kind: 'group', join: 'any', items: [fresh('segment'), did] }] })).toBe(2);
});
