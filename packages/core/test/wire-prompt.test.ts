import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { type AuthOptions, type CallFailure, mcpContent, type McpMeta } from '../src/index.ts';
import { clientKinds, connect, protocolErrorOf, toolValue } from './clients.ts';
import { type Answer, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ user?: string }>().meta<McpMeta>().create({ isDev: false });
const prompt = t.procedure.meta({ mcp: { prompt: true } });
const createContext = () => ({});

const text = (words: string, role = 'user') => ({ role, content: { type: 'text', text: words } });
const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 1]);

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('sees prompts with their arguments, and all that is said of them', async () => {
    const icons = [{ src: 'https://example.com/i.png' }];
    const router = t.router({
      reports: t.router({
        weekly: t.procedure
          .meta({
            mcp: {
              prompt: {
                name: 'weekly_report',
                title: 'Weekly report',
                description: 'Sums up a week.',
                icons,
                _meta: { 'com.example/a': 1 },
              },
              instructions: 'Sundays count.',
            },
          })
          .input(
            z.object({
              week: z.date().meta({ title: 'Week', description: 'Any day of it.' }),
              tone: z.enum(['dry', 'warm']).describe('How it sounds').default('dry'),
              teams: z.array(z.string()).optional().describe('All of them when left out.'),
            }),
          )
          .query(() => ''),
      }),
      plain: prompt.query(() => ''),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    expect(await client.listPrompts()).toEqual([
      {
        name: 'plain',
        title: 'Plain',
        description: 'A prompt that the query "plain" of this app writes.',
      },
      {
        name: 'weekly_report',
        title: 'Weekly report',
        description: 'Sums up a week.\n\nSundays count.',
        arguments: [
          // The clients do not know the title of an argument.
          { name: 'week', description: 'Any day of it.', required: true },
          { name: 'tone', description: 'How it sounds. One of: dry, warm.', required: false },
          { name: 'teams', description: 'All of them when left out.', required: false },
        ],
        icons,
        _meta: { 'com.example/a': 1 },
      },
    ]);
    expect(await client.listTools()).toEqual([]);
    expect(client.capabilities()).toHaveProperty('prompts');
    expect(client.capabilities()).not.toHaveProperty('resources');
  });

  test.each<[string, unknown, unknown, string?]>([
    ['a string', 'Write it.', [text('Write it.')]],
    ['an object, as JSON', { at: new Date(0) }, [text('{"at":"1970-01-01T00:00:00.000Z"}')]],
    ['a list of rows, as JSON', [{ a: 1 }], [text('[{"a":1}]')]],
    ['an empty list, as JSON', [], [text('[]')]],
    ['a number', 5, [text('5')]],
    ['null', null, [text('null')]],
    [
      'messages',
      [
        { role: 'user', content: 'One.' },
        { role: 'assistant', content: { type: 'text', text: 'Two.' } },
        { role: 'user', content: { type: 'image', data: 'AQI=', mimeType: 'image/png' } },
        { role: 'user', content: { type: 'resource_link', uri: 'a:b', name: 'b' } },
        { role: 'user', content: { type: 'resource', resource: { uri: 'a:b', text: 'x' } } },
      ],
      [
        text('One.'),
        text('Two.', 'assistant'),
        { role: 'user', content: { type: 'image', data: 'AQI=', mimeType: 'image/png' } },
        { role: 'user', content: { type: 'resource_link', uri: 'a:b', name: 'b' } },
        { role: 'user', content: { type: 'resource', resource: { uri: 'a:b', text: 'x' } } },
      ],
    ],
    [
      'messages with pictures as bytes',
      [{ role: 'user', content: { type: 'image', data: png, mimeType: 'image/png' } }],
      [
        {
          role: 'user',
          content: { type: 'image', data: Buffer.from(png).toString('base64'), mimeType: 'image/png' },
        },
      ],
    ],
    [
      'messages with a description',
      { description: 'For you.', messages: [{ role: 'user', content: 'One.' }] },
      [text('One.')],
      'For you.',
    ],
    [
      'content blocks',
      mcpContent([
        { type: 'text', text: 'Look:' },
        { type: 'audio', data: 'AQI=', mimeType: 'audio/wav' },
      ]),
      [text('Look:'), { role: 'user', content: { type: 'audio', data: 'AQI=', mimeType: 'audio/wav' } }],
    ],
  ])('gets %s', async (_, value, messages, description) => {
    const router = t.router({ it: prompt.query(() => value) });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    expect(await client.getPrompt('it')).toEqual({ description, messages });
  });

  test.each<[string, z.ZodType, Record<string, string> | undefined, unknown]>([
    ['text as it is', z.object({ v: z.string() }), { v: ' 007 ' }, { v: ' 007 ' }],
    ['numbers', z.object({ v: z.number(), w: z.int() }), { v: '4.5', w: '7' }, { v: 4.5, w: 7 }],
    ['bigints', z.object({ v: z.bigint() }), { v: '12' }, { v: 12n }],
    ['booleans', z.object({ v: z.boolean() }), { v: 'true' }, { v: true }],
    ['dates', z.object({ v: z.date() }), { v: '2026-01-31' }, { v: new Date('2026-01-31') }],
    ['enums', z.object({ v: z.enum(['a', 'b']) }), { v: 'b' }, { v: 'b' }],
    ['enums of numbers', z.object({ v: z.union([z.literal(1), z.literal(2)]) }), { v: '2' }, { v: 2 }],
    ['null', z.object({ v: z.number().nullable() }), { v: 'null' }, { v: null }],
    [
      'JSON objects',
      z.object({ v: z.object({ from: z.date(), tags: z.set(z.string()) }) }),
      { v: '{"from":"2026-01-31","tags":["a","a"]}' },
      { v: { from: new Date('2026-01-31'), tags: new Set(['a']) } },
    ],
    ['JSON lists', z.object({ v: z.array(z.number()) }), { v: '[1,2]' }, { v: [1, 2] }],
    ['what is left out', z.object({ v: z.string().default('x') }), {}, { v: 'x' }],
    ['all left out', z.object({ v: z.string().optional() }), undefined, {}],
    ['a root that is no object', z.number(), { input: '5' }, 5],
  ])('sends text, which the schema decodes: %s', async (_, schema, args, expected) => {
    let seen: unknown;
    const router = t.router({
      it: prompt.input(schema).query(({ input }) => {
        seen = input;
        return 'done';
      }),
    });
    // Arguments of prompts are always text, so they are decoded even if repair is off.
    await using server = await serve(mcpHandler(router, { createContext, repair: false }));
    await using client = await connect[kind](server.mcp);
    expect((await client.getPrompt('it', args)).messages).toEqual([text('done')]);
    expect(seen).toEqual(expected);
  });

  test('gets the messages that a stream yields', async () => {
    const router = t.router({
      it: prompt.query(async function* () {
        yield { role: 'user', content: 'One.' };
        yield await Promise.resolve({ role: 'assistant', content: 'Two.' });
      }),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    expect((await client.getPrompt('it')).messages).toEqual([text('One.'), text('Two.', 'assistant')]);
  });

  test('is told what is wrong with its arguments', async () => {
    const router = t.router({
      it: prompt.input(z.strictObject({ name: z.string(), age: z.number() })).query(() => 'done'),
      none: prompt.query(() => 'done'),
    });
    await using server = await serve(mcpHandler(router, { createContext, onError: () => undefined }));
    await using client = await connect[kind](server.mcp);
    const missing = await protocolErrorOf(client.getPrompt('it', { age: 'old' }));
    expect(missing).toMatchObject({
      code: -32_602,
      message: expect.stringContaining('name: ') as string,
      data: { code: 'BAD_REQUEST', issues: [{ path: 'name' }, { path: 'age' }] },
    });
    const none = await protocolErrorOf(client.getPrompt('it'));
    expect(none).toMatchObject({ code: -32_602, data: { issues: [{ path: 'name' }, { path: 'age' }] } });
    const extra = await protocolErrorOf(client.getPrompt('it', { name: 'a', age: '1', more: 'x' }));
    expect(extra).toMatchObject({ code: -32_602, message: expect.stringContaining('more') as string });
    const any = await protocolErrorOf(client.getPrompt('none', { more: 'x' }));
    expect(any).toMatchObject({
      code: -32_602,
      message: expect.stringContaining('takes no arguments') as string,
    });
  });

  test('is told that a prompt is unknown, and a hidden one is as unknown', async () => {
    const router = t.router({
      it: prompt.query(() => ''),
      secret: t.procedure.meta({ mcp: { prompt: true, visible: () => false } }).query(() => 'psst'),
      tool: t.procedure.meta({ mcp: true }).query(() => ''),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    expect((await client.listPrompts()).map(({ name }) => name)).toEqual(['it']);
    for (const name of ['nobody', 'secret', 'tool', 'constructor']) {
      expect(await protocolErrorOf(client.getPrompt(name))).toEqual({
        code: -32_602,
        message: `Unknown prompt: ${name}`,
        data: undefined,
      });
    }
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'this one returned nothing'],
    ['a message of no role', [{ role: 'system', content: 'x' }], 'a message of a prompt has a role'],
    ['a message of no content', { messages: [{ role: 'user' }] }, 'a message of a prompt has a role'],
    ['several contents', [{ role: 'user', content: [] }], 'a message of a prompt has a role'],
    ['a block of no type', mcpContent([{ type: 'video' } as never]), 'a message of a prompt has a role'],
  ])('reads a reference where a prompt gives %s, and onError the reason', async (_, value, reason) => {
    const failures: CallFailure[] = [];
    const router = t.router({ it: prompt.query(() => value) });
    await using server = await serve(
      mcpHandler(router, { createContext, onError: (failure) => failures.push(failure) }),
    );
    await using client = await connect[kind](server.mcp);
    const { code, message } = await protocolErrorOf(client.getPrompt('it'));
    expect(code).toBe(-32_603);
    expect(message).toBe(
      `INTERNAL_SERVER_ERROR: something went wrong inside the app (reference ${failures[0]!.reference})`,
    );
    expect(failures.map(({ error }) => error.message)).toEqual([expect.stringContaining(reason)]);
  });

  test('meets one procedure as a tool, a resource and a prompt', async () => {
    const router = t.router({
      all: t.procedure
        .meta({
          mcp: {
            title: 'All',
            tool: true,
            resource: { uri: 'days://{day}', name: 'day', title: 'A day' },
            prompt: { name: 'day_prompt', title: 'Prompt of a day' },
            complete: { day: 'days' },
          },
        })
        .input(z.object({ day: z.date() }))
        .output(z.object({ weekday: z.number() }))
        .query(({ input }) => ({ weekday: input.day.getUTCDay() })),
      days: t.procedure.query(() => ['2026-01-31']),
    });
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toMatchObject([{ name: 'all', title: 'All' }]);
    expect(await client.listResourceTemplates()).toMatchObject([
      { name: 'day', title: 'A day', uriTemplate: 'days://{day}' },
    ]);
    expect(await client.listPrompts()).toMatchObject([{ name: 'day_prompt', title: 'Prompt of a day' }]);
    const day = '2026-01-31';
    expect(await client.callTool({ name: 'all', arguments: { day: `${day}T00:00:00Z` } })).toEqual(
      toolValue({ weekday: 6 }),
    );
    expect(await client.readResource(`days://${day}`)).toEqual([
      { uri: `days://${day}`, mimeType: 'application/json', text: '{"weekday":6}' },
    ]);
    expect((await client.getPrompt('day_prompt', { day })).messages).toEqual([text('{"weekday":6}')]);
    const argument = { name: 'day', value: '2026' };
    const completed = { values: [day], total: 1, hasMore: false };
    const refs = [
      { type: 'ref/prompt', name: 'day_prompt' },
      { type: 'ref/resource', uri: 'days://{day}' },
    ] as const;
    for (const ref of refs) expect(await client.complete({ ref, argument })).toEqual(completed);
  });
});

const auth: AuthOptions = {
  authenticate(incoming) {
    const held = incoming.headers.get('authorization');
    return held === null ? undefined : { token: 'x', clientId: 'ada', scopes: held.split(' ') };
  },
};

describe.each(eras)('in the %s era', (era) => {
  test.each([true, false])(
    'scopes and the app decide who gets a prompt, with the lane: %s',
    async (fastLane) => {
      const router = t.router({
        scoped: t.procedure.meta({ mcp: { prompt: true, scopes: ['a', 'b'] } }).query(() => 'ok'),
        refused: prompt.query(() => {
          throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
        }),
        stranger: prompt.query(() => {
          throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
        }),
      });
      await using server = await serve(
        mcpHandler(router, { createContext, auth, fastLane, onError: () => undefined }),
      );
      const get = (name: string, authorization: string) =>
        request(server.mcp, era, 'prompts/get', { name }, { authorization });
      const seen = ({ status, headers, body }: Answer) => [
        status,
        headers.get('www-authenticate'),
        (body as { error?: { code: number } }).error?.code,
      ];
      const challenge = 'Bearer error="insufficient_scope", scope="a b"';
      expect(seen(await get('scoped', 'a'))).toEqual([403, challenge, -32_600]);
      expect(seen(await get('scoped', 'a b'))).toEqual([200, null, undefined]);
      expect(seen(await get('refused', 'a'))).toEqual([403, null, -32_600]);
      expect(seen(await get('stranger', 'a'))).toEqual([401, 'Bearer', -32_600]);
    },
  );

  test.each([true, false])(
    'a hidden prompt and a missing one are the same, with the lane: %s',
    async (fastLane) => {
      const router = t.router({
        secret: t.procedure.meta({ mcp: { prompt: true, visible: () => false } }).query(() => 'psst'),
      });
      await using server = await serve(
        mcpHandler(router, {
          fastLane,
          createContext({ res }) {
            res.setHeader('set-cookie', 'seen=1');
            return {};
          },
        }),
      );
      const ask = async (method: string, params: Record<string, unknown>, name: string) => {
        const { status, headers, body } = await request(server.mcp, era, method, params);
        const told = [...headers].filter(([key]) => key !== 'date');
        return { status, told, body: JSON.stringify(body).replaceAll(name, '<name>') };
      };
      const argument = { name: 'a', value: '' };
      for (const [method, toParams] of [
        ['prompts/get', (name: string) => ({ name })],
        ['completion/complete', (name: string) => ({ ref: { type: 'ref/prompt', name }, argument })],
      ] as const) {
        const hidden = await ask(method, toParams('secret'), 'secret');
        expect(hidden).toEqual(await ask(method, toParams('nobody'), 'nobody'));
        expect(hidden.body).toContain('Unknown prompt: <name>');
      }
    },
  );

  test('arguments that are not text are refused before anything runs', async () => {
    let runs = 0;
    const router = t.router({ it: prompt.input(z.object({ v: z.any() })).query(() => `${++runs}`) });
    await using server = await serve(mcpHandler(router, { createContext }));
    for (const args of [{ v: 5 }, { v: { a: 1 } }, [], 'x', { v: null }]) {
      const { body } = await request(server.mcp, era, 'prompts/get', { name: 'it', arguments: args });
      expect(body).toMatchObject({ error: { code: -32_602 } });
    }
    expect(runs).toBe(0);
  });
});
