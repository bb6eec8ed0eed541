import { expect, it } from 'vitest';
import { SNIPPETS } from './snippets';

const all = (url: string) => SNIPPETS.map((s) => [s.id, s.code(url, 'wk_1')] as const);

it('puts the key and the address into each', () => {
  for (const [id, code] of all('https://r.example.com:8443')) {
    expect(code, id).toContain('wk_1');
    expect(code, id).toContain('r.example.com');
  }
});

it('brings messages onto the page where a channel for them is live', () => {
  const code = (id: string, inapp: boolean) => SNIPPETS.find((s) => s.id === id)?.code('https://r.example.com', 'wk_1', inapp);
  expect(code('browser', true)).toContain(`data-options='{"inapp":true}'`);
  expect(code('npm', true)).toContain("{ host: 'https://r.example.com', inapp: true }");
  for (const id of ['browser', 'npm']) expect(code(id, false)).not.toContain('inapp');
});

it('follows the page without TLS, and turns on nothing that watches by itself', () => {
  const code = Object.fromEntries(all('http://127.0.0.1:8080'));
  expect(code.php).toContain("'tls' => false");
  expect(code.ruby).toContain("host: '127.0.0.1', port: 8080, ssl: false");
  expect(Object.values(code).join()).not.toContain('autocapture');
});
