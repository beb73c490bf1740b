import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import type { HandlerOptions, McpMeta } from '../../src/index.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });

test('schemas says when they are made', () => {
  mcpHandler(router, { schemas: 'demand' });
  // @ts-expect-error there are no other times
  mcpHandler(router, { schemas: 'call' });
  expectTypeOf<HandlerOptions['schemas']>().toEqualTypeOf<'mount' | 'demand' | undefined>();
});
