import { initTRPC } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/fetch.ts';
import type { CallFailure, McpMeta, McpSettings } from '../src/index.ts';
import type { SetupError } from '../src/index.ts';

const t = initTRPC.meta<McpMeta>().create();
const toRouter = (mcp: McpSettings) =>
  t.router({
    find: t.procedure
      .meta({ mcp })
      .input(z.any())
      .query(() => 1),
  });
const pattern = { type: 'object', properties: { id: { type: 'string', pattern: '^(?=a)' } } };

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The problems that mounting throws. */
function problemsOf(mcp: McpSettings) {
  try {
    mcpHandler(toRouter(mcp));
    return [];
  } catch (error) {
    return (error as SetupError).problems;
  }
}

describe('a JSON Schema of the app that makes a client lose all tools', () => {
  test('is a problem of set-up in development, which names the client, the place and the fix', () => {
    vi.stubEnv('NODE_ENV', 'development');
    expect(problemsOf({ input: pattern })).toEqual([
      {
        code: 'SCHEMA_REFUSED',
        path: 'find',
        message:
          'in its input schema, #/properties/id has a pattern with the look-around "(?=", and ChatGPT refuses all tools if one pattern has a look-around or a back-reference, as do OpenAI API, llama.cpp, LM Studio, Ollama; write the pattern without it, or leave it out and say in the description what is wanted',
      },
    ]);
  });

  test('is no problem if only one tool is lost, or if only Gemini refuses it', () => {
    vi.stubEnv('NODE_ENV', 'development');
    vi.spyOn(console, 'info').mockImplementation(() => {});
    const id = { type: 'number', exclusiveMinimum: 0 };
    expect(problemsOf({ input: { type: 'object', properties: { id } } })).toEqual([]);
  });

  test('is listed exactly as it is if it names its dialect, and ready() says what clients make of it', async () => {
    vi.stubEnv('NODE_ENV', 'development');
    const print = vi.spyOn(console, 'info').mockImplementation(() => {});
    const input = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...pattern };
    expect(problemsOf({ input })).toEqual([]);
    await mcpHandler(toRouter({ input })).ready();
    expect(print.mock.calls.flat().join('\n')).toContain(
      'find: in its input schema, #/properties/id has a pattern',
    );
  });

  test('is told in production, and its tool is served', async () => {
    const failures: CallFailure[] = [];
    const handler = mcpHandler(toRouter({ input: pattern }), {
      onError: (failure) => failures.push(failure),
    });
    await handler.ready();
    expect(
      failures.map(({ path, error }) => [path, (error as SetupError).problems.map(({ code }) => code)]),
    ).toEqual([['find', ['SCHEMA_REFUSED']]]);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-06-18',
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const response = await handler(new Request('http://localhost/mcp', { method: 'POST', headers, body }));
    expect(await response.text()).toContain('"name":"find"');
  });

  test('of a lazy router rejects ready() in development', async () => {
    vi.stubEnv('NODE_ENV', 'development');
    const { lazy } = await import('@trpc/server');
    const router = t.router({ later: lazy(async () => ({ default: toRouter({ input: pattern }) })) });
    const handler = mcpHandler(router, { onError: () => {} });
    await expect(handler.ready()).rejects.toThrow('SCHEMA_REFUSED');
  });
});

describe('ready() prints in development', () => {
  /** The lines after the size of the list. */
  async function linesOf(mcp: McpSettings, instructions?: string): Promise<string[]> {
    vi.stubEnv('NODE_ENV', 'development');
    const info = vi.spyOn(console, 'info').mockImplementation(() => {});
    const server = { name: 'app', version: '1.0.0', ...(instructions !== undefined && { instructions }) };
    const handler = mcpHandler(toRouter(mcp), { server });
    await handler.ready();
    await handler.ready();
    return info.mock.calls.map(([line]) => String(line)).filter((line) => !line.startsWith('MCP serves'));
  }

  test('nothing about a list that is taken whole', async () => {
    expect(await linesOf({ description: 'Finds a customer.', name: 'n'.repeat(50) })).toEqual([]);
  });

  test('what is cut of a description and of the instructions', async () => {
    expect(
      await linesOf({ description: `${'a'.repeat(2048)} Ask first.` }, `${'b'.repeat(2048)} Be kind.`),
    ).toEqual([
      'MCP: Claude Code cuts the description of a tool after 2 KB (find: its description has 2059 characters, and the last 11 are cut, from "Ask first."); shorten mcp.description and mcp.instructions',
      'MCP: Claude Code cuts the instructions of a server after 2 KB (the text of server.instructions has 2057 characters, and the last 9 are cut, from "Be kind."); shorten server.instructions, and move what is about one tool into its description',
    ]);
  });

  test('a name that a client cannot take', async () => {
    const lines = await linesOf({ name: 'n'.repeat(60) });
    expect(lines.map((line) => line.split(' (')[0])).toEqual([
      'MCP: Claude Code calls a tool mcp__server__tool, and cannot refer to names of more than 64 characters',
      'MCP: Cursor leaves out a tool if its name and the name of the server have 60 characters or more together',
    ]);
  });
});
