import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, it, vi } from 'vitest';
import { startApp } from './app.ts';
import { allow, openBrowser } from './browser.ts';
import { ada } from './people.ts';

const proxy = join(
  dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json')),
  'dist/proxy.js',
);

it('lets mcp-remote log in, with no header configured, and once for all', async () => {
  await using app = await startApp();
  // The folder for its login data.
  const folder = await mkdtemp(join(tmpdir(), 'mcp-remote-'));
  let logins = 0;
  const logIn = async (address: string) => {
    const url = await allow(openBrowser(app.url), address, ada.id);
    // It starts to listen for the code after it has printed where to go, which is early enough for a person.
    await vi.waitFor(() => fetch(url), { timeout: 60_000, interval: 200 });
  };
  const connect = async () => {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [proxy, app.mcp, '--auth-timeout', '100'],
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
    await client.connect(transport, { timeout: 100_000 });
    return client;
  };
  try {
    const first = await connect();
    const { structuredContent } = await first.callTool({ name: 'me', arguments: {} });
    expect(structuredContent).toEqual({ user: ada });
    await first.close();

    const second = await connect();
    expect((await second.listTools()).tools.map(({ name }) => name)).toEqual(['add', 'list', 'me']);
    await second.close();
    expect(logins).toBe(1);
    expect(app.events.filter(({ refused }) => refused)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 240_000);

function addressIn(printed: string): string | undefined {
  return /by visiting:\s+(http\S+)\s/.exec(printed)?.[1];
}
