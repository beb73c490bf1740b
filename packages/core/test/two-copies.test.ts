import { createRequire } from 'node:module';
import type * as Trpc from '@trpc/server';
import * as trpc from '@trpc/server';
import { describe, expect, it } from 'vitest';
import type * as Zod from 'zod';
import * as zod from 'zod';
import * as core from '../src/index.ts';
import * as onFetch from '../src/adapters/fetch.ts';
import * as testing from '../src/testing/testing.ts';

// One process loads this package twice: as an ES module, and as CommonJS with `require`. Each brings its own tRPC and zod.
const require = createRequire(import.meta.url);
interface Copy {
  core: typeof core;
  onFetch: typeof onFetch;
  testing: typeof testing;
  trpc: typeof Trpc;
  zod: typeof Zod;
}
const copies: Record<'imported' | 'required', Copy> = {
  imported: { core, onFetch, testing, trpc, zod },
  required: {
    core: require('../dist/cjs/index.js') as typeof core,
    onFetch: require('../dist/cjs/adapters/fetch.js') as typeof onFetch,
    testing: require('../dist/cjs/testing/testing.js') as typeof testing,
    trpc: require('@trpc/server') as typeof Trpc,
    zod: require('zod') as typeof Zod,
  },
};

describe.each([
  { server: 'imported', app: 'required' },
  { server: 'required', app: 'imported' },
] as const)('a handler that is $server serves an app that is $app', (names) => {
  const server = copies[names.server];
  const app = copies[names.app];

  it('has two copies', () => {
    expect(server.core.mcpDefaults).not.toBe(app.core.mcpDefaults);
    expect(server.core.SetupError).not.toBe(app.core.SetupError);
    expect(server.trpc.TRPCError).not.toBe(app.trpc.TRPCError);
  });

  it('sees the call that runs, and the settings of mcpDefaults', async () => {
    const t = builder(app);
    const base = t.procedure.use(app.core.mcpDefaults({ annotations: { openWorldHint: true } }));
    const router = t.router({
      which: base.meta({ mcp: true }).query(() => app.core.getMcpCall()?.tool.name ?? 'none'),
    });
    const ask = serve(server, router);
    expect(await ask('tools/list')).toMatchObject({
      result: { tools: [{ annotations: { openWorldHint: true } }] },
    });
    expect(await ask('tools/call', { name: 'which' })).toMatchObject({
      result: { structuredContent: { result: 'which' } },
    });
  });

  it('skips what bypassable marks', async () => {
    const t = builder(app);
    const guard = t.middleware(() => {
      throw new app.trpc.TRPCError({ code: 'UNAUTHORIZED', message: 'no session' });
    });
    const router = t.router({
      open: t.procedure
        .use(app.core.bypassable('authentication', guard))
        .meta({ mcp: true })
        .query(() => 'passed'),
    });
    const auth = { authenticate: () => ({ clientId: 'a', scopes: [] }), required: true };
    const passing = serve(server, router, { auth, bypass: { authentication: true } });
    expect(await passing('tools/call', { name: 'open' })).toMatchObject({
      result: { structuredContent: { result: 'passed' } },
    });
    const guarded = serve(server, router, { auth });
    expect(await guarded('tools/call', { name: 'open' })).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringContaining('no session') }] },
    });
  });

  it('sends what mcpContent makes, and decodes what the schemas of the app describe', async () => {
    const t = builder(app);
    const { z } = app.zod;
    const router = t.router({
      picture: t.procedure
        .meta({ mcp: true })
        .input(z.object({ since: z.date().describe('From when') }))
        .query(({ input }) =>
          app.core.mcpContent([{ type: 'text', text: String(input.since.getUTCFullYear()) }]),
        ),
    });
    const ask = serve(server, router);
    expect(await ask('tools/list')).toMatchObject({
      result: { tools: [{ inputSchema: { properties: { since: { description: 'From when' } } } }] },
    });
    expect(
      await ask('tools/call', { name: 'picture', arguments: { since: '2026-01-31T09:00:00Z' } }),
    ).toMatchObject({ result: { content: [{ type: 'text', text: '2026' }] } });
  });

  it('serves tools, resources and prompts that are made without tRPC', async () => {
    const t = builder(app);
    const { z } = app.zod;
    const ask = serve(server, t.router({}), {
      tools: [
        app.core.mcpTool({
          name: 'add',
          input: z.object({ a: z.bigint() }),
          run: ({ input }) => `${typeof input.a} for ${app.core.getMcpCall()?.tool.name}`,
        }),
      ],
      resources: [app.core.mcpResource({ name: 'note', uri: 'note://{id}', run: ({ input }) => input.id })],
      prompts: [app.core.mcpPrompt({ name: 'greet', run: () => 'Say hello' })],
    });
    expect(await ask('tools/call', { name: 'add', arguments: { a: '1' } })).toMatchObject({
      result: { structuredContent: { result: 'bigint for add' } },
    });
    expect(await ask('resources/read', { uri: 'note://7' })).toMatchObject({
      result: { contents: [{ uri: 'note://7', text: '7' }] },
    });
    expect(await ask('prompts/get', { name: 'greet' })).toMatchObject({
      result: { messages: [{ content: { text: 'Say hello' } }] },
    });
  });

  it('compares scopes, and answers a bearer of the other copy with its status', async () => {
    const t = builder(app);
    const router = t.router({
      write: t.procedure
        .use(app.core.requireScopes('notes:write'))
        .meta({ mcp: true })
        .query(() => 'written'),
    });
    const auth = app.core.bearer({
      resource: 'http://localhost/mcp',
      authorizationServers: ['https://login.example.com'],
      verify: (token) => {
        if (token === 'down') throw new app.trpc.TRPCError({ code: 'SERVICE_UNAVAILABLE' });
        if (token !== 'good' && token !== 'reader')
          throw new app.trpc.TRPCError({ code: 'UNAUTHORIZED', message: 'the token has expired' });
        return {
          clientId: 'a',
          subject: 's',
          scopes: token === 'good' ? ['notes:write'] : [],
          audience: 'http://localhost/mcp',
          expiresAt: Date.now() / 1000 + 60,
        };
      },
    });
    const ask = async (token: string) => {
      const response = await send(server, router, { auth }, 'tools/call', { name: 'write' }, token);
      const challenge = response.headers.get('www-authenticate');
      return { status: response.status, challenge, text: await response.text() };
    };
    expect(await ask('good')).toMatchObject({ status: 200 });
    expect(await ask('reader')).toMatchObject({
      status: 403,
      text: expect.stringContaining('this needs the scope notes:write'),
    });
    expect(await ask('old')).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('error_description="the token has expired"'),
    });
    expect(await ask('down')).toMatchObject({ status: 503 });
  });

  it('runs a call once for its idempotency key', async () => {
    const t = builder(app);
    let runs = 0;
    const router = t.router({
      pay: t.procedure.meta({ mcp: { idempotent: true } }).mutation(() => ++runs),
    });
    const ask = serve(server, router);
    const once = { name: 'pay', arguments: { _idempotencyKey: 'key-1' } };
    const first = await ask('tools/call', once);
    expect(first).toMatchObject({ result: { structuredContent: { result: 1 } } });
    expect(await ask('tools/call', once)).toMatchObject({ result: { structuredContent: { result: 1 } } });
    expect(runs).toBe(1);
  });

  it('throws a SetupError that is one of the other copy, too', () => {
    const t = builder(app);
    const router = t.router({ a: t.procedure.meta({ mcp: { name: 'not legal' } }).query(() => 1) });
    let thrown: unknown;
    try {
      serve(server, router);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(server.core.SetupError);
    expect(thrown).toBeInstanceOf(app.core.SetupError);
    expect(new Error('another')).not.toBeInstanceOf(app.core.SetupError);
    class Own extends app.core.SetupError {}
    expect(thrown).not.toBeInstanceOf(Own);
    expect(new Own([])).toBeInstanceOf(server.core.SetupError);
  });

  it('is called by the test client of the other copy, and checked by its matchers', async () => {
    const t = builder(app);
    const router = t.router({
      gone: t.procedure.meta({ mcp: true }).query(() => {
        throw new app.trpc.TRPCError({ code: 'NOT_FOUND', message: 'there is no such note' });
      }),
    });
    const client = server.testing.createMcpTestClient(router, {});
    const result = await client.call('gone');
    expect(result).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    const thrown = await client.unwrap.call('gone').catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(app.testing.McpToolError);
    expect(app.testing.mcpMatchers.toBeToolError(thrown, 'NOT_FOUND')).toMatchObject({ pass: true });
    await client.close();
  });
});

function builder({ trpc: { initTRPC } }: Copy) {
  return initTRPC.meta<core.McpMeta>().create();
}

type Options = Record<string, unknown>;

async function send(
  { onFetch: { mcpHandler } }: Copy,
  router: Trpc.AnyTRPCRouter,
  options: Options,
  method: string,
  params: object,
  token?: string,
): Promise<Response> {
  return post(mcpHandler(router, options as never), method, params, token);
}

function serve({ onFetch: { mcpHandler } }: Copy, router: Trpc.AnyTRPCRouter, options: Options = {}) {
  const handler = mcpHandler(router, options as never);
  return async (method: string, params: object = {}): Promise<unknown> =>
    (await post(handler, method, params, 'any')).json();
}

function post(
  handler: (request: Request) => Promise<Response>,
  method: string,
  params: object,
  token?: string,
): Promise<Response> {
  return handler(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        host: 'localhost',
        'mcp-protocol-version': '2025-11-25',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    }),
  );
}
