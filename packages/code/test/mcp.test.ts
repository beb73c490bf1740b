import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { initTRPC, TRPCError } from '@trpc/server';
import { type HandlerOptions, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { codeMode } from '../src/index.ts';

interface Context {
  user: string;
}

interface Customer {
  id: number;
  name: string;
  since: Date;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

/** An app with three pages of customers, and a log of what has changed. */
function createRouter(log: string[]) {
  const customers = Array.from({ length: 25 }, (_, id): Customer => ({
    id,
    name: `Customer ${id}`,
    since: new Date(Date.UTC(2026, 0, id + 1)),
  }));
  const customer = z.object({ id: z.number(), name: z.string(), since: z.date() });
  return t.router({
    customers: t.router({
      list: t.procedure
        .meta({ mcp: { description: 'Lists customers, ten on a page' } })
        .input(z.object({ page: z.int().min(1).default(1) }))
        .output(z.object({ items: z.array(customer), next: z.number().nullable() }))
        .query(({ input: { page } }) => ({
          items: customers.slice(page * 10 - 10, page * 10),
          next: page < 3 ? page + 1 : null,
        })),
      rename: t.procedure
        .meta({ mcp: { description: 'Gives a customer another name' } })
        .input(z.object({ id: z.number(), name: z.string().min(1) }))
        .output(customer)
        .mutation(({ input: { id, name }, ctx }) => {
          const found = customers.find((each) => each.id === id);
          if (!found) throw new TRPCError({ code: 'NOT_FOUND', message: `There is no customer ${id}` });
          found.name = name;
          log.push(`${ctx.user} renamed ${id}`);
          return found;
        }),
      remove: t.procedure
        .meta({ mcp: { description: 'Removes a customer', confirm: 'Remove customer {id}?' } })
        .input(z.object({ id: z.number() }))
        .mutation(({ input: { id }, ctx }) => {
          log.push(`${ctx.user} removed ${id}`);
          return { removed: id };
        }),
      secret: t.procedure
        .meta({
          mcp: { description: 'Reads secrets of customers', visible: ({ user }: Context) => user === 'ada' },
        })
        .query(({ ctx }) => {
          if (ctx.user !== 'ada') throw new TRPCError({ code: 'FORBIDDEN' });
          return 'the secret';
        }),
    }),
  });
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

type Options = Pick<HandlerOptions<ReturnType<typeof createRouter>>, 'result'>;

async function serve(log: string[] = [], options: Options = {}): Promise<URL> {
  const handler = mcpHandler(createRouter(log), {
    createContext: ({ req }) => ({ user: String(req.headers['x-user'] ?? 'nobody') }),
    discovery: codeMode({ cpuMs: 10_000 }),
    secret: 'a'.repeat(32),
    legacy: 'sessions',
    onError: () => {},
    ...options,
  });
  const server = createServer((req, res) => void handler(req, res));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
}

interface Person {
  user?: string;
  /** Answers what a person is asked. */
  answer?: (message: string) => boolean;
  version?: '2026-07-28' | '2025-11-25';
}

async function connect(url: URL, { user = 'ben', answer, version = '2026-07-28' }: Person = {}) {
  const options = {
    versionNegotiation: { mode: version === '2026-07-28' ? { pin: version } : ('legacy' as const) },
  };
  const client = new Client(
    { name: 'test', version: '1' },
    { ...options, ...(answer && { capabilities: { elicitation: { form: {} } } }) },
  );
  if (answer) {
    client.setRequestHandler('elicitation/create', ({ params }) =>
      Promise.resolve(
        answer(params.message)
          ? { action: 'accept' as const, content: { confirm: true } }
          : { action: 'decline' as const },
      ),
    );
  }
  await client.connect(
    new StreamableHTTPClientTransport(url, { requestInit: { headers: { 'x-user': user } } }),
  );
  const call = async (name: string, args: Record<string, unknown>) => {
    const result = await client.callTool({ name, arguments: args });
    const [first] = result.content as { text: string }[];
    return { text: first!.text, isError: result.isError === true };
  };
  return {
    client,
    run: (code: string) => call('run_code', { code }),
    search: (query: string) => call('search_api', { query }),
  };
}

describe.each(['2026-07-28', '2025-11-25'] as const)('a client of %s', (version) => {
  test('lists two tools, finds what it needs, and does it in one run', async () => {
    const log: string[] = [];
    const { client, run, search } = await connect(await serve(log), { version });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['run_code', 'search_api']);
    expect((await search('list of customers')).text).toContain(`  customers: {
    /** Lists customers, ten on a page. */
    list: { query(input?: {
      page?: number; // >= 1; default 1
    }): Promise<{`);
    const code = `const all = [];
for (let page = 1; page; ) {
  const { items, next } = await api.customers.list.query({ page });
  all.push(...items);
  page = next;
}
await api.customers.rename.mutate({ id: 7, name: 'Seven' });
return { count: all.length, newest: all.at(-1).since };`;
    expect(await run(code)).toEqual({
      text: '{"count":25,"newest":"2026-01-25T00:00:00.000Z"}',
      isError: false,
    });
    expect(log).toEqual(['ben renamed 7']);
  });

  test('reads the same refusals as without code', async () => {
    const { run } = await connect(await serve(), { version });
    expect(await run('await api.customers.rename.mutate({ id: 99, name: "x" })')).toEqual({
      text: 'NOT_FOUND: There is no customer 99\nCheck the identifiers; a tool that lists or searches has the right ones.\nat line 1, column 27: await api.customers.rename.mutate({ id: 99, name: "x" })\n\nRefused: customers.rename {"id":99,"name":"x"}.',
      isError: true,
    });
    const { text } = await run('return await api.customers.rename.mutate({ id: "seven", name: "x" })');
    expect(text).toContain('BAD_REQUEST: the arguments are not valid\nid: ');
  });

  test('knows nothing of what is hidden from its caller', async () => {
    const url = await serve();
    const ben = await connect(url, { version });
    expect((await ben.search('secrets of customers')).text).not.toContain('secret:');
    expect((await ben.run('return api.customers.secret.query()')).text).toContain(
      'There is no api.customers.secret.',
    );
    expect((await ben.run('return Object.keys(api.customers)')).text).toBe('["list","remove","rename"]');
    const ada = await connect(url, { version, user: 'ada' });
    expect((await ada.search('secrets of customers')).text).toContain('secret: { query(): Promise<');
    expect((await ada.run('return await api.customers.secret.query()')).text).toBe('"the secret"');
  });

  test('has each change in code confirmed, and what was done before is not done again', async () => {
    const log: string[] = [];
    const asked: string[] = [];
    const answer = (message: string) => {
      asked.push(message);
      return true;
    };
    const { run } = await connect(await serve(log), { version, answer });
    const code = `await api.customers.rename.mutate({ id: 1, name: 'One' });
const before = [Math.random(), Date.now()];
const removed = [];
for (const id of [2, 3]) removed.push(await api.customers.remove.mutate({ id }));
await api.customers.rename.mutate({ id: 4, name: 'Four' });
return [removed, before.length];`;
    expect(await run(code)).toEqual({ text: '[[{"removed":2},{"removed":3}],2]', isError: false });
    expect(asked).toEqual([
      expect.stringContaining('Remove customer 2?'),
      expect.stringContaining('Remove customer 3?'),
    ]);
    expect(log).toEqual(['ben renamed 1', 'ben removed 2', 'ben removed 3', 'ben renamed 4']);
  });

  test('may be refused by the person, and the code may go on', async () => {
    const log: string[] = [];
    const { run } = await connect(await serve(log), { version, answer: () => false });
    const code = `await api.customers.rename.mutate({ id: 1, name: 'One' });
try { await api.customers.remove.mutate({ id: 2 }) } catch (error) { return error.code }`;
    const { text } = await run(code);
    expect(text).toMatch(/^"[A-Z_]+"$/);
    expect(log).toEqual(['ben renamed 1']);
  });
});

test('two clients at once get each their own', async () => {
  const log: string[] = [];
  const url = await serve(log);
  const ben = await connect(url, { answer: () => true });
  const ada = await connect(url, { user: 'ada', answer: () => true });
  const code = (
    id: number,
  ) => `const found = await Promise.all([1, 2, 3].map((page) => api.customers.list.query({ page })));
await api.customers.remove.mutate({ id: ${id} });
globalThis.mine = (globalThis.mine ?? 0) + ${id};
return [found.flatMap(({ items }) => items).length, globalThis.mine];`;
  const runs = [ben.run(code(1)), ada.run(code(2)), ben.run(code(3)), ada.run(code(4))];
  expect((await Promise.all(runs)).map(({ text }) => text)).toEqual(['[25,1]', '[25,2]', '[25,3]', '[25,4]']);
  expect(log.toSorted()).toEqual(['ada removed 2', 'ada removed 4', 'ben removed 1', 'ben removed 3']);
});

test('without somebody to ask, a change that has to be confirmed is refused in words', async () => {
  const log: string[] = [];
  const { run } = await connect(await serve(log));
  const { isError, text } = await run('await api.customers.remove.mutate({ id: 2 })');
  expect(isError).toBe(true);
  expect(text).toContain('at line 1, column');
  expect(log).toEqual([]);
});

test('an app whose handler has a budget has results within it', async () => {
  const { run } = await connect(await serve([], { result: { maxTokens: 60 } }));
  const { text } = await run(
    'return (await api.customers.list.query()).items.concat((await api.customers.list.query({ page: 2 })).items)',
  );
  expect(text).toContain('may have 60.');
  // What is inside of code is whole.
  expect((await run('return (await api.customers.list.query()).items.length')).text).toBe('10');
});

test('?readonly=1 leaves what changes something out', async () => {
  const url = await serve();
  url.searchParams.set('readonly', '1');
  const { run } = await connect(url);
  expect((await run('return Object.keys(api.customers)')).text).toBe('["list"]');
  expect((await run('await api.customers.rename.mutate({ id: 1, name: "x" })')).text).toContain(
    'There is no api.customers.rename.',
  );
});
