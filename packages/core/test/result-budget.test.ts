import { initTRPC } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { type ClientKind, clientKinds, connect, eraOf, type TestClient } from './clients.ts';
import { serve, type TestServer } from './server.ts';

const t = initTRPC.context<{ user: string | undefined }>().meta<McpMeta>().create();
const row = z.object({
  id: z.uuid(),
  name: z.string().min(1),
  at: z.date(),
  tags: z.array(z.string()).min(1),
});
const rowOf = (index: number): z.output<typeof row> => ({
  id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  name: `customer ${index}`,
  at: new Date(index * 1000),
  tags: ['a'],
});
const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => rowOf(from + index));
const budget = { result: { maxTokens: 500 } };

function serveRouter(router: ReturnType<typeof t.router>): Promise<TestServer> {
  const handler = mcpHandler(router, {
    createContext: () => ({ user: undefined }),
    callerId: (request) => request.headers.get('x-user') ?? undefined,
  });
  return serve(handler);
}

/** The official clients check each result with the schema that they were told. */
async function connectTo(kind: ClientKind, server: TestServer, user = 'ada'): Promise<TestClient> {
  const client = await connect[kind](server.mcp, { 'x-user': user });
  await client.listTools();
  return client;
}

interface Read {
  texts: string[];
  structured: Record<string, unknown> | undefined;
}

async function read(client: TestClient, name: string, args: Record<string, unknown> = {}): Promise<Read> {
  const { content, structuredContent, isError } = await client.callTool({ name, arguments: args });
  const texts = (content as { text: string }[]).map(({ text }) => text);
  expect(isError, texts.join('\n')).toBeFalsy();
  return { texts, structured: structuredContent as Record<string, unknown> | undefined };
}

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('gets a list cut after a whole row, in the text and in the structured content', async () => {
    await using server = await serveRouter(
      t.router({
        list: t.procedure
          .meta({ mcp: budget })
          .output(z.array(row))
          .query(() => rows(0, 100)),
      }),
    );
    await using client = await connectTo(kind, server);
    const { texts, structured } = await read(client, 'list');
    const whole = JSON.parse(texts[0]!) as unknown;
    const shown = (whole as { result?: unknown[] }).result ?? (whole as unknown[]);
    expect(texts.join('').length).toBeLessThanOrEqual(2000);
    expect(shown).toEqual(JSON.parse(JSON.stringify(rows(0, shown.length))));
    expect(texts[1]).toContain(`Showing ${shown.length} of 100 rows.`);
    if (eraOf[kind] === 'legacy') expect(structured).toEqual({ result: shown, _more: texts[1] });
    else expect(structured).toEqual(shown);
  });

  test('goes on with _cursor until every row was seen once', async () => {
    await using server = await serveRouter(
      t.router({
        list: t.procedure
          .meta({ mcp: budget })
          .input(z.object({ of: z.string() }))
          .output(z.object({ items: z.array(row) }))
          .query(() => ({ items: rows(0, 60) })),
      }),
    );
    await using client = await connectTo(kind, server);
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { texts, structured } = await read(client, 'list', {
        of: 'Bergen',
        ...(cursor === undefined ? {} : { _cursor: cursor }),
      });
      seen.push(...(structured!['items'] as unknown[]));
      cursor = /_cursor "([^"]+)"/.exec(texts.join(' '))?.[1];
    } while (cursor !== undefined && seen.length < 200);
    expect(seen).toEqual(JSON.parse(JSON.stringify(rows(0, 60))));
  });

  test('is told to call again with a smaller limit, and follows nextCursor to every row', async () => {
    await using server = await serveRouter(
      t.router({
        list: t.procedure
          .meta({ mcp: budget })
          .input(
            z.object({ limit: z.number().int().min(1).max(100).default(50), cursor: z.string().optional() }),
          )
          .output(z.object({ items: z.array(row), nextCursor: z.string().nullable() }))
          .query(({ input: { limit, cursor } }) => {
            const start = Number(cursor ?? 0);
            const items = rows(start, Math.min(start + limit, 90));
            return { items, nextCursor: start + limit < 90 ? String(start + limit) : null };
          }),
      }),
    );
    await using client = await connectTo(kind, server);
    const first = await read(client, 'list');
    expect(first.structured).not.toHaveProperty('nextCursor');
    const [, limit] = /Call again with limit (\d+), then follow nextCursor/.exec(first.texts.join(' '))!;
    const seen: unknown[] = [];
    let cursor: unknown;
    do {
      const args = { limit: Number(limit), ...(cursor === undefined ? {} : { cursor }) };
      const { structured } = await read(client, 'list', args);
      seen.push(...(structured!['items'] as unknown[]));
      cursor = structured!['nextCursor'];
    } while (cursor !== null && cursor !== undefined);
    expect(seen).toEqual(JSON.parse(JSON.stringify(rows(0, 90))));
  });

  test.each([
    ['offset', { offset: z.number().default(0) }, {}, (shown: number) => `Call again with offset ${shown}.`],
    [
      'skip',
      { skip: z.number().optional(), take: z.number() },
      { skip: 7, take: 100 },
      (shown: number) => `Call again with skip ${7 + shown}.`,
    ],
    [
      'page and its size',
      { page: z.number().min(1).default(1), pageSize: z.number().default(100) },
      {},
      (shown: number) => `Call again with pageSize ${shown} and page 2.`,
    ],
    ['page of a fixed size', { page: z.number().min(1).default(1) }, {}, () => '_cursor "'],
    ['limit alone', { limit: z.number().default(100) }, {}, () => '_cursor "'],
    [
      'a size that is not taken',
      { limit: z.literal(100).default(100), cursor: z.string().optional() },
      {},
      () => '_cursor "',
    ],
  ])('is told the next value of %s', async (_, shape, args, words) => {
    await using server = await serveRouter(
      t.router({
        list: t.procedure
          .meta({ mcp: budget })
          .input(z.object(shape as Record<string, z.ZodType>))
          .query(() => rows(0, 100)),
      }),
    );
    await using client = await connectTo(kind, server);
    const { texts } = await read(client, 'list', args);
    const [, shown] = /Showing (\d+) of 100 rows/.exec(texts[1]!)!;
    expect(texts[1]).toContain(words(Number(shown)));
  });

  test('goes on with _cursor where other arguments would not show the rows that were cut', async () => {
    const page = { items: rows(0, 100), nextCursor: 'b' };
    const paged = { limit: z.number().default(100), cursor: z.string().optional() };
    const query = (shape: Record<string, z.ZodType>, value: object, fields = false) =>
      t.procedure
        .meta({ mcp: { result: { maxTokens: 500, fields } } })
        .input(z.object(shape))
        .query(() => value);
    await using server = await serveRouter(
      t.router({
        hidden: query(paged, page, true),
        longer: query({ ...paged, limit: z.number().default(10) }, page),
        several: query(paged, { ...page, tags: ['a', 'b'] }),
        pages: query({ page: z.number().min(0).default(1), pageSize: z.number() }, page),
        plain: query(paged, page, true),
      }),
    );
    await using client = await connectTo(kind, server);
    const calls: [string, object, string][] = [
      ['hidden', { _fields: ['items.id', 'items.name'] }, '_cursor "'],
      ['longer', {}, '_cursor "'],
      ['several', {}, '_cursor "'],
      ['pages', { pageSize: 100 }, '_cursor "'],
      ['plain', { _fields: ['items.id', 'nextCursor'] }, 'then follow nextCursor'],
    ];
    for (const [name, args, words] of calls)
      expect((await read(client, name, { ...args })).texts.at(-1), name).toContain(words);
  });

  test('reads a table without rows as JSON, and rows of unlike columns within the budget', async () => {
    const table = (value: unknown) =>
      t.procedure.meta({ mcp: { result: { maxTokens: 500, format: 'tsv' } } }).query(() => value);
    const unlike = Array.from({ length: 200 }, (_, index) => ({ id: index, [`column${index}`]: index }));
    await using server = await serveRouter(
      t.router({ none: table([]), bare: table({ items: [{}], total: 1 }), unlike: table(unlike) }),
    );
    await using client = await connectTo(kind, server);
    expect((await read(client, 'none')).texts).toEqual(['[]']);
    expect((await read(client, 'bare')).texts).toEqual(['{"items":[{}],"total":1}']);
    expect((await read(client, 'unlike')).texts.join('').length).toBeLessThanOrEqual(2000);
  });

  test('reads of a mutation that the rest cannot be had, and it ran once', async () => {
    const run = vi.fn(() => rows(0, 100));
    await using server = await serveRouter(
      t.router({ sync: t.procedure.meta({ mcp: budget }).output(z.array(row)).mutation(run) }),
    );
    await using client = await connectTo(kind, server);
    const { texts } = await read(client, 'sync');
    expect(texts[1]).toMatch(/^Showing \d+ of 100 rows\. The rest cannot be had/);
    expect(run).toHaveBeenCalledTimes(1);
    const { inputSchema } = (await client.listTools())[0] as { inputSchema: { properties: object } };
    expect(inputSchema.properties).not.toHaveProperty('_cursor');
  });

  test('gets the fields that it asks for, and nothing else', async () => {
    await using server = await serveRouter(
      t.router({
        list: t.procedure
          .meta({ mcp: { result: { fields: true } } })
          .output(z.object({ items: z.array(row), total: z.number() }))
          .query(() => ({ items: rows(0, 2), total: 2, secret: 'x' })),
      }),
    );
    await using client = await connectTo(kind, server);
    const { structured } = await read(client, 'list', { _fields: ['items.id'] });
    expect(structured).toEqual({ items: [{ id: rowOf(0).id }, { id: rowOf(1).id }] });
    const wrong = await client.callTool({ name: 'list', arguments: { _fields: ['items.nmae'] } });
    expect(wrong).toMatchObject({ isError: true });
    expect(JSON.stringify(wrong.content)).toContain('did you mean');
    const hidden = await client.callTool({ name: 'list', arguments: { _fields: ['secret'] } });
    expect(hidden).toMatchObject({ isError: true });
    const { inputSchema } = (await client.listTools())[0] as {
      inputSchema: { properties: { _fields: { items: { enum: string[] } } } };
    };
    expect(inputSchema.properties._fields.items.enum).toEqual([
      'items',
      'items.id',
      'items.name',
      'items.at',
      'items.tags',
      'total',
    ]);
  });

  test('reads rows as tab-separated values', async () => {
    await using server = await serveRouter(
      t.router({
        list: t.procedure
          .meta({ mcp: { result: { format: 'tsv' } } })
          .output(z.object({ items: z.array(row), nextCursor: z.string() }))
          .query(() => ({ items: rows(0, 1), nextCursor: 'b' })),
      }),
    );
    await using client = await connectTo(kind, server);
    const { texts, structured } = await read(client, 'list');
    expect(texts).toEqual([
      `id\tname\tat\ttags\n${rowOf(0).id}\tcustomer 0\t1970-01-01T00:00:00.000Z\t["a"]`,
      '{"nextCursor":"b"}',
    ]);
    expect(structured).toBeUndefined();
    expect((await client.listTools())[0]).not.toHaveProperty('outputSchema');
  });

  test('is refused a handle of somebody else, of another tool, and of other arguments', async () => {
    const run = vi.fn(() => rows(0, 100));
    const list = t.procedure
      .meta({ mcp: budget })
      .input(z.object({ of: z.string() }))
      .query(run);
    await using server = await serveRouter(t.router({ list, other: list }));
    await using ada = await connectTo(kind, server);
    await using bo = await connectTo(kind, server, 'bo');
    const { texts } = await read(ada, 'list', { of: 'Bergen' });
    const [, _cursor] = /_cursor "([^"]+)"/.exec(texts[1]!)!;
    expect(run).toHaveBeenCalledTimes(1);
    const tries: [TestClient, string, object][] = [
      [bo, 'list', { of: 'Bergen', _cursor }],
      [ada, 'other', { of: 'Bergen', _cursor }],
      [ada, 'list', { of: 'Oslo', _cursor }],
      [ada, 'list', { of: 'Bergen', _cursor: `${_cursor}x` }],
      [ada, 'list', { of: 'Bergen', _cursor: { $ne: '' } }],
    ];
    for (const [client, name, args] of tries) {
      const { content, isError } = await client.callTool({ name, arguments: { ...args } });
      expect({ isError, text: (content as [{ text: string }])[0].text }).toEqual({
        isError: true,
        text: expect.stringMatching(/^BAD_REQUEST.*_cursor/s) as string,
      });
    }
    expect(run).toHaveBeenCalledTimes(1);
    expect((await read(ada, 'list', { of: 'Bergen', _cursor })).texts[1]).toMatch(
      /^Showing \d+ of 100 rows, those after/,
    );
  });

  test('reads that rows have gone where a handle points past the end', async () => {
    let count = 100;
    const list = t.procedure.meta({ mcp: budget }).query(() => rows(0, count));
    await using server = await serveRouter(t.router({ list }));
    await using client = await connectTo(kind, server);
    const [, _cursor] = /_cursor "([^"]+)"/.exec((await read(client, 'list')).texts[1]!)!;
    count = 3;
    const { texts } = await read(client, 'list', { _cursor });
    expect(texts[1]).toMatch(/^There are no rows after the first \d+: there are 3 now\.$/);
  });

  test('a leaf wins over the handler key by key', async () => {
    const mixed = t.router({
      all: t.procedure.meta({ mcp: { result: { fields: false } } }).query(() => rows(0, 100)),
      few: t.procedure.meta({ mcp: { result: { maxTokens: 300 } } }).query(() => rows(0, 100)),
    });
    await using server = await serve(
      mcpHandler(mixed, {
        createContext: () => ({ user: undefined }),
        result: { maxTokens: 1000, fields: true },
      }),
    );
    await using client = await connectTo(kind, server);
    const lengths = await Promise.all(
      ['all', 'few'].map(async (name) => (await read(client, name)).texts.join('').length),
    );
    expect(lengths[0]).toBeGreaterThan(3000);
    expect(lengths[0]).toBeLessThanOrEqual(4000);
    expect(lengths[1]).toBeLessThanOrEqual(1200);
    const tools = (await client.listTools()) as { inputSchema: { properties: object }; _meta: object }[];
    expect(tools.map(({ inputSchema }) => Object.keys(inputSchema.properties))).toEqual([
      ['_cursor'],
      ['_fields', '_cursor'],
    ]);
    expect(tools.map(({ _meta }) => _meta)).toEqual([
      { 'anthropic/maxResultSizeChars': 4000 },
      { 'anthropic/maxResultSizeChars': 1200 },
    ]);
  });

  test('gets what is short as it was', async () => {
    const one = t.procedure
      .meta({ mcp: budget })
      .output(row)
      .query(() => rowOf(1));
    await using server = await serveRouter(t.router({ one }));
    await using client = await connectTo(kind, server);
    const json = JSON.parse(JSON.stringify(rowOf(1))) as object;
    expect(await read(client, 'one')).toEqual({ texts: [JSON.stringify(json)], structured: json });
  });
});
