import { initTRPC } from '@trpc/server';
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod3';
import { type FetchMcpHandler, mcpHandler } from '../src/adapters/fetch.ts';
import type { CallFailure, McpMeta } from '../src/index.ts';
import { compileInput } from '../src/schema/input.ts';
import { compileOutput } from '../src/schema/output.ts';
import { type Answer, headersOf, toAnswer, toMessage } from './messages.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const tool = t.procedure.meta({ mcp: true });

/** What never ends fails here, and not at the end of the whole run. */
const patience = 20_000;

const tooMany = /too many alternatives to try/;

/** `nest(2, toNode, 'x')` is `toNode(toNode('x'))`. */
function nest(levels: number, toNode: (inside: unknown) => unknown, leaf: unknown): unknown {
  let value = leaf;
  for (let level = 0; level < levels; level++) value = toNode(value);
  return value;
}

async function post(handler: FetchMcpHandler, message: unknown): Promise<Answer> {
  const { method, params } = message as { method?: string; params?: Record<string, unknown> };
  const headers = headersOf(Array.isArray(message) ? 'legacy' : 'modern', method ?? '', params);
  return toAnswer(
    await handler(
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
        body: JSON.stringify(message),
      }),
    ),
  );
}

async function callIt(handler: FetchMcpHandler, args: unknown): Promise<string> {
  const { body } = await post(handler, toMessage('modern', 'tools/call', { name: 'it', arguments: args }));
  return (body as { result: { content: { text: string }[] } }).result.content[0]!.text;
}

let checks = 0;
const count = () => {
  checks++;
  return true;
};

/** Schemas whose validator goes through what is inside a value twice at every level, without a union. */
const repeating: Record<string, () => never> = {
  'zod 4, loose objects'() {
    const A: z.ZodType = z.looseObject({ next: z.lazy(() => z.intersection(A, B)).optional() }).refine(count);
    const B: z.ZodType = z.looseObject({
      next: z.lazy(() => z.intersection(A, B)).optional(),
      at: z.date().optional(),
    });
    return z.object({ root: z.intersection(A, B) }) as never;
  },
  'zod 4, records'() {
    const A: z.ZodType = z
      .record(
        z.string(),
        z.lazy(() => z.intersection(A, A)),
      )
      .refine(count);
    return z.object({ root: A }) as never;
  },
  'zod 3'() {
    const A: z3.ZodType = z3
      .object({ next: z3.lazy(() => z3.intersection(A, A)).optional() })
      .passthrough()
      .refine(count);
    return z3.object({ root: A }) as never;
  },
  valibot() {
    const A: v.GenericSchema = v.pipe(
      v.looseObject({ next: v.optional(v.lazy(() => v.intersect([A, A]))) }),
      v.check(count),
    );
    return v.object({ root: A }) as never;
  },
};

describe('recursive intersections', () => {
  test.each(Object.entries(repeating))(
    'of %s are refused when they take too many steps, before any is taken',
    async (_, make) => {
      const router = t.router({ it: tool.input(make()).query(() => 'fine') });
      const handler = mcpHandler(router, { converters: { valibot: toJsonSchema }, onError() {} });
      checks = 0;
      expect(await callIt(handler, { root: nest(18, (next) => ({ next }), {}) })).toMatch(tooMany);
      expect(checks).toBe(0);
      expect(await callIt(handler, { root: nest(5, (next) => ({ next }), {}) })).toBe('fine');
      expect(checks).toBeGreaterThan(0);
    },
    patience,
  );
});

test.each(['refuse', 'pass'] as const)(
  'repairing a recursive intersection ends when it takes too many steps (unknownArguments: %s)',
  (unknownArguments) => {
    const A: z.ZodType = z.looseObject({ next: z.lazy(() => z.intersection(A, A)).optional() });
    const input = compileInput([z.object({ root: A, at: z.date().optional() })], { unknownArguments });
    let reads = 0;
    const toNode = (next: unknown) => ({
      get next() {
        reads++;
        return next;
      },
    });
    expect(() => input.decode({ root: nest(18, toNode, {}) })).toThrow(tooMany);
    expect(reads).toBeLessThan(150_000);
  },
);

test(
  'a result of a recursive union is encoded in steps that grow with it',
  () => {
    let encoded = 0;
    class Moment {
      readonly isMoment = true;
    }
    const moment = {
      class: Moment,
      schema: { type: 'string' as const },
      decode: () => new Moment(),
      encode: () => `${++encoded}`,
    };
    const Node: z.ZodType = z.lazy(() =>
      z.union([
        z.object({ next: Node, a: z.string() }),
        z.object({ next: Node, b: z.instanceof(Moment) }),
        z.null(),
      ]),
    );
    const output = compileOutput(z.object({ root: Node }), { codecs: [moment] });
    const levels = 14;
    const { json } = output.encode({ root: nest(levels, (next) => ({ next, b: new Moment() }), null) }) as {
      json: unknown;
    };
    expect(encoded).toBeLessThan(10 * levels);
    expect(JSON.stringify(json).match(/"b":"\d+"/g)).toHaveLength(levels);
  },
  patience,
);

/** A union of zod 3 whose branches contain the same children. Its errors contain those of every branch. */
function treeOfZod3(): z3.ZodType {
  const Tree: z3.ZodType = z3.lazy(() =>
    z3.union([
      z3.record(z3.string(), Tree),
      z3.object({ next: Tree, a: z3.number() }),
      z3.object({ next: Tree, b: z3.date() }),
      z3.null(),
    ]),
  );
  return z3.object({ root: Tree });
}

test('an error of a recursive union is explained without going through it again and again', async () => {
  const handler = mcpHandler(t.router({ it: tool.input(treeOfZod3()).query(() => 'fine') }), {
    onError() {},
  });
  const text = await callIt(handler, { root: nest(5, (next) => ({ next }), 'bad') });
  expect(text).toMatch(/^BAD_REQUEST: the arguments are not valid\nroot\.next/);
  expect(text).not.toMatch(tooMany);
});

test('the errors of zod 3 stay small, whose text the validator and tRPC make several times', async () => {
  let longest = 0;
  const onError = ({ error }: CallFailure) => {
    longest = Math.max(longest, (error.cause as Error).message.length);
  };
  const handler = mcpHandler(t.router({ it: tool.input(treeOfZod3()).query(() => 'fine') }), { onError });
  for (let levels = 1; levels < 10; levels++)
    await callIt(handler, { root: nest(levels, (next) => ({ next }), 'bad') });
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(4_000_000);
});

test('the calls of a batch have one budget together', async () => {
  const Tree: z3.ZodType = z3.lazy(() =>
    z3.union([
      z3.object({ next: Tree, a: z3.number() }),
      z3.object({ next: Tree, b: z3.number() }),
      z3.string().refine(() => !count()),
    ]),
  );
  const router = t.router({ it: tool.input(z3.object({ root: Tree })).query(() => 'fine') });
  const handler = mcpHandler(router, { onError() {} });
  const call = (id: number) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'it', arguments: { root: nest(8, (next) => ({ next }), 'bad') } },
  });
  const checksOf = async (calls: number) => {
    checks = 0;
    const { body } = await post(
      handler,
      Array.from({ length: calls }, (_, id) => call(id)),
    );
    expect([body].flat()).toHaveLength(calls);
    return checks;
  };
  const one = await checksOf(1);
  expect(one).toBeGreaterThan(100);
  expect(await checksOf(100)).toBeLessThan(30 * one);
});

test('a shape that repeats the issues of valibot does not repeat the arguments for each key of a path', async () => {
  const shaped = initTRPC.meta<McpMeta>().create({
    isDev: false,
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      data: { ...shape.data, issues: (error.cause as { issues?: unknown } | undefined)?.issues },
    }),
  });
  const List: v.GenericSchema = v.lazy(() => v.object({ text: v.string(), next: v.nullable(List) }));
  const router = shaped.router({
    it: shaped.procedure
      .meta({ mcp: true })
      .input(v.object({ root: List }))
      .query(() => 'fine'),
  });
  const handler = mcpHandler(router, { converters: { valibot: toJsonSchema }, onError() {} });
  const text = 'x'.repeat(1000);
  const args = { root: nest(200, (next) => ({ text, next }), 5) };
  const { body } = await post(handler, toMessage('modern', 'tools/call', { name: 'it', arguments: args }));
  const { shape } = (body as { result: { _meta: { shape: { data: { issues: { path: object[] }[] } } } } })
    .result._meta;
  expect(shape.data.issues[0]!.path).toHaveLength(201);
  expect(shape.data.issues[0]!.path[1]).toEqual({ type: 'object', origin: 'value', key: 'next' });
  expect(JSON.stringify(shape).length).toBeLessThan(20_000);
});

test('arguments that take more of the stack than there is are those of the client', async () => {
  const schema = z.object({ value: z.union([z.array(z.any()), z.record(z.string(), z.any()), z.json()]) });
  const errors: Error[] = [];
  const handler = mcpHandler(t.router({ it: tool.input(schema).query(() => 'fine') }), {
    onError: ({ error }) => void errors.push(error),
  });
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const message = toMessage('modern', 'tools/call', { name: 'it', arguments: { value: 'DEEP' } });
  const request = new Request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...headersOf('modern', 'tools/call', { name: 'it' }),
    },
    body: JSON.stringify(message).replace('"DEEP"', deep),
  });
  expect(await (await handler(request)).text()).toMatch(/BAD_REQUEST: .*nested/);
  expect(errors.map((error) => (error as { code?: string }).code)).toEqual(['BAD_REQUEST']);
});
