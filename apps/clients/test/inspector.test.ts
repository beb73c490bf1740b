import { runCommand } from 'example-testing';
import { describe, expect, inject, test } from 'vitest';
import { findNode } from './node.ts';

const node = findNode();
if (!node)
  console.log('The inspector is not tested: it needs Node 22.19, and there is none for this machine on npm.');

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
});
