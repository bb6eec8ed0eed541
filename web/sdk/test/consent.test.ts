import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../src/consent';
import type { Options, Preferences } from '../src/types';

const NONE = { gpc: false, dnt: false };
const GPC = { gpc: true, dnt: false };
const DNT = { gpc: false, dnt: true };
const needs = (before?: 'hold' | 'drop'): Options => ({ consent: { required: ['analytics'], ...(before && { before }) } });

test('who may be counted, and what may be stored', () => {
  const cases: [string, Options, Preferences | null, typeof NONE, string, boolean][] = [
    ['nothing asked', {}, null, NONE, 'open', true],
    ['memory only', { persistence: 'memory' }, null, NONE, 'open', false],
    ['undecided, held', needs(), null, NONE, 'wait', false],
    ['undecided, dropped', needs('drop'), null, NONE, 'closed', false],
    ['yes', needs(), { analytics: true }, NONE, 'open', true],
    ['no', needs(), { analytics: false }, NONE, 'closed', false],
    ['yes to something else', needs(), { ads: true }, NONE, 'closed', false],
    ['two needed, one given', { consent: { required: ['a', 'b'] } }, { a: true, b: false }, NONE, 'closed', false],
    ['two needed, both given', { consent: { required: ['a', 'b'] } }, { a: true, b: true }, NONE, 'open', true],
    ['GPC alone', {}, null, GPC, 'open', false],
    ['GPC ignored', { gpc: 'ignore' }, null, GPC, 'open', true],
    ['GPC refuses', { gpc: 'refuse' }, null, GPC, 'closed', false],
    ['GPC refuses, consent needed and not asked yet', { ...needs(), gpc: 'refuse' }, null, GPC, 'closed', false],
    ['GPC and an undecided customer', needs(), null, GPC, 'wait', false],
    ['GPC refuses, the customer said yes', { ...needs(), gpc: 'refuse' }, { analytics: true }, GPC, 'open', true],
    ['GPC refuses, the customer said yes, nothing required', { gpc: 'refuse' }, { analytics: true }, GPC, 'open', true],
    ['GPC refuses, the customer said no, nothing required', { gpc: 'refuse' }, { analytics: false }, GPC, 'closed', false],
    ['a no where nothing is required is only told', {}, { ads: false }, NONE, 'open', true],
    ['yes in memory', { ...needs(), persistence: 'memory' }, { analytics: true }, NONE, 'open', false],
    ['DNT is not looked at', {}, null, DNT, 'open', true],
    ['DNT cookieless', { dnt: 'cookieless' }, null, DNT, 'open', false],
    ['DNT refuses', { dnt: 'refuse' }, null, DNT, 'closed', false],
  ];
  for (const [name, options, chosen, signals, gate, store] of cases) {
    assert.deepEqual(decide(options, chosen, signals), { gate, store }, name);
  }
});
