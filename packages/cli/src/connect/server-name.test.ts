import { expect, test } from 'vitest';
import { fitName, nameOfUrl, toServerName } from './server-name.ts';

test('a name that was not given is that of the host', () => {
  const names = [
    'https://api.acme.com/mcp',
    'https://mcp.acme.co.uk/mcp',
    'https://acme.vercel.app',
    'http://localhost:3000/mcp',
    'http://127.0.0.1/mcp',
    'https://intranet/mcp',
  ];
  expect(names.map(nameOfUrl)).toEqual(['acme', 'acme', 'acme', 'local-3000', 'local', 'intranet']);
});

test('a name has letters, digits and hyphens', () => {
  expect(
    ['@acme/api', 'Größe', 'a  b', '__proto__', '-x-', 'a.b_c'].map((name) => toServerName(name)),
  ).toEqual(['acme-api', 'Gro-e', 'a-b', 'proto', 'x', 'a-b-c']);
  expect(toServerName('x'.repeat(80))).toHaveLength(40);
});

test('a name leaves room for the longest tool in Cursor', () => {
  expect(fitName('acme-back-office', 50)).toBe('acme-back');
  expect(fitName('acme', 64)).toBe('acme');
});
