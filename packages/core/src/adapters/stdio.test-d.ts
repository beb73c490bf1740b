import { initTRPC } from '@trpc/server';
import type { McpMeta } from '../meta.ts';
import type { TRPCRequestInfo } from '@trpc/server/http';
import { expectTypeOf, test } from 'vitest';
import type { McpRequest } from '../call/context.ts';
import { serveStdio } from './stdio.ts';

const plain = initTRPC.meta<McpMeta>().create();
const plainRouter = plain.router({ ping: plain.procedure.query(() => 'pong') });
const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.query(() => 'pong') });

test('createContext is required when the router has a context', () => {
  serveStdio(plainRouter);
  serveStdio(router, { createContext: () => ({ user: '' }) });
  // @ts-expect-error the router has a context
  serveStdio(router);
  // @ts-expect-error it makes another context than the router wants
  serveStdio(router, { createContext: () => ({ user: 1 }) });
});

test('createContext is told of the call, and of no request', () => {
  serveStdio(router, {
    createContext(options) {
      expectTypeOf(options).toEqualTypeOf<{ info: TRPCRequestInfo } & { mcp: McpRequest }>();
      return { user: '' };
    },
  });
});

test('instructions are made of the context of the router', () => {
  serveStdio(router, {
    createContext: () => ({ user: '' }),
    server: {
      name: 'app',
      version: '1',
      instructions: (ctx) => {
        expectTypeOf(ctx).toEqualTypeOf<{ user: string }>();
        return ctx.user;
      },
    },
  });
});

test('credentials are in the environment', () => {
  serveStdio(plainRouter, {
    auth: {
      authenticate(environment) {
        expectTypeOf(environment).toEqualTypeOf<Readonly<Record<string, string | undefined>>>();
        return { token: '', clientId: '', scopes: [] };
      },
      required: true,
    },
  });
  // @ts-expect-error there are no headers to read
  serveStdio(plainRouter, { auth: { authenticate: (request: Request) => void request } });
});

test('what only HTTP has is no option', () => {
  // @ts-expect-error there are no origins
  serveStdio(plainRouter, { allowedOrigins: true });
  // @ts-expect-error there is no status
  serveStdio(plainRouter, { return200ForErrors: true });
});

test('what is served can be waited for', () => {
  expectTypeOf(serveStdio(plainRouter).closed).toEqualTypeOf<Promise<void>>();
  expectTypeOf(serveStdio(plainRouter).ready).toEqualTypeOf<() => Promise<void>>();
});
