import { initTRPC } from '@trpc/server';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type FetchMcpHandler, mcpHandler } from '../src/adapters/fetch.ts';
import { digest } from '../src/call/digest.ts';
import { isDeeper, toJsonText } from '../src/call/json-text.ts';
import { getMcpCall, type McpMeta } from '../src/index.ts';
import { type Answer, headersOf, toAnswer, toMessage } from './messages.ts';
import { runsOf } from './runs.ts';
import { seed } from './schema/generated/seed.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });

/** Sends a call to a handler that has no socket. `raw` takes the place of "ARGS": what JSON.stringify could not write. */
async function ask(
  handler: FetchMcpHandler,
  method: string,
  params: Record<string, unknown>,
  raw: string,
): Promise<Answer> {
  const request = new Request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headersOf('modern', method, params),
    },
    body: JSON.stringify(toMessage('modern', method, params)).replace('"ARGS"', raw),
  });
  return toAnswer(await handler(request));
}

interface Asked {
  requestState: string;
  inputRequests: Record<string, { params: { message: string } }>;
}

const nestings: [string, (depth: number, bottom: string) => string][] = [
  ['lists', (depth, bottom) => `${'['.repeat(depth)}${bottom}${']'.repeat(depth)}`],
  ['objects', (depth, bottom) => `${'{"a":'.repeat(depth)}${bottom}${'}'.repeat(depth)}`],
  ['both in turn', (depth, bottom) => `${'[{"a":'.repeat(depth / 2)}${bottom}${'}]'.repeat(depth / 2)}`],
];

describe.each(nestings)('arguments that nest %s deeply', (_, make) => {
  const any = z.object({ any: z.any(), n: z.number().optional() });
  const createDeepRouter = () =>
    t.router({
      confirmed: t.procedure
        .meta({ mcp: { confirm: true } })
        .input(any)
        .mutation(() => 'done'),
      worded: t.procedure
        .meta({ mcp: { confirm: 'Take {any}?' } })
        .input(any)
        .mutation(() => 'done'),
      loose: t.procedure
        .meta({ mcp: { confirm: true } })
        .input(z.looseObject({}))
        .mutation(() => 'done'),
      once: t.procedure
        .meta({ mcp: { idempotent: true } })
        .input(any)
        .mutation(() => 'done'),
      tried: t.procedure
        .meta({ mcp: { dryRun: 'look' } })
        .input(any)
        .mutation(() => 'done'),
      asking: t.procedure
        .meta({ mcp: true })
        .input(any)
        .mutation(() => getMcpCall()!.ask({ message: 'Really?', schema: z.object({}) })),
      look: t.procedure.input(any).query(() => 'would'),
      refused: t.procedure
        .meta({ mcp: true })
        .input(z.object({ any: z.any().refine(() => false), n: z.number() }))
        .query(() => 1),
    });
  const canAsk = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
  const extra: Record<string, string> = { once: ',"_idempotencyKey":"k"', tried: ',"_dryRun":true' };

  test.each(['confirmed', 'worded', 'loose', 'once', 'tried', 'asking', 'refused'])(
    'never overflow the stack of %s',
    async (name) => {
      const onError = vi.fn();
      const handler = mcpHandler(createDeepRouter(), { onError });
      for (const depth of [1000, 5000, 100_000]) {
        const args = `{"any":${make(depth, '1')}${extra[name] ?? ''}}`;
        const params = { name, arguments: 'ARGS', _meta: canAsk };
        const { status, body } = await ask(handler, 'tools/call', params, args);
        const text = JSON.stringify(body);
        expect(text, `at depth ${depth}`).not.toMatch(/call stack|-32603|INTERNAL_SERVER_ERROR/i);
        expect(status).toBeLessThan(500);
      }
      expect(onError.mock.calls.filter(([{ error }]) => error instanceof RangeError)).toEqual([]);
    },
  );

  test('are agreed to by a person, who is shown their start', async () => {
    const onError = vi.fn();
    const handler = mcpHandler(createDeepRouter(), { onError });
    const args = `{"any":${make(100_000, '1')}}`;
    const send = (more: object) =>
      ask(handler, 'tools/call', { name: 'confirmed', arguments: 'ARGS', ...more, _meta: canAsk }, args);
    const { body } = await send({});
    const { inputRequests, requestState } = (body as { result: Asked }).result;
    expect(inputRequests['confirm']!.params.message).toMatch(
      /^Confirmed\?\nany: \S+… \(\d+ characters, SHA-256 /,
    );
    const agreed = { requestState, inputResponses: { confirm: { action: 'accept', content: {} } } };
    expect((await send(agreed)).body).toMatchObject({ result: { structuredContent: 'done' } });
    expect(onError).not.toHaveBeenCalled();
  });

  test('are told apart by what is at the bottom', async () => {
    const handler = mcpHandler(createDeepRouter(), { onError: () => {} });
    for (const depth of [500, 10_000]) {
      const send = (bottom: string, more: object = {}) => {
        const params = { name: 'confirmed', arguments: 'ARGS', ...more, _meta: canAsk };
        return ask(handler, 'tools/call', params, `{"any":${make(depth, bottom)}}`);
      };
      const { body } = await send('1');
      const { requestState } = (body as { result: { requestState?: string } }).result;
      if (requestState === undefined) continue;
      const more = { requestState, inputResponses: { confirm: { action: 'accept', content: {} } } };
      expect(JSON.stringify((await send('2', more)).body)).not.toContain('done');
      expect((await send('1', more)).body).toMatchObject({ result: { structuredContent: 'done' } });
    }
  });
});

test.each(nestings)('an answer that nests %s deeply is asked for again', async (_, make) => {
  const onError = vi.fn();
  const router = t.router({
    roots: t.procedure
      .meta({ mcp: true })
      .mutation(async () =>
        Object.keys(await getMcpCall()!.request({ method: 'roots/list', params: {} }, 'roots')),
      ),
    order: t.procedure
      .meta({ mcp: true })
      .mutation(() => getMcpCall()!.ask({ message: 'Which size?', schema: z.object({}), key: 'roots' })),
  });
  const handler = mcpHandler(router, { onError });
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, roots: {} } };
  for (const name of ['roots', 'order']) {
    const first = (await ask(handler, 'tools/call', { name, _meta }, '')).body as { result: Asked };
    const { requestState } = first.result;
    const params = { name, requestState, inputResponses: 'ARGS', _meta };
    const answer = `{"roots":{"action":"accept","content":${make(100_000, '1')},"roots":[]}}`;
    const { body } = await ask(handler, 'tools/call', params, answer);
    expect(body, name).toMatchObject({ result: { resultType: 'input_required' } });
  }
  expect(onError).not.toHaveBeenCalled();
});

test('what is digested is written as JSON.stringify writes it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), async (value) => {
      expect(toJsonText(value)).toBe(JSON.stringify(value));
      const again = JSON.parse(toJsonText(value, { isSorted: true })) as unknown;
      expect(again).toEqual(JSON.parse(JSON.stringify(value)));
      expect(await digest(again)).toBe(await digest(value));
    }),
    { seed, numRuns: runsOf(200) },
  );
  expect(await digest({ a: 1, b: 2 })).toBe(await digest({ b: 2, a: 1 }));
  expect(await digest({ a: [1, 2] })).not.toBe(await digest({ a: [2, 1] }));
});

test('levels are counted without any for the value itself', () => {
  expect([isDeeper(1, 0), isDeeper([], 0), isDeeper([1], 0), isDeeper([[1]], 1)]).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
