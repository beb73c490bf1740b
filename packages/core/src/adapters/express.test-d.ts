import { initTRPC } from '@trpc/server';
import type { McpMeta } from '../meta.ts';
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import express from 'express';
import { expectTypeOf, test } from 'vitest';
import type { McpRequest } from '../call/context.ts';
import type { ServerInfo } from '../protocol/options.ts';
import { mcpHandler } from './express.ts';

const plain = initTRPC.meta<McpMeta>().create();
const plainRouter = plain.router({ ping: plain.procedure.query(() => 'pong') });

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const router = t.router({
  ping: t.procedure.query(() => 'pong'),
  customers: { list: t.procedure.query(() => []), notes: t.router({ add: t.procedure.mutation(() => 1) }) },
});

const createContext = ({ req }: CreateExpressContextOptions) => ({ user: req.headers.authorization ?? '' });

test('createContext is optional when the context is empty', () => {
  expectTypeOf(mcpHandler(plainRouter)).not.toBeAny();
  mcpHandler(plainRouter, { return200ForErrors: true });
});

test('createContext is required when it is not', () => {
  mcpHandler(router, { createContext });
  mcpHandler(router, { createContext: async (options) => createContext(options) });
  // @ts-expect-error the router has a context
  mcpHandler(router);
  // @ts-expect-error the router has a context
  mcpHandler(router, {});
  // @ts-expect-error it makes another context than the router wants
  mcpHandler(router, { createContext: () => ({ user: 1 }) });
});

test('createContext is told what tRPC tells it, and of the call', () => {
  mcpHandler(router, {
    createContext({ req, res, info, mcp }) {
      expectTypeOf(req).toEqualTypeOf<express.Request>();
      expectTypeOf(res).toEqualTypeOf<express.Response>();
      expectTypeOf(info).toEqualTypeOf<CreateExpressContextOptions['info']>();
      expectTypeOf(mcp).toEqualTypeOf<McpRequest>();
      return { user: '' };
    },
  });
});

test('instructions are a text, or made of the context of the router', () => {
  const server = { name: 'app', version: '1' };
  mcpHandler(plainRouter, { server: { ...server, instructions: 'Be brief.' } });
  mcpHandler(plainRouter, { server: { ...server, instructions: () => 'It is Saturday.' } });
  mcpHandler(router, {
    createContext,
    server: {
      ...server,
      instructions: (ctx) => {
        expectTypeOf(ctx).not.toBeAny();
        expectTypeOf(ctx).toEqualTypeOf<{ user: string }>();
        return ctx.user;
      },
    },
  });
  mcpHandler(router, { createContext, server: { ...server, instructions: async ({ user }) => user } });
  // @ts-expect-error the context has no plan
  mcpHandler(router, { createContext, server: { ...server, instructions: ({ plan }) => String(plan) } });
  // @ts-expect-error instructions are a text
  mcpHandler(router, { createContext, server: { ...server, instructions: () => 5 } });
  const info: ServerInfo<{ user: string }> = { ...server, instructions: ({ user }) => user };
  mcpHandler(router, { createContext, server: info });
  // @ts-expect-error they are made of another context than the router has
  mcpHandler(plainRouter, { server: info });
});

test('what is exposed is typed by the router', () => {
  mcpHandler(router, {
    createContext,
    expose: { include: ['ping', 'customers.list', 'customers.notes.add'] },
  });
  mcpHandler(router, { createContext, expose: { include: ['customers.**'], exclude: ['*.list'] } });
  // @ts-expect-error there is no such procedure
  mcpHandler(router, { createContext, expose: { include: ['customers.lst'] } });
  // @ts-expect-error a router alone is not a procedure
  mcpHandler(router, { createContext, expose: { exclude: ['customers'] } });
});

test('the handler is mounted as any other', () => {
  const handler = mcpHandler(plainRouter);
  express().use('/mcp', handler).post('/other', handler);
  expectTypeOf(handler.ready).toEqualTypeOf<() => Promise<void>>();
  expectTypeOf(handler.close).toEqualTypeOf<() => Promise<void>>();
});
