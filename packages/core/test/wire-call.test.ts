import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { clientKinds, connect, eraOf, toolError, toolValue } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

const emptyInput = { type: 'object', properties: {}, additionalProperties: false };

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('lists tagged queries and mutations by name, and nothing else', async () => {
    const rename = {
      title: 'Rename a post',
      description: 'Changes the title of one post.',
      annotations: { destructiveHint: false, idempotentHint: true },
      icons: [{ src: 'https://example.com/pen.png', mimeType: 'image/png' }],
      _meta: { 'com.example/team': 'content' },
    };
    const router = t.router({
      posts: t.router({
        rename: t.procedure
          .meta({ mcp: rename })
          .input(z.object({ id: z.int().min(1), title: z.string().max(80).default('Untitled') }))
          .output(z.object({ id: z.number() }))
          .mutation(({ input }) => ({ id: input.id })),
        list: tool.query(() => []),
        drop: t.procedure.mutation(() => undefined),
      }),
      authors: { delete: t.procedure.meta({ mcp: { name: 'remove_author' } }).mutation(() => undefined) },
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toEqual([
      {
        name: 'posts_list',
        title: 'Posts: list',
        description: expect.stringContaining('posts.list'),
        inputSchema: emptyInput,
        annotations: { readOnlyHint: true },
      },
      {
        name: 'posts_rename',
        title: 'Rename a post',
        description: 'Changes the title of one post.',
        inputSchema: {
          type: 'object',
          properties: {
            id: { type: 'integer', minimum: 1 },
            title: { type: 'string', maxLength: 80, default: 'Untitled' },
          },
          required: ['id'],
          additionalProperties: false,
        },
        outputSchema: {
          type: 'object',
          properties: { id: { type: 'number' } },
          required: ['id'],
          additionalProperties: false,
        },
        annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
        icons: rename.icons,
        _meta: rename._meta,
      },
      {
        name: 'remove_author',
        title: 'Authors: delete',
        description: expect.stringContaining('authors.delete'),
        inputSchema: emptyInput,
        annotations: { readOnlyHint: false, destructiveHint: true },
      },
    ]);
  });

  test('reads the description of a tool from its schema when its meta has none', async () => {
    const input = z.object({ email: z.email() }).describe('Finds a customer by email.');
    const router = t.router({ find: tool.input(input).query(() => null) });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toMatchObject([
      { name: 'find', description: 'Finds a customer by email.' },
    ]);
  });

  test('calls a query and a mutation with their arguments', async () => {
    const names = ['ada'];
    const router = t.router({
      list: tool.input(z.object({ from: z.number() })).query(({ input }) => names.slice(input.from)),
      add: tool
        .input(z.object({ name: z.string(), loud: z.boolean().default(true) }))
        .mutation(({ input }) => ({ count: names.push(input.loud ? input.name.toUpperCase() : input.name) })),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(await client.callTool({ name: 'add', arguments: { name: 'bob' } })).toEqual(
      toolValue({ count: 2 }),
    );
    const list = eraOf[kind] === 'modern' ? ['BOB'] : { result: ['BOB'] };
    expect(await client.callTool({ name: 'list', arguments: { from: 1 } })).toEqual(toolValue(list));
  });

  test.each([
    ['a string', z.string(), 'x'],
    ['an array', z.array(z.number()), [1, 2]],
    ['a union', z.union([z.object({ a: z.number() }), z.object({ b: z.number() })]), { b: 1 }],
    ['a record', z.record(z.string(), z.number()), { a: 1 }],
  ])('passes %s as the whole input', async (_, schema, value) => {
    const router = t.router({ echo: tool.input(schema).query(({ input }) => ({ got: input })) });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    const [listed] = await client.listTools();
    expect(listed).toMatchObject({ inputSchema: { type: 'object' } });
    const isWrapped = JSON.stringify(listed?.['inputSchema']).includes('"properties":{"input":');
    const args = isWrapped ? { input: value } : { ...(value as object) };
    expect(await client.callTool({ name: 'echo', arguments: args })).toEqual(toolValue({ got: value }));
  });

  test('reads what is wrong with its arguments, one line for each problem', async () => {
    const input = z.object({
      name: z.string().min(2),
      address: z.object({ zip: z.string(), city: z.object({ code: z.enum(['A', 'B']) }) }),
    });
    const router = t.router({ save: tool.input(input).mutation(() => 'saved') });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    const args = { name: 'x', address: { zip: { a: 1 }, city: { code: 'C' } } };
    expect(await client.callTool({ name: 'save', arguments: args })).toEqual(
      toolError(
        [
          'BAD_REQUEST: the arguments are not valid',
          'name: Too small: expected string to have >=2 characters',
          'address.zip: Invalid input: expected string, received object',
          'address.city.code: Invalid option: expected one of "A"|"B"',
        ].join('\n'),
      ),
    );
  });

  test('reads what a refinement of the whole input says', async () => {
    const input = z
      .object({ from: z.number(), to: z.number() })
      .refine(({ from, to }) => from < to, 'from must come before to');
    const router = t.router({ range: tool.input(input).query(() => 'fine') });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(await client.callTool({ name: 'range', arguments: { from: 2, to: 1 } })).toEqual(
      toolError('BAD_REQUEST: the arguments are not valid\nfrom must come before to'),
    );
  });

  test('calls a tool of two stacked inputs with the fields of both', async () => {
    const router = t.router({
      both: tool
        .input(z.object({ a: z.number() }))
        .input(z.object({ b: z.string() }))
        .query(({ input }) => input),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toMatchObject([
      { inputSchema: { properties: { a: { type: 'number' }, b: { type: 'string' } }, required: ['a', 'b'] } },
    ]);
    expect(await client.callTool({ name: 'both', arguments: { a: 1, b: 'x' } })).toEqual(
      toolValue({ a: 1, b: 'x' }),
    );
  });

  test('is told that a tool is unknown, by a protocol error', async () => {
    await using server = await serve(
      mcpHandler(t.router({ known: tool.query(() => 1), hidden: t.procedure.query(() => 2) })),
    );
    await using client = await connect[kind](server.mcp);
    for (const name of ['nope', 'hidden', 'known.', '']) {
      await expect(client.callTool({ name })).rejects.toMatchObject({
        code: -32_602,
        message: expect.stringContaining(`Unknown tool: ${name}`),
      });
    }
  });
});
