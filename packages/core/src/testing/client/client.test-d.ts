import { type AnyTRPCRouter, initTRPC, tracked } from '@trpc/server';
import superjson from 'superjson';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  createMcpTestClient,
  type Drained,
  expectCatalog,
  type Json,
  type ToolPath,
  type ToolResult,
} from '../testing.ts';

interface Context {
  user: string;
}

const t = initTRPC.context<Context>().create({ transformer: superjson });
const router = t.router({
  ping: t.procedure.query(() => 'pong' as const),
  customers: {
    get: t.procedure
      .input(z.object({ id: z.string(), since: z.date().optional() }))
      .output(z.object({ id: z.string(), at: z.date(), tags: z.set(z.string()) }))
      .query(() => ({ id: '', at: new Date(), tags: new Set<string>() })),
    deep: t.router({ close: t.procedure.input(z.number().optional()).mutation(() => [1n]) }),
    changes: t.procedure.subscription(async function* () {
      yield tracked('1', new Date());
    }),
    all: t.procedure.query(async function* () {
      yield 1;
    }),
  },
});
const ctx = { user: 'ada' };
const client = createMcpTestClient(router, { ctx });

test('paths are those of procedures', () => {
  expectTypeOf<ToolPath<typeof router>>().toEqualTypeOf<
    'ping' | 'customers.get' | 'customers.deep.close' | 'customers.changes' | 'customers.all'
  >();
  void (() => client.call('ping'));
  void (() => client.call('customers.deep.close'));
  // @ts-expect-error there is no such procedure
  void (() => client.call('customers.remove'));
  // @ts-expect-error a router is not a procedure
  void (() => client.call('customers.deep'));
  // @ts-expect-error there is no such procedure here either
  void (() => client.unwrap.call('pong'));
});

test('inputs are those of a tRPC client', () => {
  void (() => client.call('customers.get', { id: 'a', since: new Date() }));
  void (() => client.call('customers.get', { id: 'a' }, { signal: new AbortController().signal }));
  void (() => client.call('customers.deep.close', 1));
  void (() => client.call('ping', undefined, { timeoutMs: 1000 }));
  // @ts-expect-error it takes an input
  void (() => client.call('customers.get'));
  // @ts-expect-error the id is a string
  void (() => client.call('customers.get', { id: 1 }));
  // @ts-expect-error the input is a Date, not its form on the wire
  void (() => client.call('customers.get', { id: 'a', since: '2026-01-31T09:00:00Z' }));
  // @ts-expect-error it takes no input
  void (() => client.call('ping', 1));
  // @ts-expect-error there is no such option
  void (() => client.call('ping', undefined, { timeout: 1000 }));
});

test('outputs are what the procedure returns, and their JSON is what a client gets', () => {
  const get = () => client.call('customers.get', { id: 'a' });
  interface Customer {
    id: string;
    at: Date;
    tags: Set<string>;
  }
  expectTypeOf(get).returns.resolves.toEqualTypeOf<ToolResult<Customer>>();
  expectTypeOf(get).returns.resolves.not.toBeAny();
  const result = {} as Awaited<ReturnType<typeof get>>;
  if (result.ok) {
    expectTypeOf(result.output).toEqualTypeOf<Customer>();
    expectTypeOf(result.json).toEqualTypeOf<{ id: string; at: string; tags: string[] }>();
    expectTypeOf(result.output.at).not.toBeAny();
    // @ts-expect-error a call that succeeded has no error
    void result.error;
  } else {
    expectTypeOf(result.error.code).not.toBeAny();
    expectTypeOf<'FORBIDDEN'>().toExtend<typeof result.error.code>();
    // @ts-expect-error a call that failed has no output
    void result.output;
  }
  // @ts-expect-error check `ok` first
  void result.output;
  expectTypeOf(() => client.unwrap.call('customers.deep.close')).returns.resolves.toEqualTypeOf<bigint[]>();
  expectTypeOf(() => client.unwrap.call('ping')).returns.resolves.toEqualTypeOf<'pong'>();
  expectTypeOf(() => client.callTool('ping')).returns.resolves.toEqualTypeOf<ToolResult>();
});

test('a stream is what was collected of it', () => {
  expectTypeOf(() => client.unwrap.call('customers.changes')).returns.resolves.toEqualTypeOf<{
    items: Date[];
    lastEventId?: string;
    ended: 'complete' | 'maxItems' | 'maxMs';
  }>();
  // The type does not know whether the meta sets limits.
  const all = () => client.unwrap.call('customers.all');
  expectTypeOf(all).returns.resolves.not.toBeAny();
  expectTypeOf<number[]>().toExtend<Awaited<ReturnType<typeof all>>>();
  // @ts-expect-error it yields numbers
  expectTypeOf<string[]>().toExtend<Awaited<ReturnType<typeof all>>>();
  expectTypeOf<Drained<{ a: Promise<Date>; b: 1 }>>().toEqualTypeOf<{ a: Date; b: 1 }>();
});

test('JSON is what the wire makes of a type', () => {
  expectTypeOf<Json<Map<string, Date>>>().toEqualTypeOf<Record<string, string>>();
  expectTypeOf<Json<Map<Date, bigint>>>().toEqualTypeOf<[string, string][]>();
  expectTypeOf<Json<[Date, { a?: URL }]>>().toEqualTypeOf<[string, { a?: string }]>();
  expectTypeOf<Json<{ a: Date | null; b: string | undefined }>>().toEqualTypeOf<{
    a: string | null;
    b: string | undefined;
  }>();
  expectTypeOf<Json<unknown>>().toEqualTypeOf<unknown>();
  expectTypeOf<Json<void>>().toEqualTypeOf<void>();
  interface Tree {
    at: Date;
    children: Tree[];
  }
  expectTypeOf<Json<Tree>['children'][0]['children'][0]['at']>().toEqualTypeOf<string>();
});

test('the context is wanted where the router has one, in one of its two forms', () => {
  createMcpTestClient(router, { ctx: () => ctx });
  createMcpTestClient(router, { ctx: async () => ctx });
  createMcpTestClient(router, {
    era: 'legacy',
    createContext: ({ req, mcp }) => {
      expectTypeOf(req).toEqualTypeOf<Request>();
      expectTypeOf(mcp.era).toEqualTypeOf<'modern' | 'legacy'>();
      return { user: req.headers.get('x-user') ?? mcp.era };
    },
  });
  // @ts-expect-error there is no context
  createMcpTestClient(router);
  // @ts-expect-error there is no context here either
  createMcpTestClient(router, { era: 'modern' });
  // @ts-expect-error the user is a string
  createMcpTestClient(router, { ctx: { user: 1 } });
  // @ts-expect-error give either ctx or createContext
  createMcpTestClient(router, { ctx, createContext: () => ctx });
  // @ts-expect-error there is no such era
  createMcpTestClient(router, { ctx, era: '2026' });
  const open = initTRPC.create();
  createMcpTestClient(open.router({ ping: open.procedure.query(() => 1) }));
  createMcpTestClient(open.router({ ping: open.procedure.query(() => 1) }), { era: 'legacy' });
});

test('a router of no known type takes any path', () => {
  const any = createMcpTestClient(router as AnyTRPCRouter, { ctx });
  void (() => any.call('anything', { at: 'all' }));
});

test('a catalog is held against a file, with the options of the handler', () => {
  const expectation = () => expectCatalog(router, { expose: { include: ['customers.**', 'ping'] } });
  expectTypeOf(() => expectation().toMatchFile('mcp.lock.json')).returns.resolves.toBeVoid();
  // @ts-expect-error there is no such procedure
  void (() => expectCatalog(router, { expose: { include: ['pong'] } }));
  // @ts-expect-error the file's name is required
  void (() => expectation().toMatchFile());
});
