import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpContent, type HandlerOptions, type McpMeta } from '../src/index.ts';
import { clientKinds, connect, toolError, toolValue } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create({ transformer: superjson });
const tool = t.procedure.meta({ mcp: true });

const bytes = Uint8Array.of(1, 2, 3);
const data = 'AQID';
const png = () => new File([bytes], 'p.png', { type: 'image/png' });

describe.each(clientKinds)('a client of kind %s', (kind) => {
  async function ask(router: ReturnType<typeof t.router>, name: string, options: HandlerOptions = {}) {
    await using server = await serve(mcpHandler(router, options));
    await using client = await connect[kind](server.mcp);
    // After they have read the list, the official clients check results against the output schema.
    await client.listTools();
    return await client.callTool({ name });
  }

  /** A result with content blocks beside its JSON, which are no copy of structured content. */
  function beside(value: unknown, ...blocks: unknown[]) {
    const { content, ...rest } = toolValue(value);
    return { ...rest, structuredContent: undefined, content: [...(content as unknown[]), ...blocks] };
  }

  test.each([
    [
      'an image',
      () => png(),
      { name: 'p.png', mimeType: 'image/png', size: 3, uri: 'attachment:1' },
      { type: 'image', mimeType: 'image/png', data },
    ],
    [
      'a sound',
      () => new Blob([bytes], { type: 'audio/wav' }),
      { mimeType: 'audio/wav', size: 3, uri: 'attachment:1' },
      { type: 'audio', mimeType: 'audio/wav', data },
    ],
    [
      'any other file',
      () => new File([bytes], 'r.pdf', { type: 'application/pdf' }),
      { name: 'r.pdf', mimeType: 'application/pdf', size: 3, uri: 'attachment:1' },
      { type: 'resource', resource: { uri: 'attachment:1', mimeType: 'application/pdf', blob: data } },
    ],
  ])('gets %s as content, with a schema and without', async (_, make, json, block) => {
    const router = t.router({
      told: tool.output(z.instanceof(Blob)).query(() => make()),
      untold: tool.query(() => make()),
    });
    for (const name of ['told', 'untold']) {
      const { content, structuredContent } = await ask(router, name);
      expect(structuredContent).toBeUndefined();
      expect(content).toEqual([{ type: 'text', text: JSON.stringify(json) }, withNames(block)]);
    }

    function withNames(each: object): object {
      return 'resource' in each
        ? { ...each, resource: expect.objectContaining(each.resource as object) }
        : each;
    }
  });

  test('gets bytes as a resource when they are all there is', async () => {
    const router = t.router({ bytes: tool.output(z.instanceof(Uint8Array)).query(() => bytes) });
    const block = {
      type: 'resource',
      resource: { uri: 'attachment:1', mimeType: 'application/octet-stream', blob: data },
    };
    expect(await ask(router, 'bytes')).toEqual({
      ...toolValue(undefined),
      content: [{ type: 'text', text: 'attachment:1' }, block],
    });
  });

  test('gets nested files beside the JSON that refers to them', async () => {
    const Post = z.object({
      title: z.string(),
      pictures: z.array(z.file()),
      thumb: z.instanceof(Uint8Array),
    });
    const post = { title: 'x', pictures: [png(), png()], thumb: bytes };
    const router = t.router({
      told: tool.output(z.array(Post)).query(() => [post]),
      untold: tool.query(() => [post]),
    });
    const file = { name: 'p.png', mimeType: 'image/png', size: 3 };
    const json = [
      {
        title: 'x',
        pictures: [
          { ...file, uri: 'attachment:1' },
          { ...file, uri: 'attachment:2' },
        ],
        thumb: data,
      },
    ];
    const image = { type: 'image', mimeType: 'image/png', data };
    for (const name of ['told', 'untold']) {
      expect(await ask(router, name)).toEqual(beside(json, image, image));
    }
  });

  test('gets what mcpContent holds as it is, and what merely has content as data', async () => {
    const blocks = [
      { type: 'text', text: 'Look:' },
      { type: 'image', mimeType: 'image/png', data },
      { type: 'resource_link', uri: 'https://a.b/c', name: 'c' },
    ] as const;
    const article = { content: [{ type: 'text', text: 'not for the model' }], isError: true };
    const router = t.router({
      ready: tool.query(() => mcpContent(blocks)),
      article: tool.query(() => article),
    });
    expect(await ask(router, 'ready')).toEqual({
      content: blocks,
      structuredContent: undefined,
      isError: undefined,
    });
    expect(await ask(router, 'article')).toEqual(toolValue(article));
  });

  test('gets the words of meta.mcp.toContent for the model, and with `always` the value for programs', async () => {
    const Weather = z.object({ at: z.date(), degrees: z.number() });
    const weather = { at: new Date(0), degrees: 21 };
    const seen = vi.fn((value: z.infer<typeof Weather>) => `${value.degrees} °C at ${value.at.getTime()}`);
    const router = t.router({
      words: t.procedure
        .meta({ mcp: { toContent: seen } })
        .output(Weather)
        .query(() => weather),
      blocks: t.procedure
        .meta({
          mcp: {
            toContent: (each) => [{ type: 'text', text: `${each.degrees}`, annotations: { priority: 1 } }],
          },
        })
        .query(() => weather),
      files: t.procedure.meta({ mcp: { toContent: () => 'A picture' } }).query(() => ({ picture: png() })),
    });
    const json = { at: '1970-01-01T00:00:00.000Z', degrees: 21 };
    expect(await ask(router, 'words')).toEqual({
      content: [{ type: 'text', text: '21 °C at 0' }],
      structuredContent: undefined,
      isError: undefined,
    });
    expect(await ask(router, 'words', { structured: 'always' })).toMatchObject({
      content: [{ type: 'text', text: '21 °C at 0' }],
      structuredContent: json,
    });
    expect(seen).toHaveBeenCalledWith(weather);
    expect(await ask(router, 'blocks')).toMatchObject({
      content: [{ type: 'text', text: '21', annotations: { priority: 1 } }],
      structuredContent: undefined,
    });
    expect(await ask(router, 'files')).toMatchObject({
      content: [
        { type: 'text', text: 'A picture' },
        { type: 'image', mimeType: 'image/png', data },
      ],
    });
  });

  test.each<[string, (value: unknown) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['gives no content', () => 5],
    ['gives a block without its text', () => [{ type: 'text', text: 5 }]],
    ['gives a block that MCP does not know', () => [{ type: 'video', data }]],
    ['gives a resource without content', () => [{ type: 'resource', resource: { uri: 'a:b' } }]],
    ['gives what JSON cannot say', () => [{ type: 'text', text: 'x', n: 1n }]],
  ])('reads a masked error when toContent %s', async (_, toContent) => {
    const onError = vi.fn();
    const router = t.router({
      broken: t.procedure.meta({ mcp: { toContent: toContent as never } }).query(() => ({ a: 1 })),
    });
    expect(await ask(router, 'broken', { onError })).toEqual(
      toolError(expect.stringMatching(/^INTERNAL_SERVER_ERROR: (?!.*secret).*reference/is)),
    );
    expect(onError).toHaveBeenCalledOnce();
  });

  test('sees meta.mcp.output where there is no .output()', async () => {
    const router = t.router({
      since: t.procedure
        .meta({ mcp: { output: z.object({ days: z.map(z.number(), z.date()) }) } })
        .query(() => ({ days: new Map<number, Date>() })),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toMatchObject([
      { outputSchema: { type: 'object', properties: { days: { type: 'array' } }, required: ['days'] } },
    ]);
    expect(await client.callTool({ name: 'since' })).toEqual(toolValue({ days: [] }));
  });
});
