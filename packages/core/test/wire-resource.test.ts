import { initTRPC, lazy, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { type AuthOptions, type CallFailure, mcpContent, type McpMeta } from '../src/index.ts';
import { type ClientKind, clientKinds, connect, protocolErrorOf } from './clients.ts';
import { type Answer, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ user?: string }>().meta<McpMeta>().create({ isDev: false });
const resource = (uri: string, more: object = {}) =>
  t.procedure.meta({ mcp: { resource: { uri, ...more } } });

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 1]);

describe.each(clientKinds)('a client of kind %s', (kind) => {
  const open = async (router: Parameters<typeof mcpHandler>[0], options: object = {}) => {
    const server = await serve(mcpHandler(router, { createContext: () => ({}), ...options } as never));
    const client = await connect[kind](server.mcp);
    return {
      client,
      async [Symbol.asyncDispose]() {
        await client[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  };

  test('sees fixed resources listed and templates as templates, with all that is said of them', async () => {
    const icons = [{ src: 'https://example.com/i.png' }];
    const router = t.router({
      about: resource('app://about', {
        name: 'about',
        title: 'About',
        description: 'What the app is.',
        mimeType: 'text/markdown',
        size: 12,
        annotations: { audience: ['user'], priority: 0.5, lastModified: '2026-01-01T00:00:00Z' },
        icons,
        _meta: { 'com.example/a': 1 },
      }).query(() => '# About'),
      customers: t.router({
        get: resource('customers://{id}', { size: 5 })
          .input(z.object({ id: z.string() }).describe('One customer.'))
          .query(({ input }) => input),
      }),
      plain: resource('plain:x').query(() => 1),
    });
    await using both = await open(router);
    expect(await both.client.listResources()).toEqual([
      {
        uri: 'app://about',
        name: 'about',
        title: 'About',
        description: 'What the app is.',
        mimeType: 'text/markdown',
        size: 12,
        annotations: { audience: ['user'], priority: 0.5, lastModified: '2026-01-01T00:00:00Z' },
        icons,
        _meta: { 'com.example/a': 1 },
      },
      {
        uri: 'plain:x',
        name: 'plain',
        title: 'Plain',
        description: 'What the query "plain" of this app returns.',
      },
    ]);
    expect(await both.client.listResourceTemplates()).toEqual([
      {
        uriTemplate: 'customers://{id}',
        name: 'customers_get',
        title: 'Customers: get',
        description: 'One customer.',
      },
    ]);
    expect(await both.client.listTools()).toEqual([]);
    expect(both.client.capabilities()).toMatchObject({ resources: { subscribe: true } });
  });

  test.each<[string, unknown, object, object[]]>([
    ['a string', 'hello', {}, [{ mimeType: 'text/plain', text: 'hello' }]],
    ['an empty string', '', {}, [{ mimeType: 'text/plain', text: '' }]],
    ['a string of a type', '<p>', { mimeType: 'text/html' }, [{ mimeType: 'text/html', text: '<p>' }]],
    [
      'an object',
      { at: new Date(0), big: 5n, tags: new Set(['a']) },
      {},
      [{ mimeType: 'application/json', text: '{"at":"1970-01-01T00:00:00.000Z","big":"5","tags":["a"]}' }],
    ],
    ['null', null, {}, [{ mimeType: 'application/json', text: 'null' }]],
    ['a number', 0, {}, [{ mimeType: 'application/json', text: '0' }]],
    ['a list', [], {}, [{ mimeType: 'application/json', text: '[]' }]],
    [
      'a file',
      new File(['a,b'], 'a.csv', { type: 'text/csv' }),
      {},
      [{ mimeType: 'text/csv', blob: 'YSxi' }],
    ],
    [
      'a file whose type is known',
      new File(['a,b'], 'a.csv', { type: 'text/csv' }),
      { mimeType: 'text/tab-separated-values' },
      [{ mimeType: 'text/tab-separated-values', blob: 'YSxi' }],
    ],
    ['a blob', new Blob(['a,b']), {}, [{ mimeType: 'application/octet-stream', blob: 'YSxi' }]],
    ['bytes', new TextEncoder().encode('a,b'), {}, [{ mimeType: 'application/octet-stream', blob: 'YSxi' }]],
    ['a buffer', Uint8Array.of(1, 2).buffer, {}, [{ mimeType: 'application/octet-stream', blob: 'AQI=' }]],
    ['a picture', png, {}, [{ mimeType: 'image/png', blob: Buffer.from(png).toString('base64') }]],
    [
      'ready-made contents',
      mcpContent([
        { type: 'text', text: 'one' },
        { type: 'image', data: 'AQI=', mimeType: 'image/gif' },
        { type: 'resource', resource: { uri: 'other:x', mimeType: 'text/x', text: 'two' } },
      ]),
      { mimeType: 'text/markdown' },
      [
        { mimeType: 'text/markdown', text: 'one' },
        { mimeType: 'image/gif', blob: 'AQI=' },
        { uri: 'other:x', mimeType: 'text/x', text: 'two' },
      ],
    ],
    [
      'an object with files in it',
      { logo: png, report: new File(['a,b'], 'a.csv', { type: 'text/csv' }) },
      {},
      [
        {
          mimeType: 'application/json',
          text: '{"logo":"attachment:1","report":{"name":"a.csv","mimeType":"text/csv","size":3,"uri":"attachment:2"}}',
        },
        { uri: 'attachment:1', mimeType: 'image/png', blob: Buffer.from(png).toString('base64') },
        { uri: 'attachment:2', mimeType: 'text/csv', blob: 'YSxi' },
      ],
    ],
  ])('reads %s', async (_, value, settings, contents) => {
    const router = t.router({ it: resource('app://it', settings).query(() => value) });
    await using both = await open(router);
    expect(await both.client.readResource('app://it')).toEqual(
      contents.map((content) => ({ uri: 'app://it', ...content })),
    );
  });

  test.each<[string, z.ZodType, string, unknown]>([
    ['x://{v}', z.object({ v: z.string() }), 'x://a%20b%2Fc', { v: 'a b/c' }],
    ['x://{v}', z.object({ v: z.string() }), 'x://007', { v: '007' }],
    ['x://{v}', z.object({ v: z.number() }), 'x://4.5', { v: 4.5 }],
    ['x://{v}', z.object({ v: z.int() }), 'x://7', { v: 7 }],
    ['x://{v}', z.object({ v: z.bigint() }), 'x://90071992547409931', { v: 90071992547409931n }],
    ['x://{v}', z.object({ v: z.boolean() }), 'x://false', { v: false }],
    [
      'x://{v}',
      z.object({ v: z.date() }),
      'x://2026-01-31T09%3A00%3A00Z',
      { v: new Date('2026-01-31T09:00Z') },
    ],
    ['x://{v}', z.object({ v: z.date() }), 'x://2026-01-31', { v: new Date('2026-01-31') }],
    ['x://{v}', z.object({ v: z.enum(['a', 'b']) }), 'x://a', { v: 'a' }],
    ['x://{v}', z.object({ v: z.literal([1, 2]) }), 'x://2', { v: 2 }],
    ['x://{v}', z.object({ v: z.number().nullable() }), 'x://2', { v: 2 }],
    ['x://{v}', z.object({ v: z.array(z.number()) }), 'x://1,2,3', { v: [1, 2, 3] }],
    ['x://{v}', z.object({ v: z.array(z.string()) }), 'x://a,b%2Cc', { v: ['a', 'b,c'] }],
    ['x:/{/v*}', z.object({ v: z.array(z.string()) }), 'x://a/b%2Fc', { v: ['a', 'b/c'] }],
    ['x://{input}', z.number(), 'x://5', 5],
    ['x://{+v}', z.object({ v: z.string() }), 'x://a/b?c#d', { v: 'a/b?c#d' }],
    [
      'x://y{?v,w}',
      z.object({ v: z.array(z.date()).default([]), w: z.boolean().optional() }),
      'x://y?w=true&v=2026-01-31,2026-02-01',
      { v: [new Date('2026-01-31'), new Date('2026-02-01')], w: true },
    ],
    [
      'x://y{?v,w}',
      z.object({ v: z.array(z.date()).default([]), w: z.boolean().optional() }),
      'x://y',
      { v: [] },
    ],
    ['x://y{?v*}', z.object({ v: z.array(z.number()) }), 'x://y?v=1&v=2', { v: [1, 2] }],
    [
      'x://{a}/{b}',
      z.object({ a: z.number(), b: z.set(z.number()) }),
      'x://1/2,3',
      { a: 1, b: new Set([2, 3]) },
    ],
  ])('reads %s with variables that the schema decodes (%#)', async (uri, schema, asked, expected) => {
    let seen: unknown;
    const router = t.router({
      it: resource(uri)
        .input(schema)
        .query(({ input }) => {
          seen = input;
          return 'seen';
        }),
    });
    await using both = await open(router);
    expect(await both.client.readResource(asked)).toEqual([
      { uri: asked, mimeType: 'text/plain', text: 'seen' },
    ]);
    expect(seen).toEqual(expected);
  });

  test('reads a stream and what comes later as a whole', async () => {
    const router = t.router({
      stream: resource('app://stream').query(async function* () {
        yield 1;
        yield { at: await Promise.resolve(new Date(0)) };
      }),
      later: resource('app://later').query(() => ({ sum: Promise.resolve(3n) })),
    });
    await using both = await open(router);
    const textOf = async (uri: string) =>
      ((await both.client.readResource(uri)) as { text: string }[]).map(({ text }) => text);
    expect(await textOf('app://stream')).toEqual(['[1,{"at":"1970-01-01T00:00:00.000Z"}]']);
    expect(await textOf('app://later')).toEqual(['{"sum":"3"}']);
  });

  test('is told of an unknown URI by an error with the URI', async () => {
    const router = t.router({
      get: resource('customers://{id}')
        .input(z.object({ id: z.string() }))
        .query(() => undefined),
      fixed: resource('app://fixed').query(() => undefined),
    });
    await using both = await open(router, { onError: () => undefined });
    const long = `nope://${'x'.repeat(500)}`;
    for (const uri of [
      'nope://1',
      'customers://',
      'customers://1/2',
      'customers://%zz',
      'app://other',
      long,
    ]) {
      const { code, message, data } = await protocolErrorOf(both.client.readResource(uri));
      expect([code, data]).toEqual([-32_602, { uri }]);
      expect(message).toContain('Resource not found');
      expect(message.length).toBeLessThan(150);
    }
    // If the query returns nothing, the resource is not found. Contents are never empty.
    for (const uri of ['customers://1', 'app://fixed']) {
      const { code, message, data } = await protocolErrorOf(both.client.readResource(uri));
      expect([code, data]).toMatchObject([-32_602, { uri, code: 'NOT_FOUND' }]);
      expect(message).toContain(`there is nothing at ${uri}`);
    }
  });

  test.each([
    ['NOT_FOUND', -32_602],
    ['BAD_REQUEST', -32_602],
    ['CONFLICT', -32_603],
    ['TIMEOUT', -32_603],
  ] as const)('reads what the app wrote for a %s', async (code, rpc) => {
    const router = t.router({
      get: resource('customers://{id}')
        .input(z.object({ id: z.string() }))
        .query(({ input }) => {
          throw new TRPCError({ code, message: `no customer ${input.id}` });
        }),
    });
    await using both = await open(router, { onError: () => undefined });
    const error = await protocolErrorOf(both.client.readResource('customers://7'));
    expect(error).toMatchObject({
      code: rpc,
      data: { uri: 'customers://7', code, path: 'get' },
      message: expect.stringContaining(`${code}: no customer 7`),
    });
  });

  test('is told what is wrong with a variable, and nothing runs', async () => {
    let runs = 0;
    const router = t.router({
      get: resource('customers://{id}{?since}')
        .input(z.object({ id: z.int().max(100), since: z.date().optional() }))
        .query(() => ++runs),
    });
    await using both = await open(router, { onError: () => undefined });
    const { code, message, data } = await protocolErrorOf(
      both.client.readResource('customers://1000?since=soon'),
    );
    expect(code).toBe(-32_602);
    expect(message).toContain('since: expected an ISO 8601');
    expect(data).toMatchObject({ code: 'BAD_REQUEST', issues: [{ path: 'id' }, { path: 'since' }] });
    const big = await protocolErrorOf(both.client.readResource('customers://1000'));
    expect(big.data).toMatchObject({ code: 'BAD_REQUEST', issues: [{ path: 'id' }] });
    expect(runs).toBe(0);
  });

  test('reads a reference where the app wrote nothing for it, and onError gets the error', async () => {
    const failures: CallFailure[] = [];
    const router = t.router({
      bad: resource('app://bad').query(() => {
        throw new Error('password=hunter2');
      }),
      link: resource('app://link').query(() =>
        mcpContent([{ type: 'resource_link', uri: 'x:y', name: 'y' }]),
      ),
    });
    await using both = await open(router, { onError: (failure: CallFailure) => failures.push(failure) });
    for (const uri of ['app://bad', 'app://link']) {
      const { code, message, data } = await protocolErrorOf(both.client.readResource(uri));
      expect(code).toBe(-32_603);
      expect(message).toBe(
        `INTERNAL_SERVER_ERROR: something went wrong inside the app (reference ${failures.at(-1)!.reference})`,
      );
      expect(JSON.stringify(data)).not.toContain('hunter2');
    }
    expect(failures.map(({ error, path }) => [path, error.message])).toEqual([
      ['bad', 'password=hunter2'],
      ['link', 'a resource_link is no contents; read what it links to'],
    ]);
  });

  test('gets the same error for a hidden resource and a missing one, and does not see it listed', async () => {
    const hidden = { visible: () => false };
    const router = t.router({
      open: resource('app://open').query(() => 1),
      fixed: t.procedure.meta({ mcp: { ...hidden, resource: { uri: 'secret://it' } } }).query(() => 1),
      many: t.procedure
        .meta({ mcp: { ...hidden, resource: { uri: 'hidden://{id}', list: 'all' } } })
        .input(z.object({ id: z.string() }))
        .query(() => 1),
      all: t.procedure.query(() => [{ id: '1' }]),
    });
    await using both = await open(router);
    expect((await both.client.listResources()).map(({ uri }) => uri)).toEqual(['app://open']);
    expect(await both.client.listResourceTemplates()).toEqual([]);
    for (const [uri, missing] of [
      ['secret://it', 'nobody://it'],
      ['hidden://it', 'nobody://it'],
    ] as const) {
      const one = await protocolErrorOf(both.client.readResource(uri));
      const other = await protocolErrorOf(both.client.readResource(missing));
      expect(JSON.stringify(one).replaceAll(uri, '')).toBe(JSON.stringify(other).replaceAll(missing, ''));
    }
  });

  test('finds the resources of lazy routers, with the queries that list and complete them', async () => {
    const router = t.router({
      later: lazy(async () =>
        t.router({
          get: t.procedure
            .meta({
              mcp: {
                resource: { uri: 'customers://{id}', list: 'later.all' },
                complete: { id: 'more.ids' },
              },
            })
            .input(z.object({ id: z.string() }))
            .query(({ input }) => input.id),
          all: t.procedure.query(() => [{ id: 'ada', title: 'Ada' }]),
        }),
      ),
      more: lazy(async () =>
        t.router({
          ids: t.procedure
            .input(z.object({ value: z.string() }))
            .query(({ input }) => ['ada', 'bob'].filter((id) => id.startsWith(input.value))),
        }),
      ),
    });
    await using both = await open(router);
    expect(await both.client.listResources()).toEqual([
      { uri: 'customers://ada', name: 'customers://ada', title: 'Ada' },
    ]);
    expect(await both.client.readResource('customers://bob')).toMatchObject([{ text: 'bob' }]);
    const ref = { type: 'ref/resource', uri: 'customers://{id}' } as const;
    expect(await both.client.complete({ ref, argument: { name: 'id', value: 'b' } })).toEqual({
      values: ['bob'],
      total: 1,
      hasMore: false,
    });
  });

  test('of a server without resources is told that there is no such method', async () => {
    const router = t.router({ a: t.procedure.meta({ mcp: true }).query(() => 1) });
    await using server = await serve(mcpHandler(router, { createContext: () => ({}) }));
    await using client = await connect[kind](server.mcp);
    expect(client.capabilities()).not.toHaveProperty('resources');
    expect(client.capabilities()).not.toHaveProperty('prompts');
    expect(client.capabilities()).not.toHaveProperty('completions');
    await expectNoMethods(server.mcp, kind);
  });
});

async function expectNoMethods(url: string, kind: ClientKind): Promise<void> {
  const era = kind === '2025-11-25' ? 'legacy' : 'modern';
  const params: Record<string, Record<string, unknown>> = {
    'resources/list': {},
    'resources/templates/list': {},
    'resources/read': { uri: 'a:b' },
    'prompts/list': {},
    'prompts/get': { name: 'a' },
    'completion/complete': { ref: { type: 'ref/prompt', name: 'a' }, argument: { name: 'a', value: '' } },
  };
  for (const [method, sent] of Object.entries(params)) {
    const { body } = await request(url, era, method, sent);
    expect(body).toMatchObject({ error: { code: -32_601 } });
  }
}

const auth: AuthOptions = {
  authenticate(incoming) {
    const held = incoming.headers.get('authorization');
    return held === null ? undefined : { token: 'x', clientId: 'ada', scopes: held.split(' ') };
  },
};

describe.each(eras)('in the %s era', (era) => {
  const read = (url: string, uri: string, headers?: Record<string, string>) =>
    request(url, era, 'resources/read', { uri }, headers);

  test.each([true, false])('scopes are asked for before it runs, with the lane: %s', async (fastLane) => {
    let runs = 0;
    const router = t.router({
      get: t.procedure
        .meta({ mcp: { scopes: ['customers:read'], resource: { uri: 'customers://{id}' } } })
        .input(z.object({ id: z.string() }))
        .query(() => `run ${++runs}`),
    });
    const options = { auth, fastLane, createContext: () => ({}) };
    await using server = await serve(mcpHandler(router, options));
    await using lenient = await serve(mcpHandler(router, { ...options, return200ForErrors: true }));
    const refused = await read(server.mcp, 'customers://1', { authorization: 'other' });
    const challenge = 'Bearer error="insufficient_scope", scope="customers:read"';
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([403, challenge]);
    expect(refused.body).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: -32_600,
        message: expect.stringContaining('FORBIDDEN: '),
        data: { uri: 'customers://1', code: 'FORBIDDEN', httpStatus: 403, path: 'get' },
      },
    });
    const same = await read(lenient.mcp, 'customers://1', { authorization: 'other' });
    expect([same.status, same.headers.get('www-authenticate'), same.body]).toEqual([200, null, refused.body]);
    const anonymous = await read(server.mcp, 'customers://1');
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(runs).toBe(0);
    const allowed = await read(server.mcp, 'customers://1', { authorization: 'customers:read' });
    expect([allowed.status, allowed.body]).toMatchObject([
      200,
      { result: { contents: [{ text: 'run 1' }] } },
    ]);
    expect((await request(server.mcp, era, 'resources/templates/list')).body).toMatchObject({
      result: {
        resourceTemplates: [
          {
            description: expect.stringContaining('Needs the scopes: customers:read.'),
            _meta: { scopes: ['customers:read'] },
          },
        ],
      },
    });
  });

  test.each([
    ['UNAUTHORIZED', 401],
    ['FORBIDDEN', 403],
  ] as const)('an app that says %s answers with %s', async (code, status) => {
    const router = t.router({
      it: resource('app://it').query(() => {
        throw new TRPCError({ code, message: 'not you' });
      }),
    });
    await using server = await serve(
      mcpHandler(router, { createContext: () => ({}), onError: () => undefined }),
    );
    const answer = await read(server.mcp, 'app://it');
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      status,
      status === 401 ? 'Bearer' : null,
    ]);
    expect(answer.body).toMatchObject({ error: { code: -32_600, data: { code, uri: 'app://it' } } });
  });

  const methods: [string, (name: string) => Record<string, unknown>][] = [
    ['resources/read', (name) => ({ uri: `${name}://it` })],
    ['resources/read', (name) => ({ uri: `${name}://it/1` })],
    ['completion/complete', (name) => toCompletion(`${name}://it/{id}`)],
    ...(era === 'legacy'
      ? [
          ['resources/subscribe', (name: string) => ({ uri: `${name}://it` })] as (typeof methods)[number],
          [
            'resources/unsubscribe',
            (name: string) => ({ uri: `${name}://it/1` }),
          ] as (typeof methods)[number],
        ]
      : []),
  ];
  test.each(methods)(
    'a hidden resource and a missing one are the same to %s (%#)',
    async (method, toParams) => {
      const visible = ({ user }: { user?: string }) => user === 'ada';
      const router = t.router({
        open: resource('open://{id}')
          .input(z.object({ id: z.string() }))
          .query(() => 1),
        fixed: t.procedure.meta({ mcp: { visible, resource: { uri: 'secret://it' } } }).query(() => 'psst'),
        many: t.procedure
          .meta({ mcp: { visible, resource: { uri: 'secret://it/{id}' } } })
          .input(z.object({ id: z.enum(['1', '2']) }))
          .query(() => 'psst'),
      });
      for (const fastLane of [true, false]) {
        await using server = await serve(
          mcpHandler(router, {
            fastLane,
            createContext({ req, res }) {
              res.setHeader('set-cookie', 'seen=1');
              return { ...(req.headers.authorization && { user: req.headers.authorization }) };
            },
          }),
        );
        const [one, other] = [
          await request(server.mcp, era, method, toParams('secret')),
          await request(server.mcp, era, method, toParams('nobody')),
        ];
        expect(withoutName(one, 'secret')).toEqual(withoutName(other, 'nobody'));
        expect(one.body).toMatchObject({ error: { code: -32_602 } });
        const ada = await request(server.mcp, era, method, toParams('secret'), { authorization: 'ada' });
        expect(ada.body).toHaveProperty('result');
      }
    },
  );

  test('an answer says for how long and for whom it holds', async () => {
    const router = t.router({ it: resource('app://it').query(() => 1) });
    for (const fastLane of [true, false]) {
      await using server = await serve(mcpHandler(router, { fastLane, createContext: () => ({}) }));
      const { result } = (await read(server.mcp, 'app://it')).body as { result: Record<string, unknown> };
      expect([result['ttlMs'], result['cacheScope']]).toEqual(
        era === 'modern' ? [0, 'private'] : [undefined, undefined],
      );
    }
  });
});

function toCompletion(uri: string) {
  return { ref: { type: 'ref/resource', uri }, argument: { name: 'id', value: '' } };
}

/** An answer without its date and without the requested name. */
function withoutName({ status, headers, body }: Answer, name: string): unknown {
  const told = [...headers].filter(([key]) => key !== 'date');
  return { status, headers: told, body: JSON.stringify(body).replaceAll(name, '<name>') };
}
