import { expect, test } from 'vitest';
import { app } from './oauth.ts';

const wellKnown = '/.well-known/oauth-protected-resource';

test.each([`/mcp${wellKnown}`, `${wellKnown}/mcp`, wellKnown])('the metadata is at %s', async (url) => {
  const response = await app.inject({ url });
  expect(response.json()).toMatchObject({ resource: 'https://app.example.com/mcp' });
});

test('the challenge names the first of these places', async () => {
  const payload = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const response = await app.inject({ method: 'POST', url: '/mcp', payload });
  expect(response.statusCode).toBe(401);
  expect(response.headers['www-authenticate']).toContain(
    `resource_metadata="https://app.example.com/mcp${wellKnown}"`,
  );
});
