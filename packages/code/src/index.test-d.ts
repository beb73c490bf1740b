import { initTRPC } from '@trpc/server';
import type { CodeMode, McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { expectTypeOf, test } from 'vitest';
import { codeMode, type CodeLimits, type CodeModeOptions, type WasmModule } from './index.ts';

interface Context {
  user: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const router = t.router({ hello: t.procedure.meta({ mcp: true }).query(() => 'hello') });
const createContext = () => ({ user: 'ada' });

test('codeMode is a value of the option discovery', () => {
  expectTypeOf(codeMode()).toEqualTypeOf<CodeMode>();
  expectTypeOf(codeMode()).not.toBeAny();
  mcpHandler(router, { createContext, discovery: codeMode() });
  mcpHandler(router, { createContext, discovery: codeMode({ over: 20, maxCalls: 10 }) });
});

test('find gets the context of the app', () => {
  const find = (_query: string, ctx: Context) => [ctx.user];
  expectTypeOf(codeMode<Context>({ find })).toEqualTypeOf<CodeMode<Context>>();
  mcpHandler(router, { createContext, discovery: codeMode<Context>({ find }) });
});

test('options are numbers, and those that there are', () => {
  expectTypeOf<CodeModeOptions['maxCalls']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<CodeLimits['cpuMs']>().toEqualTypeOf<number>();
  expectTypeOf<WasmModule>().toEqualTypeOf<object>();
  // @ts-expect-error -- a time is a number of milliseconds
  codeMode({ timeoutMs: '30s' });
  // @ts-expect-error -- a mistyped option
  codeMode({ maxCals: 3 });
});
