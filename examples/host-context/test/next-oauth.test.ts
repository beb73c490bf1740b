import { expect, test } from 'vitest';
import { GET as getMetadata } from '../next-oauth/app/.well-known/oauth-protected-resource/[[...path]]/route.ts';
import { GET, POST } from '../next-oauth/app/api/mcp/[[...path]]/route.ts';

const origin = 'https://app.example.com';
const wellKnown = '/.well-known/oauth-protected-resource';

// Next.js gives a route the params as its second argument.
const call = (route: (request: Request) => Response | Promise<Response>, request: Request) =>
  (route as (request: Request, context: object) => Response | Promise<Response>)(request, {
    params: Promise.resolve({}),
  });

test.each([
  [`/api/mcp${wellKnown}`, GET],
  [`${wellKnown}/api/mcp`, getMetadata],
  [wellKnown, getMetadata],
])('the metadata is at %s', async (path, route) => {
  const response = await call(route, new Request(`${origin}${path}`));
  expect(await response.json()).toMatchObject({ resource: `${origin}/api/mcp` });
});

test('the challenge names the first of these places', async () => {
  const response = await call(
    POST,
    new Request(`${origin}/api/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    }),
  );
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain(`${origin}/api/mcp${wellKnown}`);
});
