import { expect, it } from 'vitest';
import { guess, mappingOf, roleOf, rowsOf } from './mapping';

it('reads the columns of a header, whatever separates them', () => {
  expect(rowsOf('InvoiceNo,"Description, long",CustomerID\n1,2,3', 1)[0]).toEqual(['InvoiceNo', 'Description, long', 'CustomerID']);
  expect(rowsOf('\uFEFFa;b ;"c ""d"""\r\n', 1)[0]).toEqual(['a', 'b', 'c "d"']);
  expect(rowsOf('', 1)).toEqual([]);
});

it('suggests a mapping and writes it down', () => {
  const columns = ['InvoiceNo', 'InvoiceDate', 'UnitPrice', 'Customer ID'];
  const choices = { ...guess(columns), event: 'Order Completed', zone: 'Europe/London', without: ['InvoiceNo'] };
  expect(choices).toMatchObject({ kind: 'track', userId: 'Customer ID', timestamp: 'InvoiceDate' });
  expect(mappingOf(columns, choices)).toBe(
    ['type: track', 'event: "Order Completed"', 'user_id: {column: "Customer ID"}', 'timestamp: {column: "InvoiceDate", zone: Europe/London}', 'properties:', '  "UnitPrice": {column: "UnitPrice"}', ''].join('\n'),
  );
  expect(mappingOf(['email', 'user_id'], guess(['email', 'user_id']))).toContain('type: identify');
});

it('shows the first rows as they will be read', () => {
  const text = 'id;note;at\r\n1;"two; or\n""three""";2026-01-01\r\n\r\n2;x;2026-01-02\r\n3;cu';
  expect(rowsOf(text, 9)).toEqual([['id', 'note', 'at'], ['1', 'two; or\n"three"', '2026-01-01'], ['2', 'x', '2026-01-02'], ['3', 'cu']]);
  expect(rowsOf(text, 9, false)).toHaveLength(3);
  expect(rowsOf(text, 2)).toHaveLength(2);
});

it('says what becomes of each column', () => {
  const choices = { ...guess(['user_id', 'time', 'Unit Price', 'secret']), without: ['secret'] };
  expect(['user_id', 'time', 'Unit Price', 'secret'].map((c) => roleOf(c, choices))).toEqual([{ text: 'customer id' }, { text: 'time' }, { text: 'property {name}', name: 'Unit_Price' }, { text: 'left out' }]);
});
