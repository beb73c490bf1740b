import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { findNode } from './node.ts';
import { startTokenServer } from './token-server.ts';

export const node = findNode();
if (!node) console.log('No client is tested that needs Node 22: there is none for this machine on npm.');

export interface Run {
  code: number | null;
  /** Everything that a person sees in the terminal, without colours. */
  shown: string;
}

/** Runs a program with Node 22, which strips the types itself, and waits until it ends. */
export async function run(args: string[], env: Record<string, string> = {}): Promise<Run> {
  const child = spawn(node ?? process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
    // Nothing of this machine's environment but its programs: keys and settings of a developer stay out.
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: inject('home'),
      NO_COLOR: '1',
      NODE_NO_WARNINGS: '1',
      OPENAI_AGENTS_DISABLE_TRACING: '1',
      LANGSMITH_TRACING: 'false',
      MASTRA_TELEMETRY_DISABLED: '1',
      ...env,
    },
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, shown };
}

/** Runs one of the programs in `src`, as its page says. */
export function runExample(name: string, url: string, token?: string): Promise<Run> {
  const env = { MCP_URL: url, ...(token !== undefined && { MCP_TOKEN: token }) };
  return run(['--experimental-strip-types', `src/${name}.ts`], env);
}

/** What a client shows if an endpoint for plain tokens refuses it with 401, or says the same with status 200. */
export async function refusals(connect: (url: string, token?: string) => Promise<Run>) {
  await using server = await startTokenServer();
  return {
    withoutToken: await connect(server.mcp),
    wrongToken: await connect(server.mcp, 'wrong'),
    withoutTokenAnswered200: await connect(server.words),
    wrongTokenAnswered200: await connect(server.words, 'wrong'),
  };
}
