import { initTRPC } from '@trpc/server';
import { describe, expectTypeOf, test } from 'vitest';
import type { CodeAnswer, CodeMode, CodeResult, CodeRun, CodeTool, McpMeta } from '../../src/index.ts';
import { mcpHandler } from '../../src/adapters/fetch.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const router = t.router({ a: t.procedure.meta({ mcp: true }).query(() => 1) });
const createContext = () => ({ user: 'ada' });

/** As a package that makes a code mode declares it. */
declare function codeMode<Ctx>(options?: Pick<CodeMode<Ctx>, 'find' | 'over'>): CodeMode<Ctx>;

describe('a code mode', () => {
  test('is a value of the option discovery, and its search gets the context', () => {
    mcpHandler(router, { createContext, discovery: codeMode() });
    mcpHandler(router, {
      createContext,
      discovery: codeMode({
        over: 5,
        find: (query, ctx) => {
          expectTypeOf(query).toEqualTypeOf<string>();
          expectTypeOf(ctx).toEqualTypeOf<{ user: string }>();
          expectTypeOf(ctx).not.toBeAny();
          return [ctx.user];
        },
      }),
    });
    // @ts-expect-error -- a search of the context of another app
    mcpHandler(router, { createContext, discovery: codeMode<{ tenant: number }>() });
    // @ts-expect-error -- the kind tells it from a search
    mcpHandler(router, { createContext, discovery: { kind: 'script', tools: [], call: () => answer } });
    // @ts-expect-error -- the function itself, which was not called
    mcpHandler(router, { createContext, discovery: codeMode });
  });

  test('gets everything that a run may use, and answers with a text', () => {
    expectTypeOf<CodeMode['call']>().toEqualTypeOf<
      (name: string, args: unknown, run: CodeRun) => Promise<CodeAnswer>
    >();
    expectTypeOf<CodeRun['call']>().returns.resolves.toEqualTypeOf<CodeResult>();
    expectTypeOf<CodeRun['search']>().returns.resolves.toEqualTypeOf<readonly CodeTool[]>();
    expectTypeOf<CodeRun>().not.toBeAny();
    // @ts-expect-error -- a result has a text for the model
    const answered: CodeAnswer = { kind: 'result', json: {} };
    void answered;
  });
});

declare const answer: Promise<CodeAnswer>;
