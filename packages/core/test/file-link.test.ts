import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { HandlerOptions, McpMeta } from '../src/index.ts';
import { clientKinds, connect } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const both = (uri: string, mimeType?: string) =>
  t.procedure.meta({ mcp: { tool: true, resource: { uri, ...(mimeType && { mimeType }) } } });

const large = 'é,b\n'.repeat(10_000);
const csv = (text: string) => new File([text], 'rows.csv', { type: 'text/csv' });
const png = Uint8Array.from({ length: 40_000 }, (_, index) =>
  index < 8 ? [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a][index]! : index % 251,
);

const router = t.router({
  report: both('reports://{year}/{part}.csv{?day,tags*}')
    .input(
      z.object({
        year: z.int(),
        part: z.string(),
        day: z.date().optional(),
        tags: z.array(z.string()).optional(),
        unsaid: z.boolean().optional(),
      }),
    )
    .query(({ input }) => csv(`${JSON.stringify(input)}\n${large}`)),
  fixed: both('app://fixed', 'application/csv').query(() => csv(large)),
  small: both('app://small').query(() => csv('a,b')),
  picture: both('app://picture').query(() => png),
  typeless: both('app://typeless').query(() => new Blob([png])),
  nested: both('app://nested').query(() => ({ files: [csv(large), csv(large)] })),
  alone: t.procedure.meta({ mcp: true }).query(() => csv(large)),
});

describe.each(clientKinds)('a client of kind %s', (kind) => {
  async function ask(name: string, args: Record<string, unknown> = {}, options: HandlerOptions = {}) {
    await using server = await serve(mcpHandler(router, options));
    await using client = await connect[kind](server.mcp);
    await client.listTools();
    const { content, structuredContent, isError } = await client.callTool({ name, arguments: args });
    expect([structuredContent, isError]).toEqual([undefined, undefined]);
    const blocks = content as Record<string, unknown>[];
    const link = blocks.find(({ type }) => type === 'resource_link');
    const read = link && ((await client.readResource(link['uri'] as string)) as Record<string, unknown>[]);
    return { blocks, link, read };
  }

  test.each<[string, Record<string, unknown>, string, object]>([
    ['its arguments', { year: 2026, part: 'a b/ü' }, 'reports://2026/a%20b%2F%C3%BC.csv', {}],
    ['a number as text', { year: '2026', part: 'x' }, 'reports://2026/x.csv', { year: 2026 }],
    [
      'a date and a list',
      { year: 2026, part: 'x', day: '2026-01-31T00:00:00.000Z', tags: ['p', 'q,r'] },
      'reports://2026/x.csv?day=2026-01-31T00%3A00%3A00.000Z&tags=p&tags=q%2Cr',
      {},
    ],
  ])('reads a large file from the link, which says %s', async (_, args, uri, parsed) => {
    const { blocks, link, read } = await ask('report', args);
    const text = `${JSON.stringify({ ...args, ...parsed })}\n${large}`;
    const size = new TextEncoder().encode(text).byteLength;
    const title = 'Report';
    expect(link).toEqual({ type: 'resource_link', uri, name: 'rows.csv', title, mimeType: 'text/csv', size });
    const said = { name: 'rows.csv', mimeType: 'text/csv', size, uri };
    expect(blocks).toEqual([{ type: 'text', text: JSON.stringify(said) }, link]);
    expect(read).toEqual([{ uri, mimeType: 'text/csv', blob: Buffer.from(text).toString('base64') }]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['an argument without a variable', { year: 2026, part: 'x', unsaid: true }],
    ['an empty list', { year: 2026, part: 'x', tags: [] }],
    ['an empty text', { year: 2026, part: '' }],
  ])('gets the file itself where the URI cannot say %s', async (_, args) => {
    const { blocks, link } = await ask('report', args);
    expect(link).toBeUndefined();
    expect(blocks[1]).toMatchObject({
      type: 'resource',
      resource: { mimeType: 'text/csv' },
    });
  });

  test.each([
    ['fixed', 'application/csv'],
    ['picture', 'image/png'],
    ['typeless', 'image/png'],
  ])('reads %s from a fixed URI, with the type that the link says', async (name, mimeType) => {
    const { link, read } = await ask(name);
    expect(link).toMatchObject({ uri: `app://${name}`, mimeType });
    expect(read).toMatchObject([{ uri: `app://${name}`, mimeType }]);
    const bytes = Buffer.from(read![0]!['blob'] as string, 'base64');
    expect(bytes.byteLength).toBe(link!['size']);
  });

  test.each<[string, string, HandlerOptions, string]>([
    ['a small file', 'small', {}, 'resource'],
    ['a small file that is always linked', 'small', { files: { linkOver: 0 } }, 'resource_link'],
    ['a large file that is never linked', 'fixed', { files: { linkOver: Infinity } }, 'resource'],
    ['a file of exactly that size', 'small', { files: { linkOver: 3 } }, 'resource'],
    ['a file that is one byte larger', 'small', { files: { linkOver: 2 } }, 'resource_link'],
    ['a file that is no resource', 'alone', {}, 'resource'],
    ['files inside other data', 'nested', {}, 'resource'],
    ['a picture below the limit', 'picture', { files: { linkOver: 50_000 } }, 'image'],
  ])('gets %s as it has to be', async (_, name, options, type) => {
    const { blocks } = await ask(name, {}, options);
    expect(blocks[1]).toMatchObject({ type });
  });
});

test('files.linkOver has to be a number', () => {
  expect(() => mcpHandler(router, { files: { linkOver: '5' as never } })).toThrow('files.linkOver');
  expect(() => mcpHandler(router, { files: { linkAbove: 5 } as never })).toThrow('files.linkAbove');
  expect(() => mcpHandler(router, { structured: 'sometimes' as never })).toThrow('structured');
});
