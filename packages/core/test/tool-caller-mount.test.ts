import { initTRPC } from '@trpc/server';
import { afterEach, expect, test, vi } from 'vitest';
import { createToolCaller } from '../src/caller/tool-caller.ts';
import { type McpMeta, SetupError } from '../src/index.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create({ isDev: false });
const ctx = { user: 'ada' };

afterEach(() => {
  vi.restoreAllMocks();
});

/** A router, and how often a catalog was made of it: `toolName` is asked for each procedure of each. */
function createRouter() {
  const router = t.router({ get: t.procedure.meta({ mcp: true }).query(({ ctx: { user } }) => user) });
  const toolName = vi.fn<(path: string) => string>((path) => path);
  return { router, toolName };
}

test('callers of the same options share one catalog, whoever calls', async () => {
  const { router, toolName } = createRouter();
  for (let index = 0; index < 50; index++) {
    const user = `user ${index}`;
    const caller = createToolCaller(router, {
      ctx: { user },
      toolName,
      // Written anew for each of them.
      expose: { include: ['get'] },
      result: { maxTokens: 1000 },
      server: { name: 'app', version: '1.0.0' },
      authInfo: { subject: user },
      client: { name: 'chat', version: String(index) },
      onElicit: () => ({ action: 'cancel' }),
    });
    expect((await caller.callTool('get')).content).toEqual([{ type: 'text', text: user }]);
  }
  expect(toolName).toHaveBeenCalledTimes(1);
});

test('other options make another catalog, and only so many are kept', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const { router, toolName } = createRouter();
  const make = (timeoutMs: number) => createToolCaller(router, { ctx, toolName, timeoutMs });
  make(1);
  make(2);
  make(1);
  make(2);
  expect(toolName).toHaveBeenCalledTimes(2);
  for (let timeoutMs = 10; timeoutMs < 30; timeoutMs++) make(timeoutMs);
  toolName.mockClear();
  make(29);
  expect(toolName).not.toHaveBeenCalled();
  make(1);
  expect(toolName).toHaveBeenCalledOnce();
  expect(warn).toHaveBeenCalledOnce();
});

test('an app whose options are never found again is told which ones, once', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const { router } = createRouter();
  for (let index = 0; index < 40; index++) createToolCaller(router, { ctx, onError: () => {} });
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]![0]).toMatch(/because the options onError are others each time/);
  expect(warn.mock.calls[0]![0]).toMatch(/Make them once/);
});

test('an app whose options are the same is never told anything', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const { router } = createRouter();
  const onError = () => {};
  for (let index = 0; index < 40; index++) createToolCaller(router, { ctx, onError });
  expect(warn).not.toHaveBeenCalled();
});

test('an approval runs one call, also when the catalog is made again in between', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const removed = vi.fn<() => void>();
  const router = t.router({
    remove: t.procedure.meta({ mcp: { confirm: 'Remove?' } }).mutation(() => removed()),
  });
  const remove = (instructions: string) =>
    createToolCaller(router, {
      ctx,
      authInfo: { subject: 'ada' },
      server: { name: 'app', version: '1.0.0', instructions },
    }).callTool('remove', {}, { isApproved: true, approvalId: 'one' });
  const codes: unknown[] = [];
  // The first catalog is not kept long enough to be found at the end.
  for (let index = 0; index <= 20; index++) codes.push((await remove(`day ${index % 20}`))._meta?.['code']);
  expect(codes).toEqual([undefined, ...Array(20).fill('CONFLICT')]);
  expect(removed).toHaveBeenCalledOnce();
});

const problemsOf = (
  options: unknown,
  router: unknown = createRouter().router,
): [string, string, string][] => {
  try {
    createToolCaller(router as never, options as never);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.problems.map(({ code, path, message }) => [code, path, message]);
  }
  return [];
};

test('options that mean nothing in process are refused, and say what to do', () => {
  expect(
    problemsOf({ ctx, auth: { authenticate: () => undefined }, page: {}, tasks: {}, close: () => {} }),
  ).toEqual(
    expect.arrayContaining([
      ['OPTION_UNKNOWN', 'auth', expect.stringMatching(/the app says who calls with authInfo and ctx/)],
      ['OPTION_UNKNOWN', 'page', expect.stringMatching(/means nothing in process; leave it out$/)],
      ['OPTION_UNKNOWN', 'tasks', expect.stringMatching(/waits for the result/)],
      ['OPTION_UNKNOWN', 'close', expect.stringMatching(/leave it out/)],
    ]),
  );
  expect(problemsOf({ ctx, onElicite: () => {} })).toEqual([
    ['OPTION_UNKNOWN', 'onElicite', expect.stringMatching(/did you mean onElicit\?/)],
  ]);
  expect(problemsOf({ ctx, expose: { includes: [] } })).toEqual([
    ['OPTION_UNKNOWN', 'expose.includes', expect.any(String)],
  ]);
});

test('options of a wrong kind are refused together, and so are problems of the router', () => {
  const wrong = {
    ctx,
    createContext: () => ctx,
    authInfo: 'ada',
    onElicit: true,
    client: { name: 'chat' },
    discovery: 'find',
    bypass: { authentication: true },
  };
  const found = problemsOf(wrong).map(([code, path]) => `${code} ${path}`);
  expect(found).toEqual([
    'CONTEXT_MISSING ctx',
    'OPTION_INVALID authInfo',
    'OPTION_INVALID onElicit',
    'OPTION_INVALID client',
    'OPTION_INVALID discovery',
  ]);
  expect(problemsOf({ ctx: undefined })).toEqual([
    ['CONTEXT_MISSING', 'ctx', expect.stringMatching(/whoever the agent acts for/)],
  ]);
  expect(problemsOf({ ctx, authInfo: { scopes: 'all' } })[0]![1]).toBe('authInfo.scopes');
  expect(problemsOf({ createContext: 'make' })).toEqual([
    ['CONTEXT_MISSING', 'createContext', expect.any(String)],
  ]);
  for (const options of [null, 'ctx', 7, [], () => {}])
    expect(problemsOf(options).map(([code]) => code)).toEqual(['OPTION_INVALID']);
  for (const router of [null, {}, 'router'])
    expect(problemsOf({ ctx }, router).map(([code]) => code)).toEqual(['ROUTER_INVALID']);
  const clashing = t.router({
    a: t.procedure.meta({ mcp: { name: 'same' } }).query(() => 1),
    b: t.procedure.meta({ mcp: { name: 'same' } }).query(() => 1),
  });
  expect(problemsOf({ ctx, nam: 1 }, clashing).map(([code]) => code)).toEqual([
    'OPTION_UNKNOWN',
    'NAME_CLASH',
  ]);
});

test('a bypass needs somebody to call', () => {
  expect(problemsOf({ ctx, bypass: { authentication: true } }).map(([code]) => code)).toContain(
    'BYPASS_WITHOUT_AUTH',
  );
  expect(
    problemsOf({ ctx, bypass: { authentication: true }, authInfo: { subject: 'ada' } }).map(([code]) => code),
  ).toEqual(['BYPASS_UNUSED']);
});

test('options of a call that there are not throw, before anything runs', async () => {
  const { router } = createRouter();
  const caller = createToolCaller(router, { ctx });
  const call = (options: unknown) => caller.callTool('get', {}, options as never);
  await expect(call({ isApprovd: true })).rejects.toThrow(/isApprovd of callTool.*did you mean isApproved\?/);
  await expect(call({ isApproved: 'yes' })).rejects.toThrow(/isApproved of callTool has to be true or false/);
  await expect(call({ signal: {} })).rejects.toThrow(/signal of callTool has to be an AbortSignal/);
  await expect(call({ onProgress: 1 })).rejects.toThrow(/onProgress of callTool has to be a function/);
  await expect(call('fast')).rejects.toThrow(/options of callTool have to be an object/);
  await expect(call(null)).rejects.toThrow(TypeError);
});

test('a router without a context needs no options', async () => {
  const plain = initTRPC.meta<McpMeta>().create();
  const router = plain.router({ now: plain.procedure.meta({ mcp: true }).query(() => 'now') });
  expect((await createToolCaller(router).callTool('now')).content).toEqual([{ type: 'text', text: 'now' }]);
});
