import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { createCatalog } from '../src/catalog/catalog.ts';
import { createChoose } from '../src/protocol/selection.ts';
import type { ServerParts, Serving } from '../src/protocol/serving.ts';
import { type HandlerOptions, type McpMeta, mcpTool, type Page } from '../src/index.ts';
import { clientKinds, connect, toolValue } from './clients.ts';
import { eras, post, request } from './messages.ts';
import { serve } from './server.ts';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create();
const isAda = ({ user }: Context) => user === 'ada';
const input = z.object({ id: z.string() });
const router = t.router({
  customers: t.router({
    get: t.procedure.meta({ mcp: true }).query(() => ({ name: 'Ann' })),
    close: t.procedure
      .meta({
        mcp: {
          confirm: 'Close {id}?',
          dryRun: 'customers.preview',
          scopes: ['customers:write'],
          rateLimit: { points: 2, durationMs: 1000, by: () => 'all' },
          toolset: 'danger',
          _meta: { 'com.example/own': 1 },
        },
      })
      .input(input)
      .mutation(() => ({ closed: true })),
    merge: t.procedure
      .meta({ mcp: { dryRun: 'customers.secretPreview' } })
      .input(input)
      .mutation(() => ({ merged: true })),
    preview: t.procedure.input(input).query(() => ({ wouldClose: true })),
    secretPreview: t.procedure
      .meta({ mcp: { visible: isAda } })
      .input(input)
      .query(() => ({})),
    wipe: t.procedure
      .meta({ mcp: { visible: isAda, dryRun: 'customers.wipePreview' } })
      .mutation(() => ({ wiped: true })),
    wipePreview: t.procedure.meta({ mcp: { visible: isAda, tool: true } }).query(() => ({})),
  }),
});
const page: Page = { open: () => undefined };

function start(options: HandlerOptions = {}) {
  return serve(
    mcpHandler(router, {
      createContext: ({ req }) => ({ user: req.headers['x-user'] as string | undefined }),
      auth: { authenticate: () => ({ token: '', clientId: 'c', scopes: ['customers:write'] }) },
      page,
      tools: [mcpTool({ name: 'weather', annotations: { readOnlyHint: true }, run: () => ({ sun: true }) })],
      ...options,
    }),
  );
}

interface Listed {
  name: string;
  _meta?: Record<string, unknown>;
}
const key = 'trpc-mcp/procedure';

async function list(url: string, era: 'modern' | 'legacy' = 'modern', user?: string): Promise<Listed[]> {
  const { body } = await request(url, era, 'tools/list', {}, user === undefined ? {} : { 'x-user': user });
  return (body as { result: { tools: Listed[] } }).result.tools;
}

const factsOf = (tools: readonly Listed[]) =>
  Object.fromEntries(tools.map(({ name, _meta }) => [name, _meta?.[key]]));

describe.each(eras)('a list for people in the %s era', (era) => {
  test.each([true, false])('says of which procedure each tool is made, fast lane: %s', async (fastLane) => {
    await using server = await start({ fastLane });
    const tools = await list(`${server.mcp}?inspect=1`, era);
    expect(factsOf(tools)).toEqual({
      customers_close: {
        path: 'customers.close',
        type: 'mutation',
        toolset: 'danger',
        scopes: ['customers:write'],
        confirm: true,
        dryRun: 'customers.preview',
        rateLimit: { points: 2, durationMs: 1000 },
      },
      customers_get: { path: 'customers.get', type: 'query', toolset: 'customers' },
      // Its query is hidden from this caller.
      customers_merge: { path: 'customers.merge', type: 'mutation', toolset: 'customers' },
      weather: { path: 'tools.weather', type: 'query', toolset: 'weather' },
    });
    expect(tools[0]!._meta).toMatchObject({ 'com.example/own': 1, scopes: ['customers:write'] });
  });

  test('holds what is hidden only for those who may know of it', async () => {
    await using server = await start();
    const tools = await list(`${server.mcp}?inspect=1`, era, 'ada');
    expect(factsOf(tools)).toMatchObject({
      customers_wipe: {
        path: 'customers.wipe',
        type: 'mutation',
        toolset: 'customers',
        dryRun: 'customers.wipePreview',
      },
      customers_secretPreview: { path: 'customers.secretPreview' },
    });
    expect(factsOf(tools)).toMatchObject({
      customers_merge: expect.not.objectContaining({ dryRun: expect.anything() }),
    });
  });

  test('differs from that for models in nothing else, and goes with toolsets', async () => {
    await using server = await start();
    const plain = await list(server.mcp, era);
    const tools = await list(`${server.mcp}?inspect=1`, era);
    const without = tools.map(({ _meta = {}, ...tool }) => {
      const rest = Object.fromEntries(Object.entries(_meta).filter(([name]) => name !== key));
      return { ...tool, ...(Object.keys(rest).length > 0 && { _meta: rest }) };
    });
    expect(without).toEqual(plain);
    const chosen = await list(`${server.mcp}?inspect=true&readonly=1&toolsets=customers`, era);
    expect(Object.keys(factsOf(chosen))).toEqual(['customers_get']);
    expect(chosen[0]!._meta).toHaveProperty([key, 'path'], 'customers.get');
  });

  test.each(['inspect=0', 'inspect=', 'inspect', 'inspect=yes', 'inspect=__proto__', 'xinspect=1'])(
    'is not asked for with %s',
    async (query) => {
      await using server = await start();
      expect(await list(`${server.mcp}?${query}`, era)).toEqual(await list(server.mcp, era));
    },
  );

  test('is not there without the option page', async () => {
    await using server = await start({ page: undefined as never });
    expect(await list(`${server.mcp}?inspect=1`, era)).toEqual(await list(server.mcp, era));
  });

  test('holds all tools, also where models search for them', async () => {
    await using server = await start({ discovery: 'search' });
    const names = (tools: readonly Listed[]) => tools.map(({ name }) => name);
    const searching = names(await list(server.mcp, era));
    expect(searching).toEqual(['describe_tools', 'run_mutation', 'run_query', 'search_tools']);
    const tools = await list(`${server.mcp}?inspect=1`, era);
    expect(names(tools)).toEqual(
      [...searching, 'customers_close', 'customers_get', 'customers_merge', 'weather'].toSorted(),
    );
    expect(factsOf(tools)).toMatchObject({ search_tools: undefined, weather: { path: 'tools.weather' } });
    expect(names(await list(`${server.mcp}?inspect=1`, era, 'ada'))).toContain('customers_wipe');
  });
});

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('calls and searches at the address for people as at the other one', async () => {
    await using server = await start({ discovery: 'search' });
    await using client = await connect[kind](`${server.mcp}?inspect=1`);
    expect(await client.callTool({ name: 'customers_get' })).toEqual(toolValue({ name: 'Ann' }));
    const found = await client.callTool({ name: 'search_tools', arguments: { query: 'weather' } });
    expect(JSON.stringify(found)).toContain('weather');
    expect(JSON.stringify(found)).not.toContain(key);
  });
});

test('a session may list in both ways, whichever way it was opened', async () => {
  await using server = await start({ legacy: 'sessions' });
  const opening = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
  };
  for (const [opened, other] of [
    ['', '?inspect=1'],
    ['?inspect=1', ''],
  ] as const) {
    const { headers } = await post(`${server.mcp}${opened}`, opening);
    const session = {
      'mcp-session-id': headers.get('mcp-session-id')!,
      'mcp-protocol-version': '2025-11-25',
    };
    const message = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    for (const query of [opened, other]) {
      const { status, body } = await post(`${server.mcp}${query}`, message, {
        ...session,
        accept: 'application/json',
      });
      expect(status).toBe(200);
      expect(JSON.stringify(body).includes(key)).toBe(query !== '');
    }
  }
});

test('is made once for each catalog and choice, and not for each request', async () => {
  const source = createCatalog(router, { auth: {} });
  const choose = createChoose({ isInspectable: true } as ServerParts);
  const catalogOf = async (query: string) => {
    const choice = await choose({ catalog: source.current! } as Serving, query);
    return choice.kind === 'chosen' ? choice : undefined;
  };
  for (const query of ['inspect=1', 'toolsets=customers&inspect=1', 'readonly=1&inspect=1']) {
    const [one, other] = [await catalogOf(query), await catalogOf(query)];
    expect(one!.catalog).toBe(other!.catalog);
    const plain = await catalogOf(query.replace('inspect=1', ''));
    expect([plain!.key, plain!.catalog === one!.catalog]).toEqual([one!.key, false]);
  }
});
