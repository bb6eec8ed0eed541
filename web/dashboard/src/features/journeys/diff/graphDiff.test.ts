import { expect, it } from 'vitest';
import { type JourneySpec, TRIGGER } from '../graph';
import { graphDiff } from './graphDiff';

const before: JourneySpec = {
  name: 'Win back',
  trigger: { segment: { id: 'lapsing', on: 'entered' } },
  steps: [
    { id: 'miss', send: { channel: 'email', template: 'miss' } },
    { id: 'wait', wait: '7d' },
    { id: 'offer', send: { channel: 'email', template: 'offer' } },
  ],
};

it('sees nothing where nothing changed, however it is written', () => {
  const moved = { ...before, steps: before.steps.map((s, i) => ({ ...s, next: before.steps[i + 1]?.id ?? 'end', position: { x: i, y: 1 } })) };
  expect(graphDiff(before, moved)).toMatchObject({ steps: {}, ways: {}, gone: [], details: {} });
});

it('marks steps and ways that came, went or changed', () => {
  const after: JourneySpec = {
    ...before,
    holdout: 10,
    steps: [
      { id: 'miss', send: { channel: 'email', template: 'miss-2' } },
      { id: 'looked', branch: [{ when: 'true', goto: 'end' }], otherwise: 'offer' },
      { id: 'offer', send: { channel: 'email', template: 'offer' } },
    ],
  };
  const diff = graphDiff(before, after);
  expect(diff.steps).toEqual({ miss: 'changed', looked: 'added', wait: 'removed' });
  expect(diff.spec.steps.map((s) => s.id)).toEqual(['miss', 'looked', 'offer', 'wait']);
  expect(diff.ways).toEqual({ 'miss next': 'added', 'looked arm 0': 'added', 'looked otherwise': 'added', 'wait next': 'removed', 'gone miss next': 'removed' });
  expect(diff.gone.map((e) => `${e.from.step} > ${e.target}`)).toEqual(['miss > wait']);
  expect(diff.details.miss?.map((d) => d.path)).toEqual(['send.template', 'next']);
  expect(diff.details[TRIGGER]?.map((d) => d.path)).toEqual(['holdout']);
});

it('marks another beginning', () => {
  expect(graphDiff(before, { ...before, trigger: { manual: {} } }).steps).toEqual({ [TRIGGER]: 'changed' });
});

it('is its own mirror', () => {
  const after = { ...before, steps: before.steps.slice(1) };
  const [there, back] = [graphDiff(before, after), graphDiff(after, before)];
  expect(there.steps).toEqual({ miss: 'removed' });
  expect(back.steps).toEqual({ miss: 'added' });
});
