import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { clientKinds, connect, eraOf, toolError, toolValue } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test.each([
    ['an object', z.object({ a: z.number() }), { a: 1 }],
    ['an array', z.array(z.object({ a: z.number() })), [{ a: 1 }, { a: 2 }]],
    ['an empty array', z.array(z.string()), []],
    ['a number', z.number(), 42],
    ['false', z.boolean(), false],
    ['null', z.null(), null],
    ['an object that may be null', z.object({ a: z.number() }).nullable(), { a: 1 }],
    ['null where an object may be', z.object({ a: z.number() }).nullable(), null],
    ['a post with content of its own', z.object({ content: z.array(z.any()) }), { content: [{ type: 'p' }] }],
  ])(
    'gets %s as structured content that fits the output schema, and the same JSON as text',
    async (_, schema, value) => {
      const router = t.router({ get: tool.output(schema).query(() => value as never) });
      await using server = await serve(mcpHandler(router));
      await using client = await connect[kind](server.mcp);
      // After they have read the list, the official clients check results against the output schema.
      const [listed] = await client.listTools();
      const isLegacy = eraOf[kind] === 'legacy';
      expect(listed).toMatchObject({ outputSchema: isLegacy ? { type: 'object' } : expect.anything() });
      const isWrapped = isLegacy && !(schema instanceof z.ZodObject);
      expect(await client.callTool({ name: 'get' })).toEqual(
        toolValue(isWrapped ? { result: value } : value),
      );
    },
  );

  test('gets a string as that text, and as structured content that fits the output schema', async () => {
    const value = 'a "quoted" line\nand another';
    await using server = await serve(
      mcpHandler(t.router({ get: tool.output(z.string()).query(() => value) })),
    );
    await using client = await connect[kind](server.mcp);
    await client.listTools();
    expect(await client.callTool({ name: 'get' })).toEqual({
      ...toolValue(eraOf[kind] === 'legacy' ? { result: value } : value),
      content: [{ type: 'text', text: value }],
    });
  });

  test.each([
    ['a procedure that returns nothing', tool.mutation(() => undefined)],
    ['a procedure whose output is void', tool.output(z.void()).mutation(() => undefined)],
  ])('reads that %s has completed', async (_, procedure) => {
    await using server = await serve(mcpHandler(t.router({ act: procedure })));
    await using client = await connect[kind](server.mcp);
    await client.listTools();
    expect(await client.callTool({ name: 'act' })).toEqual({
      content: [{ type: 'text', text: 'Operation completed successfully' }],
      structuredContent: undefined,
      isError: undefined,
    });
  });

  test('is answered when a result holds a cycle', async () => {
    interface Node {
      self?: Node;
    }
    const router = t.router({
      cycle: tool.query(() => {
        const node: Node = {};
        node.self = node;
        return node;
      }),
    });
    await using server = await serve(mcpHandler(router, { onError: () => undefined }));
    await using client = await connect[kind](server.mcp);
    expect(await client.callTool({ name: 'cycle' })).toEqual(
      toolError(expect.stringMatching(/^INTERNAL_SERVER_ERROR: ./)),
    );
  });

  test('gets a bigint as its digits', async () => {
    const router = t.router({ big: tool.query(() => ({ n: 12345678901234567890n })) });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(await client.callTool({ name: 'big' })).toEqual(toolValue({ n: '12345678901234567890' }));
  });
});
