import { initTRPC } from '@trpc/server';
import type { McpMeta } from '../meta.ts';
import type { CreateHTTP2ContextOptions, CreateHTTPContextOptions } from '@trpc/server/adapters/standalone';
import type { CreateNextContextOptions } from '@trpc/server/adapters/next';
import type { NextApiRequest, NextApiResponse } from 'next';
import http from 'node:http';
import http2 from 'node:http2';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler } from './node.ts';

const plain = initTRPC.meta<McpMeta>().create();
const plainRouter = plain.router({ ping: plain.procedure.query(() => 'pong') });
const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.query(() => 'pong') });

test('the listener fits a server of HTTP/1', () => {
  http.createServer(mcpHandler(plainRouter));
  const handler = mcpHandler(router, {
    createContext({ req, res }) {
      expectTypeOf(req).toEqualTypeOf<http.IncomingMessage>();
      expectTypeOf(res).toEqualTypeOf<http.ServerResponse>();
      return { user: '' };
    },
  });
  http.createServer(handler);
  // @ts-expect-error its createContext cannot read requests of HTTP/2
  http2.createServer(handler);
});

test('the listener takes what createContext declares: HTTP/2, or Next.js API routes', () => {
  const first = mcpHandler(router, { createContext: ({ req }: CreateHTTPContextOptions) => userOf(req) });
  http.createServer(first);
  const second = mcpHandler(router, { createContext: ({ req }: CreateHTTP2ContextOptions) => userOf(req) });
  http2.createServer(second);
  const next = mcpHandler(router, { createContext: ({ req }: CreateNextContextOptions) => userOf(req) });
  expectTypeOf(next).parameters.toEqualTypeOf<[NextApiRequest, NextApiResponse]>();
  // @ts-expect-error it makes another context than the router wants
  mcpHandler(router, { createContext: ({ req }: CreateHTTP2ContextOptions) => ({ user: req.stream }) });
});

test('createContext is required when the router has a context', () => {
  // @ts-expect-error the router has a context
  mcpHandler(router);
  expectTypeOf(mcpHandler(plainRouter)).not.toBeAny();
});

function userOf({ headers }: { headers: http.IncomingHttpHeaders }) {
  return { user: headers.authorization ?? '' };
}
