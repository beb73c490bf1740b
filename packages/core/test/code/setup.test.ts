import { type AnyTRPCRouter, initTRPC, lazy } from '@trpc/server';
import { expect, test, vi } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { createCatalog, listedIn } from '../../src/catalog/catalog.ts';
import { checkTools } from '../../src/clients/clients.ts';
import { type CodeMode, type HandlerOptions, type McpMeta, SetupError } from '../../src/index.ts';
import { describeCatalog } from '../../src/testing/catalog.ts';
import { createMcpTestClient } from '../../src/testing/testing.ts';
import { callTool } from '../in-process.ts';
import { api, scripts } from './script.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

function problemsOf(
  options: HandlerOptions,
  router: AnyTRPCRouter = t.router({ list: tool.query(() => 1) }),
): string[] {
  try {
    mcpHandler(router, options);
    return [];
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
  }
}

test('the names of a code mode are taken, and no others', () => {
  const router = t.router({
    run_code: tool.query(() => 1),
    run_query: tool.query(() => 1),
  });
  expect(problemsOf({ discovery: scripts({}) }, router)).toEqual([
    'NAME_CLASH run_code: "run_code" is the name of a tool that the option discovery adds; set mcp.name on run_code',
  ]);
  expect(problemsOf({}, router)).toEqual([]);
});

test('what is no code mode is a set-up problem that says what to pass', () => {
  const whole = scripts({});
  const [search, run] = whole.tools;
  const wrong: [unknown, string][] = [
    ['code', 'or what codeMode() of @trpc-mcp/code returns'],
    [7, 'or what codeMode() of @trpc-mcp/code returns'],
    [[], 'or what codeMode() of @trpc-mcp/code returns'],
    [() => whole, 'it is a function; call it, as in discovery: codeMode()'],
    [{ ...whole, call: 'x' }, 'its call is not a function'],
    [{ ...whole, tools: undefined }, 'its tools are not a list'],
    [{ ...whole, tools: [search] }, 'none of its tools runs code'],
    [{ ...whole, tools: [run, run] }, 'two of its tools are named run_code'],
    [{ ...whole, tools: [{ ...run, name: 'run code' }] }, 'tools[0] has a name that clients do not accept'],
    [{ ...whole, tools: [{ ...run, does: 'walk' }] }, 'tools[0] has to say what it does'],
    [{ ...whole, tools: [run, { ...search, inputSchema: {} }] }, 'tools[1] has to have an inputSchema'],
    [{ ...whole, tools: [{ ...run, title: 1 }] }, 'tools[0] has to have a title and a description'],
    [{ ...whole, over: -1 }, 'its over is not a number of 0 or more'],
    [{ ...whole, find: [] }, 'its find is not a function'],
  ];
  for (const [discovery, words] of wrong) {
    expect(problemsOf({ discovery: discovery as CodeMode })).toEqual([
      expect.stringMatching(/^OPTION_INVALID discovery: /),
    ]);
    expect(problemsOf({ discovery: discovery as CodeMode })[0]).toContain(words);
  }
  const named = { ...whole, tools: [{ ...run!, name: 'get_prompt' }] };
  expect(problemsOf({ discovery: named })).toEqual([]);
  expect(problemsOf({ discovery: named, asTools: true })[0]).toContain(
    'has the name of one that asTools adds',
  );
});

test('its tools suit every client, and say nothing of what is hidden from somebody', () => {
  const router = t.router({
    open: t.router({ list: tool.query(() => 1) }),
    vault: t.router({
      burn: t.procedure.meta({ mcp: { visible: () => false, confirm: true } }).mutation(() => 1),
    }),
  });
  const catalog = createCatalog(router, { discovery: scripts({}) }).current!;
  const tools = listedIn(catalog).map(({ listed }) => listed.modern);
  expect(checkTools(tools).filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(JSON.stringify(tools)).not.toContain('vault');
  expect(catalog.front!.isPersonal).toBe(false);
  expect(tools.map(({ name, annotations, _meta }) => ({ name, annotations, _meta }))).toEqual([
    {
      name: 'run_code',
      annotations: { readOnlyHint: false, destructiveHint: true },
      _meta: { 'anthropic/alwaysLoad': true, 'anthropic/requiresUserInteraction': true },
    },
    {
      name: 'search_api',
      annotations: { openWorldHint: false, readOnlyHint: true },
      _meta: { 'anthropic/alwaysLoad': true },
    },
  ]);
});

test('the list of what it is made of has a budget, and the catalog is described as it is', async () => {
  const procedures = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [`tool${n}`, tool.query(() => n)]),
  );
  const router = t.router(procedures);
  const budget = { listTokens: 700 };
  expect(problemsOf({ budget }, router)[0]).toMatch(/^BUDGET/);
  expect(problemsOf({ budget, discovery: scripts({}) }, router)).toEqual([]);
  const { tools } = await describeCatalog(router, { discovery: scripts({}) });
  expect(tools).toHaveLength(200);
});

test('lazy routers and what expose chooses at the moment are there for code', async () => {
  let isOpen = false;
  const router = t.router({
    later: lazy(() => Promise.resolve(t.router({ read: tool.query(() => 'read') }))),
    now: tool.query(() => 'now'),
  });
  const handler = mcpHandler(router, {
    discovery: scripts({
      it: async (run) => [(await run.tools()).map(({ name }) => name), await run.call('later_read', {})],
    }),
    expose: (path) => isOpen || path === 'now',
  });
  const run = async () => {
    const { body } = await callTool(handler, 'modern', 'run_code', { code: 'it' });
    return JSON.parse(
      (body as { result: { content: [{ text: string }] } }).result.content[0].text,
    ) as unknown;
  };
  expect(await run()).toEqual([['now'], expect.objectContaining({ code: 'NOT_FOUND' })]);
  isOpen = true;
  expect(await run()).toEqual([['later_read', 'now'], { ok: true, json: 'read' }]);
});

test('an app without code mode has nothing that is asked or kept for it', async () => {
  const authorize = vi.fn(() => true);
  const handler = mcpHandler(t.router({ list: tool.query(() => 1) }), {
    auth: { authenticate: () => undefined, authorize },
  });
  await callTool(handler, 'modern', 'list', {});
  expect(authorize).toHaveBeenCalledTimes(1);
});

test('the test client runs code, and reads what it returns', async () => {
  const router = t.router({ list: tool.query(() => ({ n: 1 })) });
  await using client = createMcpTestClient(router, {
    discovery: scripts({ it: async (run) => ((await api(run, 'list')) as { n: number }).n + 1 }),
  });
  expect(await client.callTool('run_code', { code: 'it' })).toMatchObject({ ok: true, json: 2 });
});
