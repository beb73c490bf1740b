import { fileURLToPath } from 'node:url';
import { connectStdio } from 'example-testing';
import { describe, expect, inject, test } from 'vitest';

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
});
