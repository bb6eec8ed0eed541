import { expect, it } from 'vitest';
import { subjectOf } from '@/features/insights/lift';
import { begun, PLAYS } from './plays';
import { funnelOf, liftOf } from './results';

const play = (id: string) => structuredClone(PLAYS.find((p) => p.id === id)?.spec ?? { name: '', trigger: {}, steps: [] });

it('reads a journey from entering to its goal', () => {
  const funnel = funnelOf('win-back', play('win-back'));
  expect((funnel.steps as { event: string }[]).map((s) => s.event)).toEqual(['Journey Entered', 'Message Sent', 'Email Opened', 'Email Link Clicked', 'Order Completed']);
  expect((funnel.steps as { filter?: string }[]).map((s) => s.filter)).toEqual([...Array.from({ length: 4 }, () => 'e.journey == "win-back"'), undefined]);
  const byRule = funnelOf('x', { ...play('win-back'), goal: { when: 'traits.vip == true' } });
  expect((byRule.steps as { event: string }[]).at(-1)?.event).toBe('Journey Goal Reached');
  const silent = funnelOf('x', { name: 'X', trigger: {}, steps: [{ id: 'mark', update: {} }] });
  expect((silent.steps as { event: string }[]).map((s) => s.event)).toEqual(['Journey Entered', 'Journey Exited']);
});

it('compares with the control group where there is one and an event to count', () => {
  const lift = liftOf('win-back', play('win-back'));
  expect(lift?.goal).toEqual({ event: 'Order Completed' });
  expect(subjectOf(lift ?? {})).toBe('win-back');
  expect(liftOf('x', { ...play('win-back'), holdout: 0 })).toBeNull();
  expect(liftOf('x', { ...play('win-back'), goal: { when: 'traits.vip == true' } })).toBeNull();
  const where = { event: { name: 'Order Completed', where: 'e.total > 50' } };
  expect(liftOf('x', { ...play('win-back'), goal: where })?.goal).toEqual({ event: 'Order Completed', filter: 'e.total > 50' });
});

it('has plays that bring what they begin with, and that can be measured', () => {
  for (const { id, spec, segment } of PLAYS) {
    const begins = (spec.trigger.segment as { id?: string } | undefined)?.id;
    expect(begins, id).toBe(segment?.id);
    if (spec.goal) expect(spec.holdout, id).toBe(10);
  }
});

it('begins with a segment of one’s own where it begins with one', () => {
  const of = (id: string) => PLAYS.find((p) => p.id === id) as (typeof PLAYS)[number];
  expect(begun(of('win-back'), 'mine').trigger).toEqual({ segment: { id: 'mine', on: 'entered' } });
  expect(begun(of('empty'), 'mine').trigger).toEqual({ segment: { id: 'mine', on: 'entered' } });
  expect(begun(of('welcome'), 'mine').trigger).toEqual({ event: { name: 'Signed Up' } });
  expect(begun(of('win-back')).trigger).toEqual({ segment: { id: 'lapsing', on: 'entered' } });
});
