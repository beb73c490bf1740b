import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from 'example-testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startTokenServer, token, type TokenServer } from './token-server.ts';

const claude = fileURLToPath(new URL('../node_modules/.bin/claude', import.meta.url));

describe('Claude Code, which connects without a model', () => {
  let home: string;
  let server: TokenServer;
  beforeAll(async () => {
    [home, server] = [await mkdtemp(join(tmpdir(), 'trpc-mcp-claude-')), await startTokenServer()];
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  const run = (args: string) =>
    runCommand(`'${claude}' ${args}`, {
      folder: new URL(`file://${home}/`),
      env: {
        HOME: home,
        CLAUDE_CONFIG_DIR: join(home, 'config'),
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
    });
  /** Adds the endpoint with the command of docs/clients/claude-code.md, and reads what Claude Code says of it. */
  const look = async (url: string, header = '') => {
    await run(`mcp add --transport http acme ${url} ${header}`);
    const said = await run('mcp get acme');
    await run('mcp remove acme');
    return said;
  };

  test('connects to the demo with a token', async () => {
    const said = await look(inject('demo').url, '--header "Authorization: Bearer demo-admin"');
    expect(said).toContain('Status: ✔ Connected');
  });

  test('connects to an endpoint with API tokens', async () => {
    expect(await look(server.mcp, `--header "Authorization: Bearer ${token}"`)).toContain('✔ Connected');
  });

  test('starts OAuth where it has no token, and cannot register', async () => {
    const said = await look(server.mcp);
    expect(said).toContain('✘ Failed to connect');
    expect(said).toContain('Dynamic Client Registration rejected (HTTP 404)');
  });

  test('shows the words of the endpoint where it has no token, and return200ForErrors is on', async () => {
    expect(await look(server.words)).toContain('UNAUTHORIZED: this endpoint needs a credential');
  });

  test('shows the app’s words for a wrong token', async () => {
    const said = await look(server.mcp, '--header "Authorization: Bearer wrong"');
    expect(said).toContain('Server rejected the configured Authorization header (HTTP 401)');
    expect(said).toContain('UNAUTHORIZED: This token is not one of ours');
  });

  test('says that nothing is at a path, and that nobody listens', async () => {
    expect(await look(server.nothing)).toContain('MCP endpoint not found');
    expect(await look('http://127.0.0.1:9/mcp')).toContain('Unable to connect');
  });
});
