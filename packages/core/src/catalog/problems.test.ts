import { initTRPC, lazy } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { McpMeta, McpSettings } from '../meta.ts';
import { SetupError } from '../setup-error.ts';
import { type CatalogOptions, createCatalog } from './catalog.ts';
import { mcpDefaults } from './settings.ts';

const t = initTRPC.meta<McpMeta>().create();
const id = z.object({ id: z.string() });
const tagged = (mcp: McpSettings) => t.procedure.meta({ mcp });
const at = (uri: string, more: McpSettings = {}) => tagged({ resource: { uri }, ...more }).input(id);
const one = () => 1;

function problemsOf(record: Parameters<typeof t.router>[0], options: CatalogOptions = {}): string[] {
  try {
    createCatalog(t.router(record), options);
    return [];
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
  }
}

describe('a set-up problem says what is wrong and what to change', () => {
  test.each<[Parameters<typeof t.router>[0], string[]]>([
    [
      { a: at('customers/{id}').query(one) },
      [
        'URI_INVALID a: the URI "customers/{id}" cannot be served: it has no scheme; write it like "customers://{id}"',
      ],
    ],
    [
      { a: tagged({ resource: 'app://a' as never }).query(one) },
      [
        'URI_INVALID a: the URI "undefined" cannot be served: it has no scheme; write it like "customers://{id}"',
      ],
    ],
    [
      { a: at('x://{id').query(one) },
      ['URI_INVALID a: the URI "x://{id" cannot be served: it has a brace without its partner'],
    ],
    [
      { a: at('x://{id:3}').query(one) },
      [
        'URI_INVALID a: the URI "x://{id:3}" cannot be served: {id:3} cannot be used, because no value could be read out of it; write only variable names, with "*" for lists',
      ],
    ],
    [
      { a: at('x://{key}').query(one) },
      [
        'URI_VARIABLE_UNKNOWN a: "x://{key}" has the variable "key", which the input does not have; its arguments are: id',
      ],
    ],
    [
      { a: tagged({ resource: { uri: 'x://{key}' } }).query(one) },
      [
        'URI_VARIABLE_UNKNOWN a: "x://{key}" has the variable "key", which the input does not have; its arguments are: none',
      ],
    ],
    [
      { a: at('x://all').query(one) },
      [
        'URI_VARIABLE_MISSING a: the input needs "id", which "x://all" does not have; add {id} to the URI, or make it optional',
      ],
    ],
    [
      { a: at('x://{id*}').query(one) },
      [
        'URI_VARIABLE_LIST a: "x://{id*}" writes "id" as a list, which the input does not take; remove the "*"',
      ],
    ],
    [
      { a: at('x://{id}').query(one), b: tagged({ resource: { uri: 'x://new' } }).query(one) },
      [
        'URI_CLASH b: "x://new" overlaps with "x://{id}" of a: one URI could be read from both; change one of them',
      ],
    ],
    [
      { a: at('x://{id}/b').query(one), b: at('x://a/{id}').query(one) },
      [
        'URI_CLASH b: "x://a/{id}" overlaps with "x://{id}/b" of a: one URI could be read from both; change one of them',
      ],
    ],
    [
      {
        a: tagged({ resource: { uri: 'x://a', list: 'all' } }).query(one),
        all: t.procedure.query(() => []),
      },
      ['LIST_UNUSED a: "x://a" is one resource, which is listed itself; remove mcp.resource.list'],
    ],
    [
      {
        a: tagged({ resource: { uri: 'x://a' } }).mutation(one),
        b: tagged({ prompt: true }).subscription(async function* () {}),
      },
      [
        'NOT_A_QUERY a: only a query can be a resource, and this is a mutation',
        'NOT_A_QUERY b: only a query can be a prompt, and this is a subscription',
      ],
    ],
    [
      {
        a: tagged({ resource: { uri: 'x://{id}', list: 'nobody' }, complete: { id: 'change' } })
          .input(id)
          .query(one),
        change: t.procedure.mutation(one),
      },
      [
        'NOT_A_QUERY a: mcp.complete.id names "change", which cannot be used for it: it is a mutation',
        'PATH_UNKNOWN a: mcp.resource.list names "nobody", which cannot be used for it: there is no such procedure',
      ],
    ],
    [
      {
        a: tagged({ prompt: true, complete: { name: 'find', id: 'constructor' } })
          .input(id)
          .query(one),
        find: t.procedure.query(() => []),
      },
      [
        'ARGUMENT_UNKNOWN a: mcp.complete completes "name", which is not an argument; the arguments are: id',
        'PATH_UNKNOWN a: mcp.complete.id names "constructor", which cannot be used for it: there is no such procedure',
      ],
    ],
    [
      {
        a: tagged({ complete: { id: 'a' } })
          .input(id)
          .query(one),
      },
      [
        'COMPLETE_UNUSED a: mcp.complete completes resources and prompts, and this procedure is neither; remove it',
      ],
    ],
    [
      { a: tagged({ tool: false }).query(one) },
      [
        'EXPOSES_NOTHING a: mcp.tool is false, and the procedure is neither a resource nor a prompt; remove mcp, or make it one of them',
      ],
    ],
    [
      {
        a: tagged({ timeoutMs: 0 }).query(one),
        b: tagged({ stream: { maxItems: -1 } }).query(one),
        c: tagged({ stream: { maxMs: Number.NaN } }).query(one),
      },
      [
        'LIMIT_INVALID a: mcp.timeoutMs is 0; it has to be more than 0',
        'LIMIT_INVALID b: mcp.stream.maxItems is -1; it has to be more than 0',
        'LIMIT_INVALID c: mcp.stream.maxMs is NaN; it has to be more than 0',
      ],
    ],
    [
      { a: tagged({ _meta: { ui: { resourceUri: 'ui://nobody' } } }).query(one) },
      [
        'APP_MISSING a: _meta.ui.resourceUri is "ui://nobody", which is not the URI of a resource; tag a query with this mcp.resource.uri',
      ],
    ],
    [
      {
        a: tagged({})
          .input(z.object({ v: z.string().meta({ 'x-mcp-header': 'no name' }) }))
          .query(one),
        b: tagged({})
          .input(z.object({ v: z.number().meta({ 'x-mcp-header': 'V' }) }))
          .query(one),
        c: tagged({})
          .input(z.object({ v: z.array(z.object({ w: z.string().meta({ 'x-mcp-header': 'V' }) })) }))
          .query(one),
        d: tagged({})
          .input(
            z.object({
              v: z.string().meta({ 'x-mcp-header': 'Region' }),
              w: z.string().meta({ 'x-mcp-header': 'region' }),
            }),
          )
          .query(one),
      },
      [
        'HEADER_INVALID a: x-mcp-header of v is "no name", which is not the name of a header; correct it in the meta of the schema, or remove it',
        'HEADER_INVALID b: x-mcp-header of v is only possible for a string, an integer or a boolean; correct it in the meta of the schema, or remove it',
        'HEADER_INVALID c: x-mcp-header may only be set on properties of plain objects; correct it in the meta of the schema, or remove it',
        'HEADER_INVALID d: two arguments have the x-mcp-header "region"; correct it in the meta of the schema, or remove it',
      ],
    ],
    [
      {
        a: tagged({ prompt: { name: 'it' } }).query(one),
        b: tagged({ prompt: { name: 'it' } }).query(one),
        c: tagged({ prompt: { name: 'no name' } }).query(one),
      },
      [
        'NAME_CLASH b: "it" is the name of both a and b; set mcp.prompt.name on one of them',
        'NAME_ILLEGAL c: "no name" is not a valid name; clients accept only letters, digits, "_" and "-"; set mcp.prompt.name, or the option toolName',
      ],
    ],
    [
      { a: tagged({ resource: { uri: 'x://a' }, scopes: ['read'] }).query(one) },
      [
        'SCOPES_WITHOUT_AUTH a: it needs the scopes read, and no caller has scopes without the option auth; set auth.authenticate, or remove the scopes',
      ],
    ],
  ])('%#', (record, problems) => {
    expect(problemsOf(record)).toEqual(problems);
  });

  test('and what of it lies in lazy routers comes with them, and costs nothing else', async () => {
    const source = createCatalog(
      t.router({
        open: at('open://{id}').query(one),
        later: lazy(async () =>
          t.router({
            clash: at('open://new/{id}').query(one),
            same: at('open://{id}').query(one),
            list: tagged({ resource: { uri: 'l://{id}', list: 'nobody' } })
              .input(id)
              .query(one),
          }),
        ),
      }),
      {},
    );
    const { templates } = await source.whole;
    expect(templates.map(({ path }) => path)).toEqual(['later.clash', 'later.list', 'open']);
    expect((await source.problems).map(({ code, path }) => `${code} ${path}`)).toEqual([
      'URI_CLASH later.same',
      'PATH_UNKNOWN later.list',
    ]);
  });
});

describe('a key that is not a setting is found, wherever it stands', () => {
  test.each<[string, object, string]>([
    ['mcp', { titel: 'Typo' }, 'mcp.titel is not a setting; did you mean title?'],
    [
      'annotations',
      { annotations: { readonlyHint: true } },
      'mcp.annotations.readonlyHint is not a setting; did you mean readOnlyHint?',
    ],
    [
      'icons',
      { icons: [{ src: 'https://a.example/1.svg' }, { url: 'https://a.example/2.svg' }] },
      'mcp.icons[1].url is not a setting; use one of: src, mimeType, sizes, theme',
    ],
    [
      'resource',
      { resource: { uri: 'x://a', mimetype: 'text/plain' } },
      'mcp.resource.mimetype is not a setting; did you mean mimeType?',
    ],
    [
      'the annotations of a resource',
      { resource: { uri: 'x://a', annotations: { readOnlyHint: true } } },
      'mcp.resource.annotations.readOnlyHint is not a setting; use one of: audience, priority, lastModified',
    ],
    [
      'the icons of a resource',
      { resource: { uri: 'x://a', icons: [{ src: 'data:,', size: ['any'] }] } },
      'mcp.resource.icons[0].size is not a setting; did you mean sizes?',
    ],
    ['prompt', { prompt: { nane: 'it' } }, 'mcp.prompt.nane is not a setting; did you mean name?'],
    [
      'the icons of a prompt',
      { prompt: { icons: [{ src: 'data:,', mime: 'image/png' }] } },
      'mcp.prompt.icons[0].mime is not a setting; use one of: src, mimeType, sizes, theme',
    ],
    [
      'stream',
      { stream: { maxSeconds: 1 } },
      'mcp.stream.maxSeconds is not a setting; use one of: maxItems, maxMs',
    ],
    [
      'rateLimit',
      { rateLimit: { points: 1, duration: 60 } },
      'mcp.rateLimit.duration is not a setting; did you mean durationMs?',
    ],
  ])('%s', (_, settings, message) => {
    expect(problemsOf({ a: tagged(settings).query(one) })).toEqual([`META_UNKNOWN a: ${message}`]);
  });

  test('but _meta, input and output have keys of their own', () => {
    const schema = { type: 'object', properties: {}, 'x-own': true };
    const settings = { _meta: { 'com.example/own': { any: 1 } }, input: schema, output: schema };
    expect(problemsOf({ a: tagged(settings).query(one) })).toEqual([]);
  });

  test('mcpDefaults has no others either', () => {
    const base = t.procedure.use(mcpDefaults({ rateLimit: { point: 1 } as never }));
    expect(problemsOf({ a: base.meta({ mcp: true }).query(one) })).toEqual([
      'META_UNKNOWN a: mcp.rateLimit.point is not a setting; did you mean points?',
    ]);
  });
});

test('a limit without a number is found', () => {
  const record = { a: tagged({ rateLimit: { points: 1 } as never }).query(one) };
  expect(problemsOf(record)).toEqual([
    'LIMIT_INVALID a: mcp.rateLimit.durationMs is missing; it has to be more than 0',
  ]);
});

test('names and URIs that do not meet are no clash', () => {
  const record = {
    a: tagged({ tool: true, prompt: true, resource: { uri: 'a://{id}' } })
      .input(id)
      .query(one),
    b: tagged({ name: 'b', prompt: { name: 'a2' } }).query(one),
    c: at('a://{id}/c').query(one),
    d: tagged({ resource: { uri: 'a://fixed/d' } }).query(one),
  };
  expect(problemsOf(record)).toEqual([]);
});

test('own items clash with the app’s, and with each other', () => {
  const run = () => 1;
  const record = {
    search: tagged({}).query(one),
    ask: tagged({ prompt: true }).query(one),
    get: at('x://{id}').query(one),
  };
  const options: CatalogOptions = {
    tools: [
      { name: 'search', run },
      { name: 'twice', run },
      { name: 'twice', run },
      { name: 'no name', run },
      { name: 'apply', run },
      { name: '__proto__', run },
    ],
    resources: [
      { name: 'x', uri: 'x://new', run },
      { name: 'y', uri: 'y://{a}', run },
      { name: 'y', uri: 'y://b', run },
      { name: 'bad', uri: 'z://{', run },
      { name: 'list', uri: 'z://{ids*}', run },
    ],
    prompts: [{ name: 'ask', run }],
  };
  expect(problemsOf(record, options)).toEqual([
    'NAME_CLASH tools.search: "search" is the name of both search and tools.search; set mcp.name on one of them',
    'NAME_CLASH tools.twice#2: "twice" is the name of both tools.twice and tools.twice#2; set mcp.name on one of them',
    'NAME_ILLEGAL tools.no name: "no name" is not a valid name; clients accept only letters, digits, "_" and "-"; set mcp.name, or the option toolName',
    'URI_CLASH resources.x: "x://new" overlaps with "x://{id}" of get: one URI could be read from both; change one of them',
    'URI_CLASH resources.y#2: "y://b" overlaps with "y://{a}" of resources.y: one URI could be read from both; change one of them',
    'URI_INVALID resources.bad: the URI "z://{" cannot be served: it has a brace without its partner',
    'URI_VARIABLE_LIST resources.list: "z://{ids*}" writes "ids" as a list, which the input does not take; remove the "*"',
    'NAME_CLASH prompts.ask: "ask" is the name of both ask and prompts.ask; set mcp.prompt.name on one of them',
  ]);
});
