import type {
  Bypass,
  ContextOptions,
  Era,
  HandlerArguments,
  HandlerControls,
  FileOptions,
  HandlerOptions,
  Legacy,
  McpRequest,
  OutputSchema,
  OutputSchemas,
  OwnItems,
  SessionLimits,
  SetupProblem,
  SetupProblemCode,
  Structured,
  VerifiedToken,
  VerifyOptions,
  VerifyToken,
} from '@trpc-mcp/core';
import { type ExpressMcpHandler, mcpHandler as onExpress } from '@trpc-mcp/core/express';
import { type FetchMcpHandler, mcpHandler as onFetch } from '@trpc-mcp/core/fetch';
import {
  mcpHandler as onNode,
  type NodeMcpHandler,
  type NodeRequest,
  type NodeResponse,
} from '@trpc-mcp/core/node';
import {
  serveStdio,
  type StdioContextOptions,
  type StdioOptions,
  type StdioServer,
} from '@trpc-mcp/core/stdio';
import { type AnyTRPCRouter, type inferRouterContext, initTRPC } from '@trpc/server';
import type { McpMeta } from '../../src/index.ts';
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { NodeHTTPCreateContextFnOptions } from '@trpc/server/adapters/node-http';
import { assertType, expectTypeOf, test } from 'vitest';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.query(() => 'pong') });
const plain = initTRPC.meta<McpMeta>().create().router({});

/** Options that a company adds to those of every handler. */
interface CompanyOptions<TRouter extends AnyTRPCRouter> extends HandlerOptions<TRouter> {
  team: string;
}

/** Serves a router as the company does: with its time limit, and with a name from its team. */
function companyHandler<TRouter extends AnyTRPCRouter>(
  app: TRouter,
  ...args: HandlerArguments<TRouter, CreateExpressContextOptions, CompanyOptions<TRouter>>
): ExpressMcpHandler {
  const [options] = args;
  const server = { name: options?.team ?? 'company', version: '1.0.0' };
  const passed = [{ timeoutMs: 10_000, server, ...options }];
  // A cast: TypeScript does not look into `HandlerArguments` before it knows the router.
  return onExpress(app, ...(passed as unknown as HandlerArguments<TRouter, CreateExpressContextOptions>));
}

test('a wrapper of mcpHandler asks for what mcpHandler asks for', () => {
  const handler = companyHandler(router, { team: 'billing', createContext: () => ({ user: 'ann' }) });
  expectTypeOf(handler).toEqualTypeOf<ExpressMcpHandler>();
  expectTypeOf(handler).toExtend<HandlerControls>();
  companyHandler(plain, { team: 'billing' });
  // @ts-expect-error the router has a context
  companyHandler(router, { team: 'billing' });
  // @ts-expect-error the team is missing
  companyHandler(router, { createContext: () => ({ user: 'ann' }) });
  // @ts-expect-error it makes another context than the router wants
  companyHandler(router, { team: 'billing', createContext: () => ({ user: 1 }) });
});

test('arguments are passed on as they are, on every host', () => {
  const express = <TRouter extends AnyTRPCRouter>(
    app: TRouter,
    ...args: HandlerArguments<TRouter, CreateExpressContextOptions>
  ): ExpressMcpHandler => onExpress(app, ...args);
  const fetch = <TRouter extends AnyTRPCRouter>(
    app: TRouter,
    ...args: HandlerArguments<TRouter, FetchCreateContextFnOptions>
  ): FetchMcpHandler => onFetch(app, ...args);
  const node = <TRouter extends AnyTRPCRouter, TRequest extends NodeRequest, TResponse extends NodeResponse>(
    app: TRouter,
    ...args: HandlerArguments<TRouter, NodeHTTPCreateContextFnOptions<TRequest, TResponse>>
  ): NodeMcpHandler<TRequest, TResponse> => onNode(app, ...args);
  const stdio = <TRouter extends AnyTRPCRouter>(
    app: TRouter,
    ...args: HandlerArguments<TRouter, StdioContextOptions, StdioOptions<TRouter>>
  ): StdioServer => serveStdio(app, ...args);
  const createContext = () => ({ user: 'ann' });
  express(router, { createContext });
  fetch(router, { createContext });
  node(router, { createContext });
  stdio(router, { createContext });
  // @ts-expect-error the router has a context
  fetch(router);
});

test('a part of the options has a type of its own', () => {
  expectTypeOf<HandlerOptions['legacy']>().toEqualTypeOf<Legacy | undefined>();
  expectTypeOf<HandlerOptions['sessions']>().toEqualTypeOf<SessionLimits | undefined>();
  expectTypeOf<Required<SessionLimits>>().toEqualTypeOf<{
    max: number;
    idleMs: number;
    keptBytes: number;
    retryMs: number;
    connectionMs: number;
  }>();
  // @ts-expect-error it is a number of bytes; 0 keeps none
  expectTypeOf<SessionLimits>().toEqualTypeOf<{ keptBytes: false }>();
  expectTypeOf<HandlerOptions['bypass']>().toEqualTypeOf<Bypass | undefined>();
  expectTypeOf<HandlerOptions['structured']>().toEqualTypeOf<Structured | undefined>();
  expectTypeOf<HandlerOptions['outputs']>().toEqualTypeOf<OutputSchemas | undefined>();
  expectTypeOf<OutputSchemas['procedures'][string]>().toEqualTypeOf<OutputSchema>();
  // What TypeScript makes of an imported JSON file.
  const imported = {
    version: 1,
    procedures: { 'customers.list': { schema: { type: 'object' }, optional: true } },
  };
  assertType<HandlerOptions>({ outputs: imported });
  // @ts-expect-error a schema is an object
  assertType<HandlerOptions>({ outputs: { version: 1, procedures: { list: { schema: 'object' } } } });
  expectTypeOf<HandlerOptions['files']>().toEqualTypeOf<FileOptions | undefined>();
  expectTypeOf<FileOptions>().toEqualTypeOf<{ linkOver?: number }>();
  // @ts-expect-error a size is a number of bytes
  assertType<HandlerOptions>({ files: { linkOver: '32 kB' } });
  expectTypeOf<HandlerOptions>().toExtend<OwnItems>();
  expectTypeOf<McpRequest['era']>().toEqualTypeOf<Era>();
  expectTypeOf<Parameters<VerifyToken>>().toEqualTypeOf<[token: string, options: VerifyOptions]>();
  expectTypeOf<Awaited<ReturnType<VerifyToken>>>().toEqualTypeOf<VerifiedToken | undefined>();
  expectTypeOf<
    ReturnType<ContextOptions<typeof router, CreateExpressContextOptions>['createContext']>
  >().toEqualTypeOf<inferRouterContext<typeof router> | Promise<inferRouterContext<typeof router>>>();
});

test('the code of a problem is one of a list', () => {
  expectTypeOf<SetupProblem['code']>().toEqualTypeOf<SetupProblemCode>();
  expectTypeOf<'NAME_CLASH'>().toExtend<SetupProblemCode>();
  expectTypeOf<SetupProblemCode>().not.toBeAny();
  // @ts-expect-error there is no such code
  expectTypeOf<'NAME_CLASHES'>().toExtend<SetupProblemCode>();
});
