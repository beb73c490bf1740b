import { expect, test } from 'vitest';
import { start } from 'example-testing/server';
import { app } from './browsers.ts';

test.each([
  ['https://app.example.com', 'https://app.example.com'],
  ['https://evil.example', null],
])('a page of %s is allowed: %s', async (origin, allowed) => {
  await using server = await start(app);
  const response = await fetch(`${server.url}/mcp`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type, x-author',
    },
  });
  expect(response.headers.get('access-control-allow-origin')).toBe(allowed);
  const headers = response.headers.get('access-control-allow-headers') ?? '';
  expect(headers.toLowerCase().includes('x-author')).toBe(allowed !== null);
});
