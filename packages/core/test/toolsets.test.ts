import { initTRPC, TRPCError } from '@trpc/server';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpHandler as fastifyHandler } from '../src/adapters/fastify.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../src/adapters/node.ts';
import { type HandlerOptions, mcpDefaults, type McpMeta, mcpTool } from '../src/index.ts';
import { clientKinds, connect, toolValue } from './clients.ts';
import { call, eras, post, request, rpcError, toAnswer } from './messages.ts';
import { listen, serve } from './server.ts';

interface Context {
  user?: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const tagged = t.procedure.meta({ mcp: true });

const billing = t.router({
  invoices: tagged.query(() => ['i1']),
  pay: tagged.mutation(() => ({ paid: true })),
  preview: t.procedure.meta({ mcp: { annotations: { readOnlyHint: true } } }).mutation(() => ({ total: 1 })),
  view: t.procedure.meta({ mcp: { annotations: { readOnlyHint: false } } }).query(() => ({ viewed: true })),
  terms: t.procedure.meta({ mcp: { resource: { uri: 'billing://terms' } } }).query(() => 'pay'),
  remind: t.procedure
    .meta({ mcp: { prompt: true } })
    .input(z.object({ tone: z.enum(['kind', 'stern']) }))
    .query(({ input }) => input.tone),
});
const support = t.router({
  tickets: tagged.query(() => ['t1']),
  answer: t.procedure
    .meta({ mcp: { resource: { uri: 'support://{id}' } } })
    .input(z.object({ id: z.string() }))
    .query(() => 'yes'),
});
const router = t.router({
  billing,
  support,
  tidy: t.procedure
    .use(mcpDefaults({ toolset: 'ops' }))
    .meta({ mcp: true })
    .mutation(() => ({ tidied: true })),
  wipe: t.procedure
    .use(mcpDefaults({ toolset: 'ops' }))
    .meta({ mcp: { toolset: 'danger' } })
    .mutation(() => ({ wiped: true })),
  root: t.procedure.meta({ mcp: { visible: ({ user }) => user === 'ada' } }).query(() => ({ root: true })),
});

const weather = mcpTool({ name: 'weather', annotations: { readOnlyHint: true }, run: () => ({ sun: true }) });

function start(options: HandlerOptions = {}) {
  return serve(
    mcpHandler(router, {
      createContext: ({ req }) => ({ ...(req.headers['x-user'] && { user: String(req.headers['x-user']) }) }),
      tools: [weather],
      onError: () => {},
      ...options,
    }),
  );
}

async function namesOf(url: string, headers: Record<string, string> = {}): Promise<string[]> {
  const { body } = await request(url, 'legacy', 'tools/list', {}, headers);
  return (body as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);
}

const everything = [
  'billing_invoices',
  'billing_pay',
  'billing_preview',
  'billing_view',
  'support_tickets',
  'tidy',
  'weather',
  'wipe',
];

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('is listed, and can call, what the connector has chosen and nothing else', async () => {
    await using server = await start();
    await using client = await connect[kind](`${server.mcp}?toolsets=support,billing&readonly=1`);
    expect((await client.listTools()).map(({ name }) => name)).toEqual([
      'billing_invoices',
      'billing_preview',
      'support_tickets',
    ]);
    expect(await client.callTool({ name: 'billing_preview' })).toEqual(toolValue({ total: 1 }));
    for (const name of ['billing_pay', 'billing_view', 'tidy', 'weather', 'nothing']) {
      await expect(client.callTool({ name }), name).rejects.toThrow(`Unknown tool: ${name}`);
    }
  });

  test('has of resources and prompts only those of the toolsets', async () => {
    await using server = await start();
    await using client = await connect[kind](`${server.mcp}?toolsets=billing`);
    expect((await client.listResources()).map(({ uri }) => uri)).toEqual(['billing://terms']);
    expect(await client.listResourceTemplates()).toEqual([]);
    expect((await client.listPrompts()).map(({ name }) => name)).toEqual(['billing_remind']);
    await expect(client.readResource('support://1')).rejects.toThrow('Resource not found: support://1');
    const complete = { argument: { name: 'id', value: '' } };
    await expect(
      client.complete({ ref: { type: 'ref/resource', uri: 'support://{id}' }, ...complete }),
    ).rejects.toThrow('Unknown resource: support://{id}');

    await using other = await connect[kind](`${server.mcp}?toolsets=ops`);
    expect(Object.keys(other.capabilities())).toEqual(['tools']);
  });
});

describe.each(eras)('in the %s era', (era) => {
  test('a call outside is answered exactly as that of a missing tool', async () => {
    await using server = await start();
    const url = `${server.mcp}?toolsets=billing`;
    const [outside, missing] = [await call(url, era, 'wipe'), await call(url, era, 'wipq')];
    expect(outside.status).toBe(missing.status);
    expect(JSON.stringify(outside.body)).toBe(JSON.stringify(missing.body).replace('wipq', 'wipe'));
  });

  test('a list that nobody sees otherwise is public, and one that is hidden from some is not', async () => {
    await using server = await start();
    if (era === 'legacy') return;
    const scopeOf = async (query: string) =>
      ((await request(`${server.mcp}${query}`, era, 'tools/list')).body as { result: object }).result;
    expect(await scopeOf('?toolsets=billing')).toMatchObject({ cacheScope: 'public' });
    expect(await scopeOf('')).toMatchObject({ cacheScope: 'private' });
  });
});

test('everything is served without a choice, and with a parameter that is none', async () => {
  await using server = await start();
  expect(await namesOf(server.mcp)).toEqual(everything);
  expect(await namesOf(`${server.mcp}?utm=1&tools=x&tenant=y`)).toEqual(everything);
  expect(await namesOf(`${server.mcp}?readonly=0`)).toEqual(everything);
  expect(await namesOf(`${server.mcp}?`)).toEqual(everything);
});

test('a toolset is named by mcp.toolset, by a base procedure, by the first segment, or by a tool of its own', async () => {
  await using server = await start();
  expect(await namesOf(`${server.mcp}?toolsets=ops`)).toEqual(['tidy']);
  expect(await namesOf(`${server.mcp}?toolsets=danger`)).toEqual(['wipe']);
  expect(await namesOf(`${server.mcp}?toolsets=weather`)).toEqual(['weather']);
  expect(await namesOf(`${server.mcp}?toolsets=%20support%20%2Cops,ops`)).toEqual([
    'support_tickets',
    'tidy',
  ]);
  expect(await namesOf(`${server.mcp}?readonly=true`)).toEqual([
    'billing_invoices',
    'billing_preview',
    'support_tickets',
    'weather',
  ]);
});

const are = 'the toolsets are: billing, danger, ops, support, weather';

test.each([
  ['toolsets=biling', `there is no toolset "biling"; did you mean billing? ${are}`],
  ['toolsets=billing,xyzzy', `there is no toolset "xyzzy"; ${are}`],
  ['toolsets=__proto__', `there is no toolset "__proto__"; ${are}`],
  [`toolsets=${'x'.repeat(200)}`, `there is no toolset "${'x'.repeat(60)}…"; ${are}`],
  [
    'toolsets=',
    'toolsets has an empty name in the URL; write it like toolsets=billing,support, or leave it out for all',
  ],
  [
    'toolsets=ops,',
    'toolsets has an empty name in the URL; write it like toolsets=billing,support, or leave it out for all',
  ],
  ['toolsets=ops&toolsets=billing', 'toolsets is in the URL twice; separate its names by commas'],
  ['readonly=1&readonly=0', 'readonly is in the URL twice; send it once'],
  ['readonly=maybe', 'readonly is "maybe" in the URL; it has to be 1 or 0'],
  ['readonly=', 'readonly is "" in the URL; it has to be 1 or 0'],
  ['readonly=constructor', 'readonly is "constructor" in the URL; it has to be 1 or 0'],
])('a URL with %s is refused in words', async (query, words) => {
  await using server = await start();
  for (const era of eras) {
    const { status, body } = await request(`${server.mcp}?${query}`, era, 'tools/list');
    expect([status, body]).toEqual([400, rpcError(-32_600, words, 1)]);
  }
});

test('a toolset of which a caller may know nothing is answered as one that does not exist', async () => {
  await using server = await start();
  const ask = (name: string, user: string) =>
    request(`${server.mcp}?toolsets=${name}`, 'modern', 'tools/list', {}, { 'x-user': user });
  const [hidden, missing] = [await ask('root', 'bob'), await ask('rooz', 'bob')];
  expect(hidden.status).toBe(400);
  expect(JSON.stringify(hidden.body)).toBe(JSON.stringify(missing.body).replace('rooz', 'root'));
  expect(JSON.stringify(missing.body)).not.toContain('root');
  expect((await ask('root', 'ada')).status).toBe(200);
  expect(await namesOf(`${server.mcp}?toolsets=root`, { 'x-user': 'ada' })).toEqual(['root']);
});

test('a caller who is refused is not told which toolsets there are', async () => {
  await using server = await start({ auth: { authenticate: () => undefined, required: true } });
  const { status, body } = await request(`${server.mcp}?toolsets=nothing`, 'modern', 'tools/list');
  expect(status).toBe(401);
  expect(JSON.stringify(body)).not.toContain('billing');
});

test('with permitted lists, the toolsets are told of which a caller may call something', async () => {
  const guarded = t.procedure.use(({ ctx, next }) => {
    if (ctx.user !== 'ada') throw new TRPCError({ code: 'FORBIDDEN' });
    return next();
  });
  const app = t.router({
    open: t.router({ a: tagged.query(() => 1) }),
    own: t.router({ b: guarded.meta({ mcp: true }).query(() => 1) }),
  });
  await using server = await serve(
    mcpHandler(app, {
      listing: 'permitted',
      createContext: ({ req }) => ({ user: String(req.headers['x-user']) }),
    }),
  );
  const ask = async (user: string) =>
    (await request(`${server.mcp}?toolsets=x`, 'modern', 'tools/list', {}, { 'x-user': user })).body;
  expect(await ask('ada')).toEqual(
    rpcError(-32_600, 'there is no toolset "x"; the toolsets are: open, own', 1),
  );
  expect(await ask('bob')).toEqual(rpcError(-32_600, 'there is no toolset "x"; the toolsets are: open', 1));
});

test('one choice can be written in many ways, and nobody can wear the handler out with new ones', async () => {
  const made: number[] = [];
  const many = t.router(
    Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`s${index}`, tagged.query(() => index)])),
  );
  const served = fetchHandler(many, { createContext: () => ({}) });
  const list = async (query: string) => {
    const answer = await served(
      new Request(`http://localhost/mcp?${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'mcp-protocol-version': '2025-11-25' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      }),
    );
    const { result } = (await answer.json()) as { result: { tools: unknown[] } };
    made.push(result.tools.length);
  };
  for (let index = 0; index < 40; index++) await list(`toolsets=s${index}`);
  await list('toolsets=s1,s2');
  await list('toolsets=s2,s1,s1&readonly=0&other=1');
  expect(made).toEqual([...Array.from({ length: 40 }, () => 1), 2, 2]);
});

test('the URL of initialize holds for a session', async () => {
  await using server = await start({ legacy: 'sessions' });
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
  };
  const opened = await post(`${server.mcp}?toolsets=billing,ops`, initialize);
  const headers = {
    'mcp-session-id': opened.headers.get('mcp-session-id')!,
    'mcp-protocol-version': '2025-11-25',
  };
  const list = (query: string) =>
    post(`${server.mcp}${query}`, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, headers);
  expect((await list('?toolsets=ops,billing')).status).toBe(200);
  const words =
    'This session was opened with other toolsets or another readonly in the URL; send the same, or initialize a new session';
  for (const query of ['', '?readonly=0', '?toolsets=ops', '?toolsets=ops,billing&readonly=1']) {
    const { status, body } = await list(query);
    expect([status, body]).toEqual([400, rpcError(-32_600, words, 2)]);
  }
  const stream = await toAnswer(
    await fetch(server.mcp, { headers: { ...headers, accept: 'text/event-stream' } }),
  );
  expect(stream.status).toBe(400);
  const end = await fetch(server.mcp, { method: 'DELETE', headers });
  expect(end.status).toBe(400);
  expect((await list('?toolsets=ops,billing')).status).toBe(200);
});

test('readonly=0 is no choice, also in a session', async () => {
  await using server = await start({ legacy: 'sessions' });
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const opened = await post(server.mcp, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const headers = {
    'mcp-session-id': opened.headers.get('mcp-session-id')!,
    'mcp-protocol-version': '2025-11-25',
  };
  const message = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
  for (const query of ['', '?readonly=0', '?readonly=false&utm=1']) {
    expect((await post(`${server.mcp}${query}`, message, headers)).status).toBe(200);
  }
});

test.each([
  ['Toolsets=billing', 'toolsets'],
  ['toolset=billing', 'toolsets'],
  ['toolsets[]=billing', 'toolsets'],
  ['toolsets=billing&read_only=1', 'readonly'],
  ['readOnly=1', 'readonly'],
])('a parameter that would be ignored and was meant, %s, is refused', async (query, meant) => {
  await using server = await start();
  const { status, body } = await request(`${server.mcp}?${query}`, 'legacy', 'tools/list');
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(`in the URL has to be written ${meant}`);
});

test('a subscription reaches nothing outside of the choice', async () => {
  await using server = await start();
  const subscribe = (uri: string) =>
    request(`${server.mcp}?toolsets=billing`, 'legacy', 'resources/subscribe', { uri });
  expect((await subscribe('billing://terms')).body).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  expect((await subscribe('support://1')).body).toEqual({
    jsonrpc: '2.0',
    id: 1,
    error: { code: -32_602, message: 'Resource not found: support://1', data: { uri: 'support://1' } },
  });
});

test('an item that is exposed later can be chosen then', async () => {
  let isOpen = false;
  await using server = await start({ expose: (path) => isOpen || !path.startsWith('support') });
  expect((await request(`${server.mcp}?toolsets=support`, 'modern', 'tools/list')).status).toBe(400);
  isOpen = true;
  expect(await namesOf(`${server.mcp}?toolsets=support`)).toEqual(['support_tickets']);
});

test('a toolset that could not be chosen is a set-up problem', () => {
  for (const toolset of ['', 'a,b', 'a b', 7]) {
    const app = t.router({ a: t.procedure.meta({ mcp: { toolset: toolset as string } }).query(() => 1) });
    expect(() => mcpHandler(app, { createContext: () => ({}) })).toThrow(
      'it has to be a name without spaces and commas, such as "billing"',
    );
  }
});

const plain = initTRPC.meta<McpMeta>().create();
const small = plain.router({
  a: plain.procedure.meta({ mcp: { toolset: 'x' } }).query(() => 1),
  b: plain.procedure.meta({ mcp: true }).query(() => 2),
});

test('the choice is read on every host', async () => {
  await using onNode = await listen(nodeHandler(small));
  expect(await namesOf(`${onNode.url}/any/path?toolsets=x`)).toEqual(['a']);

  const app = fastify();
  app.register(fastifyHandler(small), { prefix: '/deep/mcp' });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  expect(await namesOf(`${address}/deep/mcp?toolsets=x`)).toEqual(['a']);
  await app.close();

  const handler = fetchHandler(small);
  const answer = await handler(
    new Request('http://localhost/mcp?toolsets=x#fragment', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    }),
  );
  expect(await answer.json()).toMatchObject({ result: { tools: [{ name: 'a' }] } });
});
