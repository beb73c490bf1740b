import { runInNewContext } from 'node:vm';
import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { type AuthOptions, type HandlerOptions, mcpDefaults, type McpMeta } from '../../src/index.ts';
import { clientKinds, connect } from '../clients.ts';
import { type Answer, call, eras, request } from '../messages.ts';
import { serve } from '../server.ts';

const t = initTRPC.context<{ user: string | undefined }>().meta<McpMeta>().create();

/** Names of equal length, because the length of an answer could give the difference away. */
const hidden = 'secret';
const missing = 'nobody';

const strangers: AuthOptions = {
  authenticate: () => ({ token: 'x', clientId: 'x', scopes: [] }),
};

type Row = [
  string,
  {
    visible?: (ctx: { user: string | undefined }) => boolean | Promise<boolean>;
    scopes?: string[];
    createContext?: (res: { setHeader(name: string, value: string): unknown }) => { user: undefined };
    options?: HandlerOptions;
    args?: unknown;
  },
];

const rows: Row[] = [
  ['visible says no', {}],
  ['visible says no later', { visible: () => Promise.resolve(false) }],
  ['visible says something that is not true', { visible: () => 'yes' as never }],
  [
    'visible throws',
    {
      visible: () => {
        throw new Error('no database');
      },
    },
  ],
  [
    'visible throws what no string can be made of',
    {
      visible: () => {
        throw Object.create(null);
      },
    },
  ],
  [
    'visible throws UNAUTHORIZED',
    {
      visible: () => {
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
      },
    },
  ],
  [
    'visible never answers',
    { visible: () => new Promise<boolean>(() => {}), options: { hookTimeoutMs: 20 } },
  ],
  [
    'visible never answers, as a promise of another realm',
    {
      visible: () => runInNewContext('new Promise(() => {})') as Promise<never>,
      options: { hookTimeoutMs: 20 },
    },
  ],
  ['the tool has scopes that the caller lacks', { scopes: ['secrets:read'], options: { auth: strangers } }],
  ['the arguments are bad', { args: { id: 1, other: [] } }],
  [
    'createContext refuses the caller',
    {
      createContext: () => {
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
      },
    },
  ],
  [
    'createContext throws',
    {
      createContext: () => {
        throw new Error('no database');
      },
    },
  ],
  [
    'createContext sets headers',
    {
      createContext(res) {
        res.setHeader('set-cookie', 'seen=1');
        res.setHeader('x-request-cost', '7');
        return { user: undefined };
      },
    },
  ],
  [
    'errors have status 200',
    { scopes: ['secrets:read'], options: { auth: strangers, return200ForErrors: true } },
  ],
];

function createHandler([, row]: Row, fastLane: boolean) {
  const router = t.router({
    open: t.procedure.meta({ mcp: true }).query(() => 'open'),
    secret: t.procedure
      .meta({
        mcp: {
          visible: row.visible ?? (({ user }) => user === 'ada'),
          ...(row.scopes && { scopes: row.scopes }),
        },
      })
      .input(z.object({ id: z.string().optional() }))
      .query(() => 'top secret'),
  });
  return mcpHandler(router, {
    createContext: ({ res }) => row.createContext?.(res) ?? { user: undefined },
    onError: () => undefined,
    fastLane,
    ...row.options,
  });
}

/** An answer without its date and without the requested name. */
function anonymous({ status, headers, body }: Answer, name: string): unknown {
  const told = [...headers].filter(([key]) => key !== 'date');
  return { status, headers: told, body: JSON.stringify(body).replaceAll(name, '<name>') };
}

describe.each([
  [eras[0], true],
  [eras[0], false],
  [eras[1], true],
  [eras[1], false],
] as const)('in the %s era, with the fast lane: %s', (era, fastLane) => {
  test.each(rows)('a hidden tool and a missing one are the same when %s', async (...row) => {
    await using server = await serve(createHandler(row, fastLane));
    const one = anonymous(await call(server.mcp, era, hidden, row[1].args), hidden);
    const other = anonymous(await call(server.mcp, era, missing, row[1].args), missing);
    expect(one).toEqual(other);
    expect(JSON.stringify(one)).toContain('Unknown tool: <name>');
  });
});

describe.each(eras)('in the %s era', (era) => {
  const namesIn = ({ body }: Answer) =>
    (body as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);

  test('a tool is listed for those who may see it, and for nobody else', async () => {
    const router = t.router({
      open: t.procedure.meta({ mcp: true }).query(() => 1),
      own: t.procedure.meta({ mcp: { visible: ({ user }) => user === 'ada' } }).query(({ ctx }) => ctx.user),
    });
    await using server = await serve(
      mcpHandler(router, { createContext: ({ req }) => ({ user: req.headers.authorization }) }),
    );
    const ada = { authorization: 'ada' };
    expect(namesIn(await request(server.mcp, era, 'tools/list'))).toEqual(['open']);
    expect(namesIn(await request(server.mcp, era, 'tools/list', {}, ada))).toEqual(['open', 'own']);
    expect((await call(server.mcp, era, 'own', undefined, ada)).body).toMatchObject({
      result: { content: [{ type: 'text', text: 'ada' }] },
    });
  });

  test.each([
    [
      'throws',
      () => {
        throw Object.create(null);
      },
    ],
    [
      'throws a revoked proxy',
      () => {
        throw revoked();
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['never answers', () => new Promise<boolean>(() => {})],
  ])(
    'a visible that %s hides its own tool and no other',
    async (_, visible: () => boolean | Promise<boolean>) => {
      const router = t.router({
        broken: t.procedure.meta({ mcp: { visible } }).query(() => 1),
        open: t.procedure.meta({ mcp: true }).query(() => 1),
        seen: t.procedure.meta({ mcp: { visible: () => true } }).query(() => 1),
      });
      const failed: unknown[] = [];
      await using server = await serve(
        mcpHandler(router, {
          createContext: () => ({ user: 'ada' }),
          hookTimeoutMs: 20,
          onError: ({ tool, path, error }) => failed.push([tool, path, error instanceof Error]),
        }),
      );
      expect(namesIn(await request(server.mcp, era, 'tools/list'))).toEqual(['open', 'seen']);
      expect(failed).toEqual([['broken', 'broken', true]]);
    },
  );

  test('a createContext that throws hides what asks for it, and lists the rest', async () => {
    const router = t.router({
      open: t.procedure.meta({ mcp: true }).query(() => 1),
      own: t.procedure.meta({ mcp: { visible: () => true } }).query(() => 1),
    });
    await using server = await serve(
      mcpHandler(router, {
        createContext: () => {
          throw revoked();
        },
        onError: () => undefined,
      }),
    );
    expect(namesIn(await request(server.mcp, era, 'tools/list'))).toEqual(['open']);
  });

  test.each([
    ['UNAUTHORIZED', 401, 'Bearer', 'UNAUTHORIZED: sign in (WWW-Authenticate: Bearer)'],
    ['FORBIDDEN', 403, null, 'FORBIDDEN: sign in'],
  ] as const)(
    'a context that says %s to a list is answered with %s',
    async (code, status, challenge, message) => {
      const router = t.router({ own: t.procedure.meta({ mcp: { visible: () => true } }).query(() => 1) });
      const handlers = [false, true].map((return200ForErrors) =>
        mcpHandler(router, {
          createContext: () => {
            throw new TRPCError({ code, message: 'sign in' });
          },
          return200ForErrors,
        }),
      );
      await using strict = await serve(handlers[0]!);
      await using lenient = await serve(handlers[1]!);
      const refused = await request(strict.mcp, era, 'tools/list');
      const same = await request(lenient.mcp, era, 'tools/list');
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([status, challenge]);
      expect(refused.body).toEqual({ jsonrpc: '2.0', id: 1, error: { code: -32_600, message } });
      expect([same.status, same.headers.get('www-authenticate'), same.body]).toEqual([
        200,
        null,
        refused.body,
      ]);
    },
  );

  test('a leaf that leaves visible undefined does not uncover what its base hides', async () => {
    const base = t.procedure.use(mcpDefaults({ visible: () => false }));
    const router = t.router({
      open: t.procedure.meta({ mcp: true }).query(() => 1),
      secret: base.meta({ mcp: { visible: undefined as never } }).query(() => 1),
    });
    await using server = await serve(mcpHandler(router, { createContext: () => ({ user: undefined }) }));
    expect(namesIn(await request(server.mcp, era, 'tools/list'))).toEqual(['open']);
  });
});

const admin: AuthOptions['authenticate'] = () => ({ token: 'x', clientId: 'x', scopes: [] });

test.each<[string, 'public' | 'private', 'public' | 'private', HandlerOptions, boolean]>([
  ['nothing asks who is calling', 'public', 'public', {}, false],
  ['anonymous callers are let in', 'public', 'public', { auth: { authenticate: admin } }, false],
  ['a tool is hidden from some', 'private', 'public', {}, true],
  [
    'a credential is required',
    'private',
    'private',
    { auth: { authenticate: admin, required: true } },
    false,
  ],
  [
    'authorize decides',
    'private',
    'private',
    { auth: { authenticate: admin, authorize: () => true } },
    false,
  ],
])('when %s the list is %s and discovery %s', async (_, list, discovery, options, hides) => {
  const p = initTRPC.meta<McpMeta>().create();
  const router = p.router({
    a: p.procedure.meta({ mcp: hides ? { visible: () => true } : true }).query(() => 1),
  });
  for (const fastLane of [true, false]) {
    await using server = await serve(mcpHandler(router, { ...options, fastLane }));
    const scopeOf = async (method: string) =>
      ((await request(server.mcp, 'modern', method)).body as { result: { cacheScope: string } }).result
        .cacheScope;
    expect([await scopeOf('tools/list'), await scopeOf('server/discover')]).toEqual([list, discovery]);
  }
});

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('gets the same error for a hidden tool and a missing one, and does not see it listed', async () => {
    const router = t.router({
      open: t.procedure.meta({ mcp: true }).query(() => 1),
      secret: t.procedure.meta({ mcp: { visible: () => false } }).query(() => 1),
    });
    await using server = await serve(mcpHandler(router, { createContext: () => ({ user: undefined }) }));
    await using client = await connect[kind](server.mcp);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['open']);
    const errorOf = async (name: string) => {
      const error: unknown = await client.callTool({ name }).catch((thrown: unknown) => thrown);
      const { code, message } = error as { code: number; message: string };
      return [code, message.replace(name, '<name>')];
    };
    expect(await errorOf(hidden)).toEqual(await errorOf(missing));
    expect(await errorOf(hidden)).toEqual([-32_602, expect.stringContaining('Unknown tool: <name>')]);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
