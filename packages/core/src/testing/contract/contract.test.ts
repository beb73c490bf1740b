import { initTRPC } from '@trpc/server';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { McpMeta, McpSettings } from '../../index.ts';
import { expectCatalog } from '../testing.ts';

const t = initTRPC.meta<McpMeta>().create();
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trpc-mcp-contract-'));
  file = join(folder, 'mcp.lock.json');
  vi.stubEnv('UPDATE_MCP_LOCK', '');
  vi.stubEnv('CI', '');
  runAs('new');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true });
});

/** The state that vitest and jest report: normally, in CI, and with -u. */
function runAs(update: 'new' | 'none' | 'all', testPath?: string): void {
  vi.stubGlobal('expect', { getState: () => ({ testPath, snapshotState: { _updateSnapshot: update } }) });
}

function toRouter(
  mcp: McpSettings | true = true,
  input: z.ZodType = z.object({ id: z.string() }),
  output?: z.ZodType,
) {
  const procedure = t.procedure.meta({ mcp }).input(input);
  return t.router({ get: (output ? procedure.output(output) : procedure).query(() => ({})) });
}

/** What is reported between two routers, line by line. */
async function changesBetween(
  before: ReturnType<typeof toRouter>,
  after: ReturnType<typeof toRouter>,
): Promise<string[]> {
  await rm(file, { force: true });
  await expectCatalog(before).toMatchFile(file);
  runAs('none');
  const message = await expectCatalog(after)
    .toMatchFile(file)
    .then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
  runAs('new');
  return message.split('\n').slice(2, -2);
}

describe('the file', () => {
  test('is written at first, the same on every machine, and then holds', async () => {
    const router = t.router({
      notes: {
        list: t.procedure
          .meta({ mcp: { description: 'not part of it', scopes: ['notes:read'] } })
          .input(z.object({ since: z.date().optional(), about: z.string() }))
          .output(z.array(z.string()))
          .query(() => []),
        terms: t.procedure
          .meta({ mcp: { resource: { uri: 'app://terms', mimeType: 'text/plain' } } })
          .query(() => ''),
        review: t.procedure
          .meta({ mcp: { prompt: true } })
          .input(z.object({ tone: z.string(), length: z.string().optional() }))
          .query(() => ''),
      },
      add: t.procedure.meta({ mcp: true }).mutation(() => undefined),
    });
    await expectCatalog(router).toMatchFile(pathToFileURL(file));
    const text = await readFile(file, 'utf8');
    expect(JSON.parse(text)).toEqual({
      prompts: {
        notes_review: {
          path: 'notes.review',
          arguments: { tone: 'required', length: 'optional' },
          scopes: [],
        },
      },
      resources: { 'app://terms': { path: 'notes.terms', mimeType: 'text/plain', scopes: [] } },
      tools: {
        add: {
          path: 'add',
          annotations: { destructiveHint: true, readOnlyHint: false },
          inputSchema: { type: 'object', properties: {}, additionalProperties: false },
          scopes: [],
        },
        notes_list: {
          path: 'notes.list',
          annotations: { readOnlyHint: true },
          inputSchema: {
            type: 'object',
            properties: {
              about: { type: 'string' },
              since: {
                type: 'string',
                format: 'date-time',
                description: 'ISO 8601 date-time, such as 2026-01-31T09:00:00Z',
              },
            },
            required: ['about'],
            additionalProperties: false,
          },
          outputSchema: { type: 'array', items: { type: 'string' } },
          scopes: ['notes:read'],
        },
      },
    });
    const keys = [...text.matchAll(/^ {4}"(\w+)"/gm)].map(([, key]) => key);
    expect(keys).toEqual(['notes_review', 'add', 'notes_list']);
    await expectCatalog(router).toMatchFile(file);
    // Its formatting makes no difference.
    await writeFile(file, JSON.stringify(JSON.parse(text)));
    runAs('none');
    await expectCatalog(router).toMatchFile(file);
  });

  test('is not written in CI', async () => {
    runAs('none');
    await expect(expectCatalog(toRouter()).toMatchFile(file)).rejects.toThrow(
      `${file} does not exist; run the test with UPDATE_MCP_LOCK=1 in its environment, or with -u, and commit the file`,
    );
    vi.stubGlobal('expect', undefined);
    vi.stubEnv('CI', 'true');
    await expect(expectCatalog(toRouter()).toMatchFile(file)).rejects.toThrow('does not exist');
  });

  test.each(['UPDATE_MCP_LOCK', '-u'])('is written anew with %s', async (how) => {
    await expectCatalog(toRouter()).toMatchFile(file);
    const changed = toRouter({ name: 'fetch' });
    await expect(expectCatalog(changed).toMatchFile(file)).rejects.toThrow('2 changes');
    if (how === '-u') runAs('all');
    else vi.stubEnv('UPDATE_MCP_LOCK', '1');
    await expectCatalog(changed).toMatchFile(file);
    vi.stubEnv('UPDATE_MCP_LOCK', '');
    runAs('none');
    await expectCatalog(changed).toMatchFile(file);
    await expect(expectCatalog(toRouter()).toMatchFile(file)).rejects.toThrow('2 changes');
  });

  test('lies beside the package.json of the test', async () => {
    await writeFile(join(folder, 'package.json'), '{}');
    runAs('new', join(folder, 'test', 'deep', 'a.test.ts'));
    await expectCatalog(toRouter()).toMatchFile('mcp.lock.json');
    expect(await readFile(file, 'utf8')).toContain('"get"');
  });

  test('that is no JSON is an error that says what to do', async () => {
    await writeFile(file, '<<<<<<<');
    await expect(expectCatalog(toRouter()).toMatchFile(file)).rejects.toThrow('is not JSON; repair it');
  });

  test('holds what the options of the handler make of the router', async () => {
    const router = t.router({
      a: t.procedure.meta({ mcp: true }).query(() => 1),
      b: t.procedure.meta({ mcp: true }).query(() => 1),
    });
    const tools = [{ name: 'own', run: () => 1 }];
    await expectCatalog(router, {
      expose: { exclude: ['b'] },
      toolName: (path) => `my_${path}`,
      tools,
    }).toMatchFile(file);
    expect(Object.keys((JSON.parse(await readFile(file, 'utf8')) as { tools: object }).tools)).toEqual([
      'my_a',
      'own',
    ]);
  });

  test('in the words of an older version holds, and is written anew when files are updated', async () => {
    const router = toRouter(true, z.object({ n: z.number().int().positive().nullable() }));
    await expectCatalog(router).toMatchFile(file);
    const now = await readFile(file, 'utf8');
    const older = JSON.parse(now) as { tools: { get: { inputSchema: { properties: object } } } };
    older.tools.get.inputSchema.properties = {
      n: { type: ['integer', 'null'], exclusiveMinimum: 0, maximum: 9007199254740991 },
    };
    await writeFile(file, JSON.stringify(older));
    runAs('none');
    await expectCatalog(router).toMatchFile(file);
    expect(await readFile(file, 'utf8')).toBe(JSON.stringify(older));
    runAs('all');
    await expectCatalog(router).toMatchFile(file);
    expect(await readFile(file, 'utf8')).toBe(now);
  });
});

describe('a change is told, and whether it breaks clients', () => {
  const object = z.object({ id: z.string(), n: z.number().max(10).optional() });

  test('as a whole', async () => {
    await expectCatalog(toRouter()).toMatchFile(file);
    await expect(expectCatalog(toRouter({ name: 'fetch', scopes: ['a'] })).toMatchFile(file)).rejects.toThrow(
      [
        'this router no longer serves what mcp.lock.json says: 2 changes, 1 of them may break clients (!)',
        '',
        '  fetch: appeared',
        '! get: vanished',
        '',
        'If that is meant, run the test with UPDATE_MCP_LOCK=1 in its environment, or with -u, and commit the file.',
      ].join('\n'),
    );
  });

  test.each([
    ['a scope more', { scopes: ['a'] }, ['! get scopes: now with "a"']],
    [
      'a promise taken back',
      { annotations: { readOnlyHint: false } },
      ['  get annotations.destructiveHint: added true', '! get annotations.readOnlyHint: true → false'],
    ],
    [
      'a promise more',
      { annotations: { idempotentHint: true } },
      ['  get annotations.idempotentHint: added true'],
    ],
    ['a description', { description: 'New words' }, []],
  ])('%s', async (_, settings, lines) => {
    expect(await changesBetween(toRouter(), toRouter(settings))).toEqual(lines);
  });

  test.each([
    [
      'a property that may be left out',
      z.object({ ...object.shape, more: z.string().optional() }),
      ['  get inputSchema.properties.more: added {"type":"string"}'],
    ],
    [
      'a property that is wanted',
      z.object({ ...object.shape, more: z.string() }),
      [
        '  get inputSchema.properties.more: added {"type":"string"}',
        '! get inputSchema.required: now with "more"',
      ],
    ],
    [
      'a property that is gone',
      z.object({ id: z.string() }),
      ['! get inputSchema.properties.n: removed {"maximum":10,"type":"number"}'],
    ],
    [
      'a limit that is lower',
      z.object({ id: z.string(), n: z.number().max(9).optional() }),
      ['! get inputSchema.properties.n.maximum: 10 → 9'],
    ],
    [
      'a limit that is higher',
      z.object({ id: z.string(), n: z.number().max(11).optional() }),
      ['  get inputSchema.properties.n.maximum: 10 → 11'],
    ],
    [
      'no limit',
      z.object({ id: z.string(), n: z.number().optional() }),
      ['  get inputSchema.properties.n.maximum: removed 10'],
    ],
    [
      'another type',
      z.object({ id: z.boolean(), n: object.shape.n }),
      ['! get inputSchema.properties.id.type: "string" → "boolean"'],
    ],
    [
      'one type more',
      z.object({ id: z.string().nullable(), n: object.shape.n }),
      ['  get inputSchema.properties.id.type: now with "null"'],
    ],
    [
      'words',
      z.object({ id: z.string().describe('its id'), n: object.shape.n }),
      ['  get inputSchema.properties.id.description: added "its id"'],
    ],
  ])('in an input: %s', async (_, after, lines) => {
    expect(await changesBetween(toRouter(true, object), toRouter(true, after))).toEqual(lines);
  });

  test.each([
    [
      'a property more',
      z.object({ id: z.string(), n: z.string() }),
      [
        '  get outputSchema.properties.n: added {"type":"string"}',
        '  get outputSchema.required: now with "n"',
      ],
    ],
    [
      'a property that may be missing',
      z.object({ id: z.string().optional() }),
      ['! get outputSchema.required: removed ["id"]'],
    ],
    [
      'a value more',
      z.object({ id: z.union([z.string(), z.number()]) }),
      ['! get outputSchema.properties.id.type: now with "number"'],
    ],
    ['no schema', undefined, [expect.stringMatching(/^! get outputSchema: removed/)]],
  ])('in an output: %s', async (_, after, lines) => {
    const before = z.object({ id: z.string() });
    expect(await changesBetween(toRouter(true, before, before), toRouter(true, before, after))).toEqual(
      lines,
    );
  });
});
