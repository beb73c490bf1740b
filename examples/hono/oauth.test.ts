import { expect, test } from 'vitest';
import { app } from './oauth.ts';

const wellKnown = '/.well-known/oauth-protected-resource';

test.each([`/mcp${wellKnown}`, `${wellKnown}/mcp`, wellKnown])('the metadata is at %s', async (path) => {
  const response = await app.request(`https://app.example.com${path}`);
  expect(await response.json()).toMatchObject({ resource: 'https://app.example.com/mcp' });
});

test('the challenge names the first of these places', async () => {
  const response = await app.request('https://app.example.com/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain(
    `resource_metadata="https://app.example.com/mcp${wellKnown}"`,
  );
});
