import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { type AuthOptions, type CallFailure, getMcpCall, mcpDefaults, type McpMeta } from '../src/index.ts';
import { clientKinds, connect, protocolErrorOf } from './clients.ts';
import { eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ user?: string }>().meta<McpMeta>().create({ isDev: false });
const createContext = () => ({});
const ref = { type: 'ref/prompt', name: 'it' } as const;

const Size = { small: 1, large: 2 } as const;

const completing = (complete: Record<string, string>) =>
  t.procedure.meta({ mcp: { prompt: true, complete } });
const whole = (values: unknown[]) => ({ values, total: values.length, hasMore: false });

describe.each(clientKinds)('a client of kind %s', (kind) => {
  const shared = z.enum(['a', 'ab']);
  test.each<[string, z.ZodObject, string, unknown[]]>([
    ['an enum', z.object({ v: z.enum(['Red', 'green', 'grey']) }), 'GR', ['green', 'grey']],
    ['an enum, before anything is typed', z.object({ v: z.enum(['b', 'a']) }), '', ['b', 'a']],
    ['an optional enum', z.object({ v: z.enum(['a', 'b']).optional() }), 'a', ['a']],
    ['a nullable enum', z.object({ v: z.enum(['a', 'b']).nullable() }), '', ['a', 'b']],
    ['an enum with a default', z.object({ v: z.enum(['a', 'b']).default('a') }), '', ['a', 'b']],
    ['an enum that is used twice', z.object({ v: shared, w: shared }), 'ab', ['ab']],
    ['a shared enum with an id', z.object({ v: z.enum(['a', 'b']).meta({ id: 'V' }) }), '', ['a', 'b']],
    ['an enum of numbers', z.object({ v: z.enum(Size) }), '2', ['2']],
    ['a boolean', z.object({ v: z.boolean() }), 't', ['true']],
    ['a nullable boolean', z.object({ v: z.boolean().nullish() }), '', ['true', 'false']],
    ['a literal', z.object({ v: z.literal('only') }), '', ['only']],
    ['literals', z.object({ v: z.union([z.literal('a'), z.literal(5), z.null()]) }), '', ['a', '5']],
    ['what allows more than it lists', z.object({ v: z.union([z.literal('a'), z.string()]) }), '', []],
    ['a string', z.object({ v: z.string() }), 'a', []],
    ['a date', z.object({ v: z.date() }), '20', []],
  ])('completes %s by itself', async (_, schema, value, values) => {
    const router = t.router({
      it: t.procedure
        .meta({ mcp: { prompt: true, resource: { uri: `x://{v}${'w' in schema.shape ? '/{w}' : ''}` } } })
        .input(schema)
        .query(() => ''),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    expect(client.capabilities()).toHaveProperty('completions');
    const argument = { name: 'v', value };
    expect(await client.complete({ ref, argument })).toEqual(whole(values));
    const uri = `x://{v}${'w' in schema.shape ? '/{w}' : ''}`;
    expect(await client.complete({ ref: { type: 'ref/resource', uri }, argument })).toEqual(whole(values));
  });

  const hundred = Array.from({ length: 250 }, (_, index) => `v${index}`);
  test.each<[string, unknown, unknown]>([
    ['a list', ['a', 'b'], whole(['a', 'b'])],
    ['a list of numbers', [1, 2], whole(['1', '2'])],
    ['an empty list', [], whole([])],
    ['an object', { values: ['a'], total: 7, hasMore: true }, { values: ['a'], total: 7, hasMore: true }],
    ['an object with a total', { values: ['a'], total: 7 }, { values: ['a'], total: 7, hasMore: true }],
    ['an object with more', { values: ['a'], hasMore: true }, { values: ['a'], hasMore: true }],
    ['an object with no more', { values: ['a'] }, whole(['a'])],
    ['more than the protocol takes', hundred, { values: hundred.slice(0, 100), total: 250, hasMore: true }],
    [
      'an object with more than the protocol takes',
      { values: hundred, total: 1000, hasMore: false },
      { values: hundred.slice(0, 100), total: 1000, hasMore: true },
    ],
  ])('gets what a query returns: %s', async (_, returned, completion) => {
    const router = t.router({
      it: completing({ v: 'find' })
        .input(z.object({ v: z.string() }))
        .query(() => ''),
      find: t.procedure.query(() => returned),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    expect(await client.complete({ ref, argument: { name: 'v', value: '' } })).toEqual(completion);
  });

  test('tells a query what was typed, and the other arguments so far', async () => {
    const seen: unknown[] = [];
    const country = z.object({
      value: z.string(),
      arguments: z.object({ country: z.enum(['de', 'at']).optional() }),
    });
    const router = t.router({
      it: completing({ city: 'cities', street: 'streets', floor: 'floors' })
        .input(z.object({ country: z.string(), city: z.enum(['x']), street: z.string(), floor: z.number() }))
        .query(() => ''),
      cities: t.procedure.input(country).query(({ input, path }) => {
        seen.push([path, input, getMcpCall()!.method]);
        return ['Graz'];
      }),
      // A strict schema gets only the properties that it has.
      streets: t.procedure.input(z.strictObject({ value: z.string() })).query(({ input, path }) => {
        seen.push([path, input]);
        return ['Ring'];
      }),
      floors: t.procedure
        .input(z.object({ value: z.number(), arguments: z.object({ floor: z.number().optional() }) }))
        .query(({ input, path }) => {
          seen.push([path, input]);
          return [input.value * 10];
        }),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    const context = { arguments: { country: 'at', other: 'x' } };
    // The app's own query is used instead of the enum.
    expect(await client.complete({ ref, argument: { name: 'city', value: 'G' }, context })).toEqual(
      whole(['Graz']),
    );
    expect(await client.complete({ ref, argument: { name: 'city', value: '' } })).toEqual(whole(['Graz']));
    expect(await client.complete({ ref, argument: { name: 'street', value: 'R' }, context })).toEqual(
      whole(['Ring']),
    );
    const floor = { arguments: { floor: '3' } };
    expect(await client.complete({ ref, argument: { name: 'floor', value: '4' }, context: floor })).toEqual(
      whole(['40']),
    );
    expect(seen).toEqual([
      ['cities', { value: 'G', arguments: { country: 'at' } }, 'completion/complete'],
      ['cities', { value: '', arguments: {} }, 'completion/complete'],
      ['streets', { value: 'R' }],
      ['floors', { value: 4, arguments: { floor: 3 } }],
    ]);
  });

  test('is told that what it completes is unknown, and of an unknown argument nothing', async () => {
    const router = t.router({
      it: t.procedure
        .meta({ mcp: { prompt: true, resource: { uri: 'x://{v}' } } })
        .input(z.object({ v: z.enum(['a']) }))
        .query(() => ''),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    const argument = { name: 'v', value: '' };
    expect(await protocolErrorOf(client.complete({ ref: { ...ref, name: 'nobody' }, argument }))).toEqual({
      code: -32_602,
      message: 'Unknown prompt: nobody',
      data: undefined,
    });
    const uri = 'x://nobody/{v}';
    expect(
      await protocolErrorOf(client.complete({ ref: { type: 'ref/resource', uri }, argument })),
    ).toMatchObject({
      code: -32_602,
      message: `Unknown resource: ${uri}`,
    });
    for (const name of ['w', 'constructor', '__proto__'])
      expect(await client.complete({ ref, argument: { name, value: '' } })).toEqual(whole([]));
  });

  test('completes nothing by a query that is hidden from it', async () => {
    const router = t.router({
      it: completing({ v: 'find' })
        .input(z.object({ v: z.string() }))
        .query(() => ''),
      find: t.procedure.use(mcpDefaults({ visible: () => false })).query(() => ['psst']),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    expect(await client.complete({ ref, argument: { name: 'v', value: '' } })).toEqual(whole([]));
  });
});

const auth: AuthOptions = {
  authenticate(incoming) {
    const held = incoming.headers.get('authorization');
    return held === null ? undefined : { token: 'x', clientId: 'ada', scopes: held.split(' ') };
  },
};

describe.each(eras)('in the %s era', (era) => {
  const argument = { name: 'v', value: '' };

  test('a query that completes runs under the same middleware, which may refuse', async () => {
    const failures: CallFailure[] = [];
    const guarded = t.procedure.use(({ ctx, next }) => {
      if (ctx.user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
      if (ctx.user !== 'ada') throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
      return next();
    });
    const router = t.router({
      it: completing({ v: 'find' })
        .input(z.object({ v: z.string() }))
        .query(() => ''),
      find: guarded.query(({ ctx }) => [ctx.user]),
    });
    await using server = await serve(
      mcpHandler(router, {
        createContext: ({ req }) => ({
          ...(req.headers.authorization && { user: req.headers.authorization }),
        }),
        onError: (failure) => failures.push(failure),
      }),
    );
    const complete = (headers?: Record<string, string>) =>
      request(server.mcp, era, 'completion/complete', { ref, argument }, headers);
    const anonymous = await complete();
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(anonymous.body).toMatchObject({
      error: { code: -32_600, message: expect.stringContaining('sign in') as string },
    });
    expect((await complete({ authorization: 'bob' })).status).toBe(403);
    expect((await complete({ authorization: 'ada' })).body).toMatchObject({
      result: { completion: { values: ['ada'] } },
    });
    expect(failures.map(({ path, error }) => [path, error.message])).toEqual([
      ['find', 'sign in'],
      ['find', 'not you'],
    ]);
  });

  test('who lacks the scopes of a prompt completes nothing of it', async () => {
    const router = t.router({
      it: t.procedure
        .meta({ mcp: { prompt: true, scopes: ['it:use'] } })
        .input(z.object({ v: z.enum(['a']) }))
        .query(() => ''),
    });
    await using server = await serve(mcpHandler(router, { createContext, auth }));
    const complete = (authorization: string) =>
      request(server.mcp, era, 'completion/complete', { ref, argument }, { authorization });
    const refused = await complete('other');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope", scope="it:use"',
    ]);
    expect((await complete('it:use')).body).toMatchObject({ result: { completion: { values: ['a'] } } });
  });

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('password=hunter2');
      },
      'password=hunter2',
    ],
    ['returns no list', () => 'password=hunter2', 'a query that completes returns a list, or'],
    ['returns nothing', () => undefined, 'a query that completes returns a list, or'],
    [
      'asks a person',
      () => getMcpCall()!.ask({ message: 'Really?', schema: { type: 'object', properties: {} } }),
      'this needs an answer from a person',
    ],
  ])(
    'a query that %s is an error that onError gets, masked where nobody wrote it',
    async (_, run, reason) => {
      const failures: CallFailure[] = [];
      const router = t.router({
        it: completing({ v: 'find' })
          .input(z.object({ v: z.string() }))
          .query(() => ''),
        find: t.procedure.query(run),
      });
      await using server = await serve(
        mcpHandler(router, { createContext, onError: (failure) => failures.push(failure) }),
      );
      const { status, body } = await request(server.mcp, era, 'completion/complete', { ref, argument });
      expect([status, body]).toMatchObject([200, { error: { code: -32_603 } }]);
      expect(JSON.stringify(body)).not.toContain('hunter2');
      expect(failures).toMatchObject([
        { path: 'find', error: { message: expect.stringContaining(reason) as string } },
      ]);
    },
  );
});
