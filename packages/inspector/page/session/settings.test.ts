import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

async function open(href: string) {
  const { origin, pathname, search, hash } = new URL(href);
  vi.stubGlobal('location', { href, origin, pathname, search, hash });
  const { endpoint, redirectUri } = await import('./settings.ts');
  return { endpoint: endpoint.href, redirectUri };
}

test('the endpoint is where the page was opened, without what belongs to the page', async () => {
  expect(await open('https://app.example.com/api/mcp?toolsets=billing&code=c&state=s#/tools')).toEqual({
    endpoint: 'https://app.example.com/api/mcp?toolsets=billing',
    redirectUri: 'https://app.example.com/api/mcp',
  });
});

test.each(['//evil.example/mcp', '//evil.example/mcp?toolsets=billing', '/\\evil.example/mcp'])(
  'a link with the path %s leads to no other host',
  async (path) => {
    const { endpoint, redirectUri } = await open(`https://app.example.com${path}`);
    expect([new URL(endpoint).origin, new URL(redirectUri).origin]).toEqual([
      'https://app.example.com',
      'https://app.example.com',
    ]);
  },
);
