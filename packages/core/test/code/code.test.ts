import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { type CodeRun, getMcpCall, type HandlerOptions, type McpMeta, mcpTool } from '../../src/index.ts';
import { converse } from '../conversation.ts';
import { call } from '../messages.ts';
import { serve } from '../server.ts';
import { api, running, type Script, scripts } from './script.ts';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

function makeRouter() {
  const hidden = t.procedure.meta({ mcp: { visible: ({ user }) => user === 'ada', toolset: 'secret' } });
  return t.router({
    customers: t.router({
      list: t.procedure
        .meta({
          mcp: { description: 'Lists customers, newest first.', result: { maxTokens: 20, fields: true } },
        })
        .input(z.object({ limit: z.number().default(3) }))
        .output(z.object({ items: z.array(z.object({ id: z.string(), since: z.date() })) }))
        .query(({ input }) => ({
          items: Array.from({ length: input.limit }, (_, n) => ({ id: `c${n}`, since: new Date(0) })),
        })),
      rename: t.procedure
        .meta({ mcp: { description: 'Gives a customer another name.' } })
        .input(z.object({ id: z.string(), name: z.string().max(5) }))
        .mutation(({ input }) => ({ renamed: input.id })),
    }),
    odd: t.router({
      fail: t.procedure.meta({ mcp: true }).query(() => {
        throw new TRPCError({ code: 'CONFLICT', message: 'it is broken' });
      }),
      leak: t.procedure.meta({ mcp: true }).query(() => {
        throw new Error('password=1234');
      }),
      nothing: t.procedure.meta({ mcp: true }).query(() => undefined),
      scalar: t.procedure.meta({ mcp: true }).query(() => 7),
      words: t.procedure
        .meta({ mcp: { toContent: () => 'as a text', structured: 'never' } })
        .query(() => ({ n: 1 })),
      file: t.procedure.meta({ mcp: true }).query(() => ({
        csv: new File(['a;b'], 'a.csv', { type: 'text/csv' }),
        zip: new Blob(['PK'], { type: 'application/zip' }),
      })),
      stream: t.procedure.meta({ mcp: true }).subscription(async function* () {
        yield 1;
        yield 2;
      }),
      job: t.procedure.meta({ mcp: { task: { required: true } } }).query(() => 'done'),
      which: t.procedure.meta({ mcp: true }).query(({ ctx }) => {
        const { tool, era, client } = getMcpCall()!;
        return { tool, era, client, user: ctx.user };
      }),
    }),
    vault: t.router({ open: hidden.query(() => ({ opened: true })) }),
  });
}

type Options = HandlerOptions<ReturnType<typeof makeRouter>>;

async function start(all: Record<string, Script>, options: Options = {}, over?: number) {
  const code = scripts(all, over === undefined ? {} : { over });
  const handler = mcpHandler(makeRouter(), {
    discovery: code,
    onError: () => {},
    createContext: ({ req }) => ({ user: req.headers['x-user']?.toString() }),
    ...options,
  });
  return serve(handler);
}

/** What a script returned over MCP. */
function valueIn(result: Record<string, unknown>): unknown {
  const [{ text }] = result['content'] as [{ text: string }];
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function runScript(script: Script, options?: Options, headers = {}): Promise<unknown> {
  await using server = await start({ it: script }, options);
  await using client = await converse('2026-07-28', server.mcp, { headers });
  return valueIn(await client.call('tools/call', running('it')));
}

/** What each call ends with, as code gets it. */
const each = (calls: [name: string, args?: unknown][]) => (run: CodeRun) =>
  Promise.all(calls.map(([name, args]) => run.call(name, args)));

describe.each(['2026-07-28', '2025-11-25'] as const)('a client of %s', (kind) => {
  test('lists two tools, searches, and runs code that calls others', async () => {
    await using server = await start({
      sum: async (run) => {
        const { items } = (await api(run, 'customers_list', { limit: 50 })) as { items: unknown[] };
        return { count: items.length, first: items[0] };
      },
    });
    await using client = await converse(kind, server.mcp);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['run_code', 'search_api']);
    const found = await client.call('tools/call', {
      name: 'search_api',
      arguments: { query: 'rename a customer' },
    });
    expect(valueIn(found)).toMatch(/^customers_rename/);
    expect(valueIn(await client.call('tools/call', running('sum')))).toEqual({
      count: 50,
      first: { id: 'c0', since: '1970-01-01T00:00:00.000Z' },
    });
  });

  test('learns why code failed, in the words of the code mode', async () => {
    await using server = await start({ it: (run) => api(run, 'odd_fail') });
    await using client = await converse(kind, server.mcp);
    const result = await client.call('tools/call', running('it'));
    expect(result['isError']).toBe(true);
    expect(valueIn(result)).toMatch(/^UNPROCESSABLE_CONTENT: CONFLICT: it is broken\n/);
  });
});

describe('a call inside of code', () => {
  test('gets the whole result as JSON, whatever the tool says of results', async () => {
    const results = await runScript(
      each([
        ['customers_list', { limit: 100 }],
        ['odd_words'],
        ['odd_scalar'],
        ['odd_nothing'],
        ['odd_stream'],
        ['odd_file'],
      ]),
      { result: { maxTokens: 10, format: 'tsv' } },
    );
    expect(results).toMatchObject([
      { ok: true, json: { items: { length: 100 } } },
      { ok: true, json: { n: 1 } },
      { ok: true, json: 7 },
      { ok: true, json: null },
      { ok: true, json: { items: [1, 2], ended: 'complete' } },
      {
        ok: true,
        files: 2,
        json: {
          csv: { name: 'a.csv', mimeType: 'text/csv', size: 3, uri: 'attachment:1', text: 'a;b' },
          zip: { mimeType: 'application/zip', size: 2, uri: 'attachment:2' },
        },
      },
    ]);
  });

  test('fails with the code and the words of the tool, and masked where these are not for callers', async () => {
    const results = await runScript(
      each([
        ['odd_fail'],
        ['odd_leak'],
        ['customers_rename', { id: 'c1', name: 'much too long' }],
        ['customers_list', { _fields: ['items.id'] }],
        ['customers_list', 7],
        ['odd_job'],
        ['run_code', { code: 'it' }],
        ['customers_lst'],
        ['vault_open'],
      ]),
    );
    expect(results).toEqual([
      { ok: false, code: 'CONFLICT', message: expect.stringMatching(/^it is broken/) },
      { ok: false, code: 'INTERNAL_SERVER_ERROR', message: expect.not.stringContaining('1234') },
      { ok: false, code: 'BAD_REQUEST', message: expect.stringContaining('name') },
      { ok: false, code: 'BAD_REQUEST', message: expect.stringContaining('_fields') },
      { ok: false, code: 'BAD_REQUEST', message: 'the arguments have to be an object, such as { id: 1 }' },
      { ok: false, code: 'BAD_REQUEST', message: expect.stringContaining('runs as a task') },
      { ok: false, code: 'BAD_REQUEST', message: 'run_code is called by itself, and not from code' },
      {
        ok: false,
        code: 'NOT_FOUND',
        message: 'there is no tool "customers_lst". Did you mean customers_list?',
      },
      { ok: false, code: 'NOT_FOUND', message: 'there is no tool "vault_open".' },
    ]);
  });

  test('is one of the caller, and getMcpCall names its tool', async () => {
    const headers = { 'x-user': 'ada' };
    expect(await runScript(each([['odd_which'], ['vault_open']]), {}, headers)).toEqual([
      {
        ok: true,
        json: {
          tool: { name: 'odd_which', path: 'odd.which' },
          era: 'modern',
          client: { name: 'test-client', version: '1.2.3' },
          user: 'ada',
        },
      },
      { ok: true, json: { opened: true } },
    ]);
  });

  test('is asked of authorize by its name, and a refusal is an error in the code', async () => {
    const asked: (string | undefined)[] = [];
    const auth: Options['auth'] = {
      authenticate: () => ({ token: 't', clientId: 'c', scopes: ['read'] }),
      authorize({ tool, method, request }) {
        if (method === 'tools/call') asked.push(`${tool} ${new URL(request.url).pathname}`);
        return tool !== 'customers_rename' || 'renaming is off';
      },
    };
    const calls: [string, unknown?][] = [['customers_rename', { id: 'c1', name: 'x' }], ['odd_scalar']];
    expect(await runScript(each(calls), { auth })).toEqual([
      { ok: false, code: 'FORBIDDEN', message: 'renaming is off' },
      { ok: true, json: 7 },
    ]);
    expect(asked).toEqual(['run_code /mcp', 'customers_rename /mcp', 'odd_scalar /mcp']);
  });

  test('takes a point of the limit, as running the code does', async () => {
    const results = await runScript(
      async (run) => {
        const ended = [];
        for (let count = 0; count < 3; count++) ended.push(await run.call('odd_scalar', {}));
        return ended;
      },
      { rateLimit: { points: 3, durationMs: 60_000 } },
    );
    expect(results).toMatchObject([
      { ok: true },
      { ok: true },
      { ok: false, code: 'TOO_MANY_REQUESTS', message: expect.stringContaining('more than 3 calls in 60 s') },
    ]);
  });

  test('goes through onCall', async () => {
    const seen: string[] = [];
    const results = await runScript(each([['odd_scalar'], ['odd_fail']]), {
      onCall: async ({ tool, next }) => {
        const outcome = await next();
        seen.push(`${tool.path} ${outcome.ok}`);
        return outcome;
      },
    });
    expect(results).toMatchObject([{ ok: true }, { ok: false }]);
    expect(seen.toSorted()).toEqual(['odd.fail false', 'odd.scalar true']);
  });
});

describe('what code may know of', () => {
  const know: Script = async (run) => ({
    tools: (await run.tools()).map(({ name }) => name),
    found: (await run.search('open the vault', 3)).map(({ name }) => name),
    isReadOnly: run.isReadOnly,
  });

  test('is what the caller may know of', async () => {
    const all = ['customers_list', 'customers_rename'];
    const odd = ['fail', 'file', 'job', 'leak', 'nothing', 'scalar', 'stream', 'which', 'words'];
    const names = [...all, ...odd.map((name) => `odd_${name}`)];
    expect(await runScript(know)).toEqual({ tools: names, found: [], isReadOnly: false });
    expect(await runScript(know, {}, { 'x-user': 'ada' })).toMatchObject({
      tools: [...names, 'vault_open'],
      found: ['vault_open'],
    });
  });

  test('is told with its schemas, also where the list has none, and without arguments that code has no use for', async () => {
    const told = await runScript(
      async (run) => (await run.tools()).find(({ path }) => path === 'customers.list'),
      {
        outputSchemas: false,
      },
    );
    expect(told).toMatchObject({
      name: 'customers_list',
      type: 'query',
      description: 'Lists customers, newest first.',
      isReadOnly: true,
      asks: false,
      toolset: 'customers',
      outputSchema: { type: 'object', properties: { items: { type: 'array' } } },
    });
    expect(Object.keys((told as { inputSchema: { properties: object } }).inputSchema.properties)).toEqual([
      'limit',
    ]);
  });

  test('is narrowed by toolsets and readonly in the URL, and run_code says that it only reads', async () => {
    await using server = await start({ it: know, write: (run) => run.call('customers_rename', {}) });
    await using client = await converse('2026-07-28', `${server.mcp}?toolsets=customers&readonly=1`);
    const listed = await client.listTools();
    expect(listed.map(({ annotations }) => annotations)).toEqual([
      { readOnlyHint: true },
      { readOnlyHint: true, openWorldHint: false },
    ]);
    expect(listed[1]!['description']).toBe(
      'Finds functions of this app.\n\nAreas: customers (1)\n\nTools: customers_list',
    );
    expect(valueIn(await client.call('tools/call', running('it')))).toEqual({
      tools: ['customers_list'],
      found: [],
      isReadOnly: true,
    });
    expect(valueIn(await client.call('tools/call', running('write')))).toMatchObject({
      ok: false,
      code: 'NOT_FOUND',
    });
    await using whole = await converse('2026-07-28', server.mcp);
    expect((await whole.listTools())[0]!['annotations']).toEqual({
      readOnlyHint: false,
      destructiveHint: true,
    });
  });

  test('is found by a search of the app where it has one', async () => {
    const code = scripts(
      { it: async (run) => (await run.search('anything', 2)).map(({ name }) => name) },
      {
        find: (query: string, ctx: Context) =>
          ctx.user === 'ada' ? ['odd.scalar', 'odd.fail', 'odd.leak'] : [query],
      },
    );
    const headers = { 'x-user': 'ada' };
    await using server = await start({}, { discovery: code });
    await using client = await converse('2026-07-28', server.mcp, { headers });
    expect(valueIn(await client.call('tools/call', running('it')))).toEqual(['odd_scalar', 'odd_fail']);
  });

  test('is refused as a list would be, whatever the code makes of it', async () => {
    const createContext = () => {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'log in first' });
    };
    const handler = mcpHandler(makeRouter(), {
      discovery: scripts({ it: (run) => run.tools().catch(() => 'nothing to see') }),
      onError: () => {},
      createContext,
    });
    await using server = await serve(handler);
    const answer = await call(server.mcp, 'modern', 'run_code', { code: 'it' });
    expect(answer.status).toBe(401);
    expect(JSON.stringify(answer.body)).toContain('UNAUTHORIZED: log in first');
  });
});

test('whom createContext refuses runs no code, also where nothing is hidden', async () => {
  const ran: string[] = [];
  const router = t.router({ one: t.procedure.meta({ mcp: true }).query(() => 1) });
  const code = scripts({
    async it(run) {
      await run.tools();
      ran.push('code');
    },
  });
  const createContext = ({ req }: { req: { headers: Record<string, unknown> } }) => {
    if (req.headers['x-user'] !== 'ada')
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'log in first' });
    return { user: 'ada' };
  };
  const handler = mcpHandler(router, { discovery: code, onError: () => {}, createContext });
  await using server = await serve(handler);
  const answer = await call(server.mcp, 'modern', 'run_code', { code: 'it' });
  expect(answer.status).toBe(401);
  expect(JSON.stringify(answer.body)).toContain('UNAUTHORIZED: log in first');
  expect(ran).toEqual([]);
  await using client = await converse('2026-07-28', server.mcp, { headers: { 'x-user': 'ada' } });
  await client.call('tools/call', running('it'));
  expect(ran).toEqual(['code']);
});

describe('a code mode', () => {
  test('is in the place of the list from so many tools on, beside what is pinned and what stands in', async () => {
    const names = async (over: number, options: Options = {}) => {
      await using server = await start({}, options, over);
      await using client = await converse('2026-07-28', server.mcp);
      return (await client.listTools()).map(({ name }) => name);
    };
    const own = mcpTool({ name: 'ping', pinned: true, run: () => 'pong' });
    expect(await names(14)).toHaveLength(11);
    expect(await names(12)).toEqual(['run_code', 'search_api']);
    expect(await names(0, { tools: [own] })).toEqual(['ping', 'run_code', 'search_api']);
  });

  test('counts searches and runs for the limit, and its failures are masked and reported', async () => {
    const reported: unknown[] = [];
    const failing = scripts({}, { call: () => Promise.reject(new Error('secret')) });
    await using server = await start(
      {},
      {
        discovery: failing,
        rateLimit: { points: 2, durationMs: 60_000 },
        onError: ({ error, tool, reference }) => reported.push([error.message, tool, reference]),
      },
    );
    await using client = await converse('2026-07-28', server.mcp);
    const search = { name: 'search_api', arguments: { query: 'x' } };
    const first = valueIn(await client.call('tools/call', search));
    expect(first).toMatch(/^INTERNAL_SERVER_ERROR: something went wrong inside the app \(reference/);
    expect(reported).toEqual([['secret', 'search_api', expect.any(String)]]);
    expect(first).toContain((reported[0] as string[])[2]);
    expect(valueIn(await client.call('tools/call', running('it')))).toMatch(/^INTERNAL_SERVER_ERROR/);
    expect(valueIn(await client.call('tools/call', search))).toMatch(/^TOO_MANY_REQUESTS/);
    expect(valueIn(await client.call('tools/call', running('it')))).toMatch(/^TOO_MANY_REQUESTS/);
  });

  test('that answers nothing usable is a failure of the app', async () => {
    const errors: string[] = [];
    const wrong = scripts({}, { call: () => Promise.resolve('done' as never) });
    await using server = await start(
      {},
      { discovery: wrong, onError: ({ error }) => errors.push(error.message) },
    );
    await using client = await converse('2026-07-28', server.mcp);
    expect(valueIn(await client.call('tools/call', running('it')))).toMatch(/^INTERNAL_SERVER_ERROR/);
    expect(errors).toEqual([expect.stringContaining('has to answer with')]);
  });

  test('hears that the caller has left, and the calls inside end', async () => {
    const signals: AbortSignal[] = [];
    let begin!: () => void;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const waiting = t.router({
      wait: t.procedure.meta({ mcp: true }).query(({ signal }) => {
        signals.push(signal!);
        begin();
        return new Promise((_, reject) => {
          signal!.addEventListener('abort', () => reject(signal!.reason));
        });
      }),
    });
    const failures: unknown[] = [];
    const code = scripts({
      it: (run) => {
        signals.push(run.signal);
        return run.call('wait', {});
      },
    });
    const handler = mcpHandler(waiting, {
      discovery: code,
      onError: (failure) => failures.push(failure),
      createContext: () => ({ user: undefined }),
    });
    await using server = await serve(handler);
    await using client = await converse('2026-07-28', server.mcp);
    const controller = new AbortController();
    const called = client.call('tools/call', running('it'), { signal: controller.signal });
    await begun;
    const ended = signals.map(
      (signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
    );
    controller.abort();
    await expect(called).rejects.toThrow();
    await Promise.all(ended);
    expect(failures).toEqual([]);
  });

  test('ends the calls that still run when it answers', async () => {
    let signalOf!: (signal: AbortSignal) => void;
    const begun = new Promise<AbortSignal>((resolve) => (signalOf = resolve));
    const waiting = t.router({
      wait: t.procedure.meta({ mcp: true }).query(({ signal }) => {
        signalOf(signal!);
        return new Promise(() => {});
      }),
    });
    const code = scripts({
      it: async (run) => {
        void run.call('wait', {});
        await begun;
        return 'answered';
      },
    });
    const handler = mcpHandler(waiting, { discovery: code, createContext: () => ({ user: undefined }) });
    await using server = await serve(handler);
    await using client = await converse('2026-07-28', server.mcp);
    expect(valueIn(await client.call('tools/call', running('it')))).toBe('answered');
    expect((await begun).aborted).toBe(true);
  });
});
