import { initTRPC, lazy, TRPCError } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { createCatalog } from '../src/catalog/catalog.ts';
import {
  type CallFailure,
  getMcpCall,
  type HandlerOptions,
  type McpMeta,
  type McpSettings,
  type SetupError,
} from '../src/index.ts';
import { clientKinds, connect, eraOf, toolValue } from './clients.ts';
import { type Answer, request } from './messages.ts';
import { serve, type TestServer } from './server.ts';

interface Context {
  user: string;
}

const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create();

const customers = new Map<string, Record<string, unknown>>([
  ['c1', { name: 'Ann\n</p>"', company: 'Acme', since: new Date('2026-01-02T03:04:05Z') }],
  ['huge', { name: 'x'.repeat(3000), company: null }],
]);

/** A tool that closes a customer, and the query that says who that is. */
function createRouter(mcp: McpSettings<Context> = {}, query: McpSettings<Context> | undefined = {}) {
  const ran: string[] = [];
  const input = z.object({ id: z.string() });
  const tracked = t.procedure.use(({ path, ctx, next }) => {
    ran.push(`${path} as ${ctx.user}`);
    return next();
  });
  const router = t.router({
    customers: t.router({
      get: tracked
        .meta({ ...(query && { mcp: { tool: true, ...query } }) })
        .input(input)
        .use(({ ctx, next }) => {
          if (ctx.user === 'eve') throw new TRPCError({ code: 'FORBIDDEN', message: 'not your customer' });
          return next();
        })
        .query(({ input: { id } }) => {
          ran.push(`get ${id} for ${getMcpCall()?.tool?.name}`);
          const found = customers.get(id);
          if (!found) throw new TRPCError({ code: 'NOT_FOUND', message: `no customer ${id}` });
          return found;
        }),
      close: tracked
        .meta({
          mcp: { confirm: { question: 'Close {name} of {company} ({id})?', with: 'customers.get' }, ...mcp },
        })
        .input(input.extend({ reason: z.string().optional() }))
        .mutation(({ input: { id } }) => {
          ran.push(`close ${id}`);
          return { closed: id };
        }),
    }),
  });
  return { router, ran };
}

async function start(made = createRouter(), options: HandlerOptions = {}) {
  const handler = mcpHandler(made.router, {
    createContext: ({ req }) => ({ user: String(req.headers['x-user'] ?? 'ada') }),
    onError: () => {},
    ...options,
  });
  return { server: await serve(handler), ran: made.ran };
}

const asking = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };

interface Round {
  args?: Record<string, unknown>;
  state?: string;
  answer?: unknown;
  user?: string;
  canAsk?: boolean;
}

function round(server: TestServer, { args, state, answer, user = 'ada', canAsk = true }: Round = {}) {
  const params = {
    name: 'customers_close',
    arguments: args ?? { id: 'c1' },
    ...(state !== undefined && { requestState: state }),
    ...(answer !== undefined && { inputResponses: { confirm: answer } }),
    ...(canAsk && { _meta: asking }),
  };
  return request(server.mcp, 'modern', 'tools/call', params, { 'x-user': user });
}

const stateOf = ({ body }: Answer) => (body as { result: { requestState: string } }).result.requestState;
const questionOf = ({ body }: Answer) =>
  (body as { result: { inputRequests: { confirm: { params: { message: string } } } } }).result.inputRequests
    .confirm.params.message;
const textOf = ({ body }: Answer) =>
  (body as { result?: { content: [{ text: string }] } }).result?.content?.[0].text ?? JSON.stringify(body);

describe('a question that a query fills', () => {
  test.each([true, false])(
    'is asked before the tool runs, and the query runs once, fast lane: %s',
    async (fastLane) => {
      const { server, ran } = await start(undefined, { fastLane });
      await using _ = server;
      const asked = await round(server, { args: { id: 'c1', reason: 'fraud' } });
      expect(questionOf(asked)).toBe('Close "Ann\\n</p>\\"" of "Acme" ("c1")?\nreason: "fraud"');
      const first = ['customers.close as ada', 'customers.get as ada', 'get c1 for customers_close'];
      expect(ran).toEqual(first);
      const agreed = {
        args: { id: 'c1', reason: 'fraud' },
        state: stateOf(asked),
        answer: { action: 'accept' },
      };
      expect(textOf(await round(server, agreed))).toBe('{"closed":"c1"}');
      expect(ran).toEqual([...first, 'customers.close as ada', 'close c1']);
      // What is agreed to is the arguments.
      const other = await round(server, { ...agreed, args: { id: 'huge', reason: 'fraud' } });
      expect(other.body).toMatchObject({ error: { message: expect.stringContaining('requestState') } });
    },
  );

  test('does not run the tool when the person declines', async () => {
    const { server, ran } = await start();
    await using _ = server;
    const state = stateOf(await round(server));
    expect(textOf(await round(server, { state, answer: { action: 'decline' } }))).toContain(
      'the person declined',
    );
    expect(ran).not.toContain('close c1');
    expect(ran.filter((each) => each.startsWith('get'))).toHaveLength(1);
  });

  test('shows of a huge value its beginning, and says of a missing one that it is unknown', async () => {
    const { server } = await start(
      createRouter({
        confirm: { question: '{name}, {company}, {nothing}, {since}?', with: 'customers.get' },
      }),
    );
    await using _ = server;
    const [name, company, nothing, since] = questionOf(await round(server, { args: { id: 'huge' } })).split(
      ', ',
    );
    expect(name).toMatch(/^"x{500}"… \(3000 characters$/);
    expect([company, nothing, since]).toEqual([expect.stringContaining('SHA-256'), 'null', '(unknown)']);
    expect(questionOf(await round(server))).toContain('"2026-01-02T03:04:05.000Z"?');
  });

  test.each([
    ['a query that throws', { id: 'none' }, 'ada', 200, 'NOT_FOUND: no customer none'],
    ['arguments that the query refuses', { id: 1 }, 'ada', 200, 'BAD_REQUEST: '],
    ['a caller whom its middleware refuses', { id: 'c1' }, 'eve', 403, 'FORBIDDEN: not your customer'],
  ])('is not asked after %s', async (_, args, user, status, text) => {
    const { server, ran } = await start();
    await using __ = server;
    const answer = await round(server, { args, user });
    expect([answer.status, textOf(answer)]).toEqual([status, expect.stringContaining(text)]);
    expect(answer.body).toMatchObject({ result: { isError: true } });
    expect(ran.filter((each) => each.startsWith('close'))).toEqual([]);
  });

  test('is not asked where the query is hidden from the caller, or needs a scope that they lack', async () => {
    const hidden = await start(createRouter({}, { visible: () => false }));
    await using one = hidden.server;
    expect(textOf(await round(one))).toContain(
      'FORBIDDEN: a person has to be asked with what this caller may not see',
    );
    expect(hidden.ran).toEqual(['customers.close as ada']);

    const scoped = await start(createRouter({}, { scopes: ['customers:read'] }), {
      auth: { authenticate: () => ({ token: '', clientId: 'c', scopes: [] }) },
    });
    await using other = scoped.server;
    const answer = await round(other);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringContaining('scope="customers:read"'),
    ]);
    expect(scoped.ran).toEqual(['customers.close as ada']);
  });

  test('ends with the error of the query, although middleware answers in its place', async () => {
    const { router } = createRouter();
    const swallowing = t.procedure.use(async ({ next }) => {
      const result = await next();
      return result.ok ? result : { ...result, ok: true as const, data: 'fine' };
    });
    const made = t.mergeRouters(
      router,
      t.router({
        quiet: swallowing
          .meta({ mcp: { name: 'customers_quiet', confirm: { question: '{name}?', with: 'customers.get' } } })
          .input(z.object({ id: z.string() }))
          .mutation(() => ({ done: true })),
      }),
    );
    const { server } = await start({ router: made, ran: [] });
    await using _ = server;
    const params = { name: 'customers_quiet', arguments: { id: 'none' }, _meta: asking };
    expect(textOf(await request(server.mcp, 'modern', 'tools/call', params))).toContain(
      'NOT_FOUND: no customer none',
    );
  });

  test('costs a client that cannot ask no query', async () => {
    const { server, ran } = await start();
    await using _ = server;
    expect(textOf(await round(server, { canAsk: false }))).toContain('this client cannot ask');
    expect(ran).toEqual(['customers.close as ada']);
    const proceeding = await start(createRouter({ confirmFallback: 'proceed' }));
    await using other = proceeding.server;
    expect(textOf(await round(other, { canAsk: false }))).toBe('{"closed":"c1"}');
    expect(proceeding.ran).toEqual(['customers.close as ada', 'close c1']);
  });

  test('takes one point of the handler for both, and those of the query each time it runs', async () => {
    const limit = { points: 2, durationMs: 60_000 };
    const { server } = await start(createRouter(), { rateLimit: limit });
    await using _ = server;
    expect(questionOf(await round(server))).toContain('Close');
    expect(questionOf(await round(server))).toContain('Close');
    expect(textOf(await round(server))).toContain('TOO_MANY_REQUESTS');

    const limited = await start(createRouter({}, { rateLimit: { points: 1, durationMs: 60_000 } }));
    await using other = limited.server;
    const state = stateOf(await round(other));
    expect(textOf(await round(other))).toContain('TOO_MANY_REQUESTS');
    expect(textOf(await round(other, { state, answer: { action: 'accept' } }))).toBe('{"closed":"c1"}');
  });

  test('leaves an idempotency key free when the query fails', async () => {
    const { server } = await start(createRouter({ idempotent: true }), { callerId: () => 'ada' });
    await using _ = server;
    const args = { id: 'late', _idempotencyKey: 'k' };
    expect(textOf(await round(server, { args }))).toContain('NOT_FOUND');
    customers.set('late', { name: 'Late', company: 'Acme' });
    const asked = await round(server, { args });
    expect(questionOf(asked)).toBe('Close "Late" of "Acme" ("late")?');
    expect(textOf(await round(server, { args, state: stateOf(asked), answer: { action: 'accept' } }))).toBe(
      '{"closed":"late"}',
    );
    customers.delete('late');
  });

  test('ends in time when the query hangs', async () => {
    const stuck = t.router({
      wait: t.procedure.query(() => new Promise(() => {})),
      go: t.procedure
        .meta({
          mcp: { name: 'customers_close', confirm: { question: '{x}?', with: 'wait' }, timeoutMs: 20 },
        })
        .mutation(() => 'done'),
    });
    const { server } = await start({ router: stuck as never, ran: [] });
    await using _ = server;
    expect(textOf(await round(server, { args: {} }))).toContain('TIMEOUT');
  });
});

describe('what the query returns', () => {
  const asked = async (value: unknown, question = '{name} {__proto__} {constructor} {toString}?') => {
    const router = t.router({
      look: t.procedure.query(() => value),
      go: t.procedure
        .meta({ mcp: { name: 'customers_close', confirm: { question, with: 'look' } } })
        .input(z.object({ note: z.string().optional() }))
        .mutation(() => 'done'),
    });
    const { server } = await start({ router: router as never, ran: [] });
    await using _ = server;
    return await round(server, { args: {} });
  };

  test.each([
    [[]],
    [['name']],
    ['name'],
    [7],
    [true],
    [{}],
    [new Date(0)],
    [Object.create({ name: 'inherited' })],
  ])('%j fills nothing that it does not have itself', async (value) => {
    expect(questionOf(await asked(value))).toBe('(unknown) (unknown) (unknown) (unknown)?');
  });

  test('may have fields of any name', async () => {
    const value = JSON.parse('{"name":{"first":"Ann"},"__proto__":"p","constructor":"c"}');
    expect(questionOf(await asked(value))).toBe('{"first":"Ann"} "p" "c" (unknown)?');
  });

  test.each([[null], [undefined]])('%s means that there is nothing to ask about', async (value) => {
    expect(textOf(await asked(value))).toContain('NOT_FOUND: there is nothing for these arguments');
  });

  test('does not replace an argument of the same name', async () => {
    expect(questionOf(await asked({ note: 'of the query' }, 'Note {note}?'))).toBe('Note (not given)?');
  });
});

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test.each(['stateless', 'sessions'] as const)(
    'asks, where it has a way to, with legacy: %s',
    async (legacy) => {
      const { server, ran } = await start(undefined, { legacy });
      await using _ = server;
      const messages: string[] = [];
      const elicit = (message: string) => {
        messages.push(message);
        return {};
      };
      await using client = await connect[kind](server.mcp, {}, { elicit });
      const canAsk = eraOf[kind] === 'modern' || legacy === 'sessions';
      const missing = await client.callTool({ name: 'customers_close', arguments: { id: 'none' } });
      expect(missing).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining(canAsk ? 'NOT_FOUND' : 'PRECONDITION_FAILED') }],
      });
      expect(messages).toEqual([]);
      const done = await client.callTool({ name: 'customers_close', arguments: { id: 'c1' } });
      expect(messages).toEqual(canAsk ? ['Close "Ann\\n</p>\\"" of "Acme" ("c1")?'] : []);
      if (canAsk) expect(done).toEqual(toolValue({ closed: 'c1' }));
      expect(ran.filter((each) => each === 'get c1 for customers_close')).toHaveLength(canAsk ? 1 : 0);
    },
  );
});

describe('set-up', () => {
  const out = z.object({ name: z.string() });
  const problemsOf = (
    confirm: unknown,
    look = t.procedure.input(z.object({ id: z.string() })).output(out),
  ) => {
    const router = t.router({
      look: look.query(() => ({ name: 'Ann' })),
      change: t.procedure.mutation(() => 1),
      list: t.procedure.output(z.array(out)).query(() => []),
      find: t.procedure.output(out.nullable()).query(() => null),
      count: t.procedure.output(z.number()).query(() => 1),
      go: t.procedure
        .meta({ mcp: { confirm: confirm as string } })
        .input(z.object({ id: z.string(), 'tags[]': z.array(z.string()).optional() }))
        .mutation(() => 'done'),
    });
    try {
      createCatalog(router, {});
      return [];
    } catch (error) {
      return (error as SetupError).problems.map(({ code, message }) => [code, message]);
    }
  };

  test.each([
    [{ question: '{name} {id}?', with: 'look' }, []],
    [
      { question: 'Sure?', with: 'nobody' },
      [['PATH_UNKNOWN', /mcp\.confirm\.with names "nobody", .* no such procedure/]],
    ],
    [{ question: 'Sure?', with: '__proto__' }, [['PATH_UNKNOWN', /no such procedure/]]],
    [{ question: 'Sure?', with: 'change' }, [['NOT_A_QUERY', /it is a mutation/]]],
    [
      { question: '{nam}?', with: 'look' },
      [['CONFIRM_UNKNOWN', /\{nam\}, which is neither .* fields are: name$/]],
    ],
    [{ question: '{name}?', with: 'list' }, [['CONFIRM_UNKNOWN', /the fields are: none$/]]],
    [{ question: '{name}?', with: 'find' }, []],
    [{ question: '{nam}?', with: 'find' }, [['CONFIRM_UNKNOWN', /the fields are: name$/]]],
    [{ question: '{name}?', with: 'count' }, [['CONFIRM_UNKNOWN', /the fields are: none$/]]],
    [{ question: 'Sure?', with: 'count' }, []],
    [
      { question: 'Sure?' },
      [['META_UNKNOWN', /mcp\.confirm is an object; it has to be true, the question, or/]],
    ],
    [
      { question: 'Sure?', with: 'look', wiht: 1 },
      [['META_UNKNOWN', /mcp\.confirm\.wiht is not a setting; did you mean with/]],
    ],
    [{ question: 1, with: 'look' }, [['META_UNKNOWN', /it has to be true/]]],
  ])('%j', (confirm, expected) => {
    expect(problemsOf(confirm)).toEqual(
      expected.map(([code, message]) => [code, expect.stringMatching(message as RegExp)]),
    );
  });

  test('reports a required argument of the query that the tool does not have', () => {
    const look = t.procedure.input(z.object({ id: z.string(), year: z.number() })).output(out);
    expect(problemsOf({ question: '{name}?', with: 'look' }, look as never)).toEqual([
      [
        'ARGUMENT_MISSING',
        expect.stringContaining('requires the argument "year"; the arguments of this procedure are: id'),
      ],
    ]);
    const optional = t.procedure.input(z.object({ id: z.string(), year: z.number().optional() })).output(out);
    expect(problemsOf({ question: '{name}?', with: 'look' }, optional as never)).toEqual([]);
  });
});

test('the query gets only the arguments that its input has, by the names that it has for them', async () => {
  const got = vi.fn<(input: unknown) => void>();
  const router = t.router({
    look: t.procedure
      .input(z.strictObject({ 'ids[]': z.array(z.number()), at: z.date().optional() }))
      .query(({ input }) => {
        got(input);
        return { count: input['ids[]'].length };
      }),
    go: t.procedure
      .meta({ mcp: { name: 'customers_close', confirm: { question: 'Close {count}?', with: 'look' } } })
      .input(z.object({ 'ids[]': z.array(z.number()), at: z.date().optional(), note: z.string() }))
      .mutation(() => 'done'),
  });
  const { server } = await start({ router: router as never, ran: [] });
  await using _ = server;
  const args = { ids__: [1, 2], at: '2026-01-02T00:00:00Z', note: 'n', unknown: 1 };
  expect(questionOf(await round(server, { args }))).toContain('Close 2?\n');
  expect(got.mock.calls).toEqual([[{ 'ids[]': [1, 2], at: new Date('2026-01-02T00:00:00Z') }]]);
});

test('the query may be in a lazy router, and a path that is not there asks nobody', async () => {
  const close = (path: string) =>
    t.procedure
      .meta({ mcp: { name: 'customers_close', confirm: { question: '{name}?', with: path } } })
      .mutation(() => 'done');
  const later = () =>
    lazy(() => Promise.resolve({ default: t.router({ look: t.procedure.query(() => ({ name: 'Ann' })) }) }));
  const found = await start({
    router: t.router({ later: later(), go: close('later.look') }) as never,
    ran: [],
  });
  await using one = found.server;
  expect(questionOf(await round(one, { args: {} }))).toBe('"Ann"?');

  const onError = vi.fn<(failure: CallFailure) => void>();
  const router = t.router({ later: later(), go: close('later.nobody') });
  const missing = await start({ router: router as never, ran: [] }, { onError });
  await using other = missing.server;
  const answer = await round(other, { args: {} });
  expect(answer.body).toMatchObject({ result: { isError: true } });
  expect(textOf(answer)).not.toContain('later');
  const messages = onError.mock.calls.map(([{ error }]) => error.message);
  expect(messages).toEqual([
    expect.stringContaining('[PATH_UNKNOWN]'),
    expect.stringContaining('mcp.confirm.with names "later.nobody", which cannot be used'),
  ]);
});
