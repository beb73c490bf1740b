import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { AuthOptions, HandlerOptions, McpMeta } from '../src/index.ts';
import { clientKinds, connect, eraOf } from './clients.ts';
import { type Answer, call, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ isAdmin?: boolean }>().meta<McpMeta>().create({ isDev: false });
const tool = t.procedure.meta({ mcp: true });
const createContext = () => ({});

const textOf = ({ body }: Answer) =>
  (body as { result?: { content?: [{ text: string }] } }).result?.content?.[0].text ?? JSON.stringify(body);
const messageOf = ({ body }: Answer) => (body as { error: { message: string } }).error.message;

const bringAbout = /Bring about what is missing/;

describe('a person who was asked', () => {
  const router = t.router({
    close: t.procedure.meta({ mcp: { confirm: 'Close it?' } }).mutation(() => 'closed'),
    drop: t.procedure
      .meta({ mcp: { confirm: true } })
      .input(z.object({ id: z.string() }))
      .mutation(() => 'dropped'),
    missing: tool.mutation(() => {
      throw new TRPCError({ code: 'PRECONDITION_FAILED', message: 'There is no draft yet.' });
    }),
  });
  const canAsk = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };

  test.each([
    ['close', {}, 'decline'],
    ['close', {}, 'cancel'],
    ['drop', { id: 'c1' }, 'decline'],
    ['drop', { id: 'c1' }, 'cancel'],
  ])('about %s %j and chose to %s is not followed by a hint to go on', async (name, args, action) => {
    await using server = await serve(mcpHandler(router, { createContext }));
    const params = { name, arguments: args, _meta: canAsk };
    const { body } = await request(server.mcp, 'modern', 'tools/call', params);
    const { requestState, inputRequests } = (
      body as { result: { requestState: string; inputRequests: Record<string, unknown> } }
    ).result;
    const inputResponses = Object.fromEntries(Object.keys(inputRequests).map((key) => [key, { action }]));
    const answered = await request(server.mcp, 'modern', 'tools/call', {
      ...params,
      requestState,
      inputResponses,
    });
    expect(answered.body).toMatchObject({ result: { isError: true } });
    expect(textOf(answered)).not.toMatch(bringAbout);
    expect(textOf(answered)).not.toMatch(/then call again|try (once more|again)/i);
  });

  test.each(eras)('cannot be asked in the %s era, which is not mended by calling again', async (era) => {
    await using server = await serve(mcpHandler(router, { createContext }));
    const answered = await call(server.mcp, era, 'close');
    expect(answered.body).toMatchObject({ result: { isError: true } });
    expect(textOf(answered)).not.toMatch(bringAbout);
  });

  test('is none where the app itself says that something is missing, and the hint stays', async () => {
    await using server = await serve(mcpHandler(router, { createContext }));
    expect(textOf(await call(server.mcp, 'modern', 'missing'))).toMatch(bringAbout);
  });
});

describe.each(eras)('an unknown tool in the %s era', (era) => {
  const shown = {
    customers: t.router({ list: tool.query(() => []), deactivate: tool.mutation(() => 1) }),
    orders: t.router({ list: tool.query(() => []) }),
  };
  const start = (more: Parameters<typeof t.router>[0] = {}, options: HandlerOptions = {}) =>
    serve(mcpHandler(t.router({ ...shown, ...more }), { createContext, ...options }));

  test.each([
    ['custmers_list', 'customers_list'],
    ['customers.list', 'customers_list'],
    ['customersList', 'customers_list'],
    ['customer_deactivate', 'customers_deactivate'],
    ['Orders_List', 'orders_list'],
  ])('called %j is told of %j', async (name, near) => {
    await using server = await start();
    expect(messageOf(await call(server.mcp, era, name))).toMatch(
      new RegExp(`did you mean.*\\b${near}\\b`, 'is'),
    );
  });

  test('that is near to nothing is told of nothing', async () => {
    await using server = await start();
    const message = messageOf(await call(server.mcp, era, 'zzzzzzzzzz'));
    expect(message).not.toMatch(/did you mean|customers|orders/i);
  });

  test('is never told of what is hidden, needs scopes, or is flagged off, whoever asks', async () => {
    const auth: AuthOptions = {
      authenticate: () => ({ token: 'x', clientId: 'x', scopes: ['admin'] }),
    };
    const more = {
      purge: t.router({
        everything: t.procedure.meta({ mcp: { visible: () => true } }).mutation(() => 1),
        something: t.procedure.meta({ mcp: { scopes: ['admin'] } }).mutation(() => 1),
        nothing: tool.mutation(() => 1),
      }),
    };
    const expose = (path: string) => path !== 'purge.nothing';
    await using server = await start(more, { auth, expose });
    for (const name of ['purge_everythin', 'purge_somethin', 'purge_nothin']) {
      expect(messageOf(await call(server.mcp, era, name))).not.toMatch(/everything|something|nothing\b/);
    }
  });

  test('is never told of what the middleware would not let this caller list', async () => {
    const admin = tool.use(({ ctx, next }) => {
      if (!ctx.isAdmin) throw new TRPCError({ code: 'FORBIDDEN', message: 'For admins.' });
      return next();
    });
    await using server = await start(
      { secrets: t.router({ read: admin.query(() => 1) }) },
      { listing: 'permitted' },
    );
    expect(messageOf(await call(server.mcp, era, 'secrets_rea'))).not.toContain('secrets_read');
  });

  test.each(['customers_lists', 'orders_lst'])(
    'that is hidden gets what a missing one would: %s',
    async (name) => {
      const hidden = t.procedure.meta({ mcp: { name, visible: () => false } }).query(() => 1);
      await using server = await start({ hidden });
      await using without = await start();
      expect(await call(server.mcp, era, name)).toMatchObject({
        status: 200,
        body: (await call(without.mcp, era, name)).body as object,
      });
      expect(messageOf(await call(server.mcp, era, name))).toMatch(/_list\b/);
    },
  );
});

test('the values that a prompt’s argument may have are told in its description', async () => {
  const router = t.router({
    greet: t.procedure
      .meta({ mcp: { prompt: true } })
      .input(
        z.object({
          tone: z.enum(['formal', 'warm']),
          length: z.enum(['short', 'long']).describe('How long it is.').optional(),
          kind: z.union([z.literal('letter'), z.literal('postcard')]),
          one: z.literal('only'),
          lang: z.enum(['cs', 'en']).default('en'),
          name: z.string().describe('Whom it is for.'),
        }),
      )
      .query(() => 'hello'),
  });
  await using server = await serve(mcpHandler(router, { createContext }));
  for (const era of eras) {
    const { body } = await request(server.mcp, era, 'prompts/list');
    const { prompts } = (
      body as { result: { prompts: [{ arguments: { name: string; description?: string }[] }] } }
    ).result;
    const descriptionOf = (name: string) =>
      prompts[0].arguments.find((each) => each.name === name)?.description ?? '';
    for (const [name, ...words] of [
      ['tone', 'formal', 'warm'],
      ['length', 'How long it is.', 'short', 'long'],
      ['kind', 'letter', 'postcard'],
      ['one', 'only'],
      ['lang', 'cs', 'en'],
    ] as const) {
      for (const word of words) expect(descriptionOf(name), name).toContain(word);
    }
    expect(descriptionOf('name')).toBe('Whom it is for.');
  }
});

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  test.each(['done', 'two\nlines', 'with "quotes"', '{"looks":"like JSON"}', '', 'žluťoučký 🐎'])(
    'the text %j is that text, and not JSON in quotes',
    async (value) => {
      const router = t.router({
        say: tool.query(() => value),
        typed: tool.output(z.string()).query(() => value),
      });
      await using server = await serve(mcpHandler(router, { createContext }));
      await using client = await connect[kind](server.mcp);
      for (const name of ['say', 'typed']) {
        const { content, structuredContent } = await client.callTool({ name });
        expect(content).toEqual([{ type: 'text', text: value }]);
        expect(structuredContent).toEqual(eraOf[kind] === 'legacy' ? { result: value } : value);
      }
    },
  );
});

describe('a dotted path in a message', () => {
  const fail = (message: string) =>
    tool.mutation(() => {
      throw new TRPCError({ code: 'NOT_FOUND', message });
    });
  const start = (message: string, options: HandlerOptions = {}) =>
    serve(
      mcpHandler(
        t.router({
          customers: t.router({ list: tool.query(() => []), purge: t.procedure.mutation(() => 1) }),
          named: t.router({ one: t.procedure.meta({ mcp: { name: 'the_one' } }).query(() => 1) }),
          check: tool
            .input(z.object({ id: z.string().refine(() => false, 'Take one from customers.list.') }))
            .mutation(() => 1),
          hinted: t.procedure
            .meta({ mcp: { errorHint: () => 'Call customers.list for the right one.' } })
            .mutation(() => {
              throw new TRPCError({ code: 'NOT_FOUND', message: 'No such customer.' });
            }),
          fail: fail(message),
        }),
        { createContext, ...options },
      ),
    );

  test.each([
    ['No such customer; see customers.list.', 'No such customer; see customers_list.'],
    ['Use `customers.list` first', 'Use `customers_list` first'],
    ['customers.list', 'customers_list'],
    ['See named.one, then customers.list!', 'See the_one, then customers_list!'],
    ['customers.purge is for admins', 'customers.purge is for admins'],
    ['customers.lists, my.customers.list and customers.list.all are others', undefined],
    ['https://example.com/customers.list', undefined],
  ])('of an exposed procedure is said as the tool’s name: %j', async (message, said = message) => {
    await using server = await start(message);
    for (const era of eras) {
      expect(textOf(await call(server.mcp, era, 'fail')).split('\n')[0]).toBe(`NOT_FOUND: ${said}`);
    }
  });

  test('is said so by a validator’s message and by a hint as well', async () => {
    await using server = await start('');
    expect(textOf(await call(server.mcp, 'modern', 'check', { id: 'a' }))).toContain(
      'Take one from customers_list.',
    );
    expect(textOf(await call(server.mcp, 'modern', 'hinted'))).toContain(
      'Call customers_list for the right one.',
    );
  });

  test('is said by the name that toolName makes', async () => {
    await using server = await start('See customers.list.', {
      toolName: (path) => path.replaceAll('.', '-'),
    });
    expect(textOf(await call(server.mcp, 'modern', 'fail'))).toContain('See customers-list.');
  });
});

const codes = [
  'BAD_REQUEST',
  'UNAUTHORIZED',
  'PAYMENT_REQUIRED',
  'FORBIDDEN',
  'NOT_FOUND',
  'TIMEOUT',
  'CONFLICT',
  'PRECONDITION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'UNPROCESSABLE_CONTENT',
  'TOO_MANY_REQUESTS',
  'NOT_IMPLEMENTED',
  'SERVICE_UNAVAILABLE',
] as const;

describe.each(eras)('an error without words in the %s era', (era) => {
  const failing = (code: (typeof codes)[number], options: HandlerOptions = {}) => {
    const fail = tool.mutation(() => {
      throw new TRPCError({ code });
    });
    const page = t.procedure.meta({ mcp: { resource: { uri: 'x://page' } } }).query(() => {
      throw new TRPCError({ code });
    });
    return serve(mcpHandler(t.router({ fail, page }), { createContext, onError: () => {}, ...options }));
  };

  test.each(codes)('%s has a sentence of its own', async (code) => {
    await using server = await failing(code);
    const text = textOf(await call(server.mcp, era, 'fail'));
    expect(text).toMatch(new RegExp(`^${code}: \\S+ \\S+`));
    expect(text).not.toMatch(/gave no reason/);
    expect(
      JSON.stringify((await request(server.mcp, era, 'resources/read', { uri: 'x://page' })).body),
    ).not.toMatch(/gave no reason/);
  });

  test('UNAUTHORIZED says what credential the endpoint takes, and in which header', async () => {
    await using open = await failing('UNAUTHORIZED');
    expect(textOf(await call(open.mcp, era, 'fail'))).toMatch(/Authorization/);
    const authenticate = () => undefined;
    await using plain = await failing('UNAUTHORIZED', { auth: { authenticate } });
    expect(textOf(await call(plain.mcp, era, 'fail'))).toMatch(/(?=[^]*Authorization)(?=[^]*Bearer)/);
    await using basic = await failing('UNAUTHORIZED', {
      auth: { authenticate, challenge: 'Basic realm="notes"' },
    });
    expect(textOf(await call(basic.mcp, era, 'fail'))).toMatch(/(?=[^]*Authorization)(?=[^]*Basic)/);
  });

  test.each(['', ' ', '\n\t'])('counts as one whose words are blank: %j', async (message) => {
    const fail = tool.mutation(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message });
    });
    await using server = await serve(mcpHandler(t.router({ fail }), { createContext, onError: () => {} }));
    await using bare = await failing('FORBIDDEN');
    const text = textOf(await call(server.mcp, era, 'fail'));
    expect(text).toBe(textOf(await call(bare.mcp, era, 'fail')));
  });

  test('FORBIDDEN says that this caller may not do this', async () => {
    await using server = await failing('FORBIDDEN');
    expect(textOf(await call(server.mcp, era, 'fail'))).toMatch(/may not|not allowed|not permitted/);
  });

  test('an error with words keeps them', async () => {
    const fail = tool.mutation(() => {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
    });
    await using server = await serve(mcpHandler(t.router({ fail }), { createContext }));
    expect(textOf(await call(server.mcp, era, 'fail'))).toMatch(/^UNAUTHORIZED: Sign in first\./);
  });
});

describe.each(eras)('the 401 of an endpoint that takes plain tokens, in the %s era', (era) => {
  const auth = (more: Partial<AuthOptions> = {}): AuthOptions => ({
    authenticate(incoming) {
      const token = incoming.headers.get('authorization')?.replace('Bearer ', '');
      if (token === undefined) return undefined;
      if (token === 'bad') throw new TRPCError({ code: 'UNAUTHORIZED' });
      return { token, clientId: token, scopes: [] };
    },
    ...more,
  });
  const router = t.router({
    ping: tool.query(() => 1),
    scoped: t.procedure.meta({ mcp: { scopes: ['notes:read'] } }).query(() => 1),
  });
  const where = /(?=[^]*Authorization)(?=[^]*Bearer)/;

  test.each([
    ['where a credential is required', { required: true }, 'ping', {}],
    ['where the credential is bad', { required: true }, 'ping', { authorization: 'Bearer bad' }],
    ['where a tool needs scopes', {}, 'scoped', {}],
    ['where it is refused without a reason', { authorize: () => false }, 'ping', {}],
  ] as [string, Partial<AuthOptions>, string, Record<string, string>][])(
    'says where the token goes: %s',
    async (_, more, name, headers) => {
      await using server = await serve(
        mcpHandler(router, { createContext, auth: auth(more), onError: () => {} }),
      );
      const called = await call(server.mcp, era, name, {}, headers);
      expect([called.status, textOf(called)]).toEqual([401, expect.stringMatching(where)]);
      if (name !== 'ping') return;
      const listed = await request(server.mcp, era, 'tools/list', {}, headers);
      expect([listed.status, messageOf(listed)]).toEqual([401, expect.stringMatching(where)]);
    },
  );
});
