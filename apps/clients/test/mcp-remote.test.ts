import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectStdio } from 'example-testing';
import { describe, expect, inject, test } from 'vitest';
import { refusals, run } from './program.ts';
import { unknownToken } from './token-server.ts';

const folder = new URL('..', import.meta.url);

interface Desktop {
  mcpServers: { demo: { command: string; args: string[]; env: Record<string, string> } };
}

/** Starts the command that the demo prints for Claude Desktop's configuration, with this token. */
function connectDesktop(token: string) {
  const [, json = ''] = /claude_desktop_config\.json\):\n\n([^]+?)\n\n/.exec(inject('demo').printed) ?? [];
  const { command, args, env } = (JSON.parse(json) as Desktop).mcpServers.demo;
  expect([command, ...args.slice(0, 2)]).toEqual(['npx', '-y', 'mcp-remote']);
  expect(env).toEqual({ AUTH_HEADER: expect.stringMatching(/^Bearer demo-/) });
  return connectStdio('2025-11-25', {
    // Not `npx -y`, which would install the newest version.
    command: fileURLToPath(new URL('node_modules/.bin/mcp-remote', folder)),
    args: args.slice(2),
    cwd: fileURLToPath(folder),
    stderr: 'ignore',
    env: {
      ...env,
      AUTH_HEADER: `Bearer ${token}`,
      MCP_REMOTE_CONFIG_DIR: inject('home'),
      PATH: process.env['PATH'] ?? '',
    },
  });
}

describe('mcp-remote, as Claude Desktop starts it', () => {
  test('lists the tools of the demo', async () => {
    await using client = await connectDesktop('demo-admin');
    expect(await client.listTools()).toContain('customers_search');
  });

  test('calls them as the one whose token stands in the environment', async () => {
    await using admin = await connectDesktop('demo-admin');
    expect((await admin.callTool('whoami')).structuredContent).toMatchObject({ role: 'admin' });
    await using viewer = await connectDesktop('demo-viewer');
    expect((await viewer.callTool('whoami')).structuredContent).toMatchObject({ role: 'viewer' });
  });

  test('hands on what went wrong', async () => {
    await using client = await connectDesktop('demo-admin');
    const id = '00000000-0000-4000-8000-000000000000';
    expect(await client.callTool('customers_get', { id })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('NOT_FOUND') }],
    });
  });

  test('hands on a refusal', async () => {
    await using viewer = await connectDesktop('demo-viewer');
    const id = '00000000-0000-4000-8000-000000000000';
    expect(await viewer.callTool('customers_deactivate', { id })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^FORBIDDEN: .*role admin/) }],
    });
  });

  test('looks for a login after a 401, and shows the sentence of the endpoint with status 200', async () => {
    const shown = await refusals(async (url, token) => {
      const header = token === undefined ? [] : ['--header', `Authorization: Bearer ${token}`];
      const env = { MCP_REMOTE_CONFIG_DIR: await mkdtemp(join(inject('home'), 'mcp-remote-')) };
      return run(['node_modules/mcp-remote/dist/proxy.js', url, ...header], env);
    });
    const login = expect.stringMatching(
      /Dynamic Client Registration rejected \(HTTP 404\)[^]*Fatal error: SseError: SSE error: Non-200 status code \(405\)/,
    );
    expect(shown).toEqual({
      withoutToken: { code: 1, shown: login },
      wrongToken: { code: 1, shown: login },
      withoutTokenAnswered200: {
        code: 1,
        shown: expect.stringContaining(
          'UNAUTHORIZED: this endpoint needs a credential; send a token in the header',
        ),
      },
      wrongTokenAnswered200: { code: 1, shown: expect.stringContaining(`UNAUTHORIZED: ${unknownToken}`) },
    });
    expect(shown.withoutToken.shown).not.toContain('UNAUTHORIZED');
  });
});
