import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler as expressHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fastifyHandler } from '../../src/adapters/fastify.ts';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../../src/adapters/node.ts';
import { serveStdio } from '../../src/adapters/stdio.ts';
import {
  aiCatalogHandler,
  type CardOptions,
  type HandlerOptions,
  type McpMeta,
  type RootHandler,
  type ServerCard,
} from '../../src/index.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ a: t.procedure.meta({ mcp: true }).query(() => 1) });

test('the option card is a flag, or says what the server does not', () => {
  expectTypeOf<HandlerOptions['card']>().toEqualTypeOf<boolean | CardOptions | undefined>();
  expectTypeOf<HandlerOptions['card']>().not.toBeAny();
  mcpHandler(router, { card: true });
  mcpHandler(router, {
    server: { name: 'a', version: '1', description: 'b' },
    card: { name: 'a.b/c', url: new URL('https://a.b/c'), headers: [{ name: 'x', isSecret: true }] },
  });
  // @ts-expect-error a card says nothing of tools
  mcpHandler(router, { card: { tools: [] } });
  // @ts-expect-error a header has a name
  mcpHandler(router, { card: { headers: [{ isSecret: true }] } });
  // @ts-expect-error there is no endpoint over stdio
  serveStdio(router, { card: true });
});

test('every handler says its card, and aiCatalogHandler takes one or several of them', () => {
  const handlers = [
    mcpHandler(router),
    nodeHandler(router),
    expressHandler(router),
    fastifyHandler(router),
  ] as const;
  expectTypeOf(handlers[0].card).toEqualTypeOf<ServerCard | undefined>();
  expectTypeOf(handlers[0].card).not.toBeAny();
  expectTypeOf(aiCatalogHandler(handlers)).toEqualTypeOf<RootHandler>();
  aiCatalogHandler(handlers[1], { host: { displayName: 'a' } });
  // @ts-expect-error a router has no card
  aiCatalogHandler(router);
  // @ts-expect-error a host has a name
  aiCatalogHandler(handlers, { host: {} });
});
