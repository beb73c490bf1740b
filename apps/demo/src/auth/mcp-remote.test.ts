import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, it, vi } from 'vitest';
import { describeDemo } from '../../test/demo.ts';
import { allow, openBrowser } from '../../test/login.ts';
import { tokens } from '../sample/cast.ts';

const proxy = join(
  dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json')),
  'dist/proxy.js',
);

describeDemo((demo) => {
  it('lets mcp-remote log in, with no header configured, and once for all', async () => {
    // The folder for its login data.
    const folder = await mkdtemp(join(tmpdir(), 'mcp-remote-'));
    try {
      let logins = 0;
      const connect = async () => {
        const transport = new StdioClientTransport({
          command: process.execPath,
          args: [proxy, `${demo.url}/mcp`, '--auth-timeout', '60'],
          // Without a PATH it finds no browser to open, and prints where to go.
          env: { MCP_REMOTE_CONFIG_DIR: folder, HOME: folder, PATH: '' },
          stderr: 'pipe',
        });
        let printed = '';
        transport.stderr?.on('data', (chunk: Buffer) => {
          const before = addressIn(printed);
          printed += chunk.toString();
          const address = addressIn(printed);
          if (address === undefined || before !== undefined) return;
          logins += 1;
          void logIn(address);
        });
        const client = new Client({ name: 'desktop', version: '1.0.0' });
        await client.connect(transport, { timeout: 60_000 });
        return client;
      };
      const logIn = async (address: string) => {
        const url = await allow(openBrowser(demo.url), address, tokens.support.email);
        // mcp-remote listens for the code at this URL. It starts to listen after it has printed the login URL, which
        // is early enough for a person.
        await vi.waitFor(() => fetch(url), { timeout: 30_000, interval: 200 });
      };

      const first = await connect();
      const { structuredContent } = await first.callTool({ name: 'whoami', arguments: {} });
      expect(structuredContent).toMatchObject({ name: tokens.support.name, role: 'support' });
      await first.close();

      const second = await connect();
      expect((await second.listTools()).tools.map(({ name }) => name)).toContain('customers_search');
      await second.close();
      expect(logins).toBe(1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);
});

function addressIn(printed: string): string | undefined {
  return /by visiting:\s+(http\S+)\s/.exec(printed)?.[1];
}
