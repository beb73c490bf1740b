import { initTRPC } from '@trpc/server';
import { toJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { zfd } from 'zod-form-data';
import { z as z3 } from 'zod3';
import { mcpHandler } from '../src/adapters/express.ts';
import { type HandlerOptions, type McpMeta, type McpSettings, SetupError } from '../src/index.ts';
import { createMcpTestClient } from '../src/testing/testing.ts';
import { clientKinds, connect, eraOf, toolValue } from './clients.ts';
import { call } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();

interface Listed {
  inputSchema: { properties: Record<string, { description?: string }>; required?: string[] };
}

/** Serves one tool, `find`, and says what it was given. */
async function start(input: unknown, settings: McpSettings = {}, options: HandlerOptions = {}) {
  const ran = vi.fn<(input: unknown) => void>();
  const find = t.procedure
    .meta({ mcp: settings })
    .input(input as never)
    .mutation(({ input: given }) => {
      ran(given);
      return 'done';
    });
  const look = t.procedure.input(input as never).query(({ input: given }) => ({ would: given }));
  const server = await serve(mcpHandler(t.router({ find, look }), options));
  return { url: server.mcp, ran, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const refused = (...parts: string[]) => ({
  isError: true,
  content: [{ text: parts.length === 1 ? parts[0] : expect.stringMatching(parts.join('[^]*')) }],
});
const invalid = 'BAD_REQUEST: the arguments are not valid\n';

const long = 'k'.repeat(70);
const filter = z.object({
  'tags[]': z.array(z.object({ 'own[]': z.number() })).describe('Labels'),
  $top: z.number().optional(),
  größe: z.string().optional(),
  '': z.string().optional(),
  'two words': z.string().optional(),
  '🏔️x': z.string().optional(),
  'half\ud83c': z.string().optional(),
  [long]: z.string().optional(),
  'a.b-c_d': z.string().optional(),
});
const names: Record<string, string> = {
  'tags[]': 'tags__',
  $top: '_top',
  größe: 'gr__e',
  '': '_',
  'two words': 'two_words',
  '🏔️x': '__x',
  'half\ud83c': 'half_',
  [long]: long.slice(0, 64),
  'a.b-c_d': 'a.b-c_d',
};

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('reads legal names, and the own ones in the descriptions', async () => {
    await using app = await start(filter);
    await using client = await connect[kind](app.url);
    const [{ inputSchema }] = (await client.listTools()) as unknown as [Listed];
    expect(Object.keys(inputSchema.properties)).toEqual([
      'tags__',
      '_top',
      'gr__e',
      '_',
      'two_words',
      '__x',
      'half_',
      long.slice(0, 64),
      'a.b-c_d',
    ]);
    expect(inputSchema.required).toEqual(['tags__']);
    expect(inputSchema.properties).toMatchObject({
      tags__: {
        description: 'Labels (`tags[]` in the app)',
        items: { properties: { 'own[]': { type: 'number' } } },
      },
      gr__e: { description: '`größe` in the app' },
      _: { description: 'its name is empty in the app' },
      half_: { description: String.raw`"half\ud83c" in the app` },
      [long.slice(0, 64)]: { description: `\`${long}\` in the app` },
    });
    expect(inputSchema.properties['a.b-c_d']).toEqual({ type: 'string' });
  });

  test('calls with legal names, and the procedure gets its own', async () => {
    await using app = await start(filter);
    await using client = await connect[kind](app.url);
    const own = { 'tags[]': [{ 'own[]': 1 }], ...texts(), $top: 5 };
    const args = Object.fromEntries(Object.entries(own).map(([key, value]) => [names[key]!, value]));
    expect(await client.callTool({ name: 'find', arguments: args })).toMatchObject({ isError: undefined });
    expect(app.ran).toHaveBeenCalledExactlyOnceWith(own);
  });

  test('reads legal names in every problem of its arguments', async () => {
    await using app = await start(filter);
    await using client = await connect[kind](app.url);
    const find = (args: Record<string, unknown>) => client.callTool({ name: 'find', arguments: args });
    expect(await find({})).toMatchObject(refused(`${invalid}tags__: required; expected an array`));
    expect(await find({ tags__: [{ 'own[]': 'x' }], _top: 'many' })).toMatchObject(
      refused('tags__\\[0\\]\\["own\\[\\]"\\]: ', '_top: .*expected number'),
    );
    expect(await find({ tags__: [{ 'own[': 1 }] })).toMatchObject(
      refused(invalid, 'unknown; did you mean "own\\[\\]"'),
    );
    expect(await find({ tags__: [], gr_ße: 'x' })).toMatchObject(
      refused(
        '"gr_ße"\\]: unknown; did you mean "gr__e"',
        'the keys here are: tags__, _top, gr__e, _, two_words',
      ),
    );
    expect(app.ran).not.toHaveBeenCalled();
  });

  test.each([
    ['dropped', z.object({ größe: z.string().optional() })],
    ['refused', z.strictObject({ größe: z.string().optional() })],
    ['kept', z.looseObject({ größe: z.string().optional() })],
    ['of a catchall', z.object({ größe: z.string().optional() }).catchall(z.string())],
  ])('that sends the own name where unknown keys are %s is told the legal one', async (_, input) => {
    for (const unknownArguments of ['refuse', 'pass'] as const) {
      await using app = await start(input, {}, { unknownArguments });
      await using client = await connect[kind](app.url);
      for (const args of [{ größe: 'x' }, { größe: 'x', gr__e: 'y' }]) {
        expect(await client.callTool({ name: 'find', arguments: args })).toMatchObject(
          refused(`${invalid}["größe"]: unknown; did you mean "gr__e"? the keys here are: gr__e`),
        );
      }
      expect(app.ran).not.toHaveBeenCalled();
      await client.callTool({ name: 'find', arguments: { gr__e: 'y' } });
      expect(app.ran).toHaveBeenCalledExactlyOnceWith({ größe: 'y' });
    }
  });

  test.each<[string, unknown]>([
    ['zod 3', z3.object({ 'ids[]': z3.array(z3.number()), at: z3.date() })],
    ['zod 4', z.object({ 'ids[]': z.array(z.number()), at: z.date() })],
    ['valibot', v.object({ 'ids[]': v.array(v.number()), at: v.date() })],
    ['arktype', type({ 'ids[]': 'number[]', at: 'Date' })],
    ['stacked', z.object({ 'ids[]': z.array(z.number()) }).and(z.object({ at: z.date() }))],
  ])('is served the same by %s', async (_, input) => {
    await using app = await start(input, {}, { converters: { valibot: toJsonSchema } });
    await using client = await connect[kind](app.url);
    const find = (args: Record<string, unknown>) => client.callTool({ name: 'find', arguments: args });
    const at = '2026-01-31T09:00:00Z';
    expect(await find({ ids__: ['x'], at })).toMatchObject(refused(`${invalid}ids__\\[0\\]: `, 'number'));
    expect(await find({ ids__: '[1]', at })).toMatchObject({ isError: undefined });
    expect(app.ran).toHaveBeenCalledExactlyOnceWith({ 'ids[]': [1], at: new Date(at) });
  });

  test('sends the fields of a form by legal names', async () => {
    const form = zfd.formData({ 'tags[]': zfd.repeatable(), 'size (cm)': zfd.numeric(), file: zfd.file() });
    await using app = await start(form);
    await using client = await connect[kind](app.url);
    const file = { name: 'a.txt', mimeType: 'text/plain', data: 'aGk=' };
    const find = (args: Record<string, unknown>) => client.callTool({ name: 'find', arguments: args });
    expect(await find({ tags__: ['a', 'b'], size__cm_: 5, file })).toMatchObject({ isError: undefined });
    const read = { 'tags[]': ['a', 'b'], 'size (cm)': 5, file: expect.any(File) };
    expect(app.ran).toHaveBeenCalledExactlyOnceWith(read);
    expect(await find({ tags__: ['a'], size__cm_: 'wide', file })).toMatchObject(
      refused(`${invalid}size__cm_: `, 'number'),
    );
  });

  test('asks with the arguments that the app names by its own name or by the legal one', async () => {
    const asked: string[] = [];
    for (const confirm of ['Drop {ids[]}?', 'Drop {ids__}?']) {
      const settings: McpSettings = { confirm, confirmFallback: 'refuse', idempotent: true };
      const options: HandlerOptions = { legacy: 'sessions', callerId: () => 'ada' };
      await using app = await start(
        z.object({ 'ids[]': z.array(z.string()), größe: z.int() }),
        settings,
        options,
      );
      const elicit = (message: string) => {
        asked.push(message);
        return {};
      };
      await using client = await connect[kind](app.url, {}, { elicit });
      const args = { ids__: ['a'], gr__e: 1, _idempotencyKey: 'k' };
      expect(await client.callTool({ name: 'find', arguments: args })).toMatchObject({ isError: undefined });
      expect(app.ran).toHaveBeenCalledExactlyOnceWith({ 'ids[]': ['a'], größe: 1 });
    }
    expect(asked).toEqual(['Drop ["a"]?\ngr__e: 1', 'Drop ["a"]?\ngr__e: 1']);
  });

  test('is told what a call would do, and what is wrong with it, by legal names', async () => {
    const input = z.object({ 'ids[]': z.array(z.string()).min(1) });
    await using app = await start(input, { dryRun: 'look' });
    await using client = await connect[kind](app.url);
    const find = (args: Record<string, unknown>) =>
      client.callTool({ name: 'find', arguments: { ...args, _dryRun: true } });
    expect(await find({ ids__: ['a'] })).toEqual(toolValue({ would: { 'ids[]': ['a'] } }));
    expect(await find({ ids__: [] })).toMatchObject(refused(`${invalid}ids__: `, 'Too small'));
    expect(await find({ 'ids[]': ['a'] })).toMatchObject(
      refused('unknown; did you mean "ids__"', 'ids__, _dryRun'),
    );
    expect(app.ran).not.toHaveBeenCalled();
  });

  test('answers a repeated call once for its key, by legal names', async () => {
    const input = z.object({ 'ids[]': z.array(z.string()) });
    await using app = await start(input, { idempotent: true }, { callerId: () => 'ada' });
    await using client = await connect[kind](app.url);
    const find = (ids: string[]) =>
      client.callTool({ name: 'find', arguments: { ids__: ids, _idempotencyKey: 'k' } });
    expect(await find(['a'])).toEqual(await find(['a']));
    expect(await find(['b'])).toMatchObject(refused('CONFLICT', 'other arguments'));
    expect(app.ran).toHaveBeenCalledOnce();
  });

  test('sends an argument with another name as a header', async () => {
    const headers: unknown[] = [];
    const find = t.procedure
      .meta({ mcp: true })
      .input(z.object({ $region: z.string().meta({ 'x-mcp-header': 'Region' }) }))
      .query(({ input }) => input);
    await using server = await serve(mcpHandler(t.router({ find })), (req, _res, next) => {
      if (req.headers['mcp-param-region'] !== undefined) headers.push(req.headers['mcp-param-region']);
      next();
    });
    await using client = await connect[kind](server.mcp);
    await client.listTools();
    expect(await client.callTool({ name: 'find', arguments: { _region: 'eu' } })).toEqual(
      toolValue({ $region: 'eu' }),
    );
    expect(headers).toEqual(eraOf[kind] === 'modern' ? ['eu'] : []);
    const differs = await call(server.mcp, 'modern', 'find', { _region: 'eu' }, { 'mcp-param-region': 'us' });
    expect(differs.body).toMatchObject({
      error: { message: expect.stringContaining('the argument _region') },
    });
  });

  test('fills the arguments of prompts and resources by their own names', async () => {
    const input = z.object({ 'tone[]': z.enum(['kind', 'stern']), größe: z.string().optional() });
    const router = t.router({
      review: t.procedure
        .meta({ mcp: { prompt: true } })
        .input(input)
        .query(({ input: given }) => JSON.stringify(given)),
      note: t.procedure
        .meta({ mcp: { resource: { uri: 'notes://{id}' } } })
        .input(z.object({ id: z.string(), 'tone[]': z.string().optional() }))
        .query(({ input: given }) => given),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(await client.listPrompts()).toMatchObject([
      { arguments: [{ name: 'tone[]' }, { name: 'größe' }] },
    ]);
    const args = { 'tone[]': 'kind', größe: 'x' };
    const { messages } = await client.getPrompt('review', args);
    expect(messages).toMatchObject([{ content: { text: JSON.stringify(args) } }]);
    expect(await client.readResource('notes://a')).toMatchObject([{ text: '{"id":"a"}' }]);
  });

  test('reads a JSON Schema that the app wrote as it is', async () => {
    const written = { type: 'object', properties: { 'ids[]': { type: 'array', items: { type: 'string' } } } };
    await using app = await start((value: unknown) => value, { input: written });
    await using client = await connect[kind](app.url);
    const [{ inputSchema }] = (await client.listTools()) as unknown as [Listed];
    expect(Object.keys(inputSchema.properties)).toEqual(['ids[]']);
    await client.callTool({ name: 'find', arguments: { 'ids[]': ['a'] } });
    expect(app.ran).toHaveBeenCalledExactlyOnceWith({ 'ids[]': ['a'] });
  });
});

test('issues in _meta have legal names', async () => {
  await using app = await start(z.object({ 'ids[]': z.array(z.string()) }));
  const { body } = await call(app.url, 'modern', 'find', { ids__: ['a', 1] });
  expect(body).toMatchObject({ result: { _meta: { issues: [{ path: 'ids__[1]' }] } } });
});

test('an input that may be left out may be left out', async () => {
  await using app = await start(z.object({ 'ids[]': z.array(z.string()) }).optional());
  for (const args of [undefined, {}]) await call(app.url, 'modern', 'find', args);
  await call(app.url, 'modern', 'find', { ids__: ['a'] });
  expect(app.ran.mock.calls).toEqual([[undefined], [undefined], [{ 'ids[]': ['a'] }]]);
});

test('an object that has itself inside keeps its own names there', async () => {
  const folder = z.object({
    'name[]': z.string(),
    get inside() {
      return z.array(folder).optional();
    },
  });
  await using app = await start(folder);
  const { body } = await call(app.url, 'modern', 'find', {
    name__: 'a',
    inside: [{ 'name[]': 'b', inside: [{ 'name[]': 5 }] }],
  });
  expect(body).toMatchObject({ result: { _meta: { issues: [{ path: 'inside[0].inside[0]["name[]"]' }] } } });
  await call(app.url, 'modern', 'find', { name__: 'a', inside: [{ 'name[]': 'b' }] });
  expect(app.ran).toHaveBeenCalledExactlyOnceWith({ 'name[]': 'a', inside: [{ 'name[]': 'b' }] });
});

test('a key __proto__ changes no prototype', async () => {
  const fields = Object.fromEntries([
    ['tags[]', z.string()],
    ['__proto__', z.string().optional()],
  ] as const);
  for (const input of [z.object({ 'tags[]': z.string(), $_proto__: z.string() }), z.object(fields)]) {
    await using app = await start(input);
    const args = JSON.parse('{"tags__":"a","__proto__":"x"}') as object;
    await call(app.url, 'modern', 'find', args);
    const [[given]] = app.ran.mock.calls as [[object]];
    expect(Object.getPrototypeOf(given)).toBe(Object.prototype);
    expect(given).toMatchObject({ 'tags[]': 'a' });
  }
});

test('the typed test client takes the own names', async () => {
  const router = t.router({
    find: t.procedure
      .meta({ mcp: true })
      .input(z.looseObject({ 'tags[]': z.array(z.date()), $file: z.file() }))
      .query(({ input }) => ({
        years: input['tags[]'].map((at) => at.getUTCFullYear()),
        size: input.$file.size,
      })),
  });
  await using client = createMcpTestClient(router);
  const input = { 'tags[]': [new Date(0)], $file: new File(['hi'], 'a.txt') };
  expect(await client.unwrap.call('find', input)).toEqual({ years: [1970], size: 2 });
  await expect(client.call('find', { ...input, tags__: 1 })).rejects.toThrow(
    'tags__ cannot be sent: that is the name of "tags[]"',
  );
});

describe('two arguments that would have one name are a problem of set-up', () => {
  test.each<[string, z.ZodObject, McpSettings, string]>([
    [
      'that are replaced',
      z.object({ 'a[]': z.any(), 'a{}': z.any() }),
      {},
      '"a[]" and "a{}" would have the name "a__"',
    ],
    [
      'of which one is legal',
      z.object({ a_: z.any(), a$: z.any() }),
      {},
      '"a_" and "a$" would have the name "a_"',
    ],
    [
      'that are cut',
      z.object({ [`${long}1`]: z.any(), [`${long}2`]: z.any() }),
      {},
      `"${long}1" and "${long}2" would have the name "${long.slice(0, 64)}"`,
    ],
    [
      'of which one is added for the dry run',
      z.object({ $dryRun: z.any() }),
      { dryRun: 'look' },
      '"$dryRun" and the added "_dryRun" would have the name "_dryRun"',
    ],
    [
      'of which one is added for the key',
      z.object({ _idempotencyKey: z.any() }),
      { idempotent: true },
      '"_idempotencyKey" and the added "_idempotencyKey"',
    ],
  ])('%s', async (_, input, settings, words) => {
    const starting = start(input, settings);
    await expect(starting).rejects.toThrow(SetupError);
    await expect(starting).rejects.toMatchObject({
      problems: [{ code: 'ARGUMENT_CLASH', path: 'find', message: expect.stringContaining(words) }],
    });
    await expect(starting).rejects.toThrow('rename one of them');
  });
});

function texts(): Record<string, string> {
  return Object.fromEntries(
    Object.keys(names)
      .filter((key) => key !== 'tags[]')
      .map((key) => [key, 'x']),
  );
}
