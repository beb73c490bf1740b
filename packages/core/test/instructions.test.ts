import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { initTRPC, TRPCError } from '@trpc/server';
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import type { CallFailure, McpMeta, McpRequest, ServerInfo } from '../src/index.ts';
import { createMcpTestClient } from '../src/testing/testing.ts';
import { eras, request } from './messages.ts';
import { serve } from './server.ts';

interface Context {
  user: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const router = t.router({
  ping: t.procedure.meta({ mcp: true }).query(() => 'pong'),
  own: t.procedure.meta({ mcp: { visible: (ctx: Context) => ctx.user === 'ada' } }).query(() => 'own'),
});
const server = { name: 'app', version: '1' };
const greet: ServerInfo<Context> = { ...server, instructions: ({ user }) => `You work for ${user}.` };
const createContext = ({ req }: CreateExpressContextOptions) => ({
  user: String(req.headers['x-user'] ?? 'nobody'),
});

const opening = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'c', version: '1' },
};

/** The answer to the handshake of an era. */
async function greeting(url: string, era: (typeof eras)[number], user?: string) {
  const headers: Record<string, string> = user === undefined ? {} : { 'x-user': user };
  const answer = await (era === 'modern'
    ? request(url, era, 'server/discover', {}, headers)
    : request(url, era, 'initialize', opening, headers));
  const { result } = answer.body as { result: Record<string, unknown> };
  return { status: answer.status, result, instructions: result['instructions'] };
}

const ways = eras.flatMap((era) =>
  ([{ fastLane: true }, { fastLane: false }, { legacy: 'sessions' }] as const).map((options) => ({
    era,
    options,
  })),
);

describe.each(ways)('in the $era era with $options', ({ era, options }) => {
  test('a function makes the instructions for each caller, of one context for each handshake', async () => {
    const made: McpRequest[] = [];
    await using app = await serve(
      mcpHandler(router, {
        ...options,
        server: greet,
        createContext: (given) => {
          made.push(given.mcp);
          return createContext(given);
        },
      }),
    );
    expect((await greeting(app.mcp, era, 'ada')).instructions).toBe('You work for ada.');
    const { result, instructions } = await greeting(app.mcp, era, 'ben');
    expect(instructions).toBe('You work for ben.');
    const method = era === 'modern' ? 'server/discover' : 'initialize';
    expect(made.map((mcp) => [mcp.method, mcp.era, mcp.tool])).toEqual([
      [method, era, undefined],
      [method, era, undefined],
    ]);
    if (era === 'modern') expect(result).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
    else expect(made[1]!.client).toEqual(opening.clientInfo);
  });

  test('a function that waits is awaited, and one without a parameter needs no context', async () => {
    let contexts = 0;
    await using app = await serve(
      mcpHandler(router, {
        ...options,
        server: { ...server, instructions: async () => Promise.resolve('It is Saturday.') },
        createContext: (given) => {
          contexts++;
          return createContext(given);
        },
      }),
    );
    expect((await greeting(app.mcp, era)).instructions).toBe('It is Saturday.');
    expect(contexts).toBe(0);
  });

  test.each<[string, unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no plan');
      },
      'no plan',
    ],
    ['rejects', () => Promise.reject(new Error('no plan')), 'no plan'],
    ['never answers', () => new Promise(() => {}), 'server.instructions has not answered within 20 ms'],
    ['returns a number', () => 5, 'server.instructions has to return a text, and returned number'],
    ['returns nothing', () => undefined, 'server.instructions has to return a text, and returned undefined'],
  ])('one that %s leaves the instructions out, and the app is told', async (_, instructions, message) => {
    const failures: CallFailure[] = [];
    await using app = await serve(
      mcpHandler(router, {
        ...options,
        server: { ...server, instructions: instructions as () => string },
        createContext,
        hookTimeoutMs: 20,
        onError: (failure) => failures.push(failure),
      }),
    );
    const answer = await greeting(app.mcp, era);
    expect([answer.status, answer.instructions]).toEqual([200, undefined]);
    expect(answer.result).toMatchObject({ capabilities: { tools: {} } });
    expect(failures.map(({ error }) => error.message)).toEqual([expect.stringContaining(message)]);
  });

  test.each<[string, unknown]>([
    ['that is not known', new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' })],
    ['that may not enter', new TRPCError({ code: 'FORBIDDEN', message: 'not you' })],
    ['whose context fails', new Error('database')],
  ])('a caller %s gets through the handshake without instructions', async (_, thrown) => {
    const failures: CallFailure[] = [];
    await using app = await serve(
      mcpHandler(router, {
        ...options,
        server: greet,
        createContext: (): Context => {
          throw thrown;
        },
        onError: (failure) => failures.push(failure),
      }),
    );
    const answer = await greeting(app.mcp, era);
    expect([answer.status, answer.instructions]).toEqual([200, undefined]);
    expect(failures.map(({ error }) => error.message)).toEqual([(thrown as Error).message]);
  });

  test('a text that is empty is no instructions', async () => {
    await using app = await serve(
      mcpHandler(router, { ...options, server: { ...server, instructions: () => '' }, createContext }),
    );
    expect((await greeting(app.mcp, era)).result).not.toHaveProperty('instructions');
    await using fixed = await serve(
      mcpHandler(router, { ...options, server: { ...server, instructions: '' }, createContext }),
    );
    expect((await greeting(fixed.mcp, era)).result).not.toHaveProperty('instructions');
  });
});

test('a text is the same for everybody, and stays public', async () => {
  const open = initTRPC.meta<McpMeta>().create();
  const plain = open.router({ ping: open.procedure.meta({ mcp: true }).query(() => 'pong') });
  await using app = await serve(mcpHandler(plain, { server: { ...server, instructions: 'Be brief.' } }));
  expect((await greeting(app.mcp, 'modern')).result).toMatchObject({
    instructions: 'Be brief.',
    cacheScope: 'public',
  });
  expect((await greeting(app.mcp, 'legacy')).instructions).toBe('Be brief.');
});

test('the official clients of both eras give their model the text for this caller', async () => {
  const info = { name: 'test-client', version: '1' };
  for (const legacy of ['stateless', 'sessions'] as const) {
    await using app = await serve(mcpHandler(router, { legacy, server: greet, createContext }));
    const init = [new URL(app.mcp), { requestInit: { headers: { 'x-user': 'ada' } } }] as const;
    for (const mode of [{ pin: '2026-07-28' }, 'auto'] as const) {
      const modern = new ModernClient(info, { versionNegotiation: { mode } });
      await modern.connect(new ModernTransport(...init));
      expect(modern.getInstructions()).toBe('You work for ada.');
      await modern.close();
    }
    const old = new LegacyClient(info);
    await old.connect(new LegacyTransport(...init));
    expect(old.getInstructions()).toBe('You work for ada.');
    expect((await old.listTools()).tools).toHaveLength(2);
    await old.close();
  }
});

test.each(eras)('the test client of the %s era gets the text for its context', async (era) => {
  await using client = createMcpTestClient(router, { era, ctx: { user: 'eve' }, server: greet });
  expect((await client.connect()).getInstructions()).toBe('You work for eve.');
});

test('a function that asks for a context that nobody makes is a set-up problem', () => {
  const open = initTRPC.meta<McpMeta>().create();
  const plain = open.router({ ping: open.procedure.meta({ mcp: true }).query(() => 'pong') });
  expect(() => mcpHandler(plain, { server: { ...server, instructions: (ctx) => typeof ctx } })).toThrow(
    'server.instructions asks for the context, and without createContext there is none',
  );
  mcpHandler(plain, { server: { ...server, instructions: () => 'now' } });
  expect(() => mcpHandler(plain, { server: { ...server, instructions: 5 as never } })).toThrow(
    'server.instructions: it has to be a text, or a function that makes one of the context',
  );
});
