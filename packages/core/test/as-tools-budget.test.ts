import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { mcpContent, type McpMeta } from '../src/index.ts';
import { createMcpTestClient } from '../src/testing/testing.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const long = 'word '.repeat(1000);
const router = t.router({
  long: t.procedure.meta({ mcp: { resource: { uri: 'docs://long' } } }).query(() => long),
  emoji: t.procedure.meta({ mcp: { resource: { uri: 'docs://emoji' } } }).query(() => '🙂'.repeat(700)),
  parts: t.procedure.meta({ mcp: { resource: { uri: 'docs://parts' } } }).query(() =>
    mcpContent([
      { type: 'resource', resource: { uri: 'docs://parts/1', text: 'a'.repeat(1500) } },
      { type: 'image', data: png.toString('base64'), mimeType: 'image/png' },
      { type: 'resource', resource: { uri: 'docs://parts/2', text: 'b'.repeat(10) } },
    ]),
  ),
  many: t.procedure
    .meta({ mcp: { resource: { uri: 'items://{id}', list: 'items' } } })
    .input(z.object({ id: z.string() }))
    .query(() => ''),
  items: t.procedure.input(z.object({ cursor: z.string().default('0') })).query(({ input }) => ({
    items: Array.from({ length: 30 }, (_, index) => ({ id: `${input.cursor}-${index}` })),
    nextCursor: input.cursor === '0' ? '1' : undefined,
  })),
  speech: t.procedure.meta({ mcp: { prompt: true } }).query(() => long),
  ...Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      `p${index}`,
      t.procedure.meta({ mcp: { prompt: true, description: 'x'.repeat(90) } }).query(() => ''),
    ]),
  ),
});
const options = { asTools: true, result: { maxTokens: 250 }, ctx: { user: '' } };

test('a long text is read in parts, none of which is longer', async () => {
  await using client = createMcpTestClient(router, options);
  const official = await client.connect();
  for (const [uri, whole] of [
    ['docs://long', long],
    ['docs://emoji', '🙂'.repeat(700)],
    ['docs://parts', 'a'.repeat(1500) + 'b'.repeat(10)],
  ] as const) {
    let read = '';
    let images = 0;
    for (let isDone = false; !isDone;) {
      const args = { uri, ...(read && { offset: read.length }) };
      const { content, _meta } = await official.callTool({ name: 'read_resource', arguments: args });
      const texts = content.flatMap((block) =>
        block.type === 'text'
          ? block.text
          : block.type === 'resource' && 'text' in block.resource
            ? block.resource.text
            : [],
      );
      const note = texts.pop()!;
      images += content.filter(({ type }) => type === 'image').length;
      expect(texts.join('').length + note.length).toBeLessThanOrEqual(1000);
      expect(texts.join('')).not.toBe('');
      const before = read.length;
      read += texts.join('');
      const after = before === 0 ? '' : `, those after the first ${before}`;
      isDone = read.length === whole.length;
      const next = isDone ? '' : ` Call again with offset ${read.length} for the next ones.`;
      expect(note).toBe(`Showing ${read.length - before} of ${whole.length} characters${after}.${next}`);
      expect(_meta).toMatchObject({ cut: { message: note, skipped: before, total: whole.length } });
    }
    expect(read).toBe(whole);
    expect(images).toBe(uri === 'docs://parts' ? 1 : 0);
  }
});

test('a list is given in pages that fit, and each entry once', async () => {
  await using client = createMcpTestClient(router, options);
  const official = await client.connect();
  for (const [name, list, count] of [
    ['list_resources', 'resources', 3 + 60],
    ['get_prompt', 'prompts', 21],
  ] as const) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { content, structuredContent } = await official.callTool({
        name,
        arguments: cursor ? { cursor } : {},
      });
      expect((content[0] as { text: string }).text.length).toBeLessThanOrEqual(1000);
      const page = structuredContent as Record<string, { name: string }[]> & { nextCursor?: string };
      seen.push(...page[list]!.map((each) => each.name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(count);
    expect(new Set(seen).size).toBe(count);
  }
});

test('a prompt is cut, and says so', async () => {
  await using client = createMcpTestClient(router, options);
  const { content } = await (
    await client.connect()
  ).callTool({ name: 'get_prompt', arguments: { name: 'speech' } });
  expect(content).toEqual([
    { type: 'text', text: long.slice(0, 800) },
    { type: 'text', text: 'Showing 800 of 5000 characters. The rest cannot be had.' },
  ]);
});

test('without a budget there is no offset, and a mistaken one is refused', async () => {
  await using client = createMcpTestClient(router, { asTools: true, ctx: { user: '' } });
  const reading = (await client.listTools()).find(({ name }) => name === 'read_resource')!;
  expect(Object.keys(reading.inputSchema.properties!)).toEqual(['uri']);
  expect(await client.callTool('read_resource', { uri: 'docs://long', offset: 5 })).toMatchObject({
    ok: false,
    error: { message: 'BAD_REQUEST: offset is not an argument; it takes uri' },
  });
  await using cut = createMcpTestClient(router, options);
  for (const offset of [-1, 1.5, 'x', {}])
    expect(await cut.callTool('read_resource', { uri: 'docs://long', offset })).toMatchObject({
      ok: false,
      error: { message: 'BAD_REQUEST: offset has to be a whole number of 0 or more' },
    });
  expect(await cut.callTool('read_resource', { uri: 'docs://long', offset: 9999 })).toMatchObject({
    content: [{ text: 'There are no characters after the first 9999: there are 5000 now.' }],
  });
});
