import { initTRPC } from '@trpc/server';
import { describe, expectTypeOf, test } from 'vitest';
import { mcpDefaults, type McpMeta, type McpSettings } from '../../src/index.ts';
import { mcpHandler } from '../../src/adapters/fetch.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const router = t.router({ a: t.procedure.meta({ mcp: { toolset: 'x' } }).query(() => 1) });
const createContext = () => ({ user: 'ada' });

describe('the option discovery', () => {
  test('is a word, or a number with a search of the context', () => {
    mcpHandler(router, { createContext, discovery: 'search' });
    mcpHandler(router, {
      createContext,
      discovery: {
        over: 5,
        find: async (query, ctx) => {
          expectTypeOf(query).toEqualTypeOf<string>();
          expectTypeOf(ctx).toEqualTypeOf<{ user: string }>();
          expectTypeOf(ctx).not.toBeAny();
          return [ctx.user];
        },
      },
    });
    // @ts-expect-error -- there is no such word
    mcpHandler(router, { createContext, discovery: 'find' });
    // @ts-expect-error -- without over, nobody knows when
    mcpHandler(router, { createContext, discovery: { find: () => [] } });
    // @ts-expect-error -- paths are texts
    mcpHandler(router, { createContext, discovery: { over: 1, find: () => [1] } });
  });
});

describe('the setting toolset', () => {
  test('is a text, of a procedure or of many', () => {
    expectTypeOf<McpSettings['toolset']>().toEqualTypeOf<string | undefined>();
    mcpDefaults({ toolset: 'billing' });
    // @ts-expect-error -- one group, and not several
    mcpDefaults({ toolset: ['billing', 'support'] });
  });
});
