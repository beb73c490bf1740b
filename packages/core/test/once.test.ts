import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { createMemoryStore } from '../src/call/memory-store.ts';
import type { Era } from '../src/catalog/era.ts';
import type { HandlerOptions, McpMeta, Store } from '../src/index.ts';
import { clientKinds, connect, toolError, toolValue } from './clients.ts';
import { call as callAs } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create({ isDev: false });
const secret = 'a secret of at least thirty-two bytes';

function createRouter(ran: (what: unknown) => void | Promise<void>) {
  return t.router({
    charge: t.procedure
      .meta({ mcp: { idempotent: true, dryRun: 'preview' } })
      .input(z.object({ amount: z.number(), at: z.date().optional() }))
      .mutation(async ({ input }) => {
        await ran(input);
        return { charged: input.amount };
      }),
    preview: t.procedure
      .input(z.object({ amount: z.number() }))
      .query(({ input, ctx }) => ({ would: input.amount, as: ctx.user })),
    tick: t.procedure.meta({ mcp: { idempotent: true } }).mutation(async () => {
      await ran('tick');
      return 'ticked';
    }),
    fail: t.procedure.meta({ mcp: { idempotent: true } }).mutation(async () => {
      await ran('fail');
      throw new TRPCError({ code: 'CONFLICT', message: 'taken' });
    }),
  });
}

async function start(options: HandlerOptions = {}, ran: (what: unknown) => void | Promise<void> = vi.fn()) {
  const createContext = ({ req }: { req: { headers: { authorization?: string | undefined } } }) => ({
    user: req.headers.authorization ?? 'nobody',
  });
  const server = await serve(mcpHandler(createRouter(ran), { createContext, ...options }));
  return { url: server.mcp, ran, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Keys are only for callers who are known. */
const ada = { authorization: 'ada' };
const call = (url: string, era: Era, name: string, args?: unknown, headers: Record<string, string> = ada) =>
  callAs(url, era, name, args, headers);

type Body = { result: { content: [{ text: string }] } };
const textOf = ({ body }: { body: unknown }) => (body as Body).result.content[0].text;

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  test('a key gives the first answer again, and runs nothing', async () => {
    await using server = await start();
    await using client = await connect[kind](server.url, ada);
    const args = { amount: 5, _idempotencyKey: 'k1' };
    const first = await client.callTool({ name: 'charge', arguments: args });
    expect(first.isError).toBeUndefined();
    expect(await client.callTool({ name: 'charge', arguments: args })).toEqual(first);
    expect(
      await client.callTool({ name: 'charge', arguments: { _idempotencyKey: 'k1', amount: 5 } }),
    ).toEqual(first);
    expect(server.ran).toHaveBeenCalledOnce();
    expect(server.ran).toHaveBeenCalledWith({ amount: 5 });
    await client.callTool({ name: 'charge', arguments: { amount: 5, _idempotencyKey: 'k2' } });
    await client.callTool({ name: 'charge', arguments: { amount: 5 } });
    expect(server.ran).toHaveBeenCalledTimes(3);
  });

  test('a key that comes with other arguments is refused', async () => {
    await using server = await start();
    await using client = await connect[kind](server.url, ada);
    await client.callTool({ name: 'charge', arguments: { amount: 5, _idempotencyKey: 'k1' } });
    expect(
      await client.callTool({ name: 'charge', arguments: { amount: 6, _idempotencyKey: 'k1' } }),
    ).toEqual(
      toolError(
        'CONFLICT: this _idempotencyKey was used with other arguments; take a new one for another call',
      ),
    );
    expect(server.ran).toHaveBeenCalledOnce();
  });

  test('a dry run is answered by its query, under the same context, and changes nothing', async () => {
    await using server = await start();
    await using client = await connect[kind](server.url, ada);
    const args = { amount: 5, _dryRun: true };
    expect(await client.callTool({ name: 'charge', arguments: args })).toEqual(
      toolValue({ would: 5, as: 'ada' }),
    );
    expect(server.ran).not.toHaveBeenCalled();
    expect(await client.callTool({ name: 'charge', arguments: { ...args, _dryRun: false } })).toEqual(
      toolValue({ charged: 5 }),
    );
  });

  test('both are told in the schema, and neither where it is not asked for', async () => {
    await using server = await start();
    await using client = await connect[kind](server.url, ada);
    const tools = await client.listTools();
    const argumentsOf = (name: string) =>
      Object.keys(
        (tools.find((tool) => tool['name'] === name) as { inputSchema: { properties: object } }).inputSchema
          .properties,
      );
    expect(argumentsOf('charge')).toEqual(['amount', 'at', '_dryRun', '_idempotencyKey']);
    expect(argumentsOf('tick')).toEqual(['_idempotencyKey']);
  });
});

test.each([
  [{ amount: 5, _idempotencyKey: '' }, '_idempotencyKey: expected a text of 1 to 255 characters'],
  [{ amount: 5, _idempotencyKey: 5 }, '_idempotencyKey: expected a text of 1 to 255 characters'],
  [
    { amount: 5, _idempotencyKey: 'x'.repeat(256) },
    '_idempotencyKey: expected a text of 1 to 255 characters',
  ],
  [{ amount: 5, _dryRun: 'maybe' }, '_dryRun: expected true or false'],
  [{ amount: 'five', _idempotencyKey: 'k' }, 'amount: Invalid input: expected number, received string'],
])('%j is refused, and nothing runs', async (args, message) => {
  await using server = await start();
  expect(textOf(await call(server.url, 'modern', 'charge', args))).toContain(message);
  expect(server.ran).not.toHaveBeenCalled();
});

test('what was refused before it ran may be tried again under the same key', async () => {
  await using server = await start();
  await call(server.url, 'modern', 'charge', { amount: 'five', _idempotencyKey: 'k' });
  expect(
    textOf(await call(server.url, 'modern', 'charge', { amount: 'five', _idempotencyKey: 'k' })),
  ).toContain('BAD_REQUEST');
  expect(textOf(await call(server.url, 'modern', 'charge', { amount: 5, _idempotencyKey: 'k' }))).toBe(
    '{"charged":5}',
  );
});

test('a failure of the procedure is the first answer too', async () => {
  await using server = await start();
  const args = { _idempotencyKey: 'k' };
  const first = textOf(await call(server.url, 'modern', 'fail', args));
  expect(first).toMatch(/^CONFLICT: taken/);
  expect(textOf(await call(server.url, 'modern', 'fail', args))).toBe(first);
  expect(server.ran).toHaveBeenCalledOnce();
});

test('a key is known to its caller and its tool only', async () => {
  await using server = await start();
  const args = { _idempotencyKey: 'k' };
  await call(server.url, 'modern', 'tick', args, { authorization: 'ada' });
  await call(server.url, 'modern', 'tick', args, { authorization: 'bob' });
  await call(server.url, 'modern', 'fail', args, { authorization: 'ada' });
  expect(server.ran).toHaveBeenCalledTimes(3);
});

test('100 calls at once with one key, on two nodes, run once and get one answer', async () => {
  const store = createMemoryStore();
  const ran = vi.fn(() => new Promise<void>((resolve) => setTimeout(resolve, 50)));
  await using one = await start({ store, secret }, ran);
  await using other = await start({ store, secret }, ran);
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      call((index % 2 ? one : other).url, index % 3 ? 'modern' : 'legacy', 'tick', { _idempotencyKey: 'k' }),
    ),
  );
  // The first call's era decides how the value is stored; both eras read the same value.
  expect(new Set(answers.map((answer) => textOf(answer).replace(/^\{"result":(.*)\}$/, '$1')))).toEqual(
    new Set(['ticked']),
  );
  expect(ran).toHaveBeenCalledOnce();
});

test('a store that is away stops the call before it runs, and says so', async () => {
  const store: Store = { ...createMemoryStore(), add: () => Promise.reject(new Error('ECONNREFUSED')) };
  const onError = vi.fn();
  await using server = await start({ store, secret, onError });
  expect(textOf(await call(server.url, 'modern', 'tick', { _idempotencyKey: 'k' }))).toMatch(
    /^SERVICE_UNAVAILABLE: .*nothing was done/,
  );
  expect(textOf(await call(server.url, 'modern', 'tick'))).toBe('ticked');
  expect(server.ran).toHaveBeenCalledOnce();
  expect(onError).toHaveBeenCalledOnce();
});

test('a store that goes away while the call runs does not cost its answer', async () => {
  const store: Store = { ...createMemoryStore(), set: () => Promise.reject(new Error('ECONNRESET')) };
  await using server = await start({ store, secret });
  expect(textOf(await call(server.url, 'modern', 'tick', { _idempotencyKey: 'k' }))).toBe('ticked');
});

test.each([
  ['NOT_A_MUTATION', { idempotent: true }, 'query'],
  ['NOT_A_MUTATION', { dryRun: 'other' }, 'query'],
  ['PATH_UNKNOWN', { dryRun: 'nowhere' }, 'mutation'],
] as const)('%s is found at mount', (code, mcp, type) => {
  const procedure = t.procedure.meta({ mcp });
  const router = t.router({ a: type === 'query' ? procedure.query(() => 1) : procedure.mutation(() => 1) });
  expect(() => mcpHandler(router, { createContext: () => ({ user: '' }) })).toThrow(code);
});
