import { initTRPC, lazy } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import { type AuthOptions, bypassable, mcpDefaults, type McpMeta, type SetupError } from '../../src/index.ts';
import { call, eras, request } from '../messages.ts';
import { serve } from '../server.ts';

const t = initTRPC.meta<McpMeta>().create();
const base = t.procedure.use(mcpDefaults({ scopes: ['customers:read'] }));

/** The credential is simply the list of its scopes. */
const auth: AuthOptions = {
  authenticate(incoming) {
    const held = incoming.headers.get('authorization');
    return held === null ? undefined : { token: 'x', clientId: 'ada', scopes: held.split(' ') };
  },
  challenge: 'Bearer realm="app"',
};

describe.each(eras)('in the %s era', (era) => {
  test('scopes add up, are advertised, and are all asked for at once before the procedure runs', async () => {
    let calls = 0;
    const router = t.router({
      close: base
        .use(mcpDefaults({ scopes: ['customers:write', 'customers:read'] }))
        .meta({
          mcp: {
            description: 'Closes the account.',
            instructions: 'The balance has to be zero.',
            scopes: ['customers:close'],
            _meta: { 'com.example/team': 'billing' },
          },
        })
        .mutation(() => ++calls),
    });
    await using server = await serve(mcpHandler(router, { auth }));
    await using lenient = await serve(mcpHandler(router, { auth, return200ForErrors: true }));
    const scopes = ['customers:read', 'customers:write', 'customers:close'];
    expect((await request(server.mcp, era, 'tools/list')).body).toMatchObject({
      result: {
        tools: [
          {
            name: 'close',
            description:
              'Closes the account.\n\nThe balance has to be zero.\n\nNeeds the scopes: customers:read, customers:write, customers:close.',
            _meta: { 'com.example/team': 'billing', scopes },
          },
        ],
      },
    });
    const challenge =
      'Bearer realm="app", error="insufficient_scope", scope="customers:read customers:write customers:close"';
    for (const authorization of ['customers:read', 'customers:read customers:close', 'x']) {
      const refused = await call(server.mcp, era, 'close', undefined, { authorization });
      const same = await call(lenient.mcp, era, 'close', undefined, { authorization });
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([403, challenge]);
      expect(refused.body).toMatchObject({
        result: {
          content: [
            {
              type: 'text',
              text: `FORBIDDEN: this tool needs the scopes ${scopes.join(', ')} (WWW-Authenticate: ${challenge})`,
            },
          ],
          isError: true,
          _meta: { code: 'FORBIDDEN', httpStatus: 403, path: 'close' },
        },
      });
      expect([same.status, same.headers.get('www-authenticate'), same.body]).toEqual([
        200,
        null,
        refused.body,
      ]);
    }
    const anonymous = await call(server.mcp, era, 'close');
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="app"',
    ]);
    expect(anonymous.body).toMatchObject({
      result: {
        content: [
          {
            text: `UNAUTHORIZED: this tool needs a credential with the scopes ${scopes.join(', ')}; send a token in the header "Authorization: Bearer <token>" (WWW-Authenticate: Bearer realm="app")`,
          },
        ],
      },
    });
    expect(calls).toBe(0);
    const all = await call(server.mcp, era, 'close', undefined, {
      authorization: `${scopes.join(' ')} more`,
    });
    expect([all.status, calls]).toEqual([200, 1]);
  });

  test('the challenge of a single word gets its parameters after a space', async () => {
    const router = t.router({ list: base.meta({ mcp: true }).query(() => []) });
    await using server = await serve(mcpHandler(router, { auth: { authenticate: auth.authenticate } }));
    const { status, headers } = await call(server.mcp, era, 'list', undefined, { authorization: 'x' });
    expect([status, headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope", scope="customers:read"',
    ]);
  });

  test('an empty list of scopes asks for none and says nothing', async () => {
    const router = t.router({
      list: t.procedure.meta({ mcp: { description: 'Lists.', scopes: [] } }).query(() => []),
    });
    await using server = await serve(mcpHandler(router));
    const { body } = await request(server.mcp, era, 'tools/list');
    const [listed] = (body as { result: { tools: Record<string, unknown>[] } }).result.tools;
    expect([listed!['description'], listed!['_meta']]).toEqual(['Lists.', undefined]);
    expect((await call(server.mcp, era, 'list')).status).toBe(200);
  });

  test('a credential without scopes has none', async () => {
    const router = t.router({
      list: t.procedure.meta({ mcp: { scopes: ['customers:read'] } }).query(() => []),
    });
    const careless = { authenticate: () => ({ token: 'x', clientId: 'ada' }) as never };
    await using server = await serve(mcpHandler(router, { auth: careless }));
    const { status, headers } = await call(server.mcp, era, 'list');
    expect([status, headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope", scope="customers:read"',
    ]);
  });
});

describe('set-up', () => {
  const marked = t.procedure.use(
    bypassable(
      'authentication',
      t.middleware(({ next }) => next()),
    ),
  );
  const codesOf = (make: () => unknown): string[] => {
    try {
      make();
      return [];
    } catch (error) {
      return (error as SetupError).problems.map(({ code, path }) => `${code} ${path}`);
    }
  };
  const gated = { authenticate: () => undefined, required: true };

  test('scopes without auth are an error', () => {
    const router = t.router({ list: base.meta({ mcp: true }).query(() => []) });
    expect(codesOf(() => mcpHandler(router))).toEqual(['SCOPES_WITHOUT_AUTH list']);
    expect(codesOf(() => mcpHandler(router, { auth }))).toEqual([]);
  });

  test.each(['kunden:löschen', 'two words', 'quo"te', ''])('%o is no scope', (scope) => {
    const router = t.router({ list: t.procedure.meta({ mcp: { scopes: [scope] } }).query(() => []) });
    expect(codesOf(() => mcpHandler(router, { auth }))).toEqual(['SCOPE_INVALID list']);
  });

  test('a bypass without a gate is an error, and so is a bypass that nothing answers to', () => {
    const router = t.router({
      act: marked.meta({ mcp: true }).query(() => 1),
      hidden: t.procedure
        .use(
          bypassable(
            'permissions',
            t.middleware(({ next }) => next()),
          ),
        )
        .query(() => 1),
    });
    const authentication = { authentication: true } as const;
    const permissions = { permissions: true } as const;
    expect([
      codesOf(() => mcpHandler(router, { bypass: authentication })),
      codesOf(() => mcpHandler(router, { bypass: authentication, auth })),
      codesOf(() => mcpHandler(router, { bypass: authentication, auth: gated })),
      codesOf(() => mcpHandler(router, { bypass: authentication, auth: { ...auth, authorize: () => true } })),
      codesOf(() => mcpHandler(router, { bypass: permissions, auth: gated })),
      codesOf(() => mcpHandler(router, { bypass: { ...authentication, ...permissions } })),
      codesOf(() => mcpHandler(router, { bypass: {} })),
    ]).toEqual([
      ['BYPASS_WITHOUT_AUTH bypass'],
      ['BYPASS_WITHOUT_AUTH bypass'],
      [],
      [],
      ['BYPASS_UNUSED bypass'],
      ['BYPASS_WITHOUT_AUTH bypass', 'BYPASS_UNUSED bypass'],
      [],
    ]);
  });

  // This check does not wait for lazy routers.
  test('a bypass without a gate is an error at once, also where routers are lazy', () => {
    const router = t.router({
      later: lazy(async () => t.router({ act: marked.meta({ mcp: true }).query(() => 1) })),
    });
    const options = { bypass: { authentication: true }, onError: () => undefined } as const;
    expect(codesOf(() => mcpHandler(router, options))).toEqual(['BYPASS_WITHOUT_AUTH bypass']);
  });
});
