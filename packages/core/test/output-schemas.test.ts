import { initTRPC } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import type { HandlerOptions, McpMeta } from '../src/index.ts';
import { clientKinds, connect, eraOf, toolValue } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const fields = Array.from({ length: 60 }, (_, index) => [`field${index}`, z.string().optional()]);
const router = t.router({
  large: tool
    .output(z.object(Object.fromEntries(fields) as Record<string, z.ZodOptional<z.ZodString>>))
    .query(() => ({ field7: 'x' })),
  small: tool.output(z.array(z.object({ at: z.date() }))).query(() => [{ at: new Date(0) }]),
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test.each<[HandlerOptions['outputSchemas'], string[]]>([
    [undefined, ['large', 'small']],
    [true, ['large', 'small']],
    ['small', ['small']],
    [false, []],
  ])('with outputSchemas %s reads those of %j, and all structured content', async (outputSchemas, listed) => {
    await using server = await serve(
      mcpHandler(router, outputSchemas === undefined ? {} : { outputSchemas }),
    );
    await using client = await connect[kind](server.mcp);
    const tools = await client.listTools();
    expect(tools.filter(({ outputSchema }) => outputSchema).map(({ name }) => name)).toEqual(listed);
    expect(await client.callTool({ name: 'large' })).toEqual(toolValue({ field7: 'x' }));
    const rows = [{ at: '1970-01-01T00:00:00.000Z' }];
    expect(await client.callTool({ name: 'small' })).toEqual(
      toolValue(eraOf[kind] === 'legacy' ? { result: rows } : rows),
    );
  });
});

test('ready() says once in development how large the list is, and nothing elsewhere', async () => {
  const print = vi.spyOn(console, 'info').mockImplementation(() => {});
  for (const mode of ['production', 'test', undefined]) {
    vi.stubEnv('NODE_ENV', mode);
    await fetchHandler(router).ready();
  }
  expect(print).not.toHaveBeenCalled();
  vi.stubEnv('NODE_ENV', 'development');
  const handler = fetchHandler(router);
  await handler.ready();
  await handler.ready();
  expect(print.mock.calls).toEqual([
    [expect.stringMatching(/^MCP serves 2 tools, about \d+ tokens in tools\/list; large \d+, small \d+$/)],
  ]);
});

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('reads a recursive result without an output schema, which ready() says', async () => {
    const node = z.object({
      name: z.string(),
      get next() {
        return node.optional();
      },
    });
    const query = t.procedure.meta({ mcp: true }).output(node);
    const recursive = t.router({ tree: query.query(() => ({ name: 'a', next: { name: 'b' } })) });
    vi.stubEnv('NODE_ENV', 'development');
    const print = vi.spyOn(console, 'info').mockImplementation(() => {});
    const handler = mcpHandler(recursive, {});
    await handler.ready();
    vi.unstubAllEnvs();
    expect(print.mock.calls.at(-1)).toEqual([
      'tree lists no output schema, because it is recursive, and some clients refuse the whole list then.',
    ]);
    await using server = await serve(handler);
    await using client = await connect[kind](server.mcp);
    const [listed] = await client.listTools();
    expect(listed).not.toHaveProperty('outputSchema');
    expect(await client.callTool({ name: 'tree' })).toEqual(toolValue({ name: 'a', next: { name: 'b' } }));
  });
});
