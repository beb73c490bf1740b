import { initTRPC, TRPCError } from '@trpc/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/fetch.ts';
import type { CallFailure, HandlerOptions, McpMeta, McpRequest } from '../src/index.ts';
import { runsOf } from './runs.ts';

const numRuns = Number(process.env['FC_RUNS'] ?? runsOf(1000));

const t = initTRPC.context<object>().meta<McpMeta>().create({ isDev: false });
const visible = () => true;

const router = t.router({
  plain: t.procedure.meta({ mcp: true }).query(() => 'plain'),
  guarded: t.procedure.meta({ mcp: { visible } }).query(() => 'guarded'),
  locked: t.procedure.meta({ mcp: { visible } }).query(() => 'locked'),
  broken: t.procedure.meta({ mcp: true }).query(() => {
    throw new Error(secret);
  }),
  note: t.procedure.meta({ mcp: { resource: { uri: 'app://note' }, visible } }).query(() => 'note'),
  open: t.procedure.meta({ mcp: { resource: { uri: 'app://open' } } }).query(() => 'open'),
  rows: t.procedure
    .meta({ mcp: { resource: { uri: 'rows://{id}' }, visible } })
    .input(z.object({ id: z.string() }))
    .query(({ input }) => input.id),
  ask: t.procedure.meta({ mcp: { prompt: true, visible } }).query(() => 'ask'),
  topics: t.procedure.query(() => ['a']),
  about: t.procedure
    .meta({ mcp: { prompt: true, visible, complete: { topic: 'topics' } } })
    .input(z.object({ topic: z.string() }))
    .query(({ input }) => input.topic),
  greet: t.procedure.meta({ mcp: { prompt: true } }).query(() => 'greet'),
});

const secret = 'connect ECONNREFUSED postgres://app:s3cr3t@db.internal';

/** What a context may do: it is made, or what it throws was written for the caller, or was not. */
const contexts = {
  made: undefined,
  crash: () => new Error(secret),
  'sign in': () => new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in first' }),
  'sign in, wrapped': () => new TRPCError({ code: 'UNAUTHORIZED', cause: new Error(secret) }),
  'not you': () => new TRPCError({ code: 'FORBIDDEN', message: 'not you' }),
  conflict: () => new TRPCError({ code: 'CONFLICT', cause: new Error(secret) }),
};

/** What the context of one message does, and after how many turns of the event loop; -1 throws before it is a promise. */
interface Step {
  context: keyof typeof contexts;
  turns: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  context: fc.constantFrom(...(Object.keys(contexts) as (keyof typeof contexts)[])),
  turns: fc.integer({ min: -1, max: 3 }),
});

const message = fc.constantFrom(
  { method: 'tools/list' },
  { method: 'prompts/list' },
  { method: 'resources/list' },
  { method: 'resources/templates/list' },
  ...['plain', 'guarded', 'broken', 'missing'].map((name) => ({ method: 'tools/call', params: { name } })),
  ...['ask', 'greet', 'missing'].map((name) => ({ method: 'prompts/get', params: { name } })),
  ...['app://note', 'app://open', 'rows://1', 'app://missing'].map((uri) => ({
    method: 'resources/read',
    params: { uri },
  })),
  ...['resources/subscribe', 'resources/unsubscribe'].flatMap((method) =>
    ['app://note', 'app://missing'].map((uri) => ({ method, params: { uri } })),
  ),
  ...['about', 'missing'].map((name) => ({
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name }, argument: { name: 'topic', value: '' } },
  })),
);

/** Serves the router with contexts that do these steps, and keeps what happened. */
function serveSteps(stepOf: (mcp: McpRequest) => Step, options: HandlerOptions = {}) {
  const failures: CallFailure[] = [];
  /** What contexts have thrown. */
  const thrownErrors: unknown[] = [];
  const createContext = ({ mcp }: { mcp: McpRequest }): object | Promise<object> => {
    const { context, turns } = stepOf(mcp);
    const thrown = contexts[context]?.();
    if (thrown) thrownErrors.push(thrown);
    const finish = () => {
      if (thrown) throw thrown;
      return {};
    };
    if (turns < 0) return finish();
    return waitTurns(turns).then(finish);
  };
  const onError = (failure: CallFailure) => void failures.push(failure);
  const handle = mcpHandler(router, { ...options, createContext, onError });
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    handle(
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-03-26',
          ...headers,
        },
        body: JSON.stringify(body),
      }),
    );
  return { post, handle, failures, thrownErrors };
}

async function waitTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('a batch never tells a caller what the app did not write for callers, and onError hears of each failure once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 6 }),
      fc.array(message, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('stateless', 'sessions'),
      fc.constantFrom('all', 'permitted'),
      fc.constantFrom<HandlerOptions['return200ForErrors'][]>(false, 'forbidden', true),
      async (steps, messages, legacy, listing, return200ForErrors) => {
        let count = 0;
        const nextStep = () => steps[count++ % steps.length]!;
        const served = serveSteps(nextStep, {
          legacy,
          listing,
          return200ForErrors: return200ForErrors!,
        });
        const { post, handle, failures, thrownErrors } = served;
        const headers = legacy === 'sessions' ? await openSession(post) : {};
        const batch = messages.map((one, index) => ({ jsonrpc: '2.0', id: index + 1, ...one }));
        const response = await post(batch, headers);
        const text = await response.text();

        const answered = [...text.matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id));
        expect(answered.toSorted((a, b) => a - b)).toEqual(batch.map(({ id }) => id));
        expect(text).not.toMatch(/ECONNREFUSED|postgres|s3cr3t/);
        const heard = new Set(failures.map(({ reference }) => reference));
        for (const [, reference] of text.matchAll(/\(reference ([\da-f-]+)\)/g)) {
          expect(heard).toContain(reference);
        }
        for (const thrown of thrownErrors) {
          expect(failures.filter(({ error }) => error === thrown || error.cause === thrown)).toHaveLength(1);
        }
        await handle.close();
      },
    ),
    { numRuns },
  );
});

async function openSession(post: ReturnType<typeof serveSteps>['post']): Promise<Record<string, string>> {
  const params = { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const response = await post({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
  return { 'mcp-session-id': response.headers.get('mcp-session-id')! };
}

const callThenList = [
  { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'plain' } },
  { jsonrpc: '2.0', id: 2, method: 'tools/list' },
];
/** One step for the call, another for the list. */
const each = (call: Step, list: Step) => (mcp: McpRequest) => (mcp.tool ? call : list);
const crash = (turns: number): Step => ({ context: 'crash', turns });
const signIn: Step = { context: 'sign in', turns: 0 };
const timings = [-1, 0, 2];

test.for(timings.flatMap((call) => timings.map((list) => ({ call, list }))))(
  'a context that fails beside a call hides what asks for it, and nothing else: $call, $list',
  async ({ call, list }) => {
    const { post, failures } = serveSteps(each(crash(call), crash(list)));
    const answers = (await (await post(callThenList)).json()) as {
      id: number;
      result?: { tools?: { name: string }[] };
    }[];
    const tools = answers.find(({ id }) => id === 2)?.result?.tools;
    expect(tools?.map(({ name }) => name)).toEqual(['broken', 'plain']);
    expect(failures.map(({ error }) => error.message)).toEqual([secret, secret]);
  },
);

test('a context that fails with a list alone hides what asks for it, and onError hears of it', async () => {
  const { post, failures } = serveSteps(() => crash(0));
  const response = await post(callThenList[1]);
  const { result } = (await response.json()) as { result: { tools: { name: string }[] } };
  expect(response.status).toBe(200);
  expect(result.tools.map(({ name }) => name)).toEqual(['broken', 'plain']);
  expect(failures.map(({ error }) => error.message)).toEqual([secret]);
});

test('a context that refuses a list is worded and reported as that of a call', async () => {
  const refuse: Step = { context: 'sign in, wrapped', turns: 0 };
  const texts: string[] = [];
  for (const sent of [callThenList[1], callThenList[0]]) {
    const { post, failures, thrownErrors } = serveSteps(() => refuse);
    const response = await post(sent);
    const { error, result } = (await response.json()) as {
      error?: { message: string };
      result?: { content: { text: string }[] };
    };
    const text = error?.message ?? result!.content[0]!.text;
    expect(response.status).toBe(401);
    expect(failures.map((failure) => failure.error)).toEqual(thrownErrors);
    expect(text).toContain(`(reference ${failures[0]!.reference})`);
    texts.push(text.replace(failures[0]!.reference, ''));
  }
  expect(texts[0]).toBe(texts[1]);
});

test.for(['guarded', 'missing'])(
  'a context that fails for a tool which is hidden or missing is reported once: %s',
  async (name) => {
    const { post, failures, thrownErrors } = serveSteps(() => crash(0));
    const response = await post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });
    expect(await response.json()).toMatchObject({ error: { message: `Unknown tool: ${name}` } });
    expect(failures.map(({ error }) => error)).toEqual(thrownErrors);
  },
);

test('each message of a batch is refused for itself, and the batch has the status 200', async () => {
  const { post } = serveSteps(each({ context: 'made', turns: 2 }, signIn));
  const response = await post(callThenList);
  const answers = (await response.json()) as { id: number; result?: unknown; error?: unknown }[];
  expect(response.status).toBe(200);
  expect(answers.toSorted((a, b) => a.id - b.id)).toEqual([
    expect.objectContaining({
      id: 1,
      result: expect.objectContaining({ structuredContent: { result: 'plain' } }),
    }),
    expect.objectContaining({ id: 2, error: expect.objectContaining({ code: -32_600 }) }),
  ]);
});

test('a batch of one has the status of its one answer', async () => {
  const { post } = serveSteps(() => signIn);
  const response = await post(callThenList.slice(0, 1));
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
});
