import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from 'example-testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startTokenServer, token, type TokenServer } from './token-server.ts';

const gemini = fileURLToPath(new URL('../node_modules/.bin/gemini', import.meta.url));

describe('Gemini CLI, which connects without a model', () => {
  let home: string;
  let server: TokenServer;
  beforeAll(async () => {
    [home, server] = [await mkdtemp(join(tmpdir(), 'trpc-mcp-gemini-')), await startTokenServer()];
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  /** Writes the settings as docs/clients/gemini-cli.md has them, and reads the line of the server. */
  const look = async (url: string, env: Record<string, string> = {}) => {
    const headers =
      env['APP_TOKEN'] === undefined ? {} : { headers: { Authorization: 'Bearer ${APP_TOKEN}' } };
    const settings = { mcpServers: { acme: { httpUrl: url, ...headers } } };
    await mkdir(join(home, '.gemini'), { recursive: true });
    await writeFile(join(home, '.gemini', 'settings.json'), JSON.stringify(settings));
    const said = await runCommand(`'${gemini}' mcp list 2>&1`, {
      folder: new URL(`file://${home}/`),
      env: { HOME: home, GEMINI_CLI_HOME: home, GEMINI_CLI_TRUST_WORKSPACE: 'true', ...env },
    });
    return /^.*acme: .*$/m.exec(said)?.[0];
  };

  test('connects to the demo with a token from the environment', async () => {
    const { url } = inject('demo');
    expect(await look(url, { APP_TOKEN: 'demo-admin' })).toBe(`✓ acme: ${url} (http) - Connected`);
  });

  test('connects to an endpoint with API tokens', async () => {
    expect(await look(server.mcp, { APP_TOKEN: token })).toContain('✓ acme');
  });

  test('says no more than that it is disconnected', async () => {
    for (const [url, env] of [
      [server.mcp, {}],
      [server.mcp, { APP_TOKEN: 'wrong' }],
      [server.words, {}],
      [server.nothing, {}],
    ] as const) {
      expect(await look(url, env)).toBe(`✗ acme: ${url} (http) - Disconnected`);
    }
  });
});
