import { expect, it } from 'vitest';
import { ruleOf, shareOf } from './overlap';

it('says who a bar is, as a rule', () => {
  expect(ruleOf(['a'], ['a', 'b', 'c'])).toBe('in_segment("a") && !in_segment("b") && !in_segment("c")');
  expect(ruleOf(['c', 'a'], ['a', 'b', 'c'])).toBe('in_segment("c") && in_segment("a") && !in_segment("b")');
  expect(ruleOf(['a', 'b'], ['a', 'b'])).toBe('in_segment("a") && in_segment("b")');
});

it('knows shares', () => {
  expect([shareOf(1, 4), shareOf(0, 0)]).toEqual([25, 0]);
});
