import { type AnyTRPCRouter, initTRPC, lazy } from '@trpc/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { McpMeta, McpSettings } from '../meta.ts';
import { SetupError } from '../setup-error.ts';
import { createCatalog } from './catalog.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = (settings: McpSettings = {}) => t.procedure.meta({ mcp: settings }).query(() => 1);

function problemsOf(mount: () => unknown) {
  try {
    mount();
  } catch (error) {
    if (error instanceof SetupError) return error.problems.map(({ code, path }) => [code, path]);
    throw error;
  }
  return [];
}

function listOf(router: AnyTRPCRouter) {
  return [...createCatalog(router, {}).current!.tools.values()].map(({ listed }) => listed.modern);
}

test('every problem is reported in one throw', () => {
  const router = t.router({
    a: { b: tool() },
    a_b: tool(),
    ['sp ace']: tool(),
    long: { ['x'.repeat(64)]: tool() },
    ticks: t.procedure.meta({ mcp: { prompt: true } }).subscription(async function* () {}),
    typo: tool({ titel: 'Typo' } as McpSettings),
  });
  expect(problemsOf(() => createCatalog(router, { expose: { exclude: ['nothing'] } }))).toEqual([
    ['NAME_CLASH', 'a_b'],
    ['NAME_ILLEGAL', 'sp ace'],
    ['NAME_TOO_LONG', `long.${'x'.repeat(64)}`],
    ['NOT_A_QUERY', 'ticks'],
    ['META_UNKNOWN', 'typo'],
    ['PATTERN_UNMATCHED', 'expose'],
  ]);
});

test('a clash names both procedures and the fix', () => {
  const router = t.router({ a: { b: tool() }, a_b: tool() });
  expect(() => createCatalog(router, {})).toThrow(
    '"a_b" is the name of both a.b and a_b; set mcp.name on one of them',
  );
});

test('a procedure with a caller of its own is refused', () => {
  const action = t.procedure.experimental_caller(async ({ args }) => args).meta({ mcp: true });
  const router = t.router({ act: action.mutation(() => 1) as never });
  expect(problemsOf(() => createCatalog(router, {}))).toEqual([['EXPERIMENTAL_CALLER', 'act']]);
});

test('toolName names tools after their path, and mcp.name wins over it', () => {
  const router = t.router({ a: { b: tool(), c: tool({ name: 'own' }) } });
  const { current } = createCatalog(router, { toolName: (path) => `app-${path.replace('.', '-')}` });
  expect([...current!.tools.keys()]).toEqual(['app-a-b', 'own']);
});

test('the list is sorted by name', () => {
  const router = t.router({ b: tool(), a: tool(), B: tool(), a_: tool() });
  expect(listOf(router).map(({ name }) => name)).toEqual(['B', 'a', 'a_', 'b']);
});

test('a title and a description are always there', () => {
  const router = t.router({
    customers: { findByEmail: tool(), remove: t.procedure.meta({ mcp: true }).mutation(() => 1) },
    described: t.procedure
      .meta({ mcp: true })
      .input(z.object({ id: z.string() }).meta({ title: 'Look up', description: 'Looks one up by id' }))
      .query(() => 1),
    own: tool({ title: 'Mine', description: 'My own words' }),
  });
  const listed = listOf(router);
  expect(listed.map(({ title, description }) => [title, description])).toEqual([
    [
      'Customers: find by email',
      'Calls the query "customers.findByEmail" of this app. It reads data and changes nothing.',
    ],
    ['Customers: remove', 'Calls the mutation "customers.remove" of this app. It may change data.'],
    ['Look up', 'Looks one up by id'],
    ['Mine', 'My own words'],
  ]);
});

test('annotations follow the type, and meta has the last word', () => {
  const mutation = (settings: McpSettings) => t.procedure.meta({ mcp: settings }).mutation(() => 1);
  const router = t.router({
    a: tool(),
    b: mutation({}),
    c: mutation({ annotations: { destructiveHint: false, idempotentHint: true } }),
    d: mutation({ annotations: { readOnlyHint: true } }),
  });
  expect(listOf(router).map(({ annotations }) => annotations)).toEqual([
    { readOnlyHint: true },
    { readOnlyHint: false, destructiveHint: true },
    { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
    { readOnlyHint: true },
  ]);
});

test('what a lazy router brings is added, and its problems cost only its own tools', async () => {
  const router = t.router({
    a: tool(),
    late: lazy(() => Promise.resolve(t.router({ b: tool(), bad: tool({ name: 'a' }) }))),
    broken: lazy((): Promise<ReturnType<typeof t.router>> => Promise.reject(new Error('no such module'))),
  });
  const source = createCatalog(router, { expose: { exclude: ['**.nothing'] } });
  expect(source.current).toBeUndefined();
  expect([...(await source.whole).tools.keys()]).toEqual(['a', 'late_b']);
  expect((await source.problems).map(({ code, path }) => [code, path])).toEqual([
    ['LAZY_FAILED', 'broken'],
    ['NAME_CLASH', 'late.bad'],
    ['PATTERN_UNMATCHED', 'expose'],
  ]);
});

test('a schema that cannot be read is a problem of its procedure', () => {
  const hostile = {
    parse: (value: unknown) => value,
    get '~standard'(): never {
      throw new Error('hands off');
    },
  };
  const router = t.router({
    a: t.procedure
      .meta({ mcp: true })
      .input(hostile as never)
      .query(() => 1),
  });
  expect(problemsOf(() => createCatalog(router, {}))).toEqual([['SCHEMA_FAILED', 'a']]);
});
