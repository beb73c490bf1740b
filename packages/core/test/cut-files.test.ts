import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { createMcpTestClient } from '../src/testing/testing.ts';
import { clientKinds, connect } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const count = 20;
const textOf = (index: number): string => `file ${index}`;
const rowsWith = <TFile>(toFile: (index: number) => TFile) =>
  Array.from({ length: count }, (_, id) => ({ id, words: 'x'.repeat(150), file: toFile(id) }));
const toText = (index: number): File => new File([textOf(index)], `${index}.txt`, { type: 'text/plain' });
const pngHead = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const toPng = (index: number): Uint8Array => Uint8Array.from([...pngHead, 0, 0, 0, 0, index]);
const result = { maxTokens: 500, fields: true };
const output = z.array(z.object({ id: z.number(), words: z.string(), file: z.file() }));

const router = t.router({
  texts: t.procedure
    .meta({ mcp: { result } })
    .output(output)
    .query(() => rowsWith(toText)),
  unknown: t.procedure.meta({ mcp: { result } }).query(() => rowsWith(toText)),
  pictures: t.procedure.meta({ mcp: { result } }).query(() => rowsWith(toPng)),
  table: t.procedure.meta({ mcp: { result: { ...result, format: 'tsv' } } }).query(() => rowsWith(toPng)),
  told: t.procedure.meta({ mcp: { result, structured: 'always' } }).query(() => rowsWith(toText)),
  never: t.procedure.meta({ mcp: { result, structured: 'never' } }).query(() => rowsWith(toText)),
  first: t.procedure
    .meta({ mcp: { result } })
    .query(() => ({ cover: toText(99), rows: rowsWith(toText), back: toText(98) })),
});

interface Block {
  type: string;
  text?: string;
  data?: string;
  resource?: { uri: string; text: string };
}

/** The bytes of a file block, as text. */
function toWords({ data, resource }: Block): string {
  return data === undefined ? resource!.text : String(Buffer.from(data, 'base64').at(-1));
}

describe.each(clientKinds)('a client of kind %s', (kind) => {
  async function connectTo() {
    const server = await serve(mcpHandler(router));
    const client = await connect[kind](server.mcp);
    await client.listTools();
    const read = async (name: string, args: Record<string, unknown> = {}) => {
      const { content, structuredContent, isError } = await client.callTool({ name, arguments: args });
      const blocks = content as Block[];
      expect(isError, JSON.stringify(blocks)).toBeFalsy();
      const files = blocks.filter(({ type }) => type !== 'text');
      const [text, ...notes] = blocks.flatMap((block) => block.text ?? []);
      return { text: text!, notes: notes.join(' '), files, structuredContent };
    };
    return {
      read,
      async [Symbol.asyncDispose]() {
        await client[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  }

  test.each(['texts', 'unknown', 'pictures', 'never'])(
    'gets with the rows of a page of "%s" their files and no others',
    async (name) => {
      await using client = await connectTo();
      const seen: number[] = [];
      for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
        const page = await client.read(name, cursor === undefined ? {} : { _cursor: cursor });
        const rows = JSON.parse(page.text) as { id: number; file: string | { uri: string } }[];
        expect(rows.length).toBeLessThan(count);
        expect(page.structuredContent).toBeUndefined();
        expect(rows.map(({ file }) => (typeof file === 'string' ? file : file.uri))).toEqual(
          rows.map((_, index) => `attachment:${index + 1}`),
        );
        expect(page.files.map(toWords)).toEqual(
          rows.map(({ id }) => (name === 'pictures' ? String(id) : textOf(id))),
        );
        for (const [index, { resource }] of page.files.entries())
          if (resource) expect(resource.uri).toBe(`attachment:${index + 1}`);
        seen.push(...rows.map(({ id }) => id));
        cursor = /_cursor "([^"]+)"/.exec(page.notes)?.[1];
      }
      expect(seen).toEqual(Array.from({ length: count }, (_, index) => index));
    },
  );

  test('gets no files where it asks for other fields, and the JSON twice as ever', async () => {
    await using client = await connectTo();
    const { text, files, structuredContent } = await client.read('unknown', { _fields: ['id'] });
    const ids = Array.from({ length: count }, (_, id) => ({ id }));
    expect([JSON.parse(text), files]).toEqual([ids, []]);
    expect([ids, { result: ids }]).toContainEqual(structuredContent);
  });

  test('gets the files of a field alone, and none where only their names are asked for', async () => {
    await using client = await connectTo();
    expect((await client.read('first', { _fields: ['back'] })).files.map(toWords)).toEqual([textOf(98)]);
    expect((await client.read('first', { _fields: ['back.name', 'cover.size'] })).files).toEqual([]);
    const { files, text } = await client.read('first', { _fields: ['back.uri'] });
    expect([JSON.parse(text), files.map(toWords)]).toEqual([{ back: { uri: 'attachment:1' } }, [textOf(98)]]);
  });

  test('gets files around a list that was cut', async () => {
    await using client = await connectTo();
    const { text, files } = await client.read('first');
    const { rows, back } = JSON.parse(text) as { rows: unknown[]; back: { uri: string } };
    expect(files).toHaveLength(rows.length + 2);
    expect(back.uri).toBe(`attachment:${files.length}`);
    expect(toWords(files.at(-1)!)).toBe(textOf(98));
  });

  test('gets the files of the rows of a table', async () => {
    await using client = await connectTo();
    const { text, files } = await client.read('table');
    const names = text
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t').at(-1));
    expect(names.length).toBeLessThan(count);
    expect(names).toEqual(files.map((_, index) => `attachment:${index + 1}`));
  });

  test('reads the text of the files of a part in structured content that is always sent', async () => {
    await using client = await connectTo();
    const { text, files, structuredContent } = await client.read('told');
    const rows = JSON.parse(text) as unknown[];
    expect(files).toHaveLength(rows.length);
    expect(JSON.stringify(structuredContent).match(/attachment:/g)).toHaveLength(rows.length);
  });
});

test.each(['modern', 'legacy'] as const)(
  'the test client of the %s era reads the part with its files',
  async (era) => {
    await using client = createMcpTestClient(router, { era });
    const whole = await client.unwrap.call('texts');
    const told = await client.call('texts');
    if (!told.ok) throw new Error(told.error.message);
    expect(told.json.length).toBeLessThan(count);
    expect(told.output.length).toBe(told.json.length);
    expect(await Promise.all(whole.map(({ file }) => file.text()))).toEqual(
      whole.map((_, index) => textOf(index)),
    );
    const named = await client.callTool('texts');
    expect(named).toMatchObject({ ok: true, json: { length: told.json.length } });
  },
);

test('files of the JSON are counted before those that toContent adds', async () => {
  const added = {
    type: 'image',
    data: Buffer.from(toPng(7)).toString('base64'),
    mimeType: 'image/png',
  } as const;
  const told = t.router({
    report: t.procedure
      .meta({ mcp: { structured: 'always', toContent: () => [{ type: 'text', text: 'both' }, added] } })
      .output(z.object({ file: z.file() }))
      .query(() => ({ file: toText(1) })),
  });
  await using server = await serve(mcpHandler(told));
  for (const kind of clientKinds) {
    await using client = await connect[kind](server.mcp);
    await client.listTools();
    const { content, structuredContent } = await client.callTool({ name: 'report' });
    expect(structuredContent).toMatchObject({ file: { uri: 'attachment:1' } });
    const files = (content as Block[]).filter(({ type }) => type !== 'text');
    expect(files.map(toWords)).toEqual([textOf(1), '7']);
  }
});

test('a picture without a byte is no picture for a host', async () => {
  const empty = t.router({
    picture: t.procedure.meta({ mcp: true }).query(() => new Blob([], { type: 'image/png' })),
  });
  await using client = createMcpTestClient(empty);
  const { content } = await client.call('picture');
  expect(content[1]).toEqual({
    type: 'resource',
    resource: { uri: 'attachment:1', mimeType: 'image/png', blob: '' },
  });
});

test('what was yielded before a file does not name that file', async () => {
  const steps = t.router({
    make: t.procedure.meta({ mcp: true }).query(async function* () {
      yield await Promise.resolve(toText(1));
      yield { preview: toPng(2) };
      return toText(3);
    }),
  });
  await using server = await serve(mcpHandler(steps));
  for (const kind of clientKinds) {
    await using client = await connect[kind](server.mcp);
    const { content } = await client.callTool({ name: 'make' });
    const [said, file, yielded] = content as [Block, Block, Block];
    expect([JSON.parse(said.text!), toWords(file)]).toMatchObject([{ uri: 'attachment:1' }, textOf(3)]);
    expect(yielded.text!.split('\n').slice(1)).toEqual([
      '{"name":"1.txt","mimeType":"text/plain","size":6}',
      '{"preview":"a file of the type image/png"}',
    ]);
    const told: unknown[] = [];
    await client.callTool({ name: 'make' }, { onprogress: ({ message }) => told.push(message) });
    expect(told.length).toBeGreaterThan(0);
    expect(JSON.stringify(told)).not.toContain('attachment:');
  }
});
