import { fromJsonSchema } from '@modelcontextprotocol/server';
import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import {
  type AuthOptions,
  type CallFailure,
  getMcpCall,
  mcpContent,
  type McpMeta,
  mcpPrompt,
  mcpResource,
  mcpTool,
} from '../src/index.ts';
import { clientKinds, connect, protocolErrorOf, toolError, toolValue } from './clients.ts';
import { call, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ user?: string }>().meta<McpMeta>().create({ isDev: false });
const router = t.router({
  hello: t.procedure.meta({ mcp: true }).query(() => 'hello'),
  days: t.procedure
    .input(z.object({ value: z.string() }))
    .query(({ input }) => ['monday', 'sunday'].filter((day) => day.startsWith(input.value))),
  all: t.procedure.query(() => [{ day: 'monday' }]),
});
const createContext = () => ({ user: 'ada' });
const icons = [{ src: 'https://example.com/i.png' }];
const _meta = { 'com.example/a': 1 };

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('meets own tools beside the generated ones', async () => {
    const seen: unknown[] = [];
    const tools = [
      mcpTool({
        name: 'search',
        title: 'Search',
        description: 'Finds.',
        annotations: { readOnlyHint: true },
        icons,
        _meta,
        input: z.object({ q: z.string(), since: z.date().optional(), limit: z.number().default(10) }),
        output: z.object({ found: z.array(z.string()) }),
        run({ input, ctx, signal }) {
          seen.push([input, ctx, signal instanceof AbortSignal, getMcpCall()!.tool]);
          return { found: [input.q] };
        },
      }),
      mcpTool({ name: 'apply', run: ({ input }) => ({ input: input ?? 'none' }) }),
      mcpTool({
        name: 'json',
        input: fromJsonSchema<{ a: number }>({
          type: 'object',
          properties: { a: { type: 'number' } },
          required: ['a'],
        }),
        toContent: (output: number) => `It is ${output}.`,
        run: ({ input }) => input.a + 1,
      }),
      mcpTool({ name: 'blocks', run: () => mcpContent([{ type: 'text', text: 'ready' }]) }),
    ];
    await using server = await serve(mcpHandler(router, { createContext, tools }));
    await using client = await connect[kind](server.mcp);
    const listed = await client.listTools();
    expect(listed.map(({ name }) => name)).toEqual(['apply', 'blocks', 'hello', 'json', 'search']);
    expect(listed.at(-1)).toMatchObject({
      name: 'search',
      title: 'Search',
      description: 'Finds.',
      annotations: { readOnlyHint: true },
      icons,
      _meta,
      inputSchema: { properties: { since: { type: 'string', format: 'date-time' } }, required: ['q'] },
      outputSchema: { type: 'object' },
    });
    expect(listed[0]!['annotations']).toEqual({ readOnlyHint: false, destructiveHint: true });
    const args = { q: 'x', since: '2026-01-31T00:00:00Z' };
    expect(await client.callTool({ name: 'search', arguments: args })).toEqual(toolValue({ found: ['x'] }));
    expect(seen).toEqual([
      [
        { q: 'x', since: new Date('2026-01-31'), limit: 10 },
        { user: 'ada' },
        true,
        { name: 'search', path: 'tools.search' },
      ],
    ]);
    expect(await client.callTool({ name: 'apply' })).toEqual(toolValue({ input: 'none' }));
    expect(await client.callTool({ name: 'json', arguments: { a: 1 } })).toEqual({
      content: [{ type: 'text', text: 'It is 2.' }],
      structuredContent: undefined,
      isError: undefined,
    });
    expect(await client.callTool({ name: 'blocks' })).toMatchObject({
      content: [{ type: 'text', text: 'ready' }],
    });
    expect(await client.callTool({ name: 'hello' })).toMatchObject({ isError: undefined });
    expect(await client.callTool({ name: 'search', arguments: { q: 5 } })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('q: ') as string }],
    });
  });

  test('meets own resources: fixed, templates with and without a schema, listed and completed', async () => {
    const resources = [
      mcpResource({
        name: 'about',
        uri: 'app://about',
        title: 'About',
        description: 'What it is.',
        mimeType: 'text/markdown',
        size: 3,
        annotations: { priority: 1 },
        icons,
        _meta,
        run: ({ input }) => JSON.stringify(input),
      }),
      mcpResource({
        name: 'Days, and what was then',
        uri: 'days://{day}{?hour}',
        list: 'all',
        complete: { day: 'days' },
        run: ({ input, ctx }) => ({ day: input['day'], hour: input['hour'], user: ctx.user }),
      }),
      mcpResource({
        name: 'count',
        uri: 'counts://{n}',
        input: z.object({ n: z.int().max(9) }),
        run: ({ input }) => input.n + 1,
      }),
    ];
    await using server = await serve(mcpHandler(router, { createContext, resources }));
    await using client = await connect[kind](server.mcp);
    expect(await client.listResources()).toEqual([
      {
        uri: 'app://about',
        name: 'about',
        title: 'About',
        description: 'What it is.',
        mimeType: 'text/markdown',
        size: 3,
        annotations: { priority: 1 },
        icons,
        _meta,
      },
      { uri: 'days://monday', name: 'days://monday' },
    ]);
    expect(await client.listResourceTemplates()).toMatchObject([
      { name: 'Days, and what was then', uriTemplate: 'days://{day}{?hour}' },
      { name: 'count', uriTemplate: 'counts://{n}' },
    ]);
    const textOf = async (uri: string) => ((await client.readResource(uri)) as { text: string }[])[0]!.text;
    expect(await textOf('app://about')).toBe('{}');
    expect(await textOf('days://5?hour=%31')).toBe('{"day":"5","hour":"1","user":"ada"}');
    expect(await textOf('days://a%20b')).toBe('{"day":"a b","user":"ada"}');
    expect(await textOf('counts://4')).toBe('5');
    expect((await protocolErrorOf(client.readResource('counts://10'))).data).toMatchObject({
      code: 'BAD_REQUEST',
      path: 'resources.count',
    });
    const ref = { type: 'ref/resource', uri: 'days://{day}{?hour}' } as const;
    expect(await client.complete({ ref, argument: { name: 'day', value: 's' } })).toMatchObject({
      values: ['sunday'],
    });
  });

  test('meets own prompts', async () => {
    const prompts = [
      mcpPrompt({
        name: 'weekly',
        title: 'Weekly',
        description: 'Sums up.',
        icons,
        _meta,
        input: z.object({ day: z.date(), tone: z.enum(['dry', 'warm']).optional() }),
        run: ({ input, ctx }) => `${ctx.user}: ${input.day.getUTCDay()} ${input.tone}`,
      }),
      mcpPrompt({ name: 'plain', run: () => [{ role: 'assistant', content: 'Hi.' }] }),
    ];
    await using server = await serve(mcpHandler(router, { createContext, prompts }));
    await using client = await connect[kind](server.mcp);
    expect(await client.listPrompts()).toEqual([
      { name: 'plain', title: 'Prompts: plain', description: expect.any(String) },
      {
        name: 'weekly',
        title: 'Weekly',
        description: 'Sums up.',
        arguments: [
          { name: 'day', description: 'ISO 8601 date-time, such as 2026-01-31T09:00:00Z', required: true },
          { name: 'tone', description: 'One of: dry, warm.', required: false },
        ],
        icons,
        _meta,
      },
    ]);
    expect(await client.getPrompt('weekly', { day: '2026-01-31', tone: 'dry' })).toMatchObject({
      messages: [{ role: 'user', content: { text: 'ada: 6 dry' } }],
    });
    expect(await client.getPrompt('plain')).toMatchObject({
      messages: [{ role: 'assistant', content: { text: 'Hi.' } }],
    });
    const ref = { type: 'ref/prompt', name: 'weekly' } as const;
    expect(await client.complete({ ref, argument: { name: 'tone', value: 'w' } })).toMatchObject({
      values: ['warm'],
    });
  });

  test('reads what own ones throw as it reads what procedures throw, and does not see hidden ones', async () => {
    const failures: CallFailure[] = [];
    const fail = () => {
      throw new Error('password=hunter2');
    };
    const refuse = () => {
      throw new TRPCError({ code: 'CONFLICT', message: 'taken' });
    };
    const visible = ({ user }: { user: string }) => user === 'bob';
    await using server = await serve(
      mcpHandler(router, {
        createContext,
        onError: (failure) => failures.push(failure),
        tools: [
          { name: 'fail', run: fail },
          { name: 'refuse', run: refuse, errorHint: () => 'Ask Bob.' },
          { name: 'secret', run: fail, visible },
        ],
        resources: [
          { name: 'fail', uri: 'x://fail', run: fail },
          { name: 'secret', uri: 'x://secret', run: fail, visible },
        ],
        prompts: [
          { name: 'refuse', run: refuse },
          { name: 'secret', run: fail, visible },
        ],
      }),
    );
    await using client = await connect[kind](server.mcp);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['fail', 'hello', 'refuse']);
    expect((await client.listResources()).map(({ name }) => name)).toEqual(['fail']);
    expect((await client.listPrompts()).map(({ name }) => name)).toEqual(['refuse']);
    expect(await client.callTool({ name: 'refuse' })).toEqual(toolError('CONFLICT: taken\nAsk Bob.'));
    const masked = (reference: string) =>
      `INTERNAL_SERVER_ERROR: something went wrong inside the app (reference ${reference})`;
    const failed = await client.callTool({ name: 'fail' });
    expect(failed).toEqual(toolError(masked(failures.at(-1)!.reference)));
    const unread = await protocolErrorOf(client.readResource('x://fail'));
    expect(unread).toMatchObject({ code: -32_603, message: masked(failures.at(-1)!.reference) });
    expect(await protocolErrorOf(client.getPrompt('refuse'))).toMatchObject({
      code: -32_603,
      message: expect.stringContaining('CONFLICT: taken') as string,
    });
    await expect(client.callTool({ name: 'secret' })).rejects.toMatchObject({
      message: expect.stringContaining('Unknown tool: secret') as string,
    });
    expect(await protocolErrorOf(client.readResource('x://secret'))).toMatchObject({
      data: { uri: 'x://secret' },
    });
    expect(await protocolErrorOf(client.getPrompt('secret'))).toMatchObject({
      message: 'Unknown prompt: secret',
    });
    expect(failures.map(({ path, error }) => [path, error.message])).toEqual([
      ['tools.refuse', 'taken'],
      ['tools.fail', 'password=hunter2'],
      ['resources.fail', 'password=hunter2'],
      ['prompts.refuse', 'taken'],
    ]);
  });
});

const auth: AuthOptions = {
  authenticate(incoming) {
    const held = incoming.headers.get('authorization');
    return held === null ? undefined : { token: 'x', clientId: 'ada', scopes: held.split(' ') };
  },
};

test.each(eras)('own ones ask for their scopes in the %s era', async (era) => {
  let runs = 0;
  const run = () => ++runs;
  const scopes = ['own:use'];
  await using server = await serve(
    mcpHandler(router, {
      createContext,
      auth,
      tools: [{ name: 'it', run, scopes }],
      resources: [{ name: 'it', uri: 'x://{id}', run, scopes }],
      prompts: [{ name: 'it', run, scopes }],
    }),
  );
  const asked = (authorization: string) =>
    Promise.all([
      call(server.mcp, era, 'it', undefined, { authorization }),
      request(server.mcp, era, 'resources/read', { uri: 'x://1' }, { authorization }),
      request(server.mcp, era, 'prompts/get', { name: 'it' }, { authorization }),
    ]);
  const challenge = 'Bearer error="insufficient_scope", scope="own:use"';
  for (const { status, headers } of await asked('other'))
    expect([status, headers.get('www-authenticate')]).toEqual([403, challenge]);
  expect(runs).toBe(0);
  for (const { status } of await asked('own:use')) expect(status).toBe(200);
  expect(runs).toBe(3);
});
