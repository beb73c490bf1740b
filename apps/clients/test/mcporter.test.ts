import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { node, refusals, run, runExample } from './program.ts';

/** Runs the command with a configuration as the page has it. It finds no browser to open. */
async function mcporter(args: string[], url: string, token?: string) {
  const folder = await mkdtemp(join(inject('home'), 'mcporter-'));
  const file = join(folder, 'mcporter.json');
  const app = {
    baseUrl: url,
    ...(token !== undefined && { headers: { Authorization: 'Bearer ${APP_TOKEN}' } }),
  };
  await writeFile(file, JSON.stringify({ mcpServers: { app }, imports: [] }));
  return run(['node_modules/mcporter/dist/cli.js', '--config', file, '--oauth-timeout', '500', ...args], {
    HOME: folder,
    PATH: folder,
    ...(token !== undefined && { APP_TOKEN: token }),
  });
}

describe.skipIf(!node)('mcporter', () => {
  test('lists the tools of the demo and calls one as the one whose token stands in the environment', async () => {
    const { url } = inject('demo');
    const list = await mcporter(['list', 'app'], url, 'demo-admin');
    expect(list).toMatchObject({ code: 0, shown: expect.stringContaining('function customers_search(') });
    const call = await mcporter(['call', 'app.whoami'], url, 'demo-viewer');
    expect(call).toMatchObject({ code: 0, shown: expect.stringContaining('"role": "viewer"') });
  });

  test('does so in a program', async () => {
    const admin = await runExample('mcporter', inject('demo').url, 'demo-admin');
    expect(admin).toMatchObject({ code: 0, shown: expect.stringContaining("'customers_search'") });
    expect(admin.shown).toContain('"role":"admin"');
  });

  test('shows no sentence of the endpoint: neither for a 401, nor with status 200, which it takes for a login', async () => {
    const shown = await refusals((url, token) => mcporter(['call', 'app.whoami'], url, token));
    const status = expect.stringContaining('SSE error: Non-200 status code (405)');
    const login = expect.stringContaining(
      "OAuth authorization required for 'app'. Waiting for browser approval...",
    );
    expect(shown).toEqual({
      withoutToken: { code: 1, shown: status },
      wrongToken: { code: 1, shown: status },
      withoutTokenAnswered200: { code: 1, shown: login },
      wrongTokenAnswered200: { code: 1, shown: login },
    });
    for (const { shown: words } of Object.values(shown)) expect(words).not.toContain('UNAUTHORIZED');
  });

  test('names the variable that is not set', async () => {
    const folder = await mkdtemp(join(inject('home'), 'mcporter-'));
    const file = join(folder, 'mcporter.json');
    const app = { baseUrl: inject('demo').url, headers: { Authorization: 'Bearer ${APP_TOKEN}' } };
    await writeFile(file, JSON.stringify({ mcpServers: { app }, imports: [] }));
    const { shown } = await run(['node_modules/mcporter/dist/cli.js', '--config', file, 'list', 'app']);
    expect(shown).toContain('Environment variable(s) APP_TOKEN must be set for MCP header substitution.');
  });
});
