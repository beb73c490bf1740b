import { createTRPCClient, httpLink } from '@trpc/client';
import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';
import superjson from 'superjson';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod3';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { type Answer, call, eras, request } from './messages.ts';
import { listen } from './server.ts';

interface Context {
  projects: string[];
}

const t = initTRPC.context<Context>().meta<McpMeta>().create({ isDev: false, transformer: superjson });
const createContext = (): Context => ({ projects: ['p1'] });

const inProject = z.object({ projectId: z.string() });

/** What every call of a test has read, in turn. */
function createProjectProcedure() {
  const raw: unknown[] = [];
  // As apps have it: the base procedure reads the project out of the input that its leaves declare.
  const procedure = t.procedure.meta({ mcp: true }).use(async ({ ctx, getRawInput, next }) => {
    const given = await getRawInput();
    raw.push(given);
    const parsed = inProject.safeParse(given);
    if (!parsed.success) throw new TRPCError({ code: 'BAD_REQUEST', message: 'projectId is missing' });
    if (!ctx.projects.includes(parsed.data.projectId))
      throw new TRPCError({ code: 'FORBIDDEN', message: 'This is not a project of yours' });
    return next({ ctx: { projectId: parsed.data.projectId } });
  });
  return { raw, procedure };
}

async function start(router: Parameters<typeof createExpressMiddleware>[0]['router']) {
  const app = express();
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use('/mcp', mcpHandler(router as never, { createContext, callerId: () => 'ada' } as never));
  const server = await listen(app);
  const links = [httpLink({ url: `${server.url}/trpc`, transformer: superjson })];
  const trpc = createTRPCClient<never>({ links }) as unknown as Record<
    string,
    { mutate(input: unknown): Promise<unknown> }
  >;
  return Object.assign(server, { trpc });
}

const textOf = ({ body }: Answer) =>
  (body as { result: { content: [{ text: string }] } }).result.content[0].text;

describe.each(eras)('middleware that reads the raw input, in the %s era', (era) => {
  test('reads what it reads under tRPC, with values as their parsers take them', async () => {
    const { raw, procedure } = createProjectProcedure();
    const router = t.router({
      act: procedure
        .input(
          inProject.extend({
            at: z.date(),
            n: z.bigint(),
            tags: z.set(z.string()),
            page: z.number().default(1),
          }),
        )
        .mutation(({ ctx, input }) => [ctx.projectId, input.page]),
    });
    await using server = await start(router);
    const at = new Date('2026-01-31T09:00:00Z');
    const input = { projectId: 'p1', at, n: 5n, tags: new Set(['a']) };
    expect(await server.trpc['act']!.mutate(input)).toEqual(['p1', 1]);
    const args = { projectId: 'p1', at: at.toISOString(), n: '5', tags: ['a'] };
    const answer = await call(server.mcp, era, 'act', args);
    expect(JSON.parse(textOf(answer))).toEqual(era === 'modern' ? ['p1', 1] : { result: ['p1', 1] });
    // Before the parser has run: without the default.
    expect(raw).toEqual([input, input]);
  });

  test('refuses before the parser, with its own words', async () => {
    const { procedure } = createProjectProcedure();
    const router = t.router({
      act: procedure.input(inProject.extend({ n: z.number() })).mutation(() => 1),
    });
    await using server = await start(router);
    const forbidden = await call(server.mcp, era, 'act', { projectId: 'p2', n: 'no number' });
    expect([forbidden.status, textOf(forbidden)]).toEqual([403, 'FORBIDDEN: This is not a project of yours']);
    const other = await call(server.mcp, era, 'act', { projectId: 'p2', n: 1 });
    expect([other.status, textOf(other)]).toEqual([403, 'FORBIDDEN: This is not a project of yours']);
  });

  test.each([
    ['stacked inputs', (p: typeof t.procedure) => p.input(inProject).input(z.object({ n: z.number() }))],
    ['zod 3', (p: typeof t.procedure) => p.input(z3.object({ projectId: z3.string(), n: z3.number() }))],
    [
      'a union',
      (p: typeof t.procedure) =>
        p.input(z.union([inProject.extend({ n: z.number() }), inProject.extend({ m: z.string() })])),
    ],
    ['an intersection', (p: typeof t.procedure) => p.input(inProject.and(z.object({ n: z.number() })))],
    [
      'a transform',
      (p: typeof t.procedure) => p.input(inProject.extend({ n: z.number().transform(String) })),
    ],
  ])('works with %s', async (kind, declare) => {
    const { raw, procedure } = createProjectProcedure();
    const router = t.router({ act: declare(procedure as never).mutation(() => 'done') });
    await using server = await start(router);
    const input = { projectId: 'p1', n: 1 };
    // A union travels in an object.
    const { body } = await call(server.mcp, era, 'act', kind === 'a union' ? { input } : input);
    expect(body).toMatchObject({ result: { content: [{ text: expect.stringContaining('done') }] } });
    expect(raw).toEqual([input]);
  });

  test('reads an input that is no object without what it travels in', async () => {
    const seen: unknown[] = [];
    const act = t.procedure
      .meta({ mcp: true })
      .use(async ({ getRawInput, next }) => {
        // Twice, as two middlewares of an app would.
        seen.push(await getRawInput(), await getRawInput());
        return next();
      })
      .input(z.string())
      .mutation(({ input }) => input);
    await using server = await start(t.router({ act }));
    await call(server.mcp, era, 'act', { input: 'x' });
    expect(seen).toEqual(['x', 'x']);
  });

  test('reads the input without the arguments that are added to it', async () => {
    const { raw, procedure } = createProjectProcedure();
    const router = t.router({
      act: procedure
        .meta({ mcp: { idempotent: true } })
        .input(inProject)
        .mutation(() => 'done'),
    });
    await using server = await start(router);
    await call(server.mcp, era, 'act', { projectId: 'p1', _idempotencyKey: 'k' });
    // The second call is answered with the first answer, under the same middleware.
    await call(server.mcp, era, 'act', { projectId: 'p1', _idempotencyKey: 'k' });
    expect(raw).toEqual([{ projectId: 'p1' }, { projectId: 'p1' }]);
    const other = await call(server.mcp, era, 'act', { projectId: 'p2', _idempotencyKey: 'k2' });
    expect(other.status).toBe(403);
  });

  test('reads nothing where no input is sent', async () => {
    const seen: unknown[] = [];
    const act = t.procedure
      .meta({ mcp: true })
      .use(async ({ getRawInput, next }) => {
        seen.push(await getRawInput());
        return next();
      })
      .mutation(() => 1);
    await using server = await start(t.router({ act }));
    await server.trpc['act']!.mutate(undefined);
    await call(server.mcp, era, 'act');
    await call(server.mcp, era, 'act', {});
    expect(seen).toEqual([undefined, undefined, undefined]);
  });
});

test('middleware that reads the raw input refuses before a person is asked', async () => {
  const { raw, procedure } = createProjectProcedure();
  const router = t.router({
    drop: procedure
      .meta({ mcp: { confirm: 'Drop it?' } })
      .input(inProject)
      .mutation(() => 'dropped'),
  });
  await using server = await start(router);
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
  const ask = (projectId: string) =>
    request(server.mcp, 'modern', 'tools/call', { name: 'drop', arguments: { projectId }, _meta });
  const refused = await ask('p2');
  expect([refused.status, textOf(refused)]).toEqual([403, 'FORBIDDEN: This is not a project of yours']);
  expect((await ask('p1')).body).toMatchObject({ result: { resultType: 'input_required' } });
  expect(raw).toEqual([{ projectId: 'p2' }, { projectId: 'p1' }]);
});
