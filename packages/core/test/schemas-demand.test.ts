import { InMemoryServerEventBus } from '@modelcontextprotocol/server';
import { initTRPC, lazy, TRPCError } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { createMemoryStore } from '../src/call/memory-store.ts';
import { createToolCaller } from '../src/caller/tool-caller.ts';
import { type HandlerOptions, mcpDefaults, type McpMeta, SetupError } from '../src/index.ts';
import { type ClientKind, clientKinds, connect } from './clients.ts';
import { api, running, scripts } from './code/script.ts';
import { call, eras, post, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<object>().meta<McpMeta>().create();

afterEach(() => void vi.unstubAllEnvs());

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

/** Items of all kinds. */
function makeWorking() {
  const p = t.procedure;
  return {
    customers: t.router({
      list: p.meta({ mcp: { description: 'Lists customers.' } }).query(() => ['Ada']),
      fail: p.meta({ mcp: true }).query(() => {
        throw new TRPCError({ code: 'CONFLICT', message: 'call customers.list or broken.tool first' });
      }),
      secret: p.meta({ mcp: { visible: () => false } }).query(() => 'x'),
    }),
    work: p.meta({ mcp: { task: true, confirm: 'Sure?' } }).mutation(() => 'done'),
    note: p
      .meta({ mcp: { tool: true, resource: { uri: 'note://{id}' }, prompt: true } })
      .input(z.object({ id: z.string() }))
      .query(({ input }) => `note ${input.id}`),
    guarded: p
      .use(() => {
        throw new TRPCError({ code: 'FORBIDDEN' });
      })
      .meta({ mcp: true })
      .query(() => 'x'),
  };
}

/** The same kinds, of which nothing can be made. */
function makeBroken() {
  const p = t.procedure.input(z.object({ id: z.symbol() }));
  return t.router({
    tool: p.meta({ mcp: { description: 'customers' } }).query(() => 1),
    task: p.meta({ mcp: { task: true, confirm: 'Sure?' } }).mutation(() => 1),
    pinned: p.meta({ mcp: { pinned: true, toolset: 'customers' } }).query(() => 1),
    fixed: p.meta({ mcp: { resource: { uri: 'fixed://broken' } } }).query(() => 1),
    template: p.meta({ mcp: { resource: { uri: 'broken://{id}' } } }).query(() => 1),
    prompt: p.meta({ mcp: { prompt: true } }).query(() => 1),
  });
}

/** What clients get that call by name first, two at once, and list after that. */
async function readBroken(kind: ClientKind, router: ReturnType<typeof t.router>, options: HandlerOptions) {
  await using server = await start({ router, onError: () => {}, ...options });
  await using client = await connect[kind](server.mcp, {}, { elicit: () => ({}) });
  const seen: unknown[] = [];
  const see = async (answer: Promise<unknown>) =>
    void seen.push(await answer.catch((thrown: Error) => thrown.message.replace(/"id":\d+/, '"id":0')));
  const calls: [string, Record<string, unknown>?][] = [
    ['broken_tool', { id: 'x' }],
    ['customers_fail'],
    ['customers_list'],
    ['broken_task', { id: 'x' }],
    ['work'],
    ['guarded'],
    ['list_resources'],
    ['read_resource', { uri: 'broken://x' }],
    ['get_prompt', { name: 'broken_prompt' }],
    ['search_tools', { query: 'customers' }],
    ['describe_tools', { names: ['broken_tool', 'customers_list'] }],
    ['run_query', { calls: [{ name: 'broken_tool' }] }],
    ['run_query', { calls: [{ name: 'customers_list' }] }],
    ['run_code', running('fine').arguments],
    ['run_code', running('broken').arguments],
  ];
  for (const [name, args = {}] of calls) {
    const params = { name, arguments: args };
    await Promise.all([see(client.callTool(params)), see(client.callTool(params))]);
  }
  for (const uri of ['broken://x', 'fixed://broken', 'note://x']) await see(client.readResource(uri));
  for (const name of ['broken_prompt', 'note']) await see(client.getPrompt(name, { id: 'x' }));
  await see(client.listTools());
  await see(client.listResources());
  await see(client.listResourceTemplates());
  await see(client.listPrompts());
  for (const era of eras)
    for (const query of ['?toolsets=customers', '?toolsets=broken', '?readonly=1'])
      await see(
        request(server.mcp + query, era, 'tools/list').then(({ status, body }) => ({ status, body })),
      );
  const withoutReferences = JSON.stringify(seen).replaceAll(/reference [\da-f-]{36}/g, 'reference');
  return { seen: JSON.parse(withoutReferences) as unknown, capabilities: client.capabilities() };
}

const code = () =>
  scripts({ fine: (run) => api(run, 'customers_list'), broken: (run) => api(run, 'broken_tool') });

describe('an app with schemas that fail is served as if it did not have them', () => {
  test.each([
    ['a list', () => ({})],
    ['sessions', () => ({ legacy: 'sessions' })],
    ['without the lane', () => ({ fastLane: false })],
    ['a search', () => ({ discovery: 'search' })],
    ['a search from so many tools on', () => ({ discovery: { over: 6 } })],
    ['code', () => ({ discovery: code() })],
    ['tools for all methods', () => ({ asTools: true })],
    ['a list for each caller', () => ({ listing: 'permitted' })],
    ['a part of the catalog', () => ({ expose: (path: string) => path !== 'work' })],
    ['a budget', () => ({ budget: { listTokens: 100_000 } })],
  ] satisfies [string, () => HandlerOptions][])('%s', async (_, options) => {
    const whole = t.router({ ...makeWorking(), broken: makeBroken() });
    const later = t.router({
      ...makeWorking(),
      broken: lazy(() => Promise.resolve({ default: makeBroken() })),
    });
    for (const [kind, router] of [
      ['2026-07-28', whole],
      ['2025-11-25', later],
    ] as const) {
      const expected = await readBroken(kind, t.router(makeWorking()), { ...options(), schemas: 'mount' });
      expect(await readBroken(kind, router, options())).toEqual(expected);
    }
  });

  test('also where nothing else is a resource or a prompt', async () => {
    const { note: _, ...others } = makeWorking();
    for (const kind of ['2026-07-28', '2025-11-25'] as const) {
      for (const options of [{}, { asTools: true }]) {
        const seen = await readBroken(kind, t.router({ ...others, broken: makeBroken() }), options);
        expect(seen).toEqual(await readBroken(kind, t.router(others), { ...options, schemas: 'mount' }));
      }
    }
  });

  test('in a session that moves to another process', async () => {
    const shared = {
      legacy: 'sessions',
      store: createMemoryStore(),
      secret: 'a secret of at least thirty-two bytes',
      bus: new InMemoryServerEventBus(),
      router: t.router({ ...makeWorking(), broken: makeBroken() }),
      onError: () => {},
    } as const;
    await using one = await start(shared);
    await using other = await start(shared);
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'a', version: '1' },
    };
    const opened = await post(one.mcp, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id')! };
    const ask = (name: string) => call(other.mcp, 'legacy', name, {}, session);
    const answers = await Promise.all([ask('broken_tool'), ask('customers_list'), ask('broken_tool')]);
    expect(answers.map(({ body }) => body)).toMatchObject([
      { error: { code: -32_602 } },
      { result: { content: [{ text: '{"result":["Ada"]}' }] } },
      { error: { code: -32_602 } },
    ]);
  });

  test('to an agent in the same process', async () => {
    const read = async (served: ReturnType<typeof t.router>, schemas: 'mount' | 'demand') => {
      const tools = createToolCaller(served, { ctx: {}, schemas, onError: () => {} });
      return [
        await tools.callTool('broken_tool', { id: 'x' }),
        await tools.callTool('customers_list'),
        await tools.consentFor('broken_task', { id: 'x' }),
        await tools.consentFor('work'),
        await tools.listTools(),
      ];
    };
    const router = t.router({ ...makeWorking(), broken: makeBroken() });
    expect(await read(router, 'demand')).toEqual(await read(t.router(makeWorking()), 'mount'));
  });
});

describe.each(eras)('what is thrown while an item is made: %s', (era) => {
  /** What nobody expects of a JSON Schema. */
  const throwing = {
    get properties(): never {
      throw new TypeError('no properties today');
    },
  };
  const router = t.router({
    fine: t.procedure.meta({ mcp: true }).query(() => 'fine'),
    remove: t.procedure.meta({ mcp: { dryRun: 'odd' } }).mutation(() => 'gone'),
    odd: t.procedure
      .meta({ mcp: { input: throwing } })
      .input(z.object({ id: z.string() }))
      .query(() => 'odd'),
  });

  test('takes nothing else with it, and is told once', async () => {
    const failures: unknown[] = [];
    await using server = await start({ router, onError: ({ error }) => void failures.push(error) });
    await call(server.mcp, era, 'remove');
    for (let round = 0; round < 2; round++) {
      const { status, body } = await request(server.mcp, era, 'tools/list');
      expect(status).toBe(200);
      expect((body as { result: { tools: object[] } }).result.tools).toMatchObject([{ name: 'fine' }]);
    }
    expect(failures).toMatchObject([
      { problems: [{ code: 'TOOL_FAILED', path: 'remove' }] },
      { problems: [{ code: 'TOOL_FAILED', path: 'odd' }] },
    ]);
  });

  test('is a problem of set-up while the server is made', () => {
    expect(() => start({ router, schemas: 'mount' })).toThrow(SetupError);
  });

  test('a schema that is not valid takes only its tool, in production', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const invalid = t.router({
      odd: t.procedure
        .meta({
          mcp: {
            tool: true,
            resource: { uri: 'odd://x' },
            output: { type: 'object', properties: { a: { type: 'nonsense' } } },
          },
        })
        .query(() => 'odd'),
      fine: t.procedure.meta({ mcp: true }).query(() => 'fine'),
    });
    const read = async (schemas: 'mount' | 'demand') => {
      const failures: unknown[] = [];
      await using server = await start({
        router: invalid,
        schemas,
        structured: 'always',
        onError: ({ error }) => void failures.push(error),
      });
      const answers = [
        await request(server.mcp, era, 'tools/list'),
        await request(server.mcp, era, 'resources/read', { uri: 'odd://x' }),
      ];
      expect(failures).toMatchObject([{ problems: [{ code: 'SCHEMA_INVALID', path: 'odd' }] }]);
      return answers.map(({ status, body }) => ({ status, body }));
    };
    const mounted = await read('mount');
    expect(mounted.map(({ status }) => status)).toEqual([200, 200]);
    expect(await read('demand')).toEqual(mounted);
  });
});

test('a tool keeps the name that was checked while the server is made', async () => {
  let count = 0;
  await using server = await start({ toolName: (path) => `${path}_${++count}` });
  await using client = await connect['2026-07-28'](server.mcp);
  const names = (await client.listTools()).map(({ name }) => name as string);
  for (const name of names) await client.callTool({ name, arguments: { name: 'Ada', region: 'eu' } });
  expect(names).toContain('one_1');
});
