import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import { type AuthOptions, bypassable, getMcpCall, type McpMeta } from '../../src/index.ts';
import { call, eras } from '../messages.ts';
import { listen, serve } from '../server.ts';

interface Context {
  token: string | undefined;
}

// Without stack traces, the answers of the two apps are equal byte by byte.
const t = initTRPC.context<Context>().meta<McpMeta>().create({ isDev: false });
const tool = t.procedure.meta({ mcp: true });

/** Authenticates every request as the same gateway. */
const gateway: AuthOptions = {
  required: true,
  authenticate: () => ({ token: 'x', clientId: 'gateway', scopes: [] }),
};
const both = { authentication: true, permissions: true } as const;

function createContext({ req }: { req: { headers: { authorization?: string | undefined } } }): Context {
  return { token: req.headers.authorization };
}

const authenticated = t.middleware(({ ctx, next }) => {
  if (ctx.token === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
  return next({ ctx: { user: ctx.token } });
});
const fromGateway = t.middleware(({ next }) => next({ ctx: { user: getMcpCall()!.auth!.clientId } }));
const denied = t.middleware(() => {
  throw new TRPCError({ code: 'FORBIDDEN', message: 'never' });
});

async function textFrom(url: string, name: string, headers: Record<string, string> = {}): Promise<string> {
  const { body } = await call(url, 'legacy', name, undefined, headers);
  const { result } = body as { result: { content: { text: string }[] } };
  return result.content[0]!.text;
}

test('a plain function, a builder and a piped one are skipped alike, and their replacement gives the context', async () => {
  const piped = authenticated.unstable_pipe(({ ctx, next }) =>
    next({ ctx: { greeting: `hello ${ctx.user}` } }),
  );
  const pipedGateway = fromGateway.unstable_pipe(({ ctx, next }) =>
    next({ ctx: { greeting: `welcome ${ctx.user}` } }),
  );
  const plain = tool.use(
    bypassable(
      'authentication',
      async ({ ctx, next }) => {
        if (ctx.token === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
        return next({ ctx: { user: ctx.token } });
      },
      async ({ next }) => next({ ctx: { user: getMcpCall()!.auth!.clientId } }),
    ),
  );
  const router = t.router({
    plain: plain.query(({ ctx }) => ctx.user),
    built: tool.use(bypassable('authentication', authenticated, fromGateway)).query(({ ctx }) => ctx.user),
    piped: tool.use(bypassable('authentication', piped, pipedGateway)).query(({ ctx }) => ctx.greeting),
    pipedOn: tool
      .use(
        bypassable('authentication', authenticated, fromGateway).unstable_pipe(({ ctx, next }) =>
          next({ ctx: { greeting: `good day ${ctx.user}` } }),
        ),
      )
      .query(({ ctx }) => ctx.greeting),
    denied: tool
      .use(bypassable('authentication', authenticated, fromGateway))
      .use(bypassable('permissions', denied))
      .query(({ ctx }) => ctx.user),
  });
  const options = { createContext, auth: gateway, onError: () => undefined };
  await using bypassed = await serve(mcpHandler(router, { ...options, bypass: both }));
  await using closed = await serve(mcpHandler(router, options));
  const names = ['plain', 'built', 'piped', 'pipedOn', 'denied'];
  const seen = async (url: string, headers?: Record<string, string>) =>
    Promise.all(names.map((name) => textFrom(url, name, headers)));
  const refused = 'UNAUTHORIZED: sign in (WWW-Authenticate: Bearer)';
  expect(await seen(bypassed.mcp)).toEqual([
    'gateway',
    'gateway',
    'welcome gateway',
    'good day gateway',
    'gateway',
  ]);
  expect(await seen(closed.mcp)).toEqual([refused, refused, refused, refused, refused]);
  expect(await seen(closed.mcp, { authorization: 'ada' })).toEqual([
    'ada',
    'ada',
    'hello ada',
    'good day ada',
    'FORBIDDEN: never',
  ]);
});

test('a replacement of several parts runs whole, also in place of one function', async () => {
  const ran: string[] = [];
  const part = (name: string) =>
    t.middleware(({ next }) => {
      ran.push(name);
      return next();
    });
  const one = part('original')._middlewares[0]!;
  const two = part('first').unstable_pipe(part('second'));
  const router = t.router({
    act: tool.use(bypassable('authentication', one, two as never)).query(() => 'done'),
  });
  await using server = await serve(
    mcpHandler(router, { createContext, auth: gateway, bypass: { authentication: true } }),
  );
  expect(await textFrom(server.mcp, 'act')).toBe('done');
  expect(ran).toEqual(['first', 'second']);
  await router.createCaller({ token: undefined }).act();
  expect(ran).toEqual(['first', 'second', 'original']);
});

test('middleware that is not marked always runs: rate limits, and the other kind', async () => {
  let calls = 0;
  const limited = t.middleware(({ next }) => {
    if (++calls > 1) throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'slow down' });
    return next();
  });
  const router = t.router({
    act: tool
      .use(bypassable('authentication', authenticated, fromGateway))
      .use(limited)
      .query(({ ctx }) => ctx.user),
  });
  await using server = await serve(
    mcpHandler(router, { createContext, auth: gateway, bypass: { authentication: true } }),
  );
  expect(await textFrom(server.mcp, 'act')).toBe('gateway');
  expect(await textFrom(server.mcp, 'act')).toMatch(/^TOO_MANY_REQUESTS: slow down/);
});

describe('callers nested inside a bypassed procedure', () => {
  const outcomeOf = (work: () => Promise<unknown>) =>
    work().catch((error: unknown) => (error as TRPCError).code);

  test.each([
    ['the same procedure', 'act'],
    ['another procedure', 'other'],
  ] as const)('do not inherit the bypass when they call %s', async (_, path) => {
    const guarded = tool.use(bypassable('permissions', denied));
    const outcomes: unknown[] = [];
    const router: ReturnType<typeof build> = build();
    function build() {
      return t.router({
        act: guarded.query(async ({ ctx, signal }): Promise<string> => {
          const caller = router.createCaller(ctx, signal ? { signal } : {});
          outcomes.push(await outcomeOf(() => caller[path]()));
          outcomes.push(
            await outcomeOf(
              async () => new Promise((resolve) => queueMicrotask(() => resolve(caller[path]()))),
            ),
          );
          return 'done';
        }),
        other: guarded.query((): string => 'other'),
      });
    }
    await using server = await serve(
      mcpHandler(router, { createContext, auth: gateway, bypass: { permissions: true } }),
    );
    expect(await textFrom(server.mcp, 'act')).toBe('done');
    expect(outcomes).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  test('do not inherit it in middleware after the marked one, nor in its replacement', async () => {
    const outcomes: unknown[] = [];
    const nest = async (ctx: Context) => {
      if (outcomes.length < 2) outcomes.push(await outcomeOf(() => callAct(ctx)));
    };
    const replacement = t.middleware(async ({ ctx, next }) => {
      await nest(ctx);
      return next();
    });
    const router = t.router({
      act: tool
        .use(bypassable('permissions', denied, replacement as never))
        .use(async ({ ctx, next }) => {
          await nest(ctx);
          return next();
        })
        .query(() => 'done'),
    });
    const callAct = (ctx: Context): Promise<unknown> => router.createCaller(ctx).act();
    await using server = await serve(
      mcpHandler(router, { createContext, auth: gateway, bypass: { permissions: true } }),
    );
    expect(await textFrom(server.mcp, 'act')).toBe('done');
    expect(outcomes).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  test.each(['createContext', 'visible', 'middleware before the marked one'] as const)(
    'do not take it from the tool when they run in %s',
    async (place) => {
      const outcomes: unknown[] = [];
      const nest = async (here: string) => {
        if (here !== place || outcomes.length > 0) return;
        outcomes.push('under way');
        outcomes[0] = await outcomeOf(() => callAct());
      };
      const router = t.router({
        act: t.procedure
          .meta({
            mcp: {
              visible: async () => {
                await nest('visible');
                return true;
              },
            },
          })
          .use(async ({ next }) => {
            await nest('middleware before the marked one');
            return next();
          })
          .use(bypassable('permissions', denied))
          .query(() => 'done'),
      });
      const callAct = (): Promise<unknown> => router.createCaller({ token: undefined }).act();
      await using server = await serve(
        mcpHandler(router, {
          async createContext() {
            await nest('createContext');
            return { token: undefined };
          },
          auth: gateway,
          bypass: { permissions: true },
        }),
      );
      expect(await textFrom(server.mcp, 'act')).toBe('done');
      expect(outcomes).toEqual(['FORBIDDEN']);
    },
  );
});

test('a nested caller that is given the signal does not take the bypass before the tool does', async () => {
  const outcomes: unknown[] = [];
  const router = t.router({
    act: tool
      .use(async ({ ctx, signal, next }) => {
        if (outcomes.length === 0) {
          outcomes.push('under way');
          outcomes[0] = await callAct(ctx, signal!).catch((error: unknown) => (error as TRPCError).code);
        }
        return next();
      })
      .use(bypassable('permissions', denied))
      .query(() => 'done'),
  });
  const callAct = (ctx: Context, signal: AbortSignal): Promise<unknown> =>
    router.createCaller(ctx, { signal }).act();
  await using server = await serve(
    mcpHandler(router, { createContext, auth: gateway, bypass: { permissions: true } }),
  );
  expect([await textFrom(server.mcp, 'act'), ...outcomes]).toEqual(['done', 'FORBIDDEN']);
});

describe('the normal tRPC endpoint', () => {
  /** The same app, with marked or unmarked middleware. */
  function createRouter(isMarked: boolean, hold: () => Promise<void>) {
    const mark: typeof bypassable = (kind, middleware, replacement) =>
      isMarked ? bypassable(kind, middleware, replacement) : middleware;
    const signedIn = tool.use(mark('authentication', authenticated, fromGateway));
    const admins = signedIn.use(
      mark('permissions', async ({ ctx, next }: Parameters<(typeof authenticated)['_middlewares'][0]>[0]) => {
        if (ctx.token !== 'ada') throw new TRPCError({ code: 'FORBIDDEN', message: 'admins only' });
        return next();
      }),
    );
    return t.router({
      open: tool.query(({ ctx }) => ctx.token ?? 'nobody'),
      signedIn: signedIn.query(({ ctx }) => ctx.user),
      admins: admins.mutation(({ ctx }) => ctx.user),
      held: admins.query(async ({ ctx }) => {
        if (getMcpCall()) await hold();
        return ctx.user;
      }),
    });
  }

  /** Calls every procedure with every credential. Returns status, headers without the date, and body. */
  async function matrixOf(url: string): Promise<unknown[]> {
    const cells: unknown[] = [];
    for (const [path, method] of [
      ['open', 'GET'],
      ['signedIn', 'GET'],
      ['admins', 'POST'],
      ['held', 'GET'],
      ['open,signedIn,held?batch=1&input={}', 'GET'],
    ] as const) {
      for (const authorization of [undefined, 'bob', 'ada']) {
        const response = await fetch(`${url}/trpc/${path}`, {
          method,
          headers: {
            ...(method === 'POST' && { 'content-type': 'application/json' }),
            ...(authorization && { authorization }),
            // These headers claim a call over MCP, and must have no effect.
            'mcp-protocol-version': '2026-07-28',
            'mcp-method': 'tools/call',
            'mcp-name': 'held',
          },
        });
        const headers = [...response.headers].filter(([name]) => name !== 'date');
        cells.push({ path, authorization, status: response.status, headers, body: await response.text() });
      }
    }
    return cells;
  }

  test('is the same with marked middleware as without, also while a bypassed call is under way', async () => {
    let entered: () => void;
    let release: () => void;
    const isEntered = new Promise<void>((resolve) => (entered = resolve));
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    const hold = async () => {
      entered();
      await isReleased;
    };
    const build = (isMarked: boolean) => {
      const router = createRouter(isMarked, hold);
      const app = express();
      app.use('/trpc', createExpressMiddleware({ router, createContext }));
      if (isMarked) app.use('/mcp', mcpHandler(router, { createContext, auth: gateway, bypass: both }));
      return listen(app);
    };
    await using unmarked = await build(false);
    await using marked = await build(true);
    const expected = await matrixOf(unmarked.url);
    expect(JSON.stringify(expected)).toMatch(/sign in.*admins only.*\\"ada\\"/);
    expect(await matrixOf(marked.url)).toEqual(expected);
    const held = textFrom(marked.mcp, 'held');
    await isEntered;
    expect(await matrixOf(marked.url)).toEqual(expected);
    release!();
    expect(await held).toBe('gateway');
  });
});

test.each(eras)('what a client of the %s era says does not bypass anything', async (era) => {
  const router = t.router({ act: tool.use(bypassable('permissions', denied)).query(() => 'done') });
  await using server = await serve(mcpHandler(router, { createContext, auth: gateway }));
  const { status } = await call(server.mcp, era, 'act', undefined, {
    'x-mcp-bypass': 'permissions',
    'x-mcp-tool': 'act',
  });
  expect(status).toBe(403);
});
