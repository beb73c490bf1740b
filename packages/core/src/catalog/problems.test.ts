import { initTRPC, lazy } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { McpMeta, McpSettings } from '../meta.ts';
import { SetupError } from '../setup-error.ts';
import { type CatalogOptions, createCatalog } from './catalog.ts';

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
        'URI_INVALID a: the URI "customers/{id}" cannot be served: it needs a scheme, such as "customers://{id}"',
      ],
    ],
    [
      { a: tagged({ resource: 'app://a' as never }).query(one) },
      ['URI_INVALID a: the URI "undefined" cannot be served: it needs a scheme, such as "customers://{id}"'],
    ],
    [
      { a: at('x://{id').query(one) },
      ['URI_INVALID a: the URI "x://{id" cannot be served: a brace in it has no partner'],
    ],
    [
      { a: at('x://{id:3}').query(one) },
      [
        'URI_INVALID a: the URI "x://{id:3}" cannot be served: {id:3} cannot be read backwards; use variable names, with "*" for lists at most',
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
        'URI_VARIABLE_LIST a: "x://{id*}" writes "id" as a list, which the input does not take; take the "*" out',
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
      ['LIST_UNUSED a: "x://a" is one resource and is listed itself; take mcp.resource.list out'],
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
        'ARGUMENT_UNKNOWN a: mcp.complete completes "name", which is no argument of it',
        'PATH_UNKNOWN a: mcp.complete.id names "constructor", which cannot be used for it: there is no such procedure',
      ],
    ],
    [
      {
        a: tagged({ complete: { id: 'a' } })
          .input(id)
          .query(one),
      },
      ['COMPLETE_UNUSED a: mcp.complete completes resources and prompts, and this is neither; take it out'],
    ],
    [
      { a: tagged({ tool: false }).query(one) },
      [
        'EXPOSES_NOTHING a: mcp.tool is false, and it is no resource and no prompt; take mcp out, or make it one of them',
      ],
    ],
    [
      {
        a: tagged({ timeoutMs: 0 }).query(one),
        b: tagged({ stream: { maxItems: -1 } }).query(one),
        c: tagged({ stream: { maxSeconds: Number.NaN } }).query(one),
      },
      [
        'LIMIT_INVALID a: mcp.timeoutMs is 0; it has to be more than 0',
        'LIMIT_INVALID b: mcp.stream.maxItems is -1; it has to be more than 0',
        'LIMIT_INVALID c: mcp.stream.maxSeconds is NaN; it has to be more than 0',
      ],
    ],
    [
      { a: tagged({ _meta: { ui: { resourceUri: 'ui://nobody' } } }).query(one) },
      [
        'APP_MISSING a: _meta.ui.resourceUri is "ui://nobody", which no resource has; tag a query with mcp.resource.uri',
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
        'HEADER_INVALID a: x-mcp-header of v is "no name", which is no name for a header; mend it in the schema’s meta, or take it out',
        'HEADER_INVALID b: x-mcp-header of v needs a string, an integer or a boolean; mend it in the schema’s meta, or take it out',
        'HEADER_INVALID c: x-mcp-header may stand on properties of plain objects only; mend it in the schema’s meta, or take it out',
        'HEADER_INVALID d: two arguments have the x-mcp-header "region"; mend it in the schema’s meta, or take it out',
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
        'NAME_ILLEGAL c: "no name" is no legal name: clients take letters, digits, "_" and "-" only; set mcp.prompt.name, or the option toolName',
      ],
    ],
    [
      { a: tagged({ resource: { uri: 'x://a' }, scopes: ['read'] }).query(one) },
      [
        'SCOPES_WITHOUT_AUTH a: it needs the scopes read, and nobody has any without the option auth; set auth.authenticate, or take the scopes out',
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
    'NAME_ILLEGAL tools.no name: "no name" is no legal name: clients take letters, digits, "_" and "-" only; set mcp.name, or the option toolName',
    'URI_CLASH resources.x: "x://new" overlaps with "x://{id}" of get: one URI could be read from both; change one of them',
    'URI_CLASH resources.y#2: "y://b" overlaps with "y://{a}" of resources.y: one URI could be read from both; change one of them',
    'URI_INVALID resources.bad: the URI "z://{" cannot be served: a brace in it has no partner',
    'URI_VARIABLE_LIST resources.list: "z://{ids*}" writes "ids" as a list, which the input does not take; take the "*" out',
    'NAME_CLASH prompts.ask: "ask" is the name of both ask and prompts.ask; set mcp.prompt.name on one of them',
  ]);
});
