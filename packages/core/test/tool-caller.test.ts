import { initTRPC, lazy, TRPCError } from '@trpc/server';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  createToolCaller,
  type Progress,
  type ToolCallerOptions,
  type ToolCallResult,
} from '../src/caller/tool-caller.ts';
import { getMcpCall, mcpContent, type McpMeta, mcpTool } from '../src/index.ts';
import { createMcpTestClient } from '../src/testing/testing.ts';

interface Context {
  user: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create({ isDev: false });
const tool = t.procedure.meta({ mcp: true });
const ctx = { user: 'ada' };
const quiet = { onError: () => {} };

type Router = Parameters<typeof createToolCaller>[0];

/** Calls over MCP with the official client, and in process, and returns both results. */
async function callBoth(
  router: Router,
  name: string,
  args?: unknown,
  options: ToolCallerOptions = {},
): Promise<{ here: ToolCallResult; there: ToolCallResult }> {
  const { onElicit, authInfo: _, client: __, ...shared } = options;
  await using remote = createMcpTestClient(router, {
    ctx,
    ...quiet,
    ...shared,
    ...(onElicit && { onElicit: (asked: never) => onElicit(asked, {} as never) }),
  } as never);
  const client = await remote.connect();
  const answer = await client.callTool({
    name,
    ...(args !== undefined && { arguments: args as Record<string, unknown> }),
  });
  const there = withoutServer(answer);
  const here = await createToolCaller(router, { ctx, ...quiet, ...options } as never).callTool(name, args);
  return { here, there };
}

/** The SDK says with each result who has answered. */
function withoutServer({ _meta, ...result }: ToolCallResult): ToolCallResult {
  const { 'io.modelcontextprotocol/serverInfo': __, ...own } = _meta ?? {};
  return Object.keys(own).length > 0 ? { ...result, _meta: own } : result;
}

const reference = /reference [0-9a-f-]{36}/g;

/** Leaves out the reference of a masked error, which is another one each time. */
function withoutReference(result: ToolCallResult): unknown {
  return JSON.parse(
    JSON.stringify(result)
      .replaceAll(reference, 'reference')
      .replaceAll(/"reference":"[^"]+"/g, '""'),
  );
}

const textOf = ({ content }: ToolCallResult) =>
  content.map((block) => (block.type === 'text' ? block.text : block.type)).join('\n');

test('values of every kind are what they are over MCP', async () => {
  const router = t.router({
    get: tool
      .input(
        z.object({
          at: z.date(),
          count: z.bigint(),
          tags: z.set(z.string()),
          ages: z.map(z.string(), z.number()),
          note: z.string().nullish(),
        }),
      )
      .query(({ input }) => ({ ...input, isDate: input.at instanceof Date, size: input.tags.size })),
    file: tool.query(() => ({ picture: new File(['abc'], 'a.png', { type: 'image/png' }), ok: true })),
    upload: tool
      .input(z.object({ file: z.file() }))
      .mutation(async ({ input }) => ({ name: input.file.name, text: await input.file.text() })),
    nothing: tool.mutation(() => {}),
    none: tool.query(() => null),
    text: tool.query(() => 'words'),
    list: tool.query(() => [1, undefined, { at: new Date(0), gone: undefined }]),
    words: t.procedure.meta({ mcp: { toContent: () => 'my own words' } }).query(() => ({ secret: 1 })),
    blocks: tool.query(() => mcpContent([{ type: 'text', text: 'a block' }])),
    values: tool.input(z.number()).query(({ input }) => input + 1),
    stream: tool.query(async function* () {
      yield await Promise.resolve('one');
      yield 'two';
    }),
  });
  const args = {
    at: '2026-01-31T09:00:00.000Z',
    count: '12345678901234567890',
    tags: ['a', 'b'],
    ages: { ada: 36 },
    note: null,
  };
  const calls: [string, unknown?][] = [
    ['get', args],
    ['file'],
    ['upload', { file: { name: 'a.txt', mimeType: 'text/plain', text: 'hello' } }],
    ['nothing'],
    ['none'],
    ['text'],
    ['list'],
    ['words'],
    ['blocks'],
    ['values', { input: 2 }],
    ['values', { input: '2' }],
    ['stream'],
  ];
  for (const [name, given] of calls) {
    const { here, there } = await callBoth(router, name, given);
    expect(here, name).toEqual(there);
    if (!name.startsWith('upload')) expect(here.isError, textOf(here)).toBeUndefined();
  }
  const { here } = await callBoth(router, 'get', args);
  expect(here.structuredContent).toMatchObject({ isDate: true, size: 2 });
});

test('refusals have the words and the code that they have over MCP', async () => {
  const fail = (code: TRPCError['code'], message?: string) =>
    tool.query(() => {
      throw new TRPCError({ code, ...(message !== undefined && { message }) });
    });
  const router = t.router({
    unauthorized: fail('UNAUTHORIZED', 'sign in first'),
    forbidden: fail('FORBIDDEN', 'not yours'),
    missing: fail('NOT_FOUND'),
    conflict: fail('CONFLICT', 'the name is taken'),
    slow: t.procedure
      .meta({ mcp: { timeoutMs: 5 } })
      .query(({ signal }) => new Promise((resolve) => signal!.addEventListener('abort', resolve))),
    broken: tool.query(() => {
      throw new Error('SELECT password FROM users');
    }),
    circle: tool.query(() => {
      const self: Record<string, unknown> = {};
      self['self'] = self;
      return self;
    }),
    add: tool.input(z.object({ amount: z.number().min(1), to: z.string() })).mutation(() => 'added'),
  });
  for (const [name, args] of [
    ['unauthorized'],
    ['forbidden'],
    ['missing'],
    ['conflict'],
    ['slow'],
    ['broken'],
    ['circle'],
    ['add'],
    ['add', { amount: 0, to: 1 }],
    ['add', { amount: 1, to: 'b', extra: true }],
    ['add', { amount: 1 }],
  ] as const) {
    const { here, there } = await callBoth(router, name, args);
    expect(here.isError, name).toBe(true);
    // Over HTTP, a 401 says which credential goes where, too.
    if (name === 'unauthorized') {
      expect(textOf(here)).toContain('UNAUTHORIZED: sign in first');
      expect(textOf(here)).not.toMatch(/header|WWW-Authenticate/);
      expect(here._meta).toMatchObject({ code: 'UNAUTHORIZED', httpStatus: 401 });
    } else expect(withoutReference(here), name).toEqual(withoutReference(there));
  }
});

test('unknown and hidden tools are told alike, with the name that was probably meant', async () => {
  const router = t.router({
    rename: tool.mutation(() => 'renamed'),
    secret: t.procedure
      .meta({ mcp: { visible: (caller: unknown) => (caller as Context).user === 'admin' } })
      .query(() => 'secret'),
  });
  const caller = createToolCaller(router, { ctx });
  expect(await caller.callTool('renam')).toEqual({
    content: [{ type: 'text', text: 'Unknown tool: renam. Did you mean rename?' }],
    isError: true,
    _meta: { code: 'NOT_FOUND', httpStatus: 404 },
  });
  await using remote = createMcpTestClient(router, { ctx });
  const client = await remote.connect();
  for (const name of ['secret', 'secrex', '__proto__', 'x'.repeat(1000), '']) {
    const here = await caller.callTool(name);
    expect(here, name).toMatchObject({ isError: true, _meta: { code: 'NOT_FOUND' } });
    await expect(client.callTool({ name })).rejects.toThrow(textOf(here));
  }
  const named = async (user: string) => {
    const tools = await createToolCaller(router, { ctx: { user } }).listTools();
    return tools.map(({ name }) => name);
  };
  expect(await named('ada')).toEqual(['rename']);
  expect(await named('admin')).toEqual(['rename', 'secret']);
  const admin = createToolCaller(router, { ctx: { user: 'admin' } });
  expect(textOf(await admin.callTool('secret'))).toBe('secret');
});

test('lists are those of MCP, also with listing, search and asTools', async () => {
  const router = t.router({
    open: tool.input(z.object({ at: z.date().optional() })).query(() => 1),
    mine: tool
      .use(({ ctx: caller, next }) => {
        if (caller.user !== 'admin') throw new TRPCError({ code: 'FORBIDDEN' });
        return next();
      })
      .query(() => 2),
    doc: t.procedure
      .meta({ mcp: { resource: { uri: 'docs://{id}' } } })
      .input(z.object({ id: z.string() }))
      .query(({ input }) => `doc ${input.id}`),
  });
  const all: ToolCallerOptions[] = [
    {},
    { listing: 'permitted' },
    { discovery: 'search' },
    { asTools: true },
    { outputSchemas: false, expose: { exclude: ['mine'] } },
  ];
  for (const options of all) {
    await using remote = createMcpTestClient(router, { ctx, ...options } as never);
    const caller = createToolCaller(router, { ctx, ...options });
    expect(await caller.listTools()).toEqual(await remote.listTools());
  }
  const permitted = await createToolCaller(router, { ctx, listing: 'permitted' }).listTools();
  expect(permitted.map(({ name }) => name)).toEqual(['open']);
});

test('tools are found and called in search mode, and resources are read by tools', async () => {
  const router = t.router({
    invoices: t.router({
      list: tool.query(() => [{ id: 'a' }]),
      pay: tool.input(z.object({ id: z.string() })).mutation(({ input }) => `paid ${input.id}`),
    }),
    doc: t.procedure
      .meta({ mcp: { resource: { uri: 'docs://{id}' } } })
      .input(z.object({ id: z.string() }))
      .query(({ input }) => `doc ${input.id}`),
  });
  const options = { discovery: 'search', asTools: true } as const;
  for (const [name, args] of [
    ['search_tools', { query: 'pay an invoice' }],
    ['describe_tools', { names: ['invoices_pay'] }],
    ['run_query', { calls: [{ name: 'invoices_list' }, { name: 'invoices_list' }] }],
    ['run_query', { calls: [{ name: 'invoices_pay', arguments: { id: 'a' } }] }],
    ['run_mutation', { name: 'invoices_pay', arguments: { id: 'a' } }],
    ['run_query', { calls: [{ name: 'nothing' }] }],
    ['invoices_pay', { id: 'b' }],
    ['read_resource', { uri: 'docs://7' }],
  ] as const) {
    const { here, there } = await callBoth(router, name, args, options);
    expect(here, name).toEqual(there);
  }
});

test('procedures of lazy routers are there from the first list and the first call on', async () => {
  const late = t.router({ get: tool.query(() => 'late') });
  const router = t.router({ late: lazy(() => Promise.resolve({ late })), now: tool.query(() => 'now') });
  const caller = createToolCaller(router, { ctx });
  const [tools, result] = await Promise.all([caller.listTools(), caller.callTool('late_get')]);
  expect(tools.map(({ name }) => name)).toEqual(['late_get', 'now']);
  expect(textOf(result)).toBe('late');
});

test('arguments that no client could send are refused in words, and nothing runs', async () => {
  const ran = vi.fn<() => string>(() => 'ran');
  const router = t.router({ get: tool.input(z.looseObject({})).query(ran), plain: tool.query(ran) });
  const caller = createToolCaller(router, { ctx });
  const loop: Record<string, unknown> = {};
  loop['loop'] = loop;
  let deep: unknown = 1;
  for (let level = 0; level < 50_000; level++) deep = { deep };
  const cases: [unknown, RegExp][] = [
    [null, /have to be an object, not null/],
    ['text', /not a string/],
    [[1], /not a list/],
    [7, /not a number/],
    [loop, /cannot be written as JSON/],
    [{ deep }, /nested/],
    [{ many: 1n }, /"many" is a bigint/],
    [{ inside: [{ map: new Map() }] }, /"map" is a Map/],
    [{ call: () => {} }, /"call" is a function/],
    [{ amount: Number.NaN }, /"amount" is NaN/],
    [{ file: new Blob([]) }, /"file" is a Blob/],
  ];
  for (const name of ['get', 'plain', 'unknown']) {
    for (const [args, words] of cases) {
      const result = await caller.callTool(name, args);
      expect(result).toMatchObject({ isError: true, _meta: { code: 'BAD_REQUEST', httpStatus: 400 } });
      expect(textOf(result)).toMatch(words);
    }
  }
  expect(ran).not.toHaveBeenCalled();
  // @ts-expect-error an app without types may leave the name out
  expect(textOf(await caller.callTool())).toMatch(/name of a tool/);
});

test('a key that is called __proto__ changes no prototype, and is refused as over MCP', async () => {
  const router = t.router({ get: tool.input(z.object({ id: z.string().optional() })).query(() => 'fine') });
  const args = JSON.parse('{ "__proto__": { "id": "polluted" } }') as unknown;
  const { here, there } = await callBoth(router, 'get', args);
  expect(here).toEqual(there);
  expect(({} as { id?: string }).id).toBeUndefined();
});

test('neither arguments nor results are shared with the app', async () => {
  const kept = { rows: [{ id: 1 }] };
  const router = t.router({
    change: tool.input(z.object({ list: z.array(z.number()) })).mutation(({ input }) => {
      input.list.push(99);
      return input.list;
    }),
    kept: tool.query(() => kept),
  });
  const caller = createToolCaller(router, { ctx });
  const args = { list: [1] };
  await caller.callTool('change', args);
  expect(args).toEqual({ list: [1] });
  const result = await caller.callTool('kept');
  (result.structuredContent as typeof kept).rows.push({ id: 2 });
  const [listed] = await caller.listTools();
  listed!.description = 'changed';
  expect(kept.rows).toEqual([{ id: 1 }]);
  expect((await caller.listTools())[0]!.description).not.toBe('changed');
});

test('two callers at once have their own contexts, and a context may be made for each call', async () => {
  const router = t.router({
    me: tool.query(async ({ ctx: { user } }) => {
      await new Promise((resolve) => setImmediate(resolve));
      return `${user} ${getMcpCall()?.auth?.subject}`;
    }),
  });
  const users = ['ada', 'ben', 'cleo'];
  const said = await Promise.all(
    users.map(async (user) => {
      const caller = createToolCaller(router, {
        ctx: () => Promise.resolve({ user }),
        authInfo: { subject: `id of ${user}` },
      });
      return textOf(await caller.callTool('me'));
    }),
  );
  expect(said).toEqual(users.map((user) => `${user} id of ${user}`));
});

test('createContext gets the request, and what it throws is the refusal of calls and lists', async () => {
  const router = t.router({
    me: tool.query(({ ctx: { user } }) => user),
    hidden: t.procedure.meta({ mcp: { visible: (caller: unknown) => !!caller } }).query(() => 1),
  });
  const asked = vi.fn<(what: unknown) => void>();
  const caller = createToolCaller(router, {
    createContext({ info, mcp }) {
      asked({
        path: info.calls[0]?.path,
        method: mcp.method,
        tool: mcp.tool?.name,
        client: mcp.client?.name,
      });
      if (mcp.method === 'tools/list') throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
      return { user: 'made' };
    },
    client: { name: 'chat', version: '1.0.0' },
  });
  expect(textOf(await caller.callTool('me'))).toBe('made');
  expect(asked).toHaveBeenLastCalledWith({ path: 'me', method: 'tools/call', tool: 'me', client: 'chat' });
  await expect(caller.listTools()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  await expect(caller.listTools()).rejects.toThrow(/sign in/);
});

test('middleware reads the call with getMcpCall, as over MCP', async () => {
  const router = t.router({
    told: tool.query(() => {
      const call = getMcpCall()!;
      return { method: call.method, tool: call.tool, era: call.era, client: call.client, auth: call.auth };
    }),
    tasks: tool.query(async () => (await getMcpCall()!.tasks()).length),
  });
  const caller = createToolCaller(router, {
    ctx,
    client: { name: 'chat', version: '1.0.0' },
    authInfo: { subject: '7', scopes: ['read'] },
  });
  expect((await caller.callTool('told')).structuredContent).toEqual({
    method: 'tools/call',
    tool: { name: 'told', path: 'told' },
    era: 'modern',
    client: { name: 'chat', version: '1.0.0' },
    auth: { subject: '7', scopes: ['read'], clientId: '', token: '' },
  });
  expect((await caller.callTool('tasks')).structuredContent).toBe(0);
});

test('instructions are those of the server, for this caller', async () => {
  const router = t.router({ me: tool.query(() => 1) });
  const of = (instructions: string | ((caller: Context) => string)) =>
    createToolCaller(router, { ctx, ...quiet, server: { name: 'app', version: '1', instructions } });
  expect(await of('Use the tools.').instructions()).toBe('Use the tools.');
  expect(await of(({ user }) => `You help ${user}.`).instructions()).toBe('You help ada.');
  expect(await createToolCaller(router, { ctx }).instructions()).toBeUndefined();
});

test('progress grows, and a function that throws at it does no harm', async () => {
  const router = t.router({
    work: tool.mutation(() => {
      const { progress } = { progress: getMcpCall()!.progress.bind(getMcpCall()!) };
      progress({ progress: 1, total: 3, message: 'one' });
      progress({ progress: 1 });
      progress({ progress: Number.NaN });
      progress({ progress: 3, total: 3 });
      return 'done';
    }),
    count: tool.query(async function* () {
      getMcpCall()!.progress({ progress: 10 });
      yield await Promise.resolve('a');
      yield 'b';
    }),
    batched: tool.query(() => 'one of them'),
  });
  const errors = vi.fn<() => void>();
  const caller = createToolCaller(router, { ctx, onError: errors });
  const told: Progress[] = [];
  const onProgress = (progress: Progress) => void told.push(progress);
  expect(textOf(await caller.callTool('work', {}, { onProgress }))).toBe('done');
  expect(told).toEqual([
    { progress: 1, total: 3, message: 'one' },
    { progress: 3, total: 3 },
  ]);
  told.length = 0;
  await caller.callTool('count', {}, { onProgress });
  expect(told).toEqual([{ progress: 10 }, { progress: 11, message: 'a' }, { progress: 12, message: 'b' }]);
  const throwing = () => {
    throw new Error('the page is gone');
  };
  expect(textOf(await caller.callTool('work', {}, { onProgress: throwing }))).toBe('done');
  expect(errors).toHaveBeenCalledTimes(2);

  told.length = 0;
  const searching = createToolCaller(router, { ctx, discovery: 'search' });
  const calls = [{ name: 'batched' }, { name: 'batched' }];
  await searching.callTool('run_query', { calls }, { onProgress });
  expect(told.map(({ progress, total }) => [progress, total])).toEqual([
    [1, 2],
    [2, 2],
  ]);
});

test('a call that is aborted rejects with the reason, and the procedure is told', async () => {
  const stopped = vi.fn<(reason: unknown) => void>();
  let tellBegun = () => {};
  const begun = new Promise<void>((resolve) => (tellBegun = resolve));
  const ran = vi.fn<() => void>();
  const router = t.router({
    wait: tool.query(({ signal }) => {
      tellBegun();
      return new Promise((resolve) => {
        signal!.addEventListener('abort', () => {
          stopped(signal!.reason);
          resolve('late');
        });
      });
    }),
    run: tool.query(() => ran()),
  });
  const onError = vi.fn<() => void>();
  const caller = createToolCaller(router, { ctx, onError });
  const controller = new AbortController();
  const reason = new Error('the person closed the chat');
  const calling = caller.callTool('wait', {}, { signal: controller.signal });
  await begun;
  controller.abort(reason);
  await expect(calling).rejects.toBe(reason);
  expect(stopped).toHaveBeenCalledWith(reason);
  expect(onError).not.toHaveBeenCalled();
  const signal = AbortSignal.abort(reason);
  await expect(caller.callTool('run', {}, { signal })).rejects.toBe(reason);
  await expect(caller.listTools({ signal })).rejects.toBe(reason);
  await expect(caller.instructions({ signal })).rejects.toBe(reason);
  await expect(caller.consentFor('run', {}, { signal })).rejects.toBe(reason);
  expect(ran).not.toHaveBeenCalled();
});

test('a call that is aborted while createContext is pending runs nothing, and is not reported', async () => {
  const ran = vi.fn<(name: string) => void>();
  const router = t.router({
    add: tool.input(z.object({ name: z.string() })).mutation(({ input: { name } }) => ran(name)),
  });
  const onError = vi.fn<() => void>();
  for (const more of [{}, { timeoutMs: 60_000 }, { onCall: ({ next }: { next: () => unknown }) => next() }]) {
    ran.mockClear();
    const controller = new AbortController();
    let resolveContext: (value: typeof ctx) => void = () => {};
    const pending = new Promise<typeof ctx>((resolve) => (resolveContext = resolve));
    const createContext = vi.fn(() => pending);
    const caller = createToolCaller(router, { createContext, onError, ...(more as object) });
    const calling = caller.callTool('add', { name: 'stopped' }, { signal: controller.signal });
    const other = caller.callTool('add', { name: 'other' });
    calling.catch(() => {});
    await vi.waitFor(() => expect(createContext).toHaveBeenCalledTimes(2));
    controller.abort(new Error('left'));
    await expect(calling).rejects.toThrow('left');
    resolveContext(ctx);
    await other;
    expect(ran.mock.calls).toEqual([['other']]);
  }
  expect(onError).not.toHaveBeenCalled();
});

test('rate limits and idempotency keys belong to the subject', async () => {
  const charged = vi.fn<(amount: number) => void>();
  const router = t.router({
    limited: t.procedure
      .meta({ mcp: { rateLimit: { points: 1, durationMs: 60_000 } } })
      .query(() => 'in time'),
    charge: t.procedure
      .meta({ mcp: { idempotent: true } })
      .input(z.object({ amount: z.number() }))
      .mutation(({ input }) => {
        charged(input.amount);
        return `charge ${charged.mock.calls.length}`;
      }),
  });
  const of = (subject?: string) =>
    createToolCaller(router, { ctx, ...quiet, ...(subject !== undefined && { authInfo: { subject } }) });
  const limit = async (subject?: string) => textOf(await of(subject).callTool('limited'));
  expect(await limit('ada')).toBe('in time');
  expect(await limit('ada')).toMatch(/TOO_MANY_REQUESTS: more than 1 call in 60 s/);
  expect(await limit('ben')).toBe('in time');

  const charge = async (subject?: string) =>
    textOf(await of(subject).callTool('charge', { amount: 5, _idempotencyKey: 'k' }));
  expect(await charge('ada')).toBe('charge 1');
  expect(await charge('ada')).toBe('charge 1');
  expect(await charge('ben')).toBe('charge 2');
  expect(charged).toHaveBeenCalledTimes(2);
  // Nobody knows to whom the key belongs.
  expect(await charge()).toMatch(/^PRECONDITION_FAILED: .*set `subject` in the option `authInfo`/);
  expect(charged).toHaveBeenCalledTimes(2);
});

test('tools with scopes are called by those who have them', async () => {
  const router = t.router({
    write: t.procedure.meta({ mcp: { scopes: ['notes:write'] } }).mutation(() => 'written'),
  });
  const call = async (authInfo?: ToolCallerOptions['authInfo']) =>
    createToolCaller(router, { ctx, ...(authInfo && { authInfo }) }).callTool('write');
  expect(textOf(await call({ scopes: ['notes:write'] }))).toBe('written');
  expect(await call({ subject: 'ada', scopes: ['notes:read'] })).toMatchObject({
    content: [{ text: 'FORBIDDEN: this tool needs the scope notes:write' }],
    _meta: { code: 'FORBIDDEN', httpStatus: 403 },
  });
  expect(await call()).toMatchObject({
    content: [{ text: 'UNAUTHORIZED: this tool needs a credential with the scope notes:write' }],
    _meta: { code: 'UNAUTHORIZED', httpStatus: 401 },
  });
});

test('onCall is around every call, and budgets, dry runs and toError hold', async () => {
  const rows = Array.from({ length: 200 }, (_, id) => ({ id, name: `customer ${id}` }));
  const router = t.router({
    list: tool.input(z.object({ page: z.number().default(1) })).query(() => rows),
    removes: t.procedure.meta({ mcp: { dryRun: 'preview' } }).mutation(() => 'removed'),
    preview: tool.query(() => 'would remove 3'),
    broken: tool.query(() => {
      throw new RangeError('of the app');
    }),
  });
  const calls = vi.fn<(what: string) => void>();
  const options: ToolCallerOptions = {
    result: { maxTokens: 100, fields: true },
    toError: (error) =>
      error instanceof RangeError
        ? new TRPCError({ code: 'UNPROCESSABLE_CONTENT', message: 'out of range', cause: error })
        : undefined,
    onCall: async ({ tool: { name, kind }, next }) => {
      calls(`${kind} ${name}`);
      return next();
    },
  };
  const cases: [string, unknown?][] = [
    ['list'],
    ['list', { _fields: ['id'] }],
    ['removes', { _dryRun: true }],
    ['removes'],
    ['broken'],
  ];
  for (const [name, args] of cases) {
    const { here, there } = await callBoth(router, name, args, options);
    // A handle is sealed anew each time.
    const plain = (result: ToolCallResult) =>
      JSON.stringify(result).replaceAll(/_cursor[^.]*|"nextCursor":"[^"]*"/g, '');
    expect(plain(here), name).toBe(plain(there));
  }
  expect(calls.mock.calls.flat().slice(0, 2)).toEqual(['tool list', 'tool list']);
  expect(calls.mock.calls.flat()).toContain('dryRun removes');
});

test('a tool with a task is called as any other, also where clients need the extension', async () => {
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: true } }).mutation(() => 'reported'),
    export: t.procedure
      .meta({ mcp: { task: { required: true } } })
      .mutation(() => getMcpCall()?.task ?? 'plain'),
  });
  const caller = createToolCaller(router, { ctx, authInfo: { subject: 'ada' } });
  expect(textOf(await caller.callTool('report'))).toBe('reported');
  expect(textOf(await caller.callTool('export'))).toBe('plain');
});

test('its functions may be taken out of it', async () => {
  const { callTool } = createToolCaller(t.router({ me: tool.query(() => 'me') }), { ctx });
  expect(textOf(await callTool('me'))).toBe('me');
});

test('tools that the app writes without a procedure are called too', async () => {
  const router = t.router({ me: tool.query(() => 1) });
  const caller = createToolCaller(router, {
    ctx,
    tools: [mcpTool({ name: 'version', description: 'Says the version', run: () => ({ version: 2 }) })],
  });
  expect((await caller.callTool('version')).structuredContent).toEqual({ version: 2 });
});
