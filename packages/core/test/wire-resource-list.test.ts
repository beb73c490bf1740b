import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { type AuthOptions, type CallFailure, getMcpCall, mcpDefaults, type McpMeta } from '../src/index.ts';
import { clientKinds, connect } from './clients.ts';
import { type Answer, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ user?: string }>().meta<McpMeta>().create({ isDev: false });
const id = z.object({ id: z.string() });
const createContext = () => ({});

/** A template whose resources a query lists. */
const listed = (uri: string, list: string, more: object = {}) =>
  t.procedure
    .meta({ mcp: { resource: { uri, list }, ...more } })
    .input(id)
    .query(({ input }) => input.id);

const paged = z.object({ cursor: z.string().optional() });

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('lists what several queries list, page after page, after what is fixed', async () => {
    const cursors: unknown[] = [];
    const router = t.router({
      about: t.procedure.meta({ mcp: { resource: { uri: 'app://about' } } }).query(() => ''),
      a: listed('a://{id}', 'as'),
      b: listed('b://{id}', 'bs'),
      c: listed('c://{id}', 'cs'),
      d: listed('d://{id}', 'ds'),
      as: t.procedure.query(() => [{ id: '1' }, { id: '2 3' }]),
      // An empty page in the middle does not end the list.
      bs: t.procedure.input(paged).query(({ input: { cursor } }) => {
        cursors.push(cursor);
        const next: Record<string, string | null> = { first: 'second', second: 'third', third: null };
        const nextCursor = cursor === undefined ? 'first' : next[cursor];
        return { items: cursor === 'third' ? [{ id: 'last' }] : [], nextCursor };
      }),
      cs: t.procedure.query(() => []),
      // Cursors of infinite queries are often numbers.
      ds: t.procedure
        .input(z.object({ cursor: z.number().nullish(), limit: z.number().default(2) }))
        .query(({ input: { cursor, limit } }) => {
          const start = cursor ?? 0;
          const items = Array.from({ length: limit }, (_, index) => ({ id: start + index }));
          return { items, nextCursor: start < 4 ? start + limit : undefined };
        }),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    const uris = (await client.listResources()).map(({ uri }) => uri);
    const ds = [0, 1, 2, 3, 4, 5].map((number) => `d://${number}`);
    expect(uris).toEqual(['app://about', 'a://1', 'a://2%203', 'b://last', ...ds]);
    expect(cursors).toEqual([undefined, 'first', 'second', 'third']);
    for (const uri of uris) expect(await client.readResource(uri as string)).toHaveLength(1);
  });

  test('sees what an item says of itself, and nothing else of it', async () => {
    const router = t.router({
      get: t.procedure
        .meta({ mcp: { resource: { uri: 'files://{+path}{?v}', list: 'all', mimeType: 'text/csv' } } })
        .input(z.object({ path: z.string(), v: z.date().optional() }))
        .query(() => ''),
      all: t.procedure.query(() => [
        {
          path: 'a/b c.csv',
          v: new Date(0),
          name: 'b.csv',
          title: 'B',
          description: 'A table.',
          mimeType: 'text/tab-separated-values',
          size: 10,
          annotations: { audience: ['user'], priority: 1 },
          secret: 'hunter2',
        },
        { uri: 'files://own?v=x', title: 5, description: null, size: 'big', annotations: 'none' },
      ]),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    expect(await client.listResources()).toEqual([
      {
        uri: 'files://a/b%20c.csv?v=1970-01-01T00%3A00%3A00.000Z',
        name: 'b.csv',
        title: 'B',
        description: 'A table.',
        mimeType: 'text/tab-separated-values',
        size: 10,
        annotations: { audience: ['user'], priority: 1 },
      },
      { uri: 'files://own?v=x', name: 'files://own?v=x', mimeType: 'text/csv' },
    ]);
  });

  test('lists once what goes on by a cursor that its query does not take', async () => {
    let runs = 0;
    const router = t.router({
      a: listed('a://{id}', 'all'),
      all: t.procedure.query(() => ({ items: [{ id: ++runs }], nextCursor: 'more' })),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    expect((await client.listResources()).map(({ uri }) => uri)).toEqual(['a://1']);
  });

  test('does not list what it may not read, nor what a query refuses it', async () => {
    const forbidden = () => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
    };
    const failures: CallFailure[] = [];
    const router = t.router({
      a: listed('a://{id}', 'as', { visible: () => false }),
      b: listed('b://{id}', 'bs', { scopes: ['b:read'] }),
      c: listed('c://{id}', 'forbidden'),
      d: listed('d://{id}', 'hidden'),
      e: listed('e://{id}', 'scoped'),
      f: listed('f://{id}', 'all'),
      as: t.procedure.query(forbidden),
      bs: t.procedure.query(forbidden),
      forbidden: t.procedure.query(forbidden),
      hidden: t.procedure.use(mcpDefaults({ visible: () => false })).query(() => [{ id: 'x' }]),
      scoped: t.procedure.use(mcpDefaults({ scopes: ['e:read'] })).query(() => [{ id: 'x' }]),
      all: t.procedure.query(() => [{ id: 'x' }]),
    });
    const auth: AuthOptions = { authenticate: () => ({ token: 'x', clientId: 'x', scopes: [] }) };
    await using server = await serve(
      mcpHandler(router, { createContext, auth, onError: (failure) => failures.push(failure) }),
    );
    await using client = await connect[kind](server.mcp);
    expect((await client.listResources()).map(({ uri }) => uri)).toEqual(['f://x']);
    expect(failures.map(({ path, error }) => [path, error.message])).toEqual([['forbidden', 'not you']]);
  });
});

describe.each(eras)('in the %s era', (era) => {
  const list = (url: string, params: Record<string, unknown> = {}, headers?: Record<string, string>) =>
    request(url, era, 'resources/list', params, headers);
  const errorOf = ({ body }: Answer) =>
    (body as { error: { code: number; message: string; data?: unknown } }).error;

  test('a query that says UNAUTHORIZED answers the list with 401', async () => {
    const router = t.router({
      a: listed('a://{id}', 'all'),
      all: t.procedure.query(() => {
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
      }),
    });
    const options = { createContext, onError: () => undefined };
    await using server = await serve(mcpHandler(router, options));
    await using lenient = await serve(mcpHandler(router, { ...options, return200ForErrors: true }));
    const refused = await list(server.mcp);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(errorOf(refused)).toMatchObject({
      code: -32_600,
      message: 'UNAUTHORIZED: sign in (WWW-Authenticate: Bearer)',
    });
    const same = await list(lenient.mcp);
    expect([same.status, same.headers.get('www-authenticate'), same.body]).toEqual([200, null, refused.body]);
  });

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('password=hunter2');
      },
      'password=hunter2',
    ],
    ['returns no list', () => 'password=hunter2', 'a query that lists resources returns a list, or'],
    ['returns nothing', () => undefined, 'a query that lists resources returns a list, or'],
    [
      'lists what lacks a variable',
      () => [{ secret: 'hunter2' }],
      'an item that is listed has a uri like a://{id}, or its variables: id',
    ],
    [
      'lists a URI of another form',
      () => [{ uri: 'b://hunter2' }],
      'an item that is listed has a uri like a://{id}, or its variables: id',
    ],
    ['lists nothing at all', () => [null], 'an item that is listed has a uri like a://{id}'],
    [
      'asks a person',
      () => getMcpCall()!.ask({ message: 'Really?', schema: { type: 'object', properties: {} } }),
      'this needs an answer from a person',
    ],
  ])(
    'a query that %s is an error that onError gets, masked where nobody wrote it',
    async (_, run, reason) => {
      const failures: CallFailure[] = [];
      const router = t.router({ a: listed('a://{id}', 'all'), all: t.procedure.query(run) });
      await using server = await serve(
        mcpHandler(router, { createContext, onError: (failure) => failures.push(failure) }),
      );
      const answer = await list(server.mcp);
      expect([answer.status, errorOf(answer).code]).toEqual([200, -32_603]);
      expect(JSON.stringify(answer.body)).not.toContain('hunter2');
      expect(failures).toMatchObject([
        { path: 'all', error: { message: expect.stringContaining(reason) as string } },
      ]);
      const { code } = failures[0]!.error as TRPCError;
      if (code === 'INTERNAL_SERVER_ERROR') expect(errorOf(answer).message).toContain(failures[0]!.reference);
    },
  );

  test.each(['', 'x', 'AAAA', btoa('null'), btoa('{}'), btoa('[-1]'), btoa('[1.5]'), btoa('[9]'), '%'])(
    'the cursor %o is none',
    async (cursor) => {
      const router = t.router({ a: listed('a://{id}', 'all'), all: t.procedure.query(() => [{ id: '1' }]) });
      await using server = await serve(mcpHandler(router, { createContext }));
      expect(errorOf(await list(server.mcp, { cursor }))).toMatchObject({ code: -32_602 });
    },
  );

  test('a cursor is opaque, and what a client makes of it goes through the parser of the query', async () => {
    const seen: unknown[] = [];
    const router = t.router({
      a: listed('a://{id}', 'all'),
      all: t.procedure.input(z.object({ cursor: z.string().max(5).optional() })).query(({ input }) => {
        seen.push(input.cursor);
        return { items: [{ id: '1' }], nextCursor: 'ünï' };
      }),
    });
    await using server = await serve(mcpHandler(router, { createContext, onError: () => undefined }));
    const cursorOf = ({ body }: Answer) => (body as { result: { nextCursor: string } }).result.nextCursor;
    const cursor = cursorOf(await list(server.mcp));
    expect(cursorOf(await list(server.mcp, { cursor }))).toBe(cursor);
    const forged = btoa(encodeURIComponent(JSON.stringify([0, { $gt: '' }])));
    expect(errorOf(await list(server.mcp, { cursor: forged }))).toMatchObject({
      code: -32_602,
      message: expect.stringContaining('cursor: ') as string,
    });
    expect(seen).toEqual([undefined, 'ünï']);
  });

  test('the context of a list refuses it with 401 and 403', async () => {
    const router = t.router({
      a: listed('a://{id}', 'all', { visible: () => true }),
      all: t.procedure.query(() => []),
    });
    for (const [code, status] of [
      ['UNAUTHORIZED', 401],
      ['FORBIDDEN', 403],
    ] as const) {
      await using server = await serve(
        mcpHandler(router, {
          createContext: () => {
            throw new TRPCError({ code, message: 'not you' });
          },
        }),
      );
      for (const method of ['resources/list', 'resources/templates/list']) {
        const answer = await request(server.mcp, era, method);
        expect([answer.status, errorOf(answer).code]).toEqual([status, -32_600]);
      }
    }
  });

  test('a list that a query makes is kept by nobody, and one that is fixed by everybody', async () => {
    const fixed = t.router({
      a: t.procedure.meta({ mcp: { resource: { uri: 'a:b' } } }).query(() => 1),
      b: t.procedure
        .meta({ mcp: { resource: { uri: 'b://{id}' } } })
        .input(id)
        .query(() => 1),
    });
    const queried = t.router({ a: listed('a://{id}', 'all'), all: t.procedure.query(() => []) });
    const scopes: unknown[] = [];
    for (const router of [fixed, queried]) {
      await using server = await serve(mcpHandler(router as typeof fixed, { createContext }));
      for (const method of ['resources/list', 'resources/templates/list']) {
        const { body } = await request(server.mcp, era, method);
        const { ttlMs, cacheScope } = (body as { result: Record<string, unknown> }).result;
        scopes.push([ttlMs, cacheScope]);
      }
    }
    const public5 = [300_000, 'public'];
    expect(scopes).toEqual(
      era === 'modern'
        ? [public5, public5, [0, 'private'], public5]
        : Array.from({ length: 4 }, () => [undefined, undefined]),
    );
  });
});
