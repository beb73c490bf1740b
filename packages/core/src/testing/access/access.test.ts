import { type AnyTRPCRouter, initTRPC, lazy, TRPCError } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import express from 'express';
import superjson from 'superjson';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { listen } from '../../../test/server.ts';
import { mcpHandler } from '../../adapters/express.ts';
import { getMcpCall, type HandlerOptions, type McpMeta, SetupError } from '../../index.ts';
import { type AccessOptions, compareAccess } from '../testing.ts';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create({ transformer: superjson });
const exposed = t.procedure.meta({ mcp: true });
const createContext = ({ req }: Pick<CreateExpressContextOptions, 'req'>): Context => ({
  user: req.headers.authorization,
});
const callers = { nobody: {}, ada: { authorization: 'ada' }, bob: { authorization: 'bob' } };

/** Serves one router over tRPC and MCP, and compares the two. */
async function compare<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  options: Partial<AccessOptions<TRouter>> = {},
  handlerOptions: HandlerOptions = {},
) {
  const app = express();
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use(
    '/mcp',
    mcpHandler(router as AnyTRPCRouter, { createContext, onError: () => undefined, ...handlerOptions }),
  );
  await using server = await listen(app);
  return await compareAccess(router, {
    trpcUrl: `${server.url}/trpc`,
    mcpUrl: server.mcp,
    callers,
    ...options,
  });
}

function only(...users: string[]) {
  return t.middleware(({ ctx, next }) => {
    if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
    if (!users.includes(ctx.user)) throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
    return next();
  });
}

test('every caller is asked about every input of every exposed procedure, on both ways', async () => {
  const router = t.router({
    notes: {
      list: exposed.use(only('ada', 'bob')).query(() => []),
      rename: exposed
        .use(only('ada', 'bob'))
        .input(z.object({ by: z.string(), at: z.date() }))
        .mutation(({ ctx, input }) => {
          if (input.by !== ctx.user) throw new TRPCError({ code: 'NOT_FOUND', message: 'no such note' });
        }),
    },
    hidden: t.procedure.query(() => 1),
  });
  const at = new Date(0);
  const [hers, his] = [
    { by: 'ada', at },
    { by: 'bob', at },
  ];
  const { answers, differences } = await compare(router, { inputs: { 'notes.rename': [hers, his] } });
  const agreed = (path: string, input: unknown, caller: string, verdict: string) => ({
    path,
    caller,
    input,
    trpc: verdict,
    mcp: verdict,
  });
  expect(answers).toEqual([
    agreed('notes.list', undefined, 'nobody', 'UNAUTHORIZED'),
    agreed('notes.list', undefined, 'ada', 'OK'),
    agreed('notes.list', undefined, 'bob', 'OK'),
    agreed('notes.rename', hers, 'nobody', 'UNAUTHORIZED'),
    agreed('notes.rename', hers, 'ada', 'OK'),
    agreed('notes.rename', hers, 'bob', 'NOT_FOUND'),
    agreed('notes.rename', his, 'nobody', 'UNAUTHORIZED'),
    agreed('notes.rename', his, 'ada', 'NOT_FOUND'),
    agreed('notes.rename', his, 'bob', 'OK'),
  ]);
  expect(differences).toEqual([]);
});

test('a router is compared as the handler serves it: lazy parts, own names, and only what is exposed', async () => {
  const router = t.router({
    late: lazy(async () => t.router({ list: exposed.use(only('ada')).query(() => 1) })),
    notes: { list: exposed.query(() => 1), drop: exposed.mutation(() => 1) },
  });
  const served = {
    toolName: (path: string) => path.replaceAll('.', '-'),
    expose: { exclude: ['**.drop'] },
  } as const;
  const { answers, differences } = await compare(router, served, served);
  expect(answers.map(({ path, caller, mcp }) => [path, caller, mcp])).toEqual([
    ['late.list', 'nobody', 'UNAUTHORIZED'],
    ['late.list', 'ada', 'OK'],
    ['late.list', 'bob', 'FORBIDDEN'],
    ['notes.list', 'nobody', 'OK'],
    ['notes.list', 'ada', 'OK'],
    ['notes.list', 'bob', 'OK'],
  ]);
  expect(differences).toEqual([]);
});

describe('a planted difference is found', () => {
  test('where agents are let in by a middleware that trusts getMcpCall', async () => {
    const trusting = t.middleware(({ ctx, next }) => {
      if (ctx.user !== 'ada' && !getMcpCall()) throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
      return next();
    });
    const router = t.router({ fine: exposed.query(() => 1), open: exposed.use(trusting).mutation(() => 1) });
    const { differences } = await compare(router);
    expect(differences).toEqual([
      { path: 'open', caller: 'nobody', input: undefined, trpc: 'FORBIDDEN', mcp: 'OK' },
      { path: 'open', caller: 'bob', input: undefined, trpc: 'FORBIDDEN', mcp: 'OK' },
    ]);
  });

  test('where agents are kept out, or refused with another code', async () => {
    const router = t.router({
      strict: exposed.query(() => {
        if (getMcpCall()) throw new TRPCError({ code: 'FORBIDDEN', message: 'people only' });
      }),
      other: exposed.query(() => {
        throw new TRPCError({ code: getMcpCall() ? 'NOT_FOUND' : 'FORBIDDEN', message: 'no' });
      }),
    });
    const { differences } = await compare(router, { callers: { ada: callers.ada } });
    expect(differences).toEqual([
      { path: 'other', caller: 'ada', input: undefined, trpc: 'FORBIDDEN', mcp: 'NOT_FOUND' },
      { path: 'strict', caller: 'ada', input: undefined, trpc: 'OK', mcp: 'FORBIDDEN' },
    ]);
  });

  test('where one row of several is open', async () => {
    const router = t.router({
      get: exposed.input(z.union([z.number(), z.object({ input: z.number() })])).query(({ ctx, input }) => {
        if (input === 7 && getMcpCall()) return;
        if (ctx.user !== 'ada') throw new TRPCError({ code: 'FORBIDDEN', message: 'not yours' });
      }),
    });
    const { differences } = await compare(router, { inputs: { get: [1, 7, { input: 7 }] } });
    expect(differences.map(({ caller, input }) => [caller, input])).toEqual([
      ['nobody', 7],
      ['bob', 7],
    ]);
  });

  test('where visible, scopes and auth make MCP stricter', async () => {
    const router = t.router({
      hidden: t.procedure.meta({ mcp: { visible: (ctx: Context) => ctx.user === 'ada' } }).query(() => 1),
      scoped: t.procedure.meta({ mcp: { scopes: ['write'] } }).query(() => 1),
    });
    const authenticate = (request: Request) => {
      const token = request.headers.get('authorization');
      return token ? { token, clientId: token, scopes: token === 'ada' ? ['write'] : [] } : undefined;
    };
    const { differences } = await compare(router, {}, { auth: { authenticate } });
    expect(differences.map(({ path, caller, trpc, mcp }) => [path, caller, trpc, mcp])).toEqual([
      ['hidden', 'nobody', 'OK', 'UNKNOWN_TOOL'],
      ['hidden', 'bob', 'OK', 'UNKNOWN_TOOL'],
      ['scoped', 'nobody', 'OK', 'UNAUTHORIZED'],
      ['scoped', 'bob', 'OK', 'FORBIDDEN'],
    ]);
  });
});

test('reset runs before each call, so that what one uses up is there for the next', async () => {
  let left = 1;
  const router = t.router({
    limited: exposed.mutation(() => {
      if (left-- < 1) throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'wait' });
    }),
  });
  const one = { callers: { ada: callers.ada } };
  expect((await compare(router, one)).differences).toMatchObject([{ trpc: 'OK', mcp: 'TOO_MANY_REQUESTS' }]);
  const calls: unknown[] = [];
  const reset = async (next: unknown) => {
    calls.push(next);
    left = 1;
  };
  expect((await compare(router, { ...one, reset })).differences).toEqual([]);
  expect(calls).toEqual([
    { path: 'limited', caller: 'ada', via: 'trpc' },
    { path: 'limited', caller: 'ada', via: 'mcp' },
  ]);
});

test.each(['as it is', 'without its code', 'without data'] as const)(
  'every code of tRPC is recognised, from an error shape %s',
  async (shapes) => {
    const house = initTRPC
      .context<Context>()
      .meta<McpMeta>()
      .create({
        errorFormatter({ shape }) {
          if (shapes === 'without data') return { code: shape.code, message: shape.message };
          return shapes === 'as it is' ? shape : { ...shape, data: {} };
        },
      });
    const codes = Object.keys(TRPC_ERROR_CODES_BY_KEY) as TRPCError['code'][];
    const router = house.router(
      Object.fromEntries(
        codes.map((code) => [
          code,
          house.procedure.meta({ mcp: true }).query(() => {
            throw new TRPCError({ code, message: 'no' });
          }),
        ]),
      ),
    );
    const { answers } = await compare(router, { callers: { nobody: {} } });
    expect(answers).toEqual(
      codes
        .toSorted()
        .map((code) => ({ path: code, caller: 'nobody', input: undefined, trpc: code, mcp: code })),
    );
  },
);

describe('what cannot be compared is said', () => {
  const router = t.router({
    ping: exposed.query(() => 1),
    add: exposed.input(z.object({ n: z.number() })).query(() => 1),
    hidden: t.procedure.query(() => 1),
  });

  test('nothing is exposed', async () => {
    await expect(compare(t.router({}))).rejects.toThrow('no procedure of this router is exposed');
  });

  test('an input is for a procedure that is not exposed, or fits no tool', async () => {
    await expect(compare(router, { inputs: { hidden: [undefined] } })).rejects.toThrow(
      'inputs has the path hidden',
    );
    await expect(compare(router, { inputs: { add: [1 as never] } })).rejects.toThrow(
      'an input of add is not an object',
    );
    await expect(compare(router, { inputs: { add: [{ n: new Blob(['a']) } as never] } })).rejects.toThrow(
      'an input of add contains a file',
    );
  });

  test('the router cannot be served', async () => {
    const broken = t.router({ feed: t.procedure.meta({ mcp: { prompt: true } }).mutation(() => 'Hi') });
    const where = { trpcUrl: 'http://127.0.0.1:1', mcpUrl: 'http://127.0.0.1:1', callers };
    await expect(compareAccess(broken, where)).rejects.toBeInstanceOf(SetupError);
  });

  test('something else answers', async () => {
    const app = express();
    app.use('/trpc', createExpressMiddleware({ router, createContext }));
    app.use('/json', (_req, res) => void res.status(404).json({ message: 'no such page' }));
    app.use('/guarded', mcpHandler(router, { createContext, allowedHosts: ['app.example'] }));
    await using server = await listen(app);
    const at = (trpc: string, mcp: string) =>
      compareAccess(router, { trpcUrl: server.url + trpc, mcpUrl: server.url + mcp, callers });
    await expect(at('/nowhere', '/json')).rejects.toThrow(
      '/nowhere/add answered 404, which is not an answer of this router',
    );
    await expect(at('/json', '/json')).rejects.toThrow('/json/add answered 404');
    await expect(at('/trpc', '/json')).rejects.toThrow('/json answered 404');
    await expect(at('/trpc', '/guarded')).rejects.toThrow('allowedHosts');
  });
});
