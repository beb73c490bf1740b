import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import type { AsTools, HandlerOptions, McpMeta } from '../../src/index.ts';
import { expectCatalog } from '../../src/testing/testing.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ a: t.procedure.meta({ mcp: true }).query(() => 1) });

test('asTools is for both, or for one of them', () => {
  expectTypeOf<HandlerOptions['asTools']>().toEqualTypeOf<boolean | AsTools | undefined>();
  expectTypeOf<HandlerOptions['asTools']>().not.toBeAny();
  mcpHandler(router, { asTools: true });
  mcpHandler(router, { asTools: { resources: true } });
  expectCatalog(router, { asTools: { resources: true, prompts: false } });
  // @ts-expect-error there are only resources and prompts
  mcpHandler(router, { asTools: { tools: true } });
  // @ts-expect-error a list would not say what is left out
  mcpHandler(router, { asTools: ['resources'] });
});
