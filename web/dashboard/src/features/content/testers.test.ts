import { expect, it } from 'vitest';
import { mayGo, reachOf } from './testers';

it('knows whom each channel can try a message with', () => {
  const known = (channel: string) => {
    const { to, profiles } = reachOf(channel);
    return `${to}${profiles ? ' or customers' : ''}`;
  };
  expect(['email', 'sms', 'voice', 'telegram', 'push', 'inapp', 'slack'].map(known)).toEqual([
    'members', 'numbers or customers', 'numbers or customers', 'chats or customers', 'nothing or customers', 'nothing or customers', 'nowhere',
  ]);
});

it('wants somebody, and ten at most', () => {
  const sms = reachOf('sms');
  expect(mayGo(sms, [], 0)).toBe(false);
  expect(mayGo(sms, ['+49'], 0)).toBe(true);
  expect(mayGo(sms, Array(6).fill('+49'), 5)).toBe(false);
  expect(mayGo(reachOf('webhook'), [], 0)).toBe(true);
});
