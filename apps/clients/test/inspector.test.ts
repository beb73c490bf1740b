import { runCommand } from 'example-testing';
import { describe, expect, inject, test } from 'vitest';
import { node, refusals, run } from './program.ts';
import { unknownToken } from './token-server.ts';

describe.skipIf(!node)('the inspector on the command line', () => {
  describe.each(['legacy', 'modern'])('in the %s era', (era) => {
    const folder = new URL('..', import.meta.url);
    const env = { HOME: inject('home'), MCP_INSPECTOR_SECRET_STORE: 'memory' };
    const inspect = async (...args: string[]): Promise<unknown> => {
      const command = [
        node,
        'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
        '--cli --quiet --stored-auth-only',
        inject('demo').url,
        '--transport http',
        `--protocol-era ${era}`,
        '--header "Authorization: Bearer demo-admin"',
        ...args,
      ];
      return JSON.parse(await runCommand(command.join(' '), { folder, env }));
    };

    test('lists the tools of the demo, and finds nothing in their schemas that another client might not take', async () => {
      expect(await inspect('--method tools/list', '--strict')).toMatchObject({
        tools: expect.arrayContaining([expect.objectContaining({ name: 'whoami' })]),
      });
    });

    test('calls them', async () => {
      const found = await inspect('--method tools/call', '--tool-name whoami');
      expect(found).toMatchObject({ structuredContent: { role: 'admin' } });
      const args = ['--method tools/call', '--tool-name customers_search', '--tool-arg query=jonas'];
      expect(JSON.stringify(await inspect(...args))).toContain('jonas');
    });

    test('is told what went wrong', async () => {
      const args = ['--method tools/call', '--tool-name customers_get'];
      await expect(inspect(...args)).rejects.toThrow('id: required; expected a UUID');
    });
  });

  test('asks for a terminal after a 401, and shows the sentence of the endpoint with status 200', async () => {
    const inspect = (more: string[]) => (url: string, token?: string) => {
      const header = token === undefined ? [] : ['--header', `Authorization: Bearer ${token}`];
      const launcher = 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js';
      const args = [launcher, '--cli', ...more, url, '--transport', 'http', '--method', 'tools/list'];
      return run([...args, ...header], { MCP_INSPECTOR_SECRET_STORE: 'memory' });
    };
    const shown = await refusals(inspect([]));
    const login = expect.stringContaining('Interactive OAuth requires a TTY on stdin or stderr');
    const noToken = expect.stringContaining(
      'UNAUTHORIZED: this endpoint needs a credential; send a token in',
    );
    const unknown = expect.stringContaining(`UNAUTHORIZED: ${unknownToken}`);
    expect(shown).toEqual({
      withoutToken: { code: 3, shown: login },
      wrongToken: { code: 3, shown: login },
      withoutTokenAnswered200: { code: 1, shown: noToken },
      wrongTokenAnswered200: { code: 1, shown: unknown },
    });
    const stored = await refusals(inspect(['--stored-auth-only']));
    expect(stored.withoutToken).toEqual({ code: 3, shown: noToken });
    expect(stored.wrongToken).toEqual({ code: 3, shown: unknown });
  });
});
