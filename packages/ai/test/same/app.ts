import { initTRPC, tracked, TRPCError } from '@trpc/server';
import { getMcpCall, type HandlerOptions, type McpMeta, mcpTool } from '@trpc-mcp/core';
import { z } from 'zod';
import { pixel } from '../app.ts';

interface Context {
  user: string;
}

const perMinute = { points: 1, durationMs: 60_000 };

/** An error of the app's own, which means something to callers. */
class OutOfStock extends Error {}

/** Makes an app with a procedure for everything that a call can be, and the record of what they did. */
export function createSameApp() {
  const t = initTRPC
    .context<Context>()
    .meta<McpMeta>()
    .create({
      isDev: false,
      errorFormatter: ({ shape, error }) =>
        error.code === 'PAYMENT_REQUIRED' ? { ...shape, message: 'Your plan does not have this.' } : shape,
    });
  const done: string[] = [];
  const tool = t.procedure.meta({ mcp: true });
  const fail = (code: TRPCError['code'], message?: string) =>
    tool.query((): string => {
      throw new TRPCError({ code, ...(message !== undefined && { message }) });
    });
  const rows = Array.from({ length: 40 }, (_, id) => ({ id, name: `Customer ${id}` }));
  const router = t.router({
    values: t.router({
      text: tool.query(() => 'some "words"'),
      number: tool.input(z.number()).query(({ input }) => input + 1),
      date: tool
        .input(z.object({ at: z.date() }))
        .query(({ input }) => ({ next: new Date(input.at.getTime() + 1000) })),
      big: tool.input(z.object({ n: z.bigint() })).query(({ input }) => ({ next: input.n + 1n })),
      sets: tool
        .input(z.object({ tags: z.set(z.string()), ages: z.map(z.string(), z.number()) }))
        .query(({ input }) => ({ tags: input.tags, ages: input.ages, size: input.tags.size })),
      optional: tool
        .input(
          z.object({ note: z.string().optional(), other: z.string().nullish(), page: z.int().default(3) }),
        )
        .query(({ input }) => input),
      union: tool
        .input(z.union([z.object({ id: z.number() }), z.object({ name: z.string() })]))
        .query(({ input }) => input),
      nested: tool
        .input(z.object({ items: z.array(z.object({ at: z.date().nullable() })) }))
        .query(({ input }) => input.items),
      nothing: tool.mutation(() => {}),
      none: tool.query(() => null),
      no: tool.query(() => false),
      list: tool.query(() => [1, 'two', null, { three: 3 }]),
      stripped: tool.output(z.object({ id: z.number() })).query(() => ({ id: 1, secret: 'hidden' })),
      loose: tool.input(z.looseObject({})).query(({ input }) => Object.keys(input)),
    }),
    files: t.router({
      picture: tool.query(() => new File([Buffer.from(pixel, 'base64')], 'pixel.png', { type: 'image/png' })),
      report: tool.query(() => ({
        pages: 2,
        file: new File(['%PDF-1.4'], 'a.pdf', { type: 'application/pdf' }),
      })),
      take: tool
        .input(z.object({ file: z.file() }))
        .mutation(async ({ input }) => `${input.file.name}: ${await input.file.text()}`),
      words: t.procedure
        .meta({ mcp: { toContent: () => 'Two customers owe money.' } })
        .query(() => [{ owes: 1 }, { owes: 2 }]),
    }),
    streams: t.router({
      steps: tool.query(async function* () {
        yield await Promise.resolve('one');
        yield 'two';
        return 'done';
      }),
      numbers: t.procedure.meta({ mcp: { stream: { maxItems: 2 } } }).query(async function* () {
        for (let number = 1; ; number++) yield await Promise.resolve(number);
      }),
      changes: tool.subscription(async function* () {
        yield await Promise.resolve(tracked('7', { at: new Date(0) }));
      }),
    }),
    parts: t.router({
      rows: t.procedure
        .meta({ mcp: { result: { maxTokens: 50, fields: true } } })
        .input(z.object({ page: z.int().default(1) }))
        .query(() => rows),
      table: t.procedure.meta({ mcp: { result: { format: 'tsv' } } }).query(() => rows.slice(0, 3)),
    }),
    refuse: t.router({
      arguments: tool.input(z.object({ id: z.number(), name: z.string().min(2) })).mutation(() => 'never'),
      mine: tool
        .use(({ ctx, next }) => {
          if (ctx.user !== 'ben') throw new TRPCError({ code: 'FORBIDDEN', message: 'only ben may' });
          return next();
        })
        .query(() => 'never'),
      signIn: fail('UNAUTHORIZED', 'your session is over'),
      missing: fail('NOT_FOUND'),
      taken: fail('CONFLICT', 'the name is taken'),
      slow: t.procedure
        .meta({ mcp: { timeoutMs: 5 } })
        .query(({ signal }) => new Promise((resolve) => signal!.addEventListener('abort', resolve))),
      limited: t.procedure.meta({ mcp: { rateLimit: perMinute } }).query(() => 'in time'),
      masked: tool.query((): string => {
        throw new Error('connect ECONNREFUSED 10.0.0.7:5432');
      }),
      stock: tool.mutation((): string => {
        throw new OutOfStock('internal words');
      }),
      plan: fail('PAYMENT_REQUIRED', 'internal words'),
      scoped: t.procedure.meta({ mcp: { scopes: ['notes:write'] } }).mutation(() => 'never'),
      readable: t.procedure
        .meta({ mcp: { scopes: ['notes:read'] } })
        .query(() => getMcpCall()?.auth?.subject),
      hidden: t.procedure.meta({ mcp: { visible: () => false } }).query(() => 'never'),
      circle: tool.query(() => {
        const self: Record<string, unknown> = {};
        self['self'] = self;
        return self;
      }),
    }),
    ask: t.router({
      close: t.procedure
        .meta({ mcp: { confirm: 'Close {id}?' } })
        .input(z.object({ id: z.string() }))
        .mutation(({ input }) => {
          done.push(`close ${input.id}`);
          return `closed ${input.id}`;
        }),
      colour: tool.mutation(async () => {
        const schema = z.object({ colour: z.string() });
        const answer = await getMcpCall()!.ask({ message: 'Which colour?', schema });
        return answer.action === 'accept' ? answer.content.colour : answer.action;
      }),
    }),
    once: t.router({
      charge: t.procedure
        .meta({ mcp: { idempotent: true } })
        .input(z.object({ amount: z.number() }))
        .mutation(({ input }) => {
          done.push(`charge ${input.amount}`);
          return `charge ${done.length}`;
        }),
      remove: t.procedure.meta({ mcp: { dryRun: 'once.preview' } }).mutation(() => {
        done.push('remove');
        return 'removed';
      }),
      preview: tool.query(() => ({ wouldRemove: 3 })),
    }),
  });
  const options = {
    errorFormatter: 'message',
    onError: () => {},
    toError: (error) =>
      error instanceof OutOfStock
        ? new TRPCError({ code: 'UNPROCESSABLE_CONTENT', message: 'it is out of stock', cause: error })
        : undefined,
    tools: [mcpTool({ name: 'version', description: 'Says the version', run: () => ({ version: 2 }) })],
  } as const satisfies HandlerOptions<typeof router>;
  return { router, options, done };
}
