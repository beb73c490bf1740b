import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { createCatalog, listedIn } from '../src/catalog/catalog.ts';
import { checkTools } from '../src/clients/clients.ts';
import { getMcpCall, type HandlerOptions, type McpMeta, mcpTool } from '../src/index.ts';
import { clientKinds, connect, toolError, toolValue } from './clients.ts';
import { call, eras, request } from './messages.ts';
import { serve } from './server.ts';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

function makeRouter() {
  const ran: string[] = [];
  const tagged = t.procedure.use(({ path, next }) => {
    ran.push(path);
    return next();
  });
  const hidden = tagged.meta({ mcp: { visible: ({ user }) => user === 'ada', toolset: 'secret' } });
  const router = t.router({
    customers: t.router({
      list: tagged
        .meta({ mcp: { description: 'Lists customers, newest first.', pinned: true } })
        .input(z.object({ since: z.date().optional(), status: z.enum(['open', 'closed']).optional() }))
        .output(z.object({ items: z.array(z.object({ id: z.string(), since: z.date().nullable() })) }))
        .query(({ input }) => ({ items: [{ id: 'c1', since: input.since ?? null }] })),
      rename: tagged
        .meta({ mcp: { description: 'Gives a customer another name.' } })
        .input(z.object({ id: z.string().describe('The customer'), name: z.string().max(40).default('x') }))
        .mutation(({ input }) => ({ renamed: input.id })),
    }),
    payments: t.router({
      refund: tagged
        .meta({ mcp: { description: 'Pays money back.', keywords: ['reimburse'], confirm: 'Refund {id}?' } })
        .input(z.object({ id: z.string() }))
        .mutation(({ input }) => ({ refunded: input.id })),
      fail: tagged.meta({ mcp: { description: 'Breaks.' } }).query(() => {
        throw new TRPCError({ code: 'CONFLICT', message: 'it is broken' });
      }),
      deny: tagged.meta({ mcp: { description: 'Denies.' } }).query(() => {
        throw new TRPCError({ code: 'FORBIDDEN', message: 'not yours' });
      }),
      login: tagged.meta({ mcp: { description: 'Wants a login.' } }).query(() => {
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'log in' });
      }),
      ask: tagged
        .meta({ mcp: { description: 'Asks.' } })
        .query(() => getMcpCall()!.ask({ message: 'Sure?', schema: z.object({ sure: z.boolean() }) })),
      which: tagged
        .meta({ mcp: { description: 'Says which tool runs.' } })
        .query(() => ({ tool: getMcpCall()!.tool })),
      text: tagged
        .meta({ mcp: { description: 'Writes a text.', toContent: () => 'as a text' } })
        .query(() => ({ n: 1 })),
      nothing: tagged.meta({ mcp: { description: 'Returns nothing.' } }).query(() => undefined),
      count: tagged.meta({ mcp: { description: 'Counts.' } }).query(() => {
        getMcpCall()!.progress({ progress: 1, total: 2 });
        return { counted: true };
      }),
    }),
    vault: t.router({
      open: hidden.query(() => ({ opened: true })),
      burn: hidden.mutation(() => ({ burnt: true })),
    }),
    terms: t.procedure.meta({ mcp: { resource: { uri: 'app://terms' } } }).query(() => 'terms'),
  });
  return { router, ran };
}

async function start(options: HandlerOptions<ReturnType<typeof makeRouter>['router']> = {}) {
  const { router, ran } = makeRouter();
  const server = await serve(
    mcpHandler(router, {
      discovery: 'search',
      onError: () => {},
      createContext: ({ req }) => ({ user: req.headers['x-user']?.toString() }),
      ...options,
    }),
  );
  return { mcp: server.mcp, ran, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const four = ['describe_tools', 'run_mutation', 'run_query', 'search_tools'];

function run(name: string, args?: unknown) {
  return {
    name: 'run_query',
    arguments: { calls: [{ name, ...(args !== undefined && { arguments: args }) }] },
  };
}

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('finds, reads about, and calls tools that are not listed', async () => {
    await using server = await start();
    await using client = await connect[kind](server.mcp);
    const listed = await client.listTools();
    expect(listed.map(({ name }) => name)).toEqual(['customers_list', ...four]);
    const found = await client.callTool({ name: 'search_tools', arguments: { query: 'reimburse somebody' } });
    expect(found.content).toEqual([
      { type: 'text', text: 'payments_refund (run_mutation): Pays money back.' },
    ]);
    const told = await client.callTool({
      name: 'describe_tools',
      arguments: { names: ['customers_rename', 'customers_renam'] },
    });
    expect(told.content).toEqual([
      {
        type: 'text',
        text: [
          '// Gives a customer another name.',
          'customers_rename({',
          '  id: string, // The customer',
          '  name?: string, // at most 40 characters, "x" by default',
          '})',
          '// call it with run_mutation',
          '',
          'there is no tool "customers_renam". Did you mean customers_rename?',
        ].join('\n'),
      },
    ]);
    expect(
      await client.callTool({
        name: 'run_mutation',
        arguments: { name: 'customers_rename', arguments: { id: 'c' } },
      }),
    ).toEqual(toolValue({ renamed: 'c' }));
    const since = '2026-01-01T00:00:00.000Z';
    expect(await client.callTool(run('customers_list', { since }))).toEqual(
      toolValue({ items: [{ id: 'c1', since }] }),
    );
    expect(await client.callTool({ name: 'customers_rename', arguments: { id: 'd' } })).toEqual(
      toolValue({ renamed: 'd' }),
    );
    expect((await client.listResources()).map(({ uri }) => uri)).toEqual(['app://terms']);
  });

  test('runs a batch in order, and reads what has run when one of it fails', async () => {
    await using server = await start();
    await using client = await connect[kind](server.mcp);
    const calls = ['payments_text', 'payments_which', 'payments_nothing'].map((name) => ({ name }));
    expect(await client.callTool({ name: 'run_query', arguments: { calls } })).toEqual(
      toolValue({
        results: [
          { name: 'payments_text', text: 'as a text' },
          { name: 'payments_which', result: { tool: { name: 'payments_which', path: 'payments.which' } } },
          { name: 'payments_nothing', text: 'Operation completed successfully' },
        ],
      }),
    );
    const texts = { calls: [{ name: 'payments_text' }, { name: 'payments_nothing' }] };
    expect(await client.callTool({ name: 'run_query', arguments: texts })).toEqual({
      content: ['payments_text:', 'as a text', 'payments_nothing:', 'Operation completed successfully'].map(
        (text) => ({ type: 'text', text }),
      ),
      structuredContent: undefined,
      isError: undefined,
    });
    server.ran.length = 0;
    const stopped = {
      results: [
        { name: 'payments_which', result: { tool: { name: 'payments_which', path: 'payments.which' } } },
        { name: 'payments_deny', error: expect.stringMatching(/^FORBIDDEN: not yours/) as string },
      ],
      notRun: ['payments_text', 'payments_which'],
    };
    const answer = await client.callTool({
      name: 'run_query',
      arguments: {
        calls: ['which', 'deny', 'text', 'which'].map((name) => ({ name: `payments_${name}` })),
      },
    });
    expect(answer).toMatchObject({ isError: true, structuredContent: stopped });
    const [{ text }] = answer.content as [{ text: string }];
    expect(JSON.parse(text)).toEqual(stopped);
    expect(server.ran).toEqual(['payments.which', 'payments.deny']);
  });
});

test('the front is public, also where tools are hidden, and its text has no name of what is hidden', async () => {
  await using server = await start();
  const { body } = await request(server.mcp, 'modern', 'tools/list');
  const { result } = body as { result: { cacheScope: string; tools: Record<string, unknown>[] } };
  expect(result.cacheScope).toBe('public');
  const search = result.tools.find(({ name }) => name === 'search_tools')!;
  expect(search['description']).toBe(
    [
      'Finds tools of this app by what they do. describe_tools then tells their arguments, and they are called with run_query for what reads, or run_mutation for what changes something.',
      'Areas: customers (2), payments (9)',
      'Tools: customers_list, customers_rename, payments_ask, payments_count, payments_deny, payments_fail, payments_login, payments_nothing, payments_refund, payments_text, payments_which',
    ].join('\n\n'),
  );
  expect(JSON.stringify(body)).not.toMatch(/vault|secret|burn/);
  const changing = result.tools.find(({ name }) => name === 'run_mutation')!;
  expect(changing).toMatchObject({
    annotations: { readOnlyHint: false, destructiveHint: true },
    _meta: { 'anthropic/requiresUserInteraction': true },
  });
  expect(result.tools.find(({ name }) => name === 'run_query')).toMatchObject({
    annotations: { readOnlyHint: true },
  });
});

test('the tools to search with suit every client', () => {
  const { router } = makeRouter();
  const source = createCatalog(router, { discovery: 'search', auth: {} });
  const listed = listedIn(source.current!).filter(({ name }) => four.includes(name));
  expect(listed).toHaveLength(4);
  const findings = checkTools(listed.map((tool) => tool.listed.modern));
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('the description of the search has at most 1,500 characters, whatever there is', async () => {
  for (const [areas, tools] of [
    [3, 400],
    [400, 2],
  ] as const) {
    const app = t.router(
      Object.fromEntries(
        Array.from({ length: areas }, (_, area) => [
          `area${area}`,
          t.router(
            Object.fromEntries(
              Array.from({ length: tools }, (__, index) => [
                `tool${index}`,
                t.procedure.meta({ mcp: true }).query(() => 1),
              ]),
            ),
          ),
        ]),
      ),
    );
    await using server = await serve(
      mcpHandler(app, { discovery: 'search', createContext: () => ({ user: '' }) }),
    );
    const { body } = await request(server.mcp, 'legacy', 'tools/list');
    const { tools: listed } = (body as { result: { tools: { name: string; description: string }[] } }).result;
    const { description } = listed.find(({ name }) => name === 'search_tools')!;
    expect(description.length).toBeLessThanOrEqual(1500);
    expect(description.length).toBeGreaterThan(1300);
    expect(description).toContain(`area0 (${tools})`);
    // Every area shows what it is about before one of them shows more.
    if (areas === 3) for (const area of [0, 1, 2]) expect(description).toContain(`area${area}_tool0`);
  }
});

describe.each(eras)('in the %s era', (era) => {
  test('what is hidden is answered as what is missing: by search, by descriptions and by both runners', async () => {
    await using server = await start();
    const ask = async (name: string, args: unknown, user = 'bob') => {
      const { status, body } = await call(server.mcp, era, name, args, { 'x-user': user });
      return JSON.stringify({ status, body });
    };
    const mutate = (name: string) => ({ name });
    const query = (name: string) => ({ calls: [{ name }] });
    const many = (name: string) => ({ calls: [{ name: 'payments_which' }, { name }] });
    const names = (name: string) => ({ names: [name, 'payments_which'] });
    const one = (name: string) => ({ names: [name] });
    for (const hidden of ['vault_open', 'vault_burn']) {
      const missing = hidden.replace('v', 'w');
      for (const [runner, toArgs] of [
        ['run_query', query],
        ['run_query', many],
        ['run_mutation', mutate],
        ['describe_tools', names],
        ['describe_tools', one],
      ] as const) {
        const [a, b] = [await ask(runner, toArgs(hidden)), await ask(runner, toArgs(missing))];
        expect(a).toBe(b.replaceAll(missing, hidden));
        expect(b).toContain(`there is no tool`);
      }
    }
    expect(await ask('search_tools', { query: 'vault' })).toBe(await ask('search_tools', { query: 'xyzzy' }));
    expect(await ask('search_tools', { query: 'vault' }, 'ada')).toContain('vault_open (run_query)');
    expect(await ask('run_query', query('vault_open'), 'ada')).toContain('opened');
    expect(await ask('run_query', query('vault_burn'), 'ada')).toContain('vault_burn may change something');
    expect(server.ran.filter((path) => path.startsWith('vault'))).toEqual(['vault.open']);
  });

  test('a runner takes only what is for it', async () => {
    await using server = await start();
    const textOf = async (name: string, args: unknown) => {
      const { body } = await call(server.mcp, era, name, args);
      const { result } = body as { result: { isError?: boolean; content: { text: string }[] } };
      expect(result.isError).toBe(true);
      return result.content[0]!.text;
    };
    server.ran.length = 0;
    expect(await textOf('run_query', { calls: [{ name: 'customers_rename', arguments: { id: '1' } }] })).toBe(
      'BAD_REQUEST: customers_rename may change something; call it with run_mutation',
    );
    expect(await textOf('run_mutation', { name: 'customers_list' })).toBe(
      'BAD_REQUEST: customers_list only reads; call it with run_query',
    );
    expect(await textOf('run_query', { calls: [{ name: 'run_query', arguments: { calls: [] } }] })).toBe(
      'BAD_REQUEST: run_query is called by itself, and not through run_query',
    );
    expect(
      await textOf('run_query', { calls: Array.from({ length: 21 }, () => ({ name: 'payments_which' })) }),
    ).toBe(
      'BAD_REQUEST: calls has to be a list of 1 to 20 calls, such as [{"name": "…", "arguments": {}}], and has 21',
    );
    expect(await textOf('run_query', {})).toContain('BAD_REQUEST: calls has to be a list');
    expect(await textOf('run_query', { calls: [{ name: 'a' }, {}] })).toBe(
      'BAD_REQUEST: calls[1].name has to be the name of a tool',
    );
    expect(await textOf('run_query', { calls: [{ name: 'a', args: {} }] })).toBe(
      'BAD_REQUEST: calls[0].args is not an argument; it takes name and arguments',
    );
    expect(await textOf('run_mutation', { name: 'customers_rename', arguments: [1] })).toBe(
      'BAD_REQUEST: arguments has to be an object',
    );
    expect(await textOf('search_tools', { query: ' ' })).toContain('BAD_REQUEST: query has to say');
    expect(await textOf('search_tools', { query: 'a', limit: 21 })).toBe(
      'BAD_REQUEST: limit has to be a number from 1 to 20',
    );
    expect(await textOf('describe_tools', { names: [] })).toBe(
      'BAD_REQUEST: names has to be a list of 1 to 20 names of tools',
    );
    expect(await textOf('describe_tools', { names: ['customers_lisp'] })).toBe(
      'NOT_FOUND: there is no tool "customers_lisp". Did you mean customers_list? search_tools finds tools by what they do.',
    );
    expect(server.ran).toEqual([]);
  });

  test('a single call keeps the status of its error, and a batch only one that a client can act on', async () => {
    await using server = await start();
    const statusOf = async (...names: string[]) => {
      const calls = names.map((name) => ({ name: `payments_${name}` }));
      const { status, headers } = await call(server.mcp, era, 'run_query', { calls });
      return [status, headers.get('www-authenticate')];
    };
    expect(await statusOf('deny')).toEqual([403, null]);
    expect(await statusOf('login')).toEqual([401, 'Bearer']);
    expect(await statusOf('which', 'deny')).toEqual([200, null]);
    expect(await statusOf('which', 'login')).toEqual([401, 'Bearer']);
    expect(await statusOf('which', 'fail')).toEqual([200, null]);
  });

  test('arguments that could reach a prototype are arguments like any other', async () => {
    await using server = await start();
    const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_mutation","arguments":{"__proto__":{"name":"customers_rename"},"name":"customers_rename","arguments":{"id":"1","__proto__":{"name":"y"}}}}}`;
    const answer = await fetch(server.mcp, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: text,
    });
    expect(JSON.stringify(await answer.json())).toContain('__proto__ is not an argument');
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const { body } = await call(server.mcp, era, 'run_query', { calls: [{ name }] });
      expect(JSON.stringify(body)).toContain('there is no tool');
    }
  });
});

test('a toolset and readonly hold for everything that is found and called', async () => {
  await using server = await start();
  const url = `${server.mcp}?toolsets=customers&readonly=1`;
  await using client = await connect.auto(url);
  expect((await client.listTools()).map(({ name }) => name)).toEqual([
    'customers_list',
    'describe_tools',
    'run_query',
    'search_tools',
  ]);
  await expect(
    client.callTool({ name: 'run_mutation', arguments: { name: 'customers_rename' } }),
  ).rejects.toThrow('Unknown tool: run_mutation');
  for (const name of ['customers_rename', 'payments_which', 'nowhere_at_all']) {
    const guess = name === 'customers_rename' ? ' Did you mean customers_list?' : '';
    const words = `NOT_FOUND: there is no tool "${name}".${guess} search_tools finds tools by what they do.`;
    expect(await client.callTool(run(name))).toEqual(toolError(words));
    expect(await client.callTool({ name: 'describe_tools', arguments: { names: [name] } })).toEqual(
      toolError(words),
    );
  }
  const { content } = await client.callTool({
    name: 'search_tools',
    arguments: { query: 'which tool runs, rename' },
  });
  expect(JSON.stringify(content)).not.toMatch(/payments|rename/);
  expect(server.ran).toEqual([]);
});

test('a catalog is searched from so many tools on, counted as the URL leaves it', async () => {
  await using server = await start({ discovery: { over: 10 } });
  const namesAt = async (query: string) => {
    const { body } = await request(`${server.mcp}${query}`, 'legacy', 'tools/list');
    return (body as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);
  };
  expect(await namesAt('')).toEqual(['customers_list', ...four]);
  expect(await namesAt('?toolsets=customers')).toEqual(['customers_list', 'customers_rename']);
});

test('the gate is asked about the tool inside of a call, and about the call', async () => {
  const asked: (string | undefined)[] = [];
  await using server = await start({
    auth: {
      authenticate: () => ({ token: 't', clientId: 'c', scopes: [] }),
      authorize({ tool }) {
        asked.push(tool);
        return tool !== 'payments_which';
      },
    },
  });
  const inner = { calls: [{ name: 'customers_list' }, { name: 'payments_which' }] };
  expect((await call(server.mcp, 'modern', 'run_query', inner)).status).toBe(403);
  expect((await call(server.mcp, 'legacy', 'run_query', { calls: JSON.stringify(inner.calls) })).status).toBe(
    403,
  );
  expect(asked).toEqual([
    'run_query',
    'customers_list',
    'payments_which',
    'run_query',
    'customers_list',
    'payments_which',
  ]);
  expect(server.ran).toEqual([]);
  expect((await call(server.mcp, 'modern', 'run_query', { calls: [inner.calls[0]] })).status).toBe(200);
});

test('a batch of JSON-RPC cannot have thousands of calls inside of its calls', async () => {
  await using server = await start();
  const calls = Array.from({ length: 20 }, () => ({ name: 'payments_which' }));
  const message = {
    jsonrpc: '2.0',
    method: 'tools/call',
    params: { name: 'run_query', arguments: { calls } },
  };
  const answer = await fetch(server.mcp, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'mcp-protocol-version': '2025-03-26' },
    body: JSON.stringify(Array.from({ length: 6 }, (_, id) => ({ ...message, id }))),
  });
  expect(answer.status).toBe(400);
  expect(server.ran).toEqual([]);
});

describe.each(['2026-07-28', '2025-11-25'] as const)('a person at a client of %s', (kind) => {
  test('is asked for consent and by the procedure, through a runner, where the call is alone', async () => {
    await using server = await start({ legacy: 'sessions' });
    const asked: string[] = [];
    await using client = await connect[kind](
      server.mcp,
      {},
      {
        elicit: (message) => {
          asked.push(message);
          return message === 'Sure?' ? { sure: true } : {};
        },
      },
    );
    expect(
      await client.callTool({
        name: 'run_mutation',
        arguments: { name: 'payments_refund', arguments: { id: 'p1' } },
      }),
    ).toEqual(toolValue({ refunded: 'p1' }));
    expect(await client.callTool(run('payments_ask'))).toEqual(
      toolValue({ action: 'accept', content: { sure: true } }),
    );
    expect(asked).toEqual(['Refund "p1"?', 'Sure?']);
    const { structuredContent } = await client.callTool({
      name: 'run_query',
      arguments: { calls: [{ name: 'payments_which' }, { name: 'payments_ask' }] },
    });
    expect(structuredContent).toMatchObject({
      results: [{}, { error: 'payments_ask asks a person before it goes on; call it alone' }],
    });
    expect(asked).toHaveLength(2);
  });

  test('sees the progress of a single call, and how far a batch is', async () => {
    await using server = await start();
    await using client = await connect[kind](server.mcp);
    const seen: unknown[] = [];
    const onprogress = (progress: unknown) => void seen.push(progress);
    await client.callTool(run('payments_count'), { onprogress });
    expect(seen).toEqual([{ progress: 1, total: 2 }]);
    seen.length = 0;
    const calls = [{ name: 'payments_count' }, { name: 'payments_count' }];
    await client.callTool({ name: 'run_query', arguments: { calls } }, { onprogress });
    expect(seen.at(-1)).toEqual({ progress: 2, total: 2, message: 'payments_count' });
  });
});

test('scopes, limits, idempotency keys, dry runs and onError are those of the tool inside', async () => {
  const { createContext } = { createContext: () => ({ user: 'ada' }) };
  let paid = 0;
  const app = t.router({
    scoped: t.procedure.meta({ mcp: { scopes: ['a:b'] } }).query(() => 1),
    limited: t.procedure.meta({ mcp: { rateLimit: { points: 2, durationMs: 60_000 } } }).query(() => 1),
    open: t.procedure.meta({ mcp: true }).query(() => 1),
    pay: t.procedure
      .meta({ mcp: { idempotent: true, dryRun: 'preview' } })
      .input(z.object({ id: z.string() }))
      .mutation(() => ({ paid: ++paid })),
    preview: t.procedure.input(z.object({ id: z.string() })).query(({ input }) => ({ would: input.id })),
    fail: t.procedure.meta({ mcp: true }).query(() => {
      throw new Error('secret');
    }),
    slow: t.procedure.meta({ mcp: { timeoutMs: 5 } }).query(() => new Promise(() => {})),
  });
  const onError = vi.fn();
  await using server = await serve(
    mcpHandler(app, {
      discovery: 'search',
      createContext,
      onError,
      auth: { authenticate: () => ({ token: 't', clientId: 'c', scopes: [], subject: 's' }) },
    }),
  );
  const query = (...names: string[]) =>
    call(server.mcp, 'modern', 'run_query', { calls: names.map((name) => ({ name })) });
  const mutate = async (args: object) =>
    (await call(server.mcp, 'modern', 'run_mutation', { name: 'pay', arguments: args })).body;

  for (const names of [['scoped'], ['open', 'scoped']]) {
    const refused = await query(...names);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
  }
  expect((await query('limited', 'limited', 'limited')).body).toMatchObject({
    result: {
      isError: true,
      structuredContent: {
        results: [
          { result: 1 },
          { result: 1 },
          { error: expect.stringMatching(/^TOO_MANY_REQUESTS/) as string },
        ],
      },
    },
  });
  const key = { id: 'x', _idempotencyKey: 'k1' };
  expect(await mutate(key)).toMatchObject({ result: { structuredContent: { paid: 1 } } });
  expect(await mutate(key)).toMatchObject({ result: { structuredContent: { paid: 1 } } });
  expect(await mutate({ id: 'x', _dryRun: true })).toMatchObject({
    result: { structuredContent: { would: 'x' } },
  });
  expect(paid).toBe(1);

  onError.mockClear();
  await query('fail');
  expect(onError).toHaveBeenCalledWith(expect.objectContaining({ tool: 'fail', path: 'fail' }));
  expect((await query('slow')).body).toMatchObject({ result: { _meta: { code: 'TIMEOUT', path: 'slow' } } });
});

describe('find', () => {
  const search = async (
    find: (query: string, ctx: Context) => string[] | Promise<string[]>,
    options: object = {},
    user = 'bob',
  ) => {
    const onError = vi.fn();
    await using server = await start({ discovery: { over: 0, find }, onError, ...options });
    const { body } = await call(
      server.mcp,
      'modern',
      'search_tools',
      { query: 'rename' },
      { 'x-user': user },
    );
    const { result } = body as { result: { content: { text: string }[] } };
    const names = result.content[0]!.text.split('\n').map((line) => line.split(' ')[0]);
    return { names, errors: onError.mock.calls.map(([{ error }]) => (error as Error).message) };
  };

  test('ranks in place of the search of this package, with the context of the caller', async () => {
    const find = vi.fn((_query: string, _ctx: Context) => ['payments.which', 'customers.list']);
    expect(await search(find)).toEqual({ names: ['payments_which', 'customers_list'], errors: [] });
    expect(find).toHaveBeenCalledWith('rename', { user: 'bob' });
    expect(await search(() => ['vault.open'], {}, 'ada')).toEqual({ names: ['vault_open'], errors: [] });
  });

  test.each([
    ['throws', () => Promise.reject(new Error('down')), 'down'],
    [
      'is late',
      () => new Promise<string[]>(() => {}),
      'discovery.find has not answered within 10 ms; the option hookTimeoutMs allows more',
    ],
    [
      'names what is hidden',
      () => ['vault.open'],
      'discovery.find has named vault.open, which is hidden from this caller',
    ],
    [
      'names what does not exist',
      () => ['customers.lisp'],
      'discovery.find has named "customers.lisp", which is not the path of a tool',
    ],
    ['returns no list', () => 'customers.list' as never, 'discovery.find has to return a list of paths'],
  ])('that %s is replaced by it, and onError is told', async (_, find, message) => {
    expect(await search(find, { hookTimeoutMs: 10 })).toEqual({
      names: ['customers_rename'],
      errors: [message],
    });
  });
});

test('a tool of the app with the name of one that is added is a set-up problem, only where one is added', () => {
  const app = t.router({ run: t.router({ query: t.procedure.meta({ mcp: true }).query(() => 1) }) });
  const createContext = () => ({ user: '' });
  expect(() => mcpHandler(app, { createContext, discovery: 'search' })).toThrow(
    '"run_query" is the name of a tool that the option discovery adds; set mcp.name on run.query',
  );
  const own = mcpTool({ name: 'search_tools', run: () => 1 });
  expect(() => mcpHandler(t.router({}), { createContext, discovery: { over: 5 }, tools: [own] })).toThrow(
    'NAME_CLASH',
  );
  expect(() => mcpHandler(app, { createContext })).not.toThrow();
  expect(() => mcpHandler(app, { createContext, discovery: 'list' })).not.toThrow();
});

test.each([
  ['sometimes', 'discovery'],
  [{ over: '5' }, 'discovery'],
  [{ over: 5, find: true }, 'discovery'],
  [{ over: 5, fnd: () => [] }, 'discovery.fnd'],
])('a discovery that is %j is a set-up problem', (discovery, path) => {
  expect(() =>
    mcpHandler(t.router({}), { createContext: () => ({ user: '' }), discovery: discovery as never }),
  ).toThrow(path);
});
