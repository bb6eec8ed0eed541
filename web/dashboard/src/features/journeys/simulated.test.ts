import { expect, it } from 'vitest';
import { isUnderWay, mineOf, pauseMs, playsSame, shareOf } from './simulated';

const send = { id: 'mail', send: { channel: 'email', template: 'hi' } };

it('takes documents for the same that play the same', () => {
  type Document = { steps?: object[]; [more: string]: unknown };
  const a: Document = { name: 'A', trigger: { event: { name: 'Ping' } }, steps: [{ ...send, position: { x: 1, y: 2 } }] };
  const same: Document[] = [{ steps: [{ send: { template: 'hi', channel: 'email' }, id: 'mail' }], trigger: { event: { name: 'Ping' } }, name: 'B' }, { ...a, steps: [{ ...send, note: undefined }] }];
  const others: Document[] = [{ ...a, steps: [{ ...send, send: { channel: 'sms', template: 'hi' } }] }, { ...a, steps: [send, send] }, { ...a, trigger: { manual: {} } }, {}];
  expect(same.map((b) => playsSame(a, b))).toEqual([true, true]);
  expect(others.map((b) => playsSame(a, b))).toEqual([false, false, false, false]);
  expect(playsSame({}, { steps: [] })).toBe(true);
});

it('counts the newest of one’s own', () => {
  const all = [{ id: 3, by: 'ben' }, { id: 2, by: 'ann' }, { id: 1, by: 'ann' }];
  expect([mineOf(all, 'ann')?.id, mineOf(all, 'eve'), mineOf(all, undefined)]).toEqual([2, undefined, undefined]);
});

it('says how far it is once that is known', () => {
  const of = (state: string, events_read: number, events_all: number) => ({ state, events_read, events_all });
  expect([shareOf(of('waiting', 0, 0)), shareOf(of('running', 0, 0)), shareOf(of('running', 5, 20)), shareOf(of('running', 30, 20)), shareOf(of('done', 5, 20))]).toEqual([null, null, 25, 100, null]);
  expect([isUnderWay({ state: 'waiting' }), isUnderWay({ state: 'running' }), isUnderWay({ state: 'done' }), isUnderWay(undefined)]).toEqual([true, true, false, false]);
});

it('asks soon at first, and then once a second', () => {
  expect([0, 1_000, 2_000, 60_000].map((ms) => pauseMs(0, ms))).toEqual([150, 250, 500, 1_000]);
});
