import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startTokenServer, token, type TokenServer } from './token-server.ts';

const codex = fileURLToPath(new URL('../node_modules/.bin/codex', import.meta.url));

/** What Codex says of a server that stands in its file. */
interface Status {
  name: string;
  authStatus: string;
  tools: Record<string, unknown>;
  toolsError?: string | null;
}

describe('Codex, whose app server connects and calls without a model', () => {
  let home: string;
  let server: TokenServer;
  beforeAll(async () => {
    [home, server] = [await mkdtemp(join(tmpdir(), 'trpc-mcp-codex-')), await startTokenServer()];
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  /** Starts Codex with this file, and hands over a function that asks it. */
  const withCodex = async (toml: string, work: (ask: Ask) => Promise<void>) => {
    await writeFile(join(home, 'config.toml'), toml);
    const { PATH = '' } = process.env;
    const child = spawn(codex, ['app-server'], {
      cwd: home,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH, HOME: home, CODEX_HOME: home, DEMO: 'demo-admin', APP_TOKEN: token, WRONG: 'wrong' },
    });
    try {
      await work(createAsk(child.stdin, child.stdout));
    } finally {
      child.kill();
    }
  };

  test('lists the tools of the demo and of an endpoint with API tokens, and calls them', async () => {
    const toml = `${entry('demo', inject('demo').url, 'DEMO')}${entry('acme', server.mcp, 'APP_TOKEN')}`;
    await withCodex(toml, async (ask) => {
      const [acme, demo] = await list(ask);
      expect(acme).toMatchObject({ authStatus: 'bearerToken', tools: { hello: {} } });
      expect(demo).toMatchObject({ authStatus: 'bearerToken', tools: { whoami: {} } });
      const { thread } = (await ask('thread/start', { cwd: home })) as { thread: { id: string } };
      const call = (name: string, tool: string, args: object) =>
        ask('mcpServer/tool/call', { threadId: thread.id, server: name, tool, arguments: args });
      expect(await call('acme', 'hello', { name: 'Ada' })).toMatchObject({
        structuredContent: { result: 'Hi Ada' },
      });
      expect(await call('demo', 'whoami', {})).toMatchObject({ structuredContent: { role: 'admin' } });
    });
  });

  test('says that a credential is missing or wrong, and with return200ForErrors why', async () => {
    const toml = `${entry('none', server.mcp)}${entry('words', server.words)}${entry('wrong', server.mcp, 'WRONG')}`;
    await withCodex(toml, async (ask) => {
      const [none, words, wrong] = await list(ask);
      expect(none?.toolsError).toMatch(/MCP startup failed: .*Auth required, when send initialize request$/);
      expect(wrong?.toolsError).toMatch(/MCP startup failed: .*Auth required, when send initialize request$/);
      expect(words?.toolsError).toContain('UNAUTHORIZED: this endpoint needs a credential');
    });
  });
});

type Ask = (method: string, params: object) => Promise<unknown>;

/** One request and its answer, in the JSON-RPC lines that the app server speaks. */
function createAsk(input: NodeJS.WritableStream, output: NodeJS.ReadableStream): Ask {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  createInterface({ input: output }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line) as { id?: number; result?: unknown; error?: object };
    const asker = id === undefined ? undefined : waiting.get(id);
    if (error) asker?.reject(new Error(JSON.stringify(error)));
    else asker?.resolve(result);
  });
  const send = (message: object) => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let last = 0;
  return (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      send({ id: last, method, params });
    });
}

/** The servers of the file, by name. */
async function list(ask: Ask): Promise<Status[]> {
  await ask('initialize', { clientInfo: { name: 'test', title: 'test', version: '1.0.0' } });
  const { data } = (await ask('mcpServerStatus/list', {})) as { data: Status[] };
  return data.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The entry of docs/clients/codex.md. */
function entry(name: string, url: string, variable?: string): string {
  const credential = variable === undefined ? '' : `bearer_token_env_var = "${variable}"\n`;
  return `[mcp_servers.${name}]\nurl = "${url}"\n${credential}\n`;
}
