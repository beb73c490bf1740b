import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { call, eras, headersOf, post, rpcError, seen, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

describe.each(eras)('in the %s era', (era) => {
  test('10,000 nested values in the arguments are an error of the call, unless the tool takes anything', async () => {
    interface Tree {
      next?: Tree | undefined;
    }
    const tree: z.ZodType<Tree> = z.object({
      get next() {
        return tree.optional();
      },
    });
    const router = t.router({
      text: tool.input(z.object({ a: z.string() })).query(() => 'unreachable'),
      tree: tool.input(z.object({ a: tree })).query(() => 'walked'),
      any: tool.input(z.object({ a: z.any() })).query(() => ({ taken: true })),
      none: tool.query(() => ({ ignored: true })),
    });
    await using server = await serve(mcpHandler(router, { onError: () => undefined }));
    const ask = async (name: string, deep: string) => {
      const text = JSON.stringify(toMessage(era, 'tools/call', { name, arguments: { a: 'DEEP' } }));
      return seen(post(server.mcp, text.replace('"DEEP"', deep), headersOf(era, 'tools/call', { name })));
    };
    const objects = '{"next":'.repeat(10_000) + '{}' + '}'.repeat(10_000);
    const refused = {
      content: [{ type: 'text', text: expect.stringMatching(/^BAD_REQUEST: /) }],
      isError: true,
    };
    expect(await ask('text', nest(10_000))).toMatchObject({ status: 200, body: { result: refused } });
    expect(await ask('tree', objects)).toMatchObject({ status: 200, body: { result: refused } });
    expect(await ask('none', nest(10_000))).toMatchObject({
      status: 200,
      body: { result: { structuredContent: { ignored: true } } },
    });
    expect(await ask('any', nest(10_000))).toMatchObject({
      status: 200,
      body: { result: { structuredContent: { taken: true } } },
    });
  });

  test('__proto__ and constructor as keys of the arguments pollute nothing', async () => {
    const router = t.router({
      strict: tool.input(z.object({ a: z.string() })).query(({ input }) => input),
      loose: tool.input(z.looseObject({})).query(({ input }) => describeObject(input)),
      record: tool
        .input(z.object({ r: z.record(z.string(), z.any()) }))
        .query(({ input }) => describeObject(input.r)),
      none: tool.query(() => describeObject({})),
    });
    await using server = await serve(mcpHandler(router));
    const evil = '{"__proto__":{"a":"x","polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const ask = async (name: string, args: string) => {
      const text = JSON.stringify(toMessage(era, 'tools/call', { name, arguments: 'ARGS' }));
      const { body } = await post(
        server.mcp,
        text.replace('"ARGS"', args),
        headersOf(era, 'tools/call', { name }),
      );
      return body;
    };
    expect(await ask('strict', evil)).toMatchObject({
      result: {
        content: [
          {
            type: 'text',
            text: 'BAD_REQUEST: the arguments are not valid\n__proto__: unknown; the keys here are: a\nconstructor: unknown; the keys here are: a',
          },
        ],
        isError: true,
      },
    });
    const clean = { result: { structuredContent: { isPlain: true, inherits: false } } };
    expect(await ask('loose', evil)).toMatchObject(clean);
    expect(await ask('record', `{"r":${evil}}`)).toMatchObject(clean);
    expect(await ask('none', evil)).toMatchObject(clean);
    expect(describeObject({})).toEqual({ isPlain: true, inherits: false });
  });

  test('missing arguments are an empty object, where the tool takes any', async () => {
    const router = t.router({
      needs: tool.input(z.object({ a: z.string() })).query(({ input }) => input),
      defaults: tool.input(z.object({ a: z.string().default('x') })).query(({ input }) => input),
      none: tool.query(({ input }) => ({ isUndefined: input === undefined })),
    });
    await using server = await serve(mcpHandler(router));
    const missing = 'BAD_REQUEST: the arguments are not valid\na: required; expected a string';
    for (const args of [undefined, {}]) {
      expect((await call(server.mcp, era, 'needs', args)).body).toMatchObject({
        result: { content: [{ type: 'text', text: missing }], isError: true },
      });
      expect((await call(server.mcp, era, 'defaults', args)).body).toMatchObject({
        result: { structuredContent: { a: 'x' } },
      });
      expect((await call(server.mcp, era, 'none', args)).body).toMatchObject({
        result: { structuredContent: { isUndefined: true } },
      });
    }
  });

  test('arguments for a tool that takes none are ignored', async () => {
    const router = t.router({ none: tool.query(({ input }) => ({ isUndefined: input === undefined })) });
    await using server = await serve(mcpHandler(router));
    expect(await seen(call(server.mcp, era, 'none', { a: 1 }))).toMatchObject({
      status: 200,
      body: { id: 1, result: { structuredContent: { isUndefined: true } } },
    });
  });

  test.each([
    ['an array', [1]],
    ['a number', 5],
    ['null', null],
  ])('arguments that are %s never reach the procedure', async (_, args) => {
    let calls = 0;
    const router = t.router({ one: tool.input(z.object({ a: z.string().optional() })).query(() => ++calls) });
    await using server = await serve(mcpHandler(router));
    const message = expect.stringContaining('Malformed params of tools/call');
    expect(await seen(call(server.mcp, era, 'one', args))).toEqual({
      status: 200,
      body: rpcError(-32_602, message, 1),
    });
    expect(calls).toBe(0);
  });
});

function nest(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

function describeObject(value: object): { isPlain: boolean; inherits: boolean } {
  return {
    isPlain: Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null,
    inherits: 'polluted' in value || 'polluted' in {},
  };
}
