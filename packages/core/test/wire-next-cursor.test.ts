import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { clientKinds, connect } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();

/** A router with a list of each kind, in which a query ends the list of resources in its own way. */
function makeRouter(end: () => object) {
  return t.router({
    item: t.procedure
      .meta({ mcp: { resource: { uri: 'item://{id}', list: 'items' }, prompt: true } })
      .input(z.object({ id: z.string() }))
      .query(({ input }) => input.id),
    items: t.procedure
      .input(z.object({ cursor: z.string().nullish() }))
      .query(({ input }) =>
        input.cursor === 'more'
          ? { items: [{ id: 'b' }], ...end() }
          : { items: [{ id: 'a' }], nextCursor: 'more' },
      ),
  });
}

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test.each([
    ['null', () => ({ nextCursor: null })],
    ['undefined', () => ({ nextCursor: undefined })],
    ['an empty text', () => ({ nextCursor: '' })],
    ['nothing', () => ({})],
  ])(
    'gets a last page without nextCursor where the query says %s, and so are all other lists',
    async (_, end) => {
      const results: Record<string, unknown>[] = [];
      const read: typeof fetch = async (...args) => {
        const response = await fetch(...args);
        const text = await response.clone().text();
        for (const [json] of text.matchAll(/\{"jsonrpc".*\}|\{.*"jsonrpc".*\}/g)) {
          const { result } = JSON.parse(json) as { result?: Record<string, unknown> };
          if (result !== undefined) results.push(result);
        }
        return response;
      };
      await using server = await serve(mcpHandler(makeRouter(end)));
      await using client = await connect[kind](server.mcp, {}, { fetch: read });
      await client.listTools();
      await client.listPrompts();
      await client.listResourceTemplates();
      expect((await client.listResources()).map(({ uri }) => uri)).toEqual(['item://a', 'item://b']);
      const lists = ['tools', 'prompts', 'resourceTemplates', 'resources', 'resources'];
      const listed = lists.map(
        (key, index) => results.filter((result) => key in result)[key === 'resources' ? index - 3 : 0],
      );
      expect(listed.map((result) => typeof result)).toEqual(lists.map(() => 'object'));
      expect(listed.map((result) => Object.hasOwn(result!, 'nextCursor'))).toEqual([
        false,
        false,
        false,
        true,
        false,
      ]);
      expect(typeof listed[3]!['nextCursor']).toBe('string');
    },
  );
});
