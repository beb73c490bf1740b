import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import type { McpMeta } from '../../src/index.ts';
import { costOf } from '../growth.ts';
import { callTool } from '../in-process.ts';
import { nest, trees } from '../recursive-unions.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const tool = t.procedure.meta({ mcp: true });

describe.each([true, false])('where repair is %s', (repair) => {
  test.each(trees)(
    'arguments of a recursive union of %s cost what their length does',
    async (_, schema, make) => {
      const handler = mcpHandler(t.router({ tree: tool.input(z.object({ tree: schema })).query(() => 1) }), {
        repair,
        onError: () => {},
      });
      const send = (depth: number) => callTool(handler, 'modern', 'tree', { tree: make(depth) });
      for (let round = 0; round < 20; round++) await send(2);
      const small = await costOf(() => send(4), 1);
      for (const depth of [8, 10, 11, 12, 16, 30]) {
        const cost = await costOf(() => send(depth), 1);
        // A bound for the whole of a request is much work at once, and not more for more.
        expect(cost / small, `at depth ${depth}`).toBeLessThan(300);
      }
    },
  );

  test('many values of a recursive union share what one may cost the validator', async () => {
    let attempts = 0;
    const counted = z.any().refine(() => {
      attempts++;
      return true;
    });
    const node: z.ZodType = z.lazy(() =>
      z.union([
        z.object({ counted, a: z.number(), next: node }),
        z.object({ counted, a: z.boolean(), next: node }),
      ]),
    );
    const router = t.router({ list: tool.input(z.object({ list: z.array(node) })).query(() => 1) });
    const handler = mcpHandler(router, { repair, onError: () => {} });
    const attemptsOf = async (count: number, depth: number) => {
      attempts = 0;
      const value = nest(depth, (next) => ({ counted: 1, a: 'x', next }));
      await callTool(handler, 'modern', 'list', { list: Array.from({ length: count }, () => value) });
      return attempts;
    };
    let most = 0;
    let deepest = 0;
    for (let depth = 4; depth <= 18; depth++) {
      const single = await attemptsOf(1, depth);
      if (single > most) [most, deepest] = [single, depth];
    }
    expect(await attemptsOf(12, deepest)).toBeLessThan(4 * most);
    expect(await attemptsOf(12, deepest - 1)).toBeLessThan(4 * most);
  });
});
