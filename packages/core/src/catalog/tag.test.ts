import { initTRPC, lazy } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../adapters/fetch.ts';
import type { McpMeta, McpSettings } from '../meta.ts';
import { SetupError } from '../setup-error.ts';
import { createCatalog } from './catalog.ts';
import { mcpDefaults } from './settings.ts';
import { fromOpenApiMeta, fromTrpcToMcpMeta, type Tag, type TaggedProcedure } from './tag.ts';

const t = initTRPC.meta<McpMeta & { team?: string }>().create();
const router = t.router({
  list: t.procedure.query(() => 1),
  add: t.procedure.meta({ team: 'sales' }).mutation(() => 1),
  own: t.procedure.meta({ mcp: { title: 'Mine' } }).query(() => 1),
  hidden: t.procedure.meta({ mcp: false }).query(() => 1),
  hooks: t.router({ stripe: t.procedure.mutation(() => 1) }),
});

function toolsOf(tag: Tag | undefined, of: Parameters<typeof createCatalog>[0] = router) {
  const { tools } = createCatalog(of, { tag, auth: {} }).current!;
  return Object.fromEntries(Array.from(tools.values(), (tool) => [tool.path, tool.listed.modern]));
}

function problemsOf(mount: () => unknown) {
  try {
    mount();
  } catch (error) {
    if (error instanceof SetupError) return error;
    throw error;
  }
  throw new Error('it was mounted');
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('tag', () => {
  test('is asked about each procedure by path, type and meta', () => {
    const asked: TaggedProcedure[] = [];
    toolsOf((procedure) => void asked.push(procedure));
    expect(asked).toEqual([
      { path: 'list', type: 'query', meta: undefined },
      { path: 'add', type: 'mutation', meta: { team: 'sales' } },
      { path: 'own', type: 'query', meta: { mcp: { title: 'Mine' } } },
      { path: 'hooks.stripe', type: 'mutation', meta: undefined },
    ]);
  });

  test.each<[string, Tag | undefined, string[]]>([
    ['nothing where there is none', undefined, ['own']],
    ['what it says true of', ({ type }) => type === 'query', ['list', 'own']],
    [
      'what it has settings for',
      ({ path }) => (path.startsWith('hooks.') ? undefined : {}),
      ['add', 'list', 'own'],
    ],
    ['but what its meta hides', () => true, ['add', 'hooks.stripe', 'list', 'own']],
    ['and leaves the rest to its meta', () => false, ['own']],
  ])('exposes %s', (_, tag, paths) => {
    expect(Object.keys(toolsOf(tag)).toSorted()).toEqual(paths);
  });

  test('wins over mcpDefaults, and the meta of a leaf over both, key by key; scopes add up', () => {
    const base = t.procedure.use(
      mcpDefaults({
        scopes: ['a'],
        annotations: { openWorldHint: true },
        instructions: 'base',
      } as McpSettings),
    );
    const of = t.router({
      leaf: base.meta({ mcp: { title: 'Leaf', scopes: ['c'] } }).query(() => 1),
      bare: base.query(() => 1),
    });
    const tag: Tag = () => ({ title: 'Tag', description: 'Of tag', scopes: ['b'], annotations: {} });
    const { tools } = createCatalog(of, { tag, auth: {} }).current!;
    const [leaf, bare] = [tools.get('leaf')!, tools.get('bare')!];
    expect(leaf.scopes).toEqual(['a', 'b', 'c']);
    expect(bare.scopes).toEqual(['a', 'b']);
    expect(
      [leaf, bare].map(({ listed }) => [listed.modern.title, listed.modern.description?.split('\n')[0]]),
    ).toEqual([
      ['Leaf', 'Of tag'],
      ['Tag', 'Of tag'],
    ]);
    expect(bare.listed.modern.annotations).toEqual({ readOnlyHint: true });
  });

  test('guards what another procedure names too', () => {
    const of = t.router({
      preview: t.procedure.query(() => 1),
      act: t.procedure.meta({ mcp: { dryRun: 'preview' } }).mutation(() => 1),
    });
    const tag: Tag = ({ path }) => (path === 'preview' ? { tool: true, scopes: ['look'] } : undefined);
    expect(createCatalog(of, { tag, auth: {} }).current!.tools.get('act')!.dryRunner!.scopes).toEqual([
      'look',
    ]);
  });

  test('leaves its own settings and the meta as they were', () => {
    const settings = Object.freeze({ title: 'Shared', scopes: Object.freeze(['a']) as unknown as string[] });
    expect(Object.values(toolsOf(() => settings)).map(({ title }) => title)).toContain('Shared');
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('no idea');
      },
      /^tag threw: no idea$/,
    ],
    [
      'throws what is no error',
      () => {
        throw 'no idea';
      },
      /^tag threw: no idea$/,
    ],
    ['is async', async () => true, /^tag returned a Promise, .*; return true, false, undefined or settings/],
    ['rejects', () => Promise.reject(new Error('late')), /^tag returned a Promise/],
    ['returns a text', () => 'yes', /^tag returned a string; /],
    ['returns a number', () => 1, /^tag returned a number; /],
    ['returns null', () => null, /^tag returned null; /],
    ['returns a list', () => [], /^tag returned a list; /],
    ['returns a function', () => () => true, /^tag returned a function; /],
    ['returns an instance', () => new Map(), /^tag returned a Map; /],
    [
      'returns an instance without a constructor',
      () => Object.assign(new URLSearchParams(), { constructor: undefined }),
      /^tag returned an object of a class; /,
    ],
    [
      'returns settings that throw when they are read',
      () => ({
        get description(): string {
          throw new Error('no idea');
        },
      }),
      /^tag threw: no idea$/,
    ],
    ['returns a proxy that is revoked', () => revoked(), /^tag threw: /],
    [
      'throws what cannot be read',
      () => {
        throw Object.create(null);
      },
      /^tag threw: something that cannot be read$/,
    ],
  ])('that %s is a set-up problem, and nothing is exposed', (_, tag, message) => {
    const { problems, message: text } = problemsOf(() => toolsOf(tag as Tag));
    expect(problems.map(({ code, path }) => [code, path])).toEqual(
      ['list', 'add', 'own', 'hooks.stripe'].map((path) => ['TAG_INVALID', path]),
    );
    for (const problem of problems) expect(problem.message).toMatch(message);
    // One line for all of them.
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('  list, add, own, hooks.stripe: tag ');
  });

  test('with a setting that does not exist is told as in meta', () => {
    const { problems } = problemsOf(() => toolsOf((() => ({ titel: 'x' })) as never));
    expect(new Set(problems.map(({ code, message }) => `${code} ${message}`))).toEqual(
      new Set(['META_UNKNOWN mcp.titel is not a setting; did you mean title?']),
    );
  });

  test.each<[Record<string, unknown>, string]>([
    [{ title: 5 }, 'mcp.title is 5; it has to be a text'],
    [{ description: {} }, 'mcp.description is an object; it has to be a text'],
    [{ instructions: ['a'] }, 'mcp.instructions is a list; it has to be a text'],
    [{ annotations: 'x' }, 'mcp.annotations is "x"; it has to be an object'],
    [{ annotations: null }, 'mcp.annotations is null; it has to be an object'],
    [
      { annotations: { readOnlyHint: 'yes' } },
      'mcp.annotations.readOnlyHint is "yes"; it has to be true or false',
    ],
    [{ icons: 'x' }, 'mcp.icons is "x"; it has to be a list such as [{ src, sizes: ["48x48"] }]'],
    [{ icons: [{ src: 'https://a', sizes: '48x48' }] }, 'mcp.icons is a list; it has to be a list such as'],
    [{ icons: ['x'] }, 'mcp.icons is a list; it has to be a list such as'],
    [{ _meta: 'x' }, 'mcp._meta is "x"; it has to be an object'],
    [{ toContent: 'x' }, 'mcp.toContent is "x"; it has to be a function'],
    [{ errorHint: {} }, 'mcp.errorHint is an object; it has to be a function'],
    [{ visible: null }, 'mcp.visible is null; it has to be a function'],
    [
      { confirm: false },
      'mcp.confirm is false; it has to be true, the question, or { question, with: "the path of a query" }',
    ],
    [{ pinned: 'yes' }, 'mcp.pinned is "yes"; it has to be true or false'],
    [
      { keywords: 'a' },
      'mcp.keywords is "a"; it has to be a list of texts that are not empty, such as ["invoice"]',
    ],
    [{ keywords: ['a', 5] }, 'mcp.keywords is a list; it has to be a list of texts'],
    [{ keywords: [' '] }, 'mcp.keywords is a list; it has to be a list of texts'],
    [{ prompt: { title: 5 } }, 'mcp.prompt.title is 5; it has to be a text'],
    [{ resource: { uri: 'a://b', description: 5 } }, 'mcp.resource.description is 5; it has to be a text'],
  ])(
    'that returns %j, for which a client may refuse the whole list, is a set-up problem',
    (given, message) => {
      const of = t.router({ list: t.procedure.query(() => 1) });
      const { problems } = problemsOf(() => toolsOf(() => given, of));
      expect(problems).toEqual([
        { code: 'META_UNKNOWN', path: 'list', message: expect.stringContaining(message) as string },
      ]);
    },
  );

  test('may leave out the texts that its meta does not have, also by null', () => {
    const tag = (() => ({ title: null, description: null, instructions: undefined })) as never;
    expect(toolsOf(tag)['list']).toMatchObject({ title: 'List' });
  });

  test('is asked about lazy routers when they are there, and costs only what it does not answer for', async () => {
    const of = t.router({
      now: t.procedure.query(() => 1),
      late: lazy(() =>
        Promise.resolve(t.router({ a: t.procedure.query(() => 1), b: t.procedure.query(() => 1) })),
      ),
    });
    const tag = vi.fn(({ path }: TaggedProcedure) => (path === 'late.b' ? ('yes' as never) : true));
    const source = createCatalog(of, { tag });
    expect([...(await source.whole).tools.keys()]).toEqual(['late_a', 'now']);
    expect((await source.problems).map(({ code, path }) => [code, path])).toEqual([
      ['TAG_INVALID', 'late.b'],
    ]);
  });

  test('is asked once about each procedure, so that it may count', async () => {
    const of = t.router({
      a: t.procedure.query(() => 1),
      b: t.procedure.meta({ mcp: { dryRun: 'a' } }).mutation(() => 1),
      late: lazy(() => Promise.resolve(t.router({ c: t.procedure.query(() => 1) }))),
    });
    const asked: string[] = [];
    const handler = mcpHandler(of, { tag: ({ path }) => asked.push(path) <= 2 });
    await handler.ready();
    expect(asked).toEqual(['a', 'b', 'late.c']);
  });

  test('makes expose match what it tags', () => {
    const options = { tag: () => true, expose: { include: ['hooks.**'] } };
    expect([...createCatalog(router, options).current!.tools.keys()]).toEqual(['hooks_stripe']);
  });
});

describe('the meta of trpc-to-openapi', () => {
  const s = initTRPC
    .meta<{
      openapi?: { method: string; path: string; enabled?: boolean; summary?: string; description?: string };
    }>()
    .create();
  const at = { method: 'GET', path: '/notes' };
  const of = s.router({
    both: s.procedure
      .meta({ openapi: { ...at, summary: 'Lists notes', description: 'By date.' } })
      .query(() => 1),
    blank: s.procedure.meta({ openapi: { ...at, summary: ' ', description: ' By name. ' } }).query(() => 1),
    same: s.procedure.meta({ openapi: { ...at, summary: 'Same', description: 'Same' } }).query(() => 1),
    bare: s.procedure.meta({ openapi: at }).query(() => 1),
    off: s.procedure.meta({ openapi: { ...at, enabled: false } }).query(() => 1),
    none: s.procedure.input(z.string()).query(() => 1),
  });

  test('tells what is a tool, and its summary what it does', () => {
    const listed = toolsOf(fromOpenApiMeta(), of);
    expect(Object.keys(listed)).toEqual(['bare', 'blank', 'both', 'same']);
    expect(listed['blank']?.description).toBe('By name.');
    expect([listed['both']?.description, listed['same']?.description]).toEqual([
      'Lists notes\n\nBy date.',
      'Same',
    ]);
    expect(listed['bare']?.description).toMatch(/^Calls the query "bare"/);
  });
});

describe('the meta of trpc-to-mcp', () => {
  const s = initTRPC
    .meta<{
      mcp?: { enabled?: boolean; name?: string; description?: string; transformMcpProcedure?: unknown };
    }>()
    .create();
  const of = s.router({
    on: s.procedure.meta({ mcp: { enabled: true, description: 'Lists', name: 'list_all' } }).query(() => 1),
    off: s.procedure.meta({ mcp: { enabled: false, description: 'Not this' } }).query(() => 1),
    content: s.procedure
      .meta({ mcp: { enabled: true, transformMcpProcedure: () => [{ type: 'text', text: 'own' }] } })
      .query(() => 1),
    none: s.procedure.query(() => 1),
  });

  test('hides with enabled: false, whatever tag says', () => {
    expect(Object.keys(toolsOf(() => true, of))).not.toContain('off');
    expect(Object.keys(toolsOf(() => ({ description: 'x' }), of))).not.toContain('off');
  });

  test('is read by its helper', () => {
    const { tools } = createCatalog(of, { tag: fromTrpcToMcpMeta() }).current!;
    expect([...tools.keys()]).toEqual(['content', 'list_all']);
    expect(tools.get('list_all')!.listed.modern.description).toBe('Lists');
    expect(tools.get('content')!.toContent?.(1)).toEqual([{ type: 'text', text: 'own' }]);
  });

  test('has no empty names and descriptions', () => {
    const empty = s.router({
      a: s.procedure.meta({ mcp: { enabled: true, name: '', description: '' } }).query(() => 1),
    });
    const listed = toolsOf(fromTrpcToMcpMeta(), empty)['a'];
    expect(listed).toMatchObject({
      name: 'a',
      description: expect.stringMatching(/^Calls the query "a"/) as string,
    });
  });

  test('can be narrowed by a function around it', () => {
    const read = fromTrpcToMcpMeta();
    const listed = toolsOf((procedure) => procedure.path !== 'content' && read(procedure), of);
    expect(Object.keys(listed)).toEqual(['on']);
  });

  test('is recognised without it, once for all procedures', () => {
    const { problems, message } = problemsOf(() => toolsOf(undefined, of));
    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ['META_UNKNOWN', 'on'],
      ['META_UNKNOWN', 'off'],
      ['META_UNKNOWN', 'content'],
    ]);
    expect(message).toContain(
      '  on, off, content: mcp.enabled is a setting of trpc-to-mcp; write mcp: true, or mcp: { description }',
    );
    expect(message).toContain('fromTrpcToMcpMeta()');
  });
});

test.each([[''], ['yes'], [0], [5], [Number.NaN], [[]]])(
  'mcp: %j in meta is a set-up problem, and exposes nothing by mistake',
  (mcp) => {
    const of = t.router({ a: t.procedure.meta({ mcp } as never).query(() => 1) });
    for (const tag of [undefined, () => true, () => false]) {
      const { problems } = problemsOf(() => toolsOf(tag, of));
      expect(problems).toEqual([
        {
          code: 'META_UNKNOWN',
          path: 'a',
          message: expect.stringMatching(/^mcp is .*; it has to be true, false or settings/) as string,
        },
      ]);
    }
  },
);
