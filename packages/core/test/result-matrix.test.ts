import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { type HandlerOptions, mcpContent, type McpMeta } from '../src/index.ts';
import { type CallResult, clientKinds, connect } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

const pixels = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4, 5);
const png = () => new File([pixels], 'p.png', { type: 'image/png' });
const csv = () => new File(['plan,seats\npro,17\n'], 'plans.csv', { type: 'text/csv' });
const text = (value: unknown) => ({ mcp: { toContent: value as () => string } });

/** A procedure for each kind of result. */
const router = t.router({
  words: tool.output(z.string()).query(() => 'the WORD'),
  rows: tool.output(z.array(z.object({ id: z.string() }))).query(() => [{ id: 'ROW1' }, { id: 'ROW2' }]),
  untold: tool.query(() => [{ id: 'ROW1', at: new Date(0) }]),
  scalar: tool.output(z.number()).query(() => 4217),
  none: tool.output(z.object({ id: z.string() }).nullable()).query(() => null),
  nothing: tool.mutation(() => undefined),
  maybe: tool.output(z.object({ id: z.string() }).optional()).query(() => undefined),
  image: tool.query(() => png()),
  declared: tool.output(z.object({ title: z.string(), picture: z.file() })).query(() => ({
    title: 'TITLE',
    picture: png(),
  })),
  bytes: tool.output(z.object({ picture: z.instanceof(Uint8Array) })).query(() => ({ picture: pixels })),
  list: tool.query(() => ({ title: 'TITLE', files: [png(), csv()] })),
  told: tool.output(z.object({ file: z.file() })).query(() => ({ file: csv() })),
  any: tool.output(z.object({ title: z.string(), file: z.any() })).query(() => ({
    title: 'TITLE',
    file: csv(),
  })),
  said: t.procedure
    .meta(text(() => 'the SENTENCE'))
    .output(z.object({ raw: z.string() }))
    .query(() => ({ raw: 'data' })),
  shown: t.procedure.meta(text(() => 'the SENTENCE')).query(() => ({ picture: png() })),
  ready: tool.query(() =>
    mcpContent([
      { type: 'text', text: 'READY' },
      { type: 'resource_link', uri: 'https://example.com/LINK', name: 'link' },
    ]),
  ),
  stream: tool.query(async function* () {
    yield 'FIRST';
    yield 'SECOND';
  }),
  collected: t.procedure.meta({ mcp: { stream: { maxItems: 2 } } }).query(async function* () {
    yield 'FIRST';
    yield 'SECOND';
  }),
  contentless: t.procedure.meta({ mcp: { stream: {} } }).query(async function* () {
    yield 'FIRST';
    return mcpContent([{ type: 'text', text: 'READY' }]);
  }),
  dry: t.procedure
    .meta({ mcp: { dryRun: 'declared' } })
    .output(z.object({ id: z.string() }))
    .mutation(() => ({ id: 'ROW1' })),
  fails: tool.output(z.object({ file: z.file() })).query(() => {
    throw new Error('no');
  }),
});

const plans = 'plan,seats\npro,17\n';

/** What a model has to see of each, once. `image` is the picture. */
const marks: Record<string, string[]> = {
  words: ['WORD'],
  rows: ['ROW1', 'ROW2'],
  untold: ['ROW1', '1970-01-01T00:00:00.000Z'],
  scalar: ['4217'],
  none: ['null'],
  nothing: ['completed successfully'],
  image: ['image'],
  declared: ['TITLE', 'image'],
  bytes: ['image'],
  list: ['TITLE', 'image', plans],
  told: [plans],
  any: ['TITLE', plans],
  said: ['SENTENCE'],
  shown: ['SENTENCE', 'image'],
  ready: ['READY', 'https://example.com/LINK'],
  stream: ['FIRST', 'SECOND'],
  collected: ['FIRST', 'SECOND'],
  dry: ['ROW1'],
};

const readers = {
  'structured content and nothing else, or else the content': ({ structuredContent, content }: CallResult) =>
    structuredContent === undefined ? seen(content) : seen(structuredContent),
  'the content and nothing else': ({ content }: CallResult) => seen(content),
  both: ({ structuredContent, content }: CallResult) => `${seen(structuredContent)} ${seen(content)}`,
};

/** What a model sees: texts as they are, pictures where they are blocks, and no more than the size of base64. */
function seen(value: unknown): string {
  if (Array.isArray(value)) return value.map(seen).join(' ');
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const { type, text: words, data, resource, uri, ...rest } = value as Record<string, unknown>;
  if (type === 'image') return data === Buffer.from(pixels).toString('base64') ? 'image' : 'broken';
  if (type === 'text') {
    try {
      return seen(JSON.parse(words as string));
    } catch {
      return words as string;
    }
  }
  if (type === 'resource') return seen((resource as { text?: unknown }).text ?? 'base64');
  return [
    seen(words),
    seen(uri),
    ...Object.values(rest)
      .filter((each) => each !== 'image/png')
      .map(seen),
  ].join(' ');
}

function countOf(mark: string, view: string): number {
  return view.split(mark).length - 1;
}

describe.each(clientKinds)('the official client of kind %s', (kind) => {
  async function callAll(options: HandlerOptions) {
    await using server = await serve(mcpHandler(router, { onError: () => {}, ...options }));
    await using client = await connect[kind](server.mcp);
    // After they have read the list, the official clients refuse results that lack structured content, or have a wrong one.
    const listed = await client.listTools();
    const results = new Map<string, CallResult>();
    for (const { name } of listed)
      results.set(name as string, await client.callTool({ name: name as string }));
    results.set('dry', await client.callTool({ name: 'dry', arguments: {} }));
    results.set('rehearsed', await client.callTool({ name: 'dry', arguments: { _dryRun: true } }));
    return { listed, results };
  }

  test.each([true, false])('shows every result to each kind of model (fastLane: %s)', async (fastLane) => {
    const { results } = await callAll({ fastLane });
    for (const [name, expected] of Object.entries(marks)) {
      for (const [reader, read] of Object.entries(readers)) {
        const view = read(results.get(name)!);
        const counts = expected.map((mark) => [mark, countOf(mark, view)]);
        const isOnce = reader !== 'both';
        expect({ name, reader, counts, view }).toEqual({
          name,
          reader,
          view,
          counts: expected.map((mark) => [
            mark,
            isOnce ? 1 : (expect.toSatisfy((count: number) => count > 0) as number),
          ]),
        });
      }
    }
    expect(results.get('fails')).toMatchObject({ isError: true });
    expect(countOf('image', readers.both(results.get('rehearsed')!))).toBe(1);
  });

  test.each([true, false])(
    'accepts every result with structured: always (fastLane: %s)',
    async (fastLane) => {
      const { listed, results } = await callAll({ fastLane, structured: 'always' });
      const withSchema = listed.filter(({ outputSchema }) => outputSchema).map(({ name }) => name);
      expect(withSchema).toEqual(
        expect.arrayContaining(['any', 'bytes', 'declared', 'said', 'told', 'words']),
      );
      for (const name of ['said', 'declared', 'image', 'list', 'words']) {
        expect(results.get(name)!.structuredContent).toBeDefined();
      }
    },
  );

  test.each([true, false])('gets words only with structured: never (fastLane: %s)', async (fastLane) => {
    const { listed, results } = await callAll({ fastLane, structured: 'never' });
    expect(listed.filter(({ outputSchema }) => outputSchema)).toEqual([]);
    for (const [name, expected] of Object.entries(marks)) {
      expect(results.get(name)!.structuredContent).toBeUndefined();
      const view = readers['the content and nothing else'](results.get(name)!);
      expect({ name, counts: expected.map((mark) => countOf(mark, view)) }).toEqual({
        name,
        counts: expected.map(() => 1),
      });
    }
    expect(results.get('rehearsed')!.structuredContent).toBeUndefined();
  });
});

test('a schema is listed where the content of every result is a copy, and the leaf decides before the handler', async () => {
  const own = t.router({
    plain: tool.output(z.object({ id: z.string() })).query(() => ({ id: 'a' })),
    words: t.procedure
      .meta({ mcp: { structured: 'never' } })
      .output(z.object({ id: z.string() }))
      .query(() => ({ id: 'a' })),
    file: tool.output(z.object({ file: z.file() })).query(() => ({ file: csv() })),
    page: t.procedure
      .meta({ mcp: { structured: 'always', toContent: () => 'said' } })
      .output(z.object({ id: z.string() }))
      .query(() => ({ id: 'a' })),
  });
  const listedWith = async (options: HandlerOptions) => {
    await using server = await serve(mcpHandler(own, options));
    await using client = await connect['2026-07-28'](server.mcp);
    return (await client.listTools()).filter(({ outputSchema }) => outputSchema).map(({ name }) => name);
  };
  expect(await listedWith({})).toEqual(['page', 'plain']);
  expect(await listedWith({ structured: 'never' })).toEqual(['page']);
  expect(await listedWith({ structured: 'always' })).toEqual(['file', 'page', 'plain']);
});

test('an answer that is replayed for its idempotency key is the first one', async () => {
  const own = t.router({
    make: t.procedure.meta({ mcp: { idempotent: true } }).mutation(() => ({ file: csv() })),
    say: t.procedure
      .meta({ mcp: { idempotent: true, structured: 'never' } })
      .output(z.object({ id: z.string() }))
      .mutation(() => ({ id: 'a' })),
  });
  await using server = await serve(mcpHandler(own, { callerId: () => 'ada' }));
  for (const kind of clientKinds) {
    await using client = await connect[kind](server.mcp);
    await client.listTools();
    for (const name of ['make', 'say']) {
      const call = { name, arguments: { _idempotencyKey: `${kind}-${name}-0123456789` } };
      const first = await client.callTool(call);
      expect(first).toMatchObject({ structuredContent: undefined, isError: undefined });
      expect(await client.callTool(call)).toEqual(first);
    }
  }
});
