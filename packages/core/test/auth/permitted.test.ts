import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import {
  bypassable,
  type CallFailure,
  getMcpCall,
  type HandlerOptions,
  type McpMeta,
} from '../../src/index.ts';
import { call, eras, request } from '../messages.ts';
import { serve } from '../server.ts';

interface Context {
  role: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta & { needs?: string }>().create();
const resolver = vi.fn(() => 'done');
const input = z.object({ id: z.string() });
const tagged = { mcp: true } as const;

const signedIn = t.procedure.use(({ ctx, next }) => {
  if (ctx.role === undefined) throw new TRPCError({ code: 'UNAUTHORIZED' });
  return next({ ctx: { role: ctx.role } });
});
const forbidden = () => new TRPCError({ code: 'FORBIDDEN', message: 'only admins' });
const adminOnly = t.middleware(({ ctx, next }) => {
  if (ctx.role !== 'admin') throw forbidden();
  return next();
});

async function listWith(
  router: Parameters<typeof mcpHandler>[0],
  role: string | undefined,
  more: HandlerOptions = {},
  era: (typeof eras)[number] = 'modern',
) {
  const createContext = () => ({ role });
  const options = { createContext, listing: 'permitted', onError: () => undefined, ...more } as never;
  await using server = await serve(mcpHandler(router, options));
  const { status, body } = await request(server.mcp, era, 'tools/list');
  const { result } = body as { result: { tools: { name: string }[]; cacheScope?: string } };
  return { status, names: result.tools.map(({ name }) => name), cacheScope: result.cacheScope };
}

const namesFor = async (...args: Parameters<typeof listWith>) => (await listWith(...args)).names;

test.each(eras)('in the %s era, a caller sees what its middleware would let through', async (era) => {
  const router = t.router({
    open: t.procedure.meta(tagged).query(resolver),
    mine: signedIn.meta(tagged).input(input).query(resolver),
    close: signedIn.use(adminOnly).meta(tagged).input(input).mutation(resolver),
    reset: signedIn.use(adminOnly).meta(tagged).mutation(resolver),
  });
  resolver.mockClear();
  expect(await namesFor(router, undefined, {}, era)).toEqual(['open']);
  expect(await namesFor(router, 'viewer', {}, era)).toEqual(['mine', 'open']);
  expect(await namesFor(router, 'admin', {}, era)).toEqual(['close', 'mine', 'open', 'reset']);
  expect(await namesFor(router, undefined, { listing: 'all' }, era)).toHaveLength(4);
  expect(resolver).not.toHaveBeenCalled();
});

test('a list is for its caller alone', async () => {
  const router = t.router({ open: t.procedure.meta(tagged).query(resolver) });
  expect((await listWith(router, undefined)).cacheScope).toBe('private');
  expect((await listWith(router, undefined, { listing: 'all' })).cacheScope).toBe('public');
});

test('it is about lists only: a call is refused by the middleware, as ever', async () => {
  const router = t.router({ reset: signedIn.use(adminOnly).meta(tagged).mutation(resolver) });
  const options = {
    createContext: () => ({ role: 'viewer' }),
    listing: 'permitted',
    onError: () => undefined,
  };
  await using server = await serve(mcpHandler(router, options as never));
  expect((await call(server.mcp, 'modern', 'reset')).status).toBe(403);
});

describe('what cannot be determined is listed', () => {
  const cases: Record<string, ReturnType<typeof t.middleware>> = {
    'a failure that is no refusal': t.middleware(() => {
      throw new TRPCError({ code: 'TOO_MANY_REQUESTS' });
    }),
    'an error of another kind': t.middleware(() => {
      throw new TypeError('no database');
    }),
    'a throw that cannot be read': t.middleware(() => {
      throw Object.create(null);
    }),
    'a check of the input': t.middleware(async ({ getRawInput, next }) => {
      const { id } = (await getRawInput()) as { id: string };
      if (id !== 'mine') throw forbidden();
      return next();
    }),
    'a check of the input that takes its absence for a refusal': t.middleware(
      async ({ getRawInput, next }) => {
        const raw = await getRawInput().catch(() => undefined);
        if (raw === undefined) throw forbidden();
        return next();
      },
    ),
    'an answer without asking what comes after': t.middleware((async () => ({ ok: true, data: 1 })) as never),
    'no answer': t.middleware((async () => undefined) as never),
    'an answer that never comes': t.middleware(() => new Promise<never>(() => {})),
    'a question to the person': t.middleware(async ({ next }) => {
      await getMcpCall()?.ask({ message: 'Sure?', schema: { type: 'object', properties: {} } } as never);
      return next();
    }),
  };

  test.each(Object.entries(cases))('%s', async (_, middleware) => {
    const router = t.router({ act: t.procedure.use(middleware).meta(tagged).input(input).query(resolver) });
    expect(await namesFor(router, 'viewer', { hookTimeoutMs: 20 })).toEqual(['act']);
  });

  test('a context that cannot be made', async () => {
    const router = t.router({ act: signedIn.meta(tagged).query(resolver) });
    const createContext = () => {
      throw new Error('no database');
    };
    expect(await namesFor(router, 'viewer', { createContext } as never)).toEqual(['act']);
  });

  test('and a middleware that fails is told to the app, which a refusal and a missing input are not', async () => {
    const failures: CallFailure[] = [];
    const throwing = (error: Error) =>
      t.procedure.use(() => {
        throw error;
      });
    const asking = t.procedure.use(async ({ getRawInput, next }) => {
      await getRawInput();
      return next();
    });
    const crash = new Error('no database');
    const router = t.router({
      broken: throwing(crash).meta(tagged).query(resolver),
      closed: throwing(forbidden()).meta(tagged).query(resolver),
      asking: asking.meta(tagged).input(input).query(resolver),
      open: signedIn.meta(tagged).query(resolver),
    });
    const names = await namesFor(router, 'viewer', { onError: (failure) => failures.push(failure) });
    expect(names).toEqual(['asking', 'broken', 'open']);
    expect(failures.map(({ tool, error }) => [tool, error.cause])).toEqual([['broken', crash]]);
  });

  test('and a context that fails is told once, however many tools need it', async () => {
    const failures: CallFailure[] = [];
    const crash = new Error('no database');
    const router = t.router({
      act: signedIn.meta(tagged).query(resolver),
      open: signedIn.meta(tagged).query(resolver),
      hidden: t.procedure.meta({ mcp: { visible: () => true } }).query(resolver),
      secret: t.procedure.meta({ mcp: { visible: () => true } }).query(resolver),
    });
    const createContext = () => {
      throw crash;
    };
    const onError = (failure: CallFailure) => failures.push(failure);
    expect(await namesFor(router, 'viewer', { createContext, onError } as never)).toEqual(['act', 'open']);
    expect(failures.map(({ error }) => error)).toEqual([crash]);
  });

  test('and a middleware that hangs is told to the app', async () => {
    const failures: CallFailure[] = [];
    const hanging = t.middleware(() => new Promise<never>(() => {}));
    const router = t.router({ act: t.procedure.use(hanging).meta(tagged).query(resolver) });
    await namesFor(router, 'viewer', { hookTimeoutMs: 20, onError: (failure) => failures.push(failure) });
    expect(failures).toEqual([
      expect.objectContaining({ tool: 'act', error: expect.objectContaining({ name: 'HookTimeout' }) }),
    ]);
  });
});

test('middleware is told what it is told in a call, and that this is a list', async () => {
  const seen: unknown[] = [];
  const router = t.router({
    posts: {
      act: signedIn
        .use(async ({ ctx, path, type, meta, input: parsed, batchIndex, signal, next }) => {
          const mcp = getMcpCall();
          seen.push({ ctx, path, type, needs: meta?.needs, parsed, batchIndex, signal: signal?.aborted });
          seen.push([mcp?.method, mcp?.tool]);
          const result = await next({ ctx: { more: 1 } });
          seen.push(result.ok || result.error.code);
          return result;
        })
        .use(({ ctx, next }) => {
          seen.push(ctx);
          return next();
        })
        .meta({ ...tagged, needs: 'reading' })
        .input(input)
        .use(({ next }) => {
          seen.push('after the input');
          return next();
        })
        .mutation(resolver),
    },
  });
  await namesFor(router, 'viewer');
  expect(seen).toEqual([
    {
      ctx: { role: 'viewer' },
      path: 'posts.act',
      type: 'mutation',
      needs: 'reading',
      parsed: undefined,
      batchIndex: 0,
      signal: false,
    },
    ['tools/list', { name: 'posts_act', path: 'posts.act' }],
    { role: 'viewer', more: 1 },
    // No resolver ran, so a transaction is rolled back and no result is cached.
    'CLIENT_CLOSED_REQUEST',
  ]);
});

test('a refusal counts wherever among the middleware it comes, and however it is passed on', async () => {
  const passing = t.middleware(async ({ next }) => {
    const result = await next();
    if (!result.ok) throw result.error;
    return result;
  });
  const hiding = t.middleware(async ({ next }) => {
    const result = await next();
    return result.ok ? result : next();
  });
  const router = t.router({
    a: t.procedure.use(passing).use(adminOnly).meta(tagged).query(resolver),
    b: t.procedure.use(hiding).use(adminOnly).meta(tagged).output(z.string()).query(resolver),
  });
  expect(await namesFor(router, 'viewer')).toEqual([]);
  expect(await namesFor(router, 'admin')).toEqual(['a', 'b']);
});

test('checks after the input do not count', async () => {
  const router = t.router({
    act: t.procedure.meta(tagged).input(input).use(adminOnly).query(resolver),
  });
  expect(await namesFor(router, 'viewer')).toEqual(['act']);
});

test('what a bypass skips, a list skips as well', async () => {
  const replaced = bypassable(
    'authentication',
    adminOnly,
    t.middleware(({ next }) => next()),
  );
  const router = t.router({ act: t.procedure.use(replaced).meta(tagged).query(resolver) });
  const auth = { authenticate: () => ({ token: '', clientId: 'gateway', scopes: [] }), required: true };
  expect(await namesFor(router, 'viewer')).toEqual([]);
  expect(await namesFor(router, 'viewer', { auth, bypass: { authentication: true } })).toEqual(['act']);
});

test('missing scopes hide nothing, so that a client can ask for them; visible hides as ever', async () => {
  const router = t.router({
    write: t.procedure.meta({ mcp: { scopes: ['write'] } }).mutation(resolver),
    secret: t.procedure.meta({ mcp: { visible: () => false } }).query(resolver),
  });
  const auth = { authenticate: () => ({ token: '', clientId: 'editor', scopes: [] }), required: true };
  expect(await namesFor(router, 'viewer', { auth })).toEqual(['write']);
});

test('who has to sign in to list at all is told so', async () => {
  const router = t.router({ open: t.procedure.meta(tagged).query(resolver) });
  const createContext = () => {
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
  };
  await using server = await serve(
    mcpHandler(router, { createContext, listing: 'permitted', onError: () => undefined }),
  );
  expect((await request(server.mcp, 'modern', 'tools/list')).status).toBe(401);
});

test('prompts and resources are listed in the same way', async () => {
  const router = t.router({
    open: t.procedure.meta({ mcp: { resource: { uri: 'notes://open' } } }).query(resolver),
    closed: t.procedure
      .use(adminOnly)
      .meta({ mcp: { resource: { uri: 'notes://closed' }, prompt: true } })
      .query(resolver),
  });
  const uris = async (role: string) => {
    const options = { createContext: () => ({ role }), listing: 'permitted' } as never;
    await using server = await serve(mcpHandler(router, options));
    const resources = await request(server.mcp, 'modern', 'resources/list');
    const prompts = await request(server.mcp, 'modern', 'prompts/list');
    return [
      (resources.body as { result: { resources: { uri: string }[] } }).result.resources.map(({ uri }) => uri),
      (prompts.body as { result: { prompts: { name: string }[] } }).result.prompts.map(({ name }) => name),
    ];
  };
  expect(await uris('viewer')).toEqual([['notes://open'], []]);
  expect(await uris('admin')).toEqual([['notes://closed', 'notes://open'], ['closed']]);
});
