import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { type HandlerOptions, mcpDefaults, type McpMeta, SetupError } from '../src/index.ts';
import { type ClientKind, clientKinds, connect } from './clients.ts';
import { call, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<object>().meta<McpMeta>().create();

/** An input that tells when a JSON Schema is made of it. */
function told(made: string[], name: string) {
  const text = z.string();
  const { processJSONSchema } = text._zod;
  text._zod.processJSONSchema = (...args) => {
    made.push(name);
    processJSONSchema!.apply(text._zod, args);
  };
  return z.object({ name: text });
}

function makeRouter(made: string[] = []) {
  const greet = (name: string) =>
    t.procedure
      .meta({ mcp: { description: `Greets ${name}.`, keywords: ['welcome'] } })
      .input(told(made, name))
      .query(({ input }) => `Hello ${input.name}`);
  return t.router({
    one: greet('one'),
    two: greet('two'),
    headed: t.procedure
      .meta({ mcp: true })
      .input(z.object({ region: z.string().meta({ 'x-mcp-header': 'region' }) }))
      .query(({ input }) => input.region),
    greeting: t.procedure
      .meta({ mcp: { tool: true, resource: { uri: 'greetings://{name}' }, prompt: true } })
      .input(z.object({ name: z.string() }))
      .query(({ input }) => `Hello ${input.name}`),
    terms: t.procedure.meta({ mcp: { resource: { uri: 'terms://all' } } }).query(() => 'Be kind'),
    // Names a query, which is found when it is made.
    remove: t.procedure
      .meta({ mcp: { dryRun: 'one' } })
      .input(z.object({ name: z.string() }))
      .mutation(() => 'gone'),
  });
}

/** Nothing can be sent for this input. */
const broken = t.procedure
  .meta({ mcp: { description: 'Never.' } })
  .input(z.object({ id: z.symbol() }))
  .query(() => 'never');

function start(options: HandlerOptions & { router?: ReturnType<typeof t.router> } = {}) {
  const { router = makeRouter(), ...rest } = options;
  return serve(mcpHandler(router, { createContext: () => ({}), schemas: 'demand', ...rest }));
}

test.each(clientKinds)(
  'a call makes the schemas of its tool, and a list those of all, once: %s',
  async (kind) => {
    const made: string[] = [];
    await using server = await start({ router: makeRouter(made) });
    expect(made).toEqual([]);
    await using client = await connect[kind](server.mcp);
    const { content } = await client.callTool({ name: 'one', arguments: { name: 'Ada' } });
    expect(content).toEqual([{ type: 'text', text: 'Hello Ada' }]);
    expect(new Set(made)).toEqual(new Set(['one']));
    await client.listTools();
    const { length } = made;
    expect(new Set(made)).toEqual(new Set(['one', 'two']));
    await client.listTools();
    expect(made).toHaveLength(length);
  },
);

/** Everything that a client sees of a server. */
async function readAll(kind: ClientKind, options: HandlerOptions) {
  await using server = await start(options);
  await using client = await connect[kind](server.mcp);
  return {
    tools: await client.listTools(),
    resources: await client.listResources(),
    templates: await client.listResourceTemplates(),
    prompts: await client.listPrompts(),
    prompt: await client.getPrompt('greeting', { name: 'Ada' }),
    resource: await client.readResource('greetings://Ada'),
    fixed: await client.readResource('terms://all'),
    dry: await client.callTool({ name: 'remove', arguments: { name: 'Ada', _dryRun: true } }),
    capabilities: client.capabilities(),
  };
}

test.each([
  ['a list', {}],
  ['a search', { discovery: 'search' }],
  ['tools for all methods', { asTools: true }],
  ['a part of the catalog', { expose: (path: string) => path !== 'two' }],
  ['a list for each caller', { listing: 'permitted' }],
  ['a budget', { budget: { listTokens: 100_000 } }],
] satisfies [string, HandlerOptions][])(
  'clients see the same as without the option: %s',
  async (_, options) => {
    for (const kind of clientKinds) {
      expect(await readAll(kind, options)).toEqual(await readAll(kind, { ...options, schemas: 'mount' }));
    }
  },
);

describe.each(eras)('a schema that has a problem: %s', (era) => {
  test('is told once, and its tool is as if it did not exist', async () => {
    const failures: unknown[] = [];
    const router = t.router({ fine: makeRouter().one, broken });
    await using server = await start({
      router,
      onError: ({ error }) => void failures.push(error),
    });
    expect(failures).toEqual([]);
    const answer = await call(server.mcp, era, 'broken', { id: 1 });
    const missing = await call(server.mcp, era, 'brokem', { id: 1 });
    expect(JSON.stringify(answer.body).replaceAll('broken', 'x')).toBe(
      JSON.stringify(missing.body).replaceAll('brokem', 'x'),
    );
    const { body } = await request(server.mcp, era, 'tools/list');
    expect(JSON.stringify(body)).not.toContain('broken');
    expect(JSON.stringify(body)).toContain('fine');
    await call(server.mcp, era, 'broken', {});
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(SetupError);
    expect((failures[0] as SetupError).problems).toMatchObject([
      { code: 'SCHEMA_UNSUPPORTED', path: 'broken' },
    ]);
  });

  test('so is a query that it names and that does not exist', async () => {
    const failures: unknown[] = [];
    const lost = t.procedure.meta({ mcp: { dryRun: 'nowhere' } }).mutation(() => 'gone');
    const router = t.router({ lost });
    await using server = await start({
      router,
      onError: ({ error }) => void failures.push(error),
    });
    await call(server.mcp, era, 'lost');
    await request(server.mcp, era, 'tools/list');
    expect(failures).toMatchObject([{ problems: [{ code: 'PATH_UNKNOWN', path: 'lost' }] }]);
  });

  test('the headers of arguments are compared', async () => {
    await using server = await start();
    const { status } = await call(server.mcp, era, 'headed', { region: 'eu' }, { 'mcp-param-region': 'us' });
    expect(status).toBe(era === 'modern' ? 400 : 200);
  });
});

test.each(clientKinds)('a prompt or resource whose schema fails is no capability: %s', async (kind) => {
  const ask = t.procedure
    .meta({ mcp: { prompt: true, resource: { uri: 'asked://{id}' } } })
    .input(z.object({ id: z.symbol() }))
    .query(() => 'never');
  const listed = t.procedure
    .meta({ mcp: { resource: { uri: 'told://all' } } })
    .input(z.object({ id: z.symbol() }))
    .query(() => 'never');
  await using server = await start({
    router: t.router({ fine: makeRouter().one, ask, listed }),
    onError: () => {},
  });
  await using client = await connect[kind](server.mcp);
  expect(Object.keys(client.capabilities())).toEqual(['tools']);
});

test('names, clashes, URIs, scopes and settings are checked while the server is made', () => {
  const input = z.object({ id: z.string() });
  const make = (mcp: NonNullable<McpMeta['mcp']>) =>
    t.procedure
      .meta({ mcp })
      .input(input)
      .query(() => 'x');
  const router = t.router({
    illegal: make({ name: 'a b' }),
    twice: make({ name: 'same' }),
    again: make({ name: 'same' }),
    scoped: make({ scopes: ['a'] }),
    unknown: make({ titel: 'x' } as never),
    uri: make({ resource: { uri: 'nothing' } }),
    here: make({ resource: { uri: 'x://{id}' } }),
    there: make({ resource: { uri: 'x://{id}' } }),
    late: t.procedure
      .use(mcpDefaults({ scopes: ['b'] }))
      .meta({ mcp: { tool: false } })
      .query(() => 'x'),
    broken,
  });
  const problemsOf = (options: HandlerOptions) => {
    try {
      mcpHandler(router, { createContext: () => ({}), ...options });
    } catch (error) {
      return (error as SetupError).problems;
    }
    return [];
  };
  const demanded = problemsOf({ schemas: 'demand', expose: { include: ['**', 'nowhere.*' as never] } });
  const mounted = problemsOf({ expose: { include: ['**', 'nowhere.*' as never] } });
  expect(mounted.map(({ path }) => path)).toContain('broken');
  expect(demanded).toEqual(mounted.filter(({ path }) => path !== 'broken'));
  expect(problemsOf({ schemas: 'never' as never })).toMatchObject([
    { code: 'OPTION_INVALID', path: 'schemas' },
  ]);
});
