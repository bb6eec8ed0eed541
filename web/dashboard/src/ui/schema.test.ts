import { expect, it } from 'vitest';
import { asList, fresh, inOrder, isClock, isOn, kindOf, resolve, type Schema, shapeOf } from './schema';

it('knows what a value is', () => {
  expect([{ type: 'string' }, { type: ['null', 'integer'] }, { properties: {} }, { items: {} }, {}].map((s) => kindOf(s as Schema))).toEqual(['string', 'integer', 'object', 'array', '']);
});

it('follows references, and keeps what is said beside them', () => {
  const root: Schema = { $defs: { slug: { $ref: '#/$defs/text' }, text: { type: 'string', description: 'a text' } } };
  expect(resolve({ $ref: '#/$defs/slug', description: 'own' }, root)).toEqual({ type: 'string', description: 'own' });
  expect(resolve({ $ref: '#/$defs/missing' }, root)).toEqual({ $ref: '#/$defs/missing' });
});

it('begins with what is needed', () => {
  expect(fresh({ required: ['id', 'kind', 'n', 'on'], properties: { id: { type: 'string' }, kind: { enum: ['a', 'b'] }, n: { type: 'integer' }, on: { type: 'boolean', default: true } } })).toEqual({ id: '', kind: 'a', on: true });
});

it('takes the shape its own member names', () => {
  const sms: Schema = { if: { properties: { channel: { const: 'sms' } } }, then: { required: ['body'], propertyNames: { enum: ['channel', 'body'] }, properties: { body: { type: 'string' } } } };
  const schema: Schema = { properties: { channel: { enum: ['email', 'sms'] }, body: {}, subject: {} }, allOf: [sms] };
  expect(shapeOf(schema, 'channel', 'sms')).toMatchObject({ properties: { channel: {}, body: { type: 'string' } }, required: ['body'] });
  expect(shapeOf(schema, 'channel', 'sms').properties).not.toHaveProperty('subject');
  expect(shapeOf(schema, 'channel', 'email')).toBe(schema);
});

it('shows first what people think of first', () => {
  expect(inOrder({ required: ['secret'], properties: { badge: {}, body: {}, secret: {}, title: {} } })).toEqual(['title', 'body', 'secret', 'badge']);
  expect(inOrder({ required: ['start', 'end'], properties: { channels: {}, end: {}, start: {} } })).toEqual(['start', 'end', 'channels']);
});

it('knows what a switch is before it is touched', () => {
  expect([{ default: true }, { description: 'Whether it closes; true when absent.' }, {}].map((s) => isOn(s as Schema))).toEqual([true, true, false]);
});

it('takes one thing or several as several', () => {
  const hours: Schema = { type: 'object', properties: { start: { type: 'string' } } };
  const either: Schema = { description: 'When', oneOf: [hours, { type: 'array', maxItems: 50, items: hours }] };
  expect(asList(either)).toEqual({ description: 'When', type: 'array', maxItems: 50, items: hours });
  const other: Schema = { oneOf: [{ type: 'string' }, { type: 'array', items: hours }] };
  expect(asList(other)).toBe(other);
});

it('knows a time of day', () => {
  expect(['^([01][0-9]|2[0-3]):[0-5][0-9]$', '^[A-Z]{2}$', undefined].map((pattern) => isClock(pattern ? { pattern } : {}))).toEqual([true, false, false]);
});
