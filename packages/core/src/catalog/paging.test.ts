import { initTRPC } from '@trpc/server';
import * as v from 'valibot';
import { toJsonSchema } from '@valibot/to-json-schema';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod/v3';
import type { McpMeta, McpSettings } from '../meta.ts';
import { createCatalog } from './catalog.ts';
import { toPaging } from './paging.ts';

const t = initTRPC.meta<McpMeta>().create();
const page = z.object({ items: z.array(z.string()), nextCursor: z.string().nullish() });

/** How the only procedure of a router is listed. */
function list(procedure: ReturnType<typeof query>) {
  const catalog = createCatalog(t.router({ it: procedure }), {
    converters: { valibot: toJsonSchema },
  }).current!;
  return catalog.tools.get('it')!.listed.modern;
}

function query(input: unknown, output?: unknown, settings: McpSettings = { description: 'Lists posts.' }) {
  const base = t.procedure.meta({ mcp: settings }).input(input as z.ZodType<object>);
  return output === undefined
    ? base.query((): unknown => undefined)
    : base.output(output as z.ZodType).query((): unknown => undefined);
}

describe('the next page', () => {
  it('is told for a query whose output has a nextCursor', () => {
    const { description } = list(query(z.object({ cursor: z.string().nullish() }), page));
    expect(description).toBe(
      'Lists posts.\n\nIt returns one page: pass its nextCursor as cursor to get the next one.',
    );
  });

  it('is told with a condition where the output is not known', () => {
    const { description } = list(query(z.object({ cursor: z.number().optional(), limit: z.number() })));
    expect(description).toBe(
      'Lists posts.\n\nIf a result has a nextCursor, pass it as cursor to get the next page.',
    );
  });

  it.each([
    ['the output names no next page', z.object({ cursor: z.string().optional() }), z.array(z.string()), {}],
    ['nothing takes a cursor', z.object({ limit: z.number().optional() }), page, {}],
    [
      'the description says it',
      z.object({ cursor: z.string().optional() }),
      page,
      { description: 'Lists posts. Pass nextCursor as cursor.' },
    ],
    [
      'the argument says it',
      z.object({ cursor: z.string().optional().describe('nextCursor of the page before') }),
      page,
      {},
    ],
  ])('is not told where %s', (_, input, output, settings) => {
    const { description } = list(query(input, output, { description: 'Lists posts.', ...settings }));
    expect(description).not.toMatch(/It returns one page|If a result/);
  });

  it('is not told of a mutation', () => {
    const router = t.router({
      it: t.procedure
        .meta({ mcp: true })
        .input(z.object({ cursor: z.string() }))
        .mutation(() => 'done'),
    });
    const { description } = createCatalog(router, {}).current!.tools.get('it')!.listed.modern;
    expect(description).not.toMatch(/nextCursor/);
  });
});

describe('the direction of an infinite query', () => {
  const cursor = z.string().optional();

  it.each([
    ['an enum', z.object({ cursor, direction: z.enum(['forward', 'backward']).optional() })],
    [
      'an enum with a default',
      z.object({ cursor, direction: z.enum(['forward', 'backward']).default('forward') }),
    ],
    ['a nullable enum', z.object({ cursor, direction: z.enum(['forward', 'backward']).nullish() })],
    [
      'literals',
      z.object({ cursor, direction: z.union([z.literal('forward'), z.literal('backward')]).optional() }),
    ],
    ['one literal', z.object({ cursor, direction: z.literal('forward').optional() })],
    [
      'zod 3',
      z3.object({ cursor: z3.string().optional(), direction: z3.enum(['forward', 'backward']).optional() }),
    ],
    [
      'valibot',
      v.object({
        cursor: v.optional(v.string()),
        direction: v.optional(v.picklist(['forward', 'backward']), 'forward'),
      }),
    ],
  ])('is hidden: %s', (_, input) => {
    expect(Object.keys(list(query(input)).inputSchema.properties ?? {})).toEqual(['cursor']);
  });

  it.each([
    [
      'it is described',
      z.object({ cursor, direction: z.enum(['forward', 'backward']).optional().describe('Which way') }),
    ],
    ['it is required', z.object({ cursor, direction: z.enum(['forward', 'backward']) })],
    ['it means something else', z.object({ cursor, direction: z.enum(['asc', 'desc']).optional() })],
    ['it is any text', z.object({ cursor, direction: z.string().optional() })],
    ['there is no cursor', z.object({ direction: z.enum(['forward', 'backward']).optional() })],
  ])('is listed where %s', (_, input) => {
    expect(list(query(input)).inputSchema.properties).toHaveProperty('direction');
  });

  it('is listed in a schema that the app wrote', () => {
    const input = {
      type: 'object',
      properties: { cursor: { type: 'string' }, direction: { type: 'string', enum: ['forward'] } },
    };
    const procedure = query(z.object({ cursor }), undefined, { input });
    expect(list(procedure).inputSchema.properties).toHaveProperty('direction');
  });

  it('is taken from a client that sends it all the same', () => {
    const procedure = query(z.object({ cursor, direction: z.enum(['forward', 'backward']).optional() }));
    const tool = createCatalog(t.router({ it: procedure }), {}).current!.tools.get('it')!;
    expect(tool.input.decode({ cursor: 'a', direction: 'backward' })).toEqual({
      cursor: 'a',
      direction: 'backward',
    });
  });
});

describe('toPaging', () => {
  it.each([
    [
      { cursor: { type: 'string' }, limit: { type: 'integer' } },
      { cursor: 'cursor', limit: 'limit' },
    ],
    [
      { skip: { type: 'number' }, take: { type: 'integer' } },
      { offset: 'skip', limit: 'take' },
    ],
    [{ page: { anyOf: [{ type: 'integer' }, { type: 'null' }] } }, { page: 'page' }],
    [{ page: { type: 'string' }, limit: { type: 'boolean' } }, {}],
    [{ first: { $ref: '#/$defs/size' } }, { limit: 'first' }],
  ])('finds what pages in %o', (properties, expected) => {
    const none = { cursor: undefined, limit: undefined, offset: undefined, page: undefined };
    const schema = { type: 'object' as const, properties, $defs: { size: { type: 'integer' } } };
    expect(toPaging(schema)).toEqual({ ...none, ...expected });
  });

  it('ends for a union that refers to itself', () => {
    const loop = { anyOf: [{ $ref: '#/$defs/loop' }, { $ref: '#/$defs/loop' }] };
    expect(toPaging({ type: 'object', properties: { limit: loop }, $defs: { loop } }).limit).toBeUndefined();
  });
});
