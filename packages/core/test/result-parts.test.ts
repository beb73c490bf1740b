import { initTRPC } from '@trpc/server';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type FetchMcpHandler, mcpHandler } from '../src/adapters/fetch.ts';
import type { McpMeta, McpResultSettings } from '../src/index.ts';
import { ask, callTool } from './in-process.ts';
import { eras } from './messages.ts';

const t = initTRPC.meta<McpMeta>().create();
const ajvs = [new Ajv({ strict: false }), new Ajv2020({ strict: false })];
for (const ajv of ajvs) formats.default(ajv);

interface Listed {
  name: string;
  inputSchema: { properties?: { _fields?: { items: { enum?: string[] } } } };
  outputSchema?: object;
}

interface Result {
  content: { text: string }[];
  structuredContent?: unknown;
  isError?: true;
  _meta?: { cut?: { message: string; _cursor?: string } };
}

const row = z.object({ id: z.number(), kind: z.enum(['a', 'b']), text: z.string().min(3) });
const rows = (count: number, size = 30) =>
  Array.from({ length: count }, (_, id) => ({ id, kind: 'a' as const, text: 'x'.repeat(size) }));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const union = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ok'), items: z.array(row).nonempty() }),
  z.object({ type: z.literal('no'), reason: z.string().regex(/^x{4000}$/) }),
]);
const entries = (count: number) => Object.fromEntries(numbers(count).map((each) => [`k${each}`, each]));

const outputs: Record<string, [z.ZodType | object | undefined, unknown]> = {
  'a list': [z.array(row).min(100), rows(100)],
  'a list in an object': [
    z.strictObject({ items: z.array(row), total: z.number() }),
    { items: rows(100), total: 1 },
  ],
  'a union of objects': [union, { type: 'ok', items: rows(100) }],
  'a text in a union': [union, { type: 'no', reason: 'x'.repeat(4000) }],
  'an object or null': [z.object({ items: z.array(row) }).nullable(), { items: rows(100) }],
  'an optional object': [z.object({ items: z.array(row) }).optional(), { items: rows(100) }],
  'an intersection': [
    z.object({ items: z.array(row) }).and(z.object({ total: z.number() })),
    { items: rows(100), total: 1 },
  ],
  'a tuple with a rest': [z.tuple([z.string(), z.null()]).rest(z.number()), ['a', null, ...numbers(900)]],
  'a Set': [z.set(z.string()), new Set(numbers(500).map((each) => `v${each}`))],
  'two lists': [z.object({ a: z.array(row), b: z.array(row) }), { a: rows(100), b: rows(70) }],
  'three lists': [
    z.object({ a: z.array(row), b: z.object({ c: z.array(z.number()), d: z.array(row) }) }),
    { a: rows(60), b: { c: numbers(900), d: rows(50) } },
  ],
  'a record': [z.record(z.string(), z.number()), entries(600)],
  'a Map': [z.map(z.string(), z.number()), new Map(Object.entries(entries(600)))],
  'a Map of pairs': [z.map(z.number(), z.number()), new Map(numbers(400).map((each) => [each, each]))],
  'rows of unlike sizes': [
    z.array(z.string()),
    numbers(40).map((each) => `${each} `.padEnd(each % 5 ? 20 : 1900, 'x')),
  ],
  'no schema': [undefined, { items: rows(100) }],
  'a long literal': [z.object({ text: z.literal('x'.repeat(3000)) }), { text: 'x'.repeat(3000) }],
  'a key _more': [z.object({ items: z.array(row), _more: z.boolean().optional() }), { items: rows(100) }],
  'a written schema': [
    {
      type: 'object',
      properties: { items: { type: 'array', minItems: 100 }, x: { const: { a: 'b' } } },
      maxProperties: 2,
      required: ['items', 'x'],
    },
    { items: rows(100), x: { a: 'b' } },
  ],
};
const names = Object.keys(outputs);
const toolOf = (name: string) => `t${names.indexOf(name)}`;

function serve(result: McpResultSettings): FetchMcpHandler {
  const procedures = Object.entries(outputs).map(([name, [schema, value]]) => {
    const written = schema !== undefined && !(schema instanceof z.ZodType) ? { output: schema } : {};
    const base = t.procedure.meta({ mcp: { result, ...written } });
    const query =
      schema instanceof z.ZodType ? base.output(schema).query(() => value) : base.query(() => value);
    return [toolOf(name), query];
  });
  return mcpHandler(t.router(Object.fromEntries(procedures)));
}

describe.each(eras)('in the %s era', (era) => {
  async function list(handler: FetchMcpHandler): Promise<Listed[]> {
    const { body } = await ask(handler, era, 'tools/list', {});
    return (body as { result: { tools: Listed[] } }).result.tools;
  }

  async function run(handler: FetchMcpHandler, name: string, args: object): Promise<Result> {
    const { body } = await callTool(handler, era, toolOf(name), args);
    const { result } = body as { result: Result };
    expect(result.isError, result.content[0]?.text).toBeUndefined();
    return result;
  }

  test.each<[string, McpResultSettings]>([
    ['a budget', { maxTokens: 450 }],
    ['a budget of one token', { maxTokens: 1 }],
    ['fields', { fields: true, maxTokens: 450 }],
  ])('with %s each answer fits what is listed', async (_, settings) => {
    const handler = serve(settings);
    for (const { name: toolName, inputSchema, outputSchema } of await list(handler)) {
      const name = names[Number(toolName.slice(1))]!;
      const validators = ajvs.map((ajv) => ajv.compile(outputSchema ?? {}));
      const known = inputSchema.properties?._fields?.items.enum;
      for (const args of known ? [{}, { _fields: known.slice(-1) }] : [{}]) {
        const first = await run(handler, name, args);
        const _cursor = first._meta?.cut?._cursor;
        const later = _cursor === undefined ? [] : [await run(handler, name, { ...args, _cursor })];
        for (const { structuredContent } of [first, ...later])
          for (const validate of validators) {
            validate(structuredContent);
            expect(validate.errors, name).toBeNull();
          }
      }
    }
  });

  test('following _cursor shows every row once, within the budget', async () => {
    const handler = serve({ maxTokens: 450 });
    const all = serve({ maxTokens: 1e6 });
    for (const name of names) {
      const lists: unknown[][] = [];
      let cursor: string | undefined;
      do {
        const { content, _meta } = await run(handler, name, cursor === undefined ? {} : { _cursor: cursor });
        expect(content.map(({ text }) => text).join('').length, name).toBeLessThanOrEqual(1800);
        collect(JSON.parse(content[0]!.text), lists);
        cursor = _meta?.cut?._cursor;
      } while (cursor !== undefined);
      const { content } = await run(all, name, {});
      const whole: unknown[][] = [];
      const json = JSON.parse(content[0]!.text) as { result?: unknown };
      collect(json.result ?? json, whole);
      expect(lists, name).toEqual(whole);
    }
  });
});

/** Adds the rows of each list, and of each record, to what was seen of it. */
function collect(json: unknown, lists: unknown[][], at = { next: 0 }): void {
  if (typeof json !== 'object' || json === null) return;
  const isRecordOfNumbers = 'k0' in json || Object.keys(json).some((key) => /^k\d/.test(key));
  if (Array.isArray(json) || isRecordOfNumbers) {
    const index = at.next++;
    const all = Array.isArray(json) ? (json as unknown[]) : Object.entries(json);
    // A row that is too long on its own is cut inside.
    const starts = all.map((each) => (typeof each === 'string' ? each.slice(0, 20) : each));
    lists[index] = [...(lists[index] ?? []), ...starts];
    return;
  }
  for (const value of Object.values(json)) collect(value, lists, at);
}
