import { initTRPC } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/fetch.ts';
import { createMcpTestClient } from '../src/testing/testing.ts';
import type { McpMeta } from '../src/index.ts';
import { callTool } from './in-process.ts';
import { eras } from './messages.ts';

const t = initTRPC.context<object>().meta<McpMeta>().create();
const plain = t.procedure.meta({ mcp: true });
const createContext = () => ({});

const rows = Array.from({ length: 100 }, (_, id) => ({ id, text: 'x'.repeat(40) }));
const image = () => new Blob([new Uint8Array([1, 2, 3])], { type: 'image/png' });

const router = t.router({
  plain: plain.query(() => ({ n: 1 })),
  rows: t.procedure.meta({ mcp: { result: { maxTokens: 200 } } }).query(() => ({ items: rows })),
  taken: t.procedure
    .meta({ mcp: { structured: 'always', result: { maxTokens: 200 } } })
    .query(() => ({ _more: 1, items: rows })),
  steps: plain.query(async function* () {
    yield { step: 1 };
    yield { step: 2 };
    return { done: true };
  }),
  words: t.procedure
    .meta({ mcp: { structured: 'always', toContent: () => 'in words' } })
    .query(() => ({ n: 2 })),
  text: t.procedure.meta({ mcp: { toContent: () => 'a text' } }).query(() => ({ n: 3 })),
  image: plain.query(() => image()),
});

interface Result {
  content: { type: string; text?: string }[];
  structuredContent?: { results: { name: string; result?: object; text?: string }[] };
}

describe.each(eras)('in a batch of the %s era', (era) => {
  const run = async (...names: string[]) => {
    const handler = mcpHandler(router, { createContext, discovery: 'search' });
    const calls = names.map((name) => ({ name }));
    const { body } = await callTool(handler, era, 'run_query', { calls });
    return (body as { result: Result }).result;
  };

  test.each(['rows', 'taken'])('a list of %s that was cut says so', async (name) => {
    const { content, structuredContent } = await run('plain', name);
    expect(content[0]!.text).toMatch(/Showing \d+ of 100 rows of items\. .*_cursor/);
    expect(JSON.stringify(structuredContent)).toMatch(/Showing \d+ of 100 rows/);
    // Once is enough.
    expect(content[0]!.text!.split('Showing')).toHaveLength(2);
  });

  test('what was yielded and what the app has written are there', async () => {
    const { content, structuredContent } = await run('steps', 'words', 'plain');
    const results = [
      {
        name: 'steps',
        result: { done: true },
        text: '2 values were yielded before this result:\n{"step":1}\n{"step":2}',
      },
      { name: 'words', result: { n: 2 }, text: 'in words' },
      { name: 'plain', result: { n: 1 } },
    ];
    expect(structuredContent).toEqual({ results });
    expect(JSON.parse(content[0]!.text!)).toEqual({ results });
  });

  test('every file says which call it is of', async () => {
    const { content } = await run('image', 'plain', 'image');
    expect(content.slice(1).map(({ type, text }) => text ?? type)).toEqual([
      'The attachments of results[0], image:',
      'image',
      'The attachments of results[2], image:',
      'image',
    ]);
  });
});

test('the test client gives no json of a batch without structured content', async () => {
  await using client = createMcpTestClient(router, { ctx: {}, discovery: 'search' });
  const run = (...names: string[]) =>
    client.callTool('run_query', { calls: names.map((name) => ({ name })) });
  expect(await run('text')).toMatchObject({ ok: true, json: { n: 3 } });
  expect(await run('text', 'text')).toMatchObject({ ok: true, json: undefined });
});

test('the tool that calls others has room for the largest result that one of them may have', async () => {
  const metaOf = async (...budgets: number[]) => {
    const app = t.router(
      Object.fromEntries(
        budgets.map((maxTokens, index) => [
          `q${index}`,
          t.procedure.meta({ mcp: { result: { maxTokens } } }).query(() => 1),
        ]),
      ),
    );
    await using client = createMcpTestClient(app, { ctx: {}, discovery: 'search' });
    const listed = await client.listTools();
    return listed.find(({ name }) => name === 'run_query')!._meta?.['anthropic/maxResultSizeChars'];
  };
  expect(await metaOf(1000, 40_000)).toBe(160_000);
  expect(await metaOf(1000, 400_000)).toBe(500_000);
  // Less would take room from batches.
  expect(await metaOf(1000, 2000)).toBeUndefined();
});

describe('the limit of the handler', () => {
  const ask = async (handler: Parameters<typeof callTool>[0], name: string, args: object) => {
    const { body } = await callTool(handler, 'modern', name, args);
    return (body as { result: Result }).result.content[0]!.text;
  };

  test('counts searches and descriptions as calls', async () => {
    const rateLimit = { points: 2, durationMs: 60_000 };
    const handler = mcpHandler(router, { createContext, discovery: 'search', rateLimit });
    expect(await ask(handler, 'search_tools', { query: 'plain' })).toContain('plain (run_query)');
    expect(await ask(handler, 'describe_tools', { names: ['plain'] })).toContain('plain()');
    expect(await ask(handler, 'search_tools', { query: 'plain' })).toBe(
      'TOO_MANY_REQUESTS: more than 2 calls in 60 s\nCall again in 60 seconds, not sooner.',
    );
    expect(await ask(handler, 'run_query', { calls: [{ name: 'plain' }] })).toContain('TOO_MANY_REQUESTS');
  });

  test('that fails is told to onError, and not to the model', async () => {
    const onError = vi.fn();
    const by = () => {
      throw new Error('secret');
    };
    const rateLimit = { points: 2, durationMs: 60_000, by };
    const handler = mcpHandler(router, { createContext, discovery: 'search', rateLimit, onError });
    expect(await ask(handler, 'search_tools', { query: 'plain' })).toMatch(
      /^INTERNAL_SERVER_ERROR: something went wrong inside the app \(reference [\w-]+\)$/,
    );
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ tool: 'search_tools' }));
  });
});

describe('describe_tools', () => {
  const describeTools = async (app: typeof router | ReturnType<typeof t.router>, args: object) => {
    const handler = mcpHandler(app as typeof router, { createContext, discovery: 'search' });
    const { body } = await callTool(handler, 'modern', 'describe_tools', args);
    return (body as { result: Result }).result.content[0]!.text!;
  };

  test('writes a schema that contains itself once', async () => {
    const node = z.object({
      name: z.string(),
      kind: z.enum(['file', 'folder']),
      get children() {
        return z.array(node);
      },
    });
    const app = t.router({ store: plain.input(z.object({ root: node })).mutation(() => undefined) });
    expect(await describeTools(app, { names: ['store'] })).toContain(
      '  root: { name: string, kind: "file" | "folder", children: object[] },',
    );
  });

  test('writes arguments only as deeply as there is room for them', async () => {
    const wide = (levels: number): z.ZodType =>
      levels === 0
        ? z.string()
        : z.object(Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => [key, wide(levels - 1)])));
    const app = t.router({ wide: plain.input(wide(5)).query(() => 1) });
    const text = await describeTools(app, { names: ['wide'] });
    expect(text.length).toBeLessThan(5000);
    expect(text).toContain('a: { a: ');
    expect(text).toContain('object');
  });

  test('guesses what was meant by the first three names, and takes a flag that is a text', async () => {
    const names = ['plian', 'rwos', 'setps', 'wrods', 'txet'];
    const text = await describeTools(router, { names: [...names, 'plain'] });
    expect(text.match(/Did you mean/g)).toHaveLength(3);
    expect(text.match(/there is no tool/g)).toHaveLength(5);
    expect(await describeTools(router, { names: ['plain'], schema: 'true' })).toMatch(/^\[\{"name":"plain"/);
    expect(await describeTools(router, { names: ['plain'], schema: { toString: 1 } })).toContain(
      'BAD_REQUEST: schema has to be true or false',
    );
  });
});

test.each([
  ['客户', '客户列表,按时间排序'],
  ['删除发票', '用户可以删除发票'],
  ['カード', 'クレジットカードの一覧'],
  ['uberweisung', 'Überweisung an Kunden'],
  ['Überweisung', 'Uberweisung an Kunden'],
])('a search for %s finds "%s"', async (query, description) => {
  const app = t.router({
    wanted: t.procedure.meta({ mcp: { description } }).query(() => 1),
    other: t.procedure.meta({ mcp: { description: 'Something else.' } }).query(() => 1),
  });
  const handler = mcpHandler(app, { createContext, discovery: 'search' });
  const { body } = await callTool(handler, 'modern', 'search_tools', { query });
  expect((body as { result: Result }).result.content[0]!.text).toMatch(/^wanted \(run_query\)/);
});
