import { expect, it } from 'vitest';
import { columnsOf, guess, mappingOf } from './mapping';

it('reads the columns of a header, whatever separates them', () => {
  expect(columnsOf('InvoiceNo,"Description, long",CustomerID\n1,2,3')).toEqual(['InvoiceNo', 'Description, long', 'CustomerID']);
  expect(columnsOf('\uFEFFa;b ;"c ""d"""\r\n')).toEqual(['a', 'b', 'c "d"']);
  expect(columnsOf('')).toEqual([]);
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
