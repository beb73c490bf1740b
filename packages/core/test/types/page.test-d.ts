import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { serveStdio } from '../../src/adapters/stdio.ts';
import type { HandlerOptions, McpMeta, Page, PageReply, PageVisit } from '../../src/index.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });
const reply: PageReply = { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>hello</p>' };

test('a page answers now, later, or not at all', () => {
  mcpHandler(router, { page: { open: () => reply } });
  mcpHandler(router, { page: { open: async () => reply } });
  mcpHandler(router, { page: { open: () => undefined } });
  mcpHandler(router, { page: { open: () => ({ ...reply, body: new Uint8Array() }) } });
  // @ts-expect-error a page has to open
  mcpHandler(router, { page: {} });
  // @ts-expect-error it answers with its status, headers and body, and not with a Response
  mcpHandler(router, { page: { open: () => new Response('hello') } });
  // @ts-expect-error a body is a text or bytes
  mcpHandler(router, { page: { open: () => ({ ...reply, body: 1 }) } });
});

test('a page is told who visits', () => {
  mcpHandler(router, {
    page: {
      open(visit) {
        expectTypeOf(visit).toEqualTypeOf<PageVisit>();
        expectTypeOf(visit.request).toEqualTypeOf<Request>();
        expectTypeOf(visit.icons).not.toBeAny();
        return reply;
      },
    },
  });
  expectTypeOf<HandlerOptions['page']>().toEqualTypeOf<Page | undefined>();
  expectTypeOf<Page>().not.toBeAny();
});

test('a server over stdio has no address that a browser could open', () => {
  // @ts-expect-error there is no page over stdio
  serveStdio(router, { page: { open: () => reply } });
});
