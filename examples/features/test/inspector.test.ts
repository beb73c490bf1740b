import { afterEach, describe, expect, test, vi } from 'vitest';
import { developmentHandler, handler, teamHandler } from '../inspector.ts';
import { start } from 'example-testing/server';

/** What a browser sends that opens a page. */
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

/** Whether a browser gets the inspector: the short page has no script. */
async function getsInspector(url: string, headers: Record<string, string> = {}): Promise<boolean> {
  const response = await fetch(url, { headers: { ...browser, ...headers } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/html');
  return (await response.text()).includes('<script');
}

describe('the inspector', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('is what a browser gets, and nobody else', async () => {
    await using server = await start(handler);
    expect(await getsInspector(server.url)).toBe(true);
    const other = await fetch(server.url, { headers: { accept: '*/*' } });
    expect(other.status).toBe(405);
    await other.body?.cancel();
  });

  test('has a policy that frames and other scripts are refused by', async () => {
    await using server = await start(handler);
    const { headers, body } = await fetch(server.url, { headers: browser });
    await body?.cancel();
    expect(headers.get('content-security-policy')).toMatch(
      /script-src 'sha256-[^']+';.*frame-ancestors 'none'/,
    );
  });

  test('is kept to development', async () => {
    await using server = await start(developmentHandler);
    expect(await getsInspector(server.url)).toBe(true);
    vi.stubEnv('NODE_ENV', 'production');
    expect(await getsInspector(server.url)).toBe(false);
  });

  test('is kept to the people of the team', async () => {
    await using server = await start(teamHandler);
    expect(await getsInspector(server.url)).toBe(false);
    expect(await getsInspector(server.url, { cookie: 'session=of-somebody' })).toBe(false);
    expect(await getsInspector(server.url, { cookie: 'session=of-priya' })).toBe(true);
  });
});
