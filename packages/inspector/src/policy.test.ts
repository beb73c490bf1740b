import { expect, test } from 'vitest';
import { toPolicy } from './policy.ts';

const page = { script: "'sha256-a'", style: "'sha256-b'" };

function connectOf(authorizationServers: string[]): string | undefined {
  return /connect-src ([^;]*)/.exec(toPolicy({ page, authorizationServers, icons: [] }))?.[1];
}

test('names the origins of authorization servers, and nothing else of their URLs', () => {
  expect(
    connectOf([
      'https://user:pass@login.example.com:8443/realm?a;b',
      'https://bücher.example',
      'http://[::1]:9',
    ]),
  ).toBe("'self' https://login.example.com:8443 https://xn--bcher-kva.example http://[::1]:9");
});

test.each([
  'https://*',
  'https://*.example.com',
  "https://a;script-src'unsafe-inline'",
  'https://a,b',
  'javascript:alert(1)',
  'data:text/html,a',
  'no url',
])('leaves out %s', (url) => {
  expect(connectOf([url])).toBe("'self'");
});
