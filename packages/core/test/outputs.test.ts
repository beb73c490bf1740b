import { initTRPC, tracked } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { type CallFailure, mcpTool, type McpMeta, type OutputSchemas, SetupError } from '../src/index.ts';
import { readCatalog } from '../src/testing/read-catalog.ts';
import { clientKinds, connect, eraOf, toolValue } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

const customer = {
  type: 'object',
  properties: { id: { type: 'string' }, at: { type: 'string', format: 'date-time' } },
  required: ['id', 'at'],
};

const outputs: OutputSchemas = {
  version: 1,
  procedures: {
    get: { schema: { $ref: '#/$defs/Customer' } },
    list: { schema: { type: 'array', items: { $ref: '#/$defs/Customer' } } },
    maybe: { schema: { $ref: '#/$defs/Customer' }, optional: true },
    photo: { schema: { type: 'string' }, files: true },
    watch: { items: { $ref: '#/$defs/Customer' } },
    anything: { schema: { $comment: 'any' } },
    parsed: { schema: { type: 'number' } },
  },
  $defs: { Customer: customer },
};

const row = { id: 'c1', at: new Date(0), secret: 1 };
const sent = { id: 'c1', at: '1970-01-01T00:00:00.000Z', secret: 1 };

const router = t.router({
  get: tool.query(() => row),
  list: tool.query(() => [row]),
  maybe: tool.query((): typeof row | undefined => undefined),
  photo: tool.query(() => new Uint8Array([1, 2, 3])),
  watch: tool.subscription(async function* () {
    yield tracked('1', row);
  }),
  anything: tool.query((): unknown => 5),
  parsed: tool.output(z.object({ ok: z.boolean() })).query(() => ({ ok: true })),
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('reads the outputs of types, and gets results that follow them', async () => {
    await using server = await serve(mcpHandler(router, { outputs }));
    await using client = await connect[kind](server.mcp);
    const isLegacy = eraOf[kind] === 'legacy';
    const listed = Object.fromEntries(
      (await client.listTools()).map(({ name, outputSchema }) => [name, outputSchema]),
    );
    const rows = { type: 'array', items: customer };
    expect(listed).toEqual({
      get: customer,
      list: isLegacy ? { type: 'object', properties: { result: rows }, required: ['result'] } : rows,
      maybe: isLegacy
        ? { type: 'object', properties: { result: customer } }
        : { anyOf: [customer, { type: 'null' }] },
      photo: undefined,
      watch: expect.objectContaining({ type: 'object' }) as unknown,
      anything: undefined,
      parsed: expect.objectContaining({ properties: { ok: { type: 'boolean' } } }) as unknown,
    });
    expect(listed['watch']).toMatchObject({ properties: { items: rows } });
    expect(await client.callTool({ name: 'get' })).toEqual(toolValue(sent));
    expect(await client.callTool({ name: 'list' })).toEqual(
      toolValue(isLegacy ? { result: [sent] } : [sent]),
    );
    expect((await client.callTool({ name: 'maybe' })).structuredContent).toEqual(isLegacy ? {} : null);
    expect(await client.callTool({ name: 'watch' })).toEqual(
      toolValue({ items: [sent], lastEventId: '1', ended: 'complete' }),
    );
  });
});

const wrong = t.router({
  get: tool.query(() => ({ id: 'c1', at: null })),
  list: tool.query(() => [row, { id: 7, at: new Date(0) }]),
  maybe: tool.query(() => undefined),
  watch: tool.subscription(async function* () {
    yield { id: 'c1' };
  }),
});

async function callWrong(times: number): Promise<{ failures: CallFailure[]; results: unknown[] }> {
  const failures: CallFailure[] = [];
  await using server = await serve(
    mcpHandler(wrong, { outputs, structured: 'never', onError: (failure) => failures.push(failure) }),
  );
  await using client = await connect['2026-07-28'](server.mcp);
  const results: unknown[] = [];
  for (const name of Array.from({ length: times }, () => ['get', 'list', 'maybe', 'watch']).flat())
    results.push((await client.callTool({ name })).content);
  return { failures, results };
}

test('in development, onError is told once for each tool which place differs, and the call is not changed', async () => {
  vi.stubEnv('NODE_ENV', 'development');
  const { failures, results } = await callWrong(2);
  const told = (name: string, place: string) =>
    `${name} returned something else than the option outputs says: ${place}. Run \`trpc-mcp outputs\` again; if that changes nothing, the type of ${name} is wrong, and .output() would make it right`;
  expect(failures.map(({ tool: name, path, error }) => [name, path, error.message])).toEqual([
    ['get', 'get', told('get', 'at of the result is null, and the type says a date-time')],
    ['list', 'list', told('list', '[1].id of the result is a number, and the type says a string')],
    ['watch', 'watch', told('watch', 'items[0].at of the result is missing, and the type says a date-time')],
  ]);
  vi.stubEnv('NODE_ENV', 'production');
  const live = await callWrong(2);
  expect(live.failures).toEqual([]);
  expect(results).toEqual(live.results);
});

test('a tool of the option tools with the same path as an entry has no output of it', async () => {
  const get = mcpTool({ name: 'get', description: 'x', run: () => 1 });
  const named = {
    version: 1,
    procedures: { 'tools.get': { schema: { type: 'string' } }, get: { schema: { type: 'string' } } },
  };
  const { tools } = await readCatalog(t.router({}), { outputs: named }, { tools: [get] });
  expect(tools.get('get')?.listed.modern.outputSchema).toBe(undefined);
});

test('parts of results are offered as with .output(), although objects are listed open', async () => {
  const parsers = {
    get: z.object({ id: z.string(), at: z.date() }),
    list: z.array(z.object({ id: z.string(), at: z.date() })),
  };
  const plain = t.router({ get: tool.query(() => row), list: tool.query(() => [row]) });
  const parsed = t.router({
    get: tool.output(parsers.get).query(() => row),
    list: tool.output(parsers.list).query(() => [row]),
  });
  const result = { maxTokens: 100, fields: true };
  const inputsOf = async (app: typeof plain | typeof parsed, options: object) =>
    [...(await readCatalog(app, { result, ...options })).tools.values()].map(
      ({ listed }) => listed.modern.inputSchema,
    );
  expect(await inputsOf(plain, { outputs })).toEqual(await inputsOf(parsed, {}));
});

function nest(levels: number): object {
  let schema: object = { type: 'string' };
  for (let level = 0; level < levels; level++) schema = { type: 'object', properties: { a: schema } };
  return schema;
}

test.each<[string, unknown, string]>([
  ['a text', 'mcp.outputs.json', 'it has to be what `trpc-mcp outputs` writes; run'],
  ['null', null, 'it has to be what `trpc-mcp outputs` writes; run'],
  ['no version', { procedures: {} }, 'it has no version, and this version of @trpc-mcp/core reads version 1'],
  ['another version', { version: 2, procedures: {} }, 'it has version 2, and this version'],
  ['no procedures', { version: 1 }, 'it has to have procedures by their path'],
  ['a list of procedures', { version: 1, procedures: [] }, 'it has to have procedures by their path'],
  [
    'a schema that is a text',
    { version: 1, procedures: { a: { schema: 'x' } } },
    'its entry of a is malformed: schema has to be a JSON Schema',
  ],
  [
    'another key',
    { version: 1, procedures: { a: { output: {} } } },
    'its entry of a is malformed: output is not known',
  ],
  [
    'a flag that is a text',
    { version: 1, procedures: { a: { files: 'no' } } },
    'its entry of a is malformed: files has to be true or false',
  ],
  [
    'a reference to nothing',
    { version: 1, procedures: { a: { schema: { $ref: '#/$defs/X' } } } },
    'it has a JSON Schema that is not valid: #/properties/a: $ref refers to "#/$defs/X"',
  ],
  [
    'a schema that overflows the stack',
    { version: 1, procedures: { a: { schema: nest(20_000) } } },
    'it is nested deeper than 500 levels; run',
  ],
])('%s is a set-up problem that says what to run', (_, given, message) => {
  const mount = () => fetchHandler(router, { outputs: given as OutputSchemas });
  expect(mount).toThrow(SetupError);
  expect(mount).toThrow('[OUTPUTS_INVALID]');
  expect(mount).toThrow(message);
});

test('ready() says in development which entries are stale, and what is not described', async () => {
  vi.stubEnv('NODE_ENV', 'development');
  const print = vi.spyOn(console, 'info').mockImplementation(() => {});
  await fetchHandler(t.router({ get: tool.query(() => row), added: tool.query(() => 1) }), {
    outputs,
  }).ready();
  const lines = print.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('outputs'));
  expect(lines).toEqual([
    'The option outputs describes list, maybe, photo, watch, anything and 1 more, which the router does not have; run `trpc-mcp outputs` again.',
    'The option outputs does not describe added; run `trpc-mcp outputs` again.',
  ]);
});
