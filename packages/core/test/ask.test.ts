import { initTRPC } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { type CallFailure, getMcpCall, type McpMeta, type Question } from '../src/index.ts';
import type { CallMethod } from '../src/protocol/call-by-name.ts';
import { converse, type Shown } from './conversation.ts';
import { headersOf, post } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const ask = <TContent>(question: Question<TContent>) => getMcpCall()!.ask(question);

const size = z.object({ size: z.enum(['small', 'large']), gift: z.boolean().optional() });
const address = z.object({ street: z.string().min(3) });

afterEach(() => {
  vi.useRealTimers();
});

describe.each(['2026-07-28', 'auto'] as const)('for a client of kind %s', (kind) => {
  test('an answer comes back as the schema reads it', async () => {
    const router = t.router({
      order: tool.mutation(async () => {
        const answer = await ask({ message: 'Which size?', schema: size });
        return answer.action === 'accept' ? { chosen: answer.content } : { none: answer.action };
      }),
    });
    await using server = await serve(mcpHandler(router));
    const shown: Shown[] = [];
    const answers = [
      { action: 'accept', content: { size: 'large', gift: true } },
      { action: 'decline' },
      { action: 'cancel' },
    ];
    await using client = await converse(kind, server.mcp, {
      onQuestion(question) {
        shown.push(question);
        return answers.shift()!;
      },
    });
    const order = async () => (await client.call('tools/call', { name: 'order' }))['structuredContent'];
    expect(await order()).toEqual({ chosen: { size: 'large', gift: true } });
    expect(await order()).toEqual({ none: 'decline' });
    expect(await order()).toEqual({ none: 'cancel' });
    expect(shown[0]).toMatchObject({
      mode: 'form',
      message: 'Which size?',
      requestedSchema: {
        type: 'object',
        properties: { size: { type: 'string', enum: ['small', 'large'] }, gift: { type: 'boolean' } },
        required: ['size'],
      },
    });
  });

  test('questions in order are asked one after another, and what comes before them runs each time', async () => {
    const ran: string[] = [];
    const failures: CallFailure[] = [];
    const router = t.router({
      order: tool.mutation(async () => {
        ran.push('start');
        const first = await ask({ message: 'Which size?', schema: size });
        ran.push('between');
        const second = await ask({ message: 'Where to?', schema: address });
        ran.push('end');
        return [first, second];
      }),
    });
    await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    const asked: string[] = [];
    await using client = await converse(kind, server.mcp, {
      onQuestion({ message }) {
        asked.push(message);
        const content = message === 'Which size?' ? { size: 'small' } : { street: 'Main Street 1' };
        return { action: 'accept', content };
      },
    });
    const { structuredContent } = await client.call('tools/call', { name: 'order' });
    expect(structuredContent).toEqual([
      { action: 'accept', content: { size: 'small' } },
      { action: 'accept', content: { street: 'Main Street 1' } },
    ]);
    expect(asked).toEqual(['Which size?', 'Where to?']);
    expect(ran).toEqual(['start', 'start', 'between', 'start', 'between', 'end']);
    expect(failures).toEqual([]);
  });

  test('questions at once are asked in one round, the same one twice as two', async () => {
    let runs = 0;
    const router = t.router({
      order: tool.mutation(async () => {
        runs++;
        return Promise.all([
          ask({ message: 'Which size?', schema: size }),
          ask({ message: 'Where to?', schema: address }),
          ask({ message: 'Which size?', schema: size }),
        ]);
      }),
    });
    await using server = await serve(mcpHandler(router));
    const asked: string[] = [];
    await using client = await converse(kind, server.mcp, {
      onQuestion({ message }) {
        asked.push(message);
        if (message === 'Where to?') return { action: 'decline' };
        return { action: 'accept', content: { size: 'small' } };
      },
    });
    const { structuredContent } = await client.call('tools/call', { name: 'order' });
    const small = { action: 'accept', content: { size: 'small' } };
    expect(structuredContent).toEqual([small, { action: 'decline' }, small]);
    expect(asked.toSorted()).toEqual(['Where to?', 'Which size?', 'Which size?']);
    expect(runs).toBe(2);
  });

  test.each<[string, Question<{ street: string }>]>([
    ['a Standard Schema', { message: 'Where to?', schema: address }],
    [
      'a Standard Schema that takes its time',
      { message: 'Where to?', schema: address.refine(async ({ street }) => street !== '?') },
    ],
    [
      'a JSON Schema',
      {
        message: 'Where to?',
        schema: {
          type: 'object',
          properties: { street: { type: 'string', minLength: 3 } },
          required: ['street'],
        },
      },
    ],
  ])('an answer that does not fit is asked for again: %s', async (_, question) => {
    const router = t.router({
      order: tool.mutation(() => Promise.all([ask({ message: 'Which size?', schema: size }), ask(question)])),
    });
    await using server = await serve(mcpHandler(router));
    const wrong: Record<string, unknown>[] = [
      { action: 'accept', content: { street: 5 } },
      { action: 'accept', content: { street: '?' } },
      { action: 'accept', content: {} },
      { action: 'accept' },
    ];
    const asked: string[] = [];
    await using client = await converse(kind, server.mcp, {
      onQuestion({ message }) {
        asked.push(message);
        if (message === 'Which size?') return { action: 'accept', content: { size: 'small' } };
        return wrong.shift() ?? { action: 'accept', content: { street: 'Main Street 1' } };
      },
    });
    const { structuredContent } = await client.call('tools/call', { name: 'order' });
    expect(structuredContent).toEqual([
      { action: 'accept', content: { size: 'small' } },
      { action: 'accept', content: { street: 'Main Street 1' } },
    ]);
    // The question that was answered is not asked again.
    expect(asked.filter((message) => message === 'Which size?')).toHaveLength(1);
    expect(asked.filter((message) => message === 'Where to?')).toHaveLength(5);
  });

  test('a question by URL says no more than that the page was opened', async () => {
    const router = t.router({
      connect: tool.mutation(() => ask({ message: 'Sign in at the bank', url: 'https://bank.example/' })),
    });
    await using server = await serve(mcpHandler(router));
    const shown: Shown[] = [];
    await using client = await converse(kind, server.mcp, {
      onQuestion(question) {
        shown.push(question);
        return { action: 'accept' };
      },
    });
    const { structuredContent } = await client.call('tools/call', { name: 'connect' });
    expect(structuredContent).toEqual({ action: 'accept', content: {} });
    expect(shown).toMatchObject([
      { mode: 'url', message: 'Sign in at the bank', url: 'https://bank.example/' },
    ]);
  });

  test.each<[CallMethod, Record<string, unknown>]>([
    ['resources/read', { uri: 'app://greeting' }],
    ['prompts/get', { name: 'greeting' }],
  ])('%s may ask as well', async (method, params) => {
    let runs = 0;
    const router = t.router({
      greeting: t.procedure
        .meta({ mcp: { resource: { uri: 'app://greeting' }, prompt: true } })
        .query(async () => {
          runs++;
          const answer = await ask({ message: 'Who are you?', schema: z.object({ name: z.string() }) });
          return answer.action === 'accept' ? `Hello ${answer.content.name}` : 'Hello';
        }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp, {
      onQuestion: () => ({ action: 'accept', content: { name: 'Ada' } }),
    });
    expect(JSON.stringify(await client.call(method, params))).toContain('Hello Ada');
    expect(runs).toBe(2);
  });

  test('a generator may ask between its values', async () => {
    const router = t.router({
      guide: tool.query(async function* () {
        yield 'before';
        const { action } = await ask({ message: 'Which size?', schema: size });
        yield action;
      }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp, { onQuestion: () => ({ action: 'decline' }) });
    const { structuredContent } = await client.call('tools/call', { name: 'guide' });
    expect(structuredContent).toEqual(['before', 'decline']);
  });

  test('an app that catches everything is asked for the answer all the same', async () => {
    const router = t.router({
      order: tool.mutation(async () => {
        try {
          return await ask({ message: 'Which size?', schema: size });
        } catch {
          return 'swallowed';
        }
      }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp, { onQuestion: () => ({ action: 'cancel' }) });
    const { structuredContent } = await client.call('tools/call', { name: 'order' });
    expect(structuredContent).toEqual({ action: 'cancel' });
  });

  test('a client that cannot be asked is told what it lacks', async () => {
    const router = t.router({
      order: tool.mutation(() => ask({ message: 'Which size?', schema: size })),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    await expect(client.call('tools/call', { name: 'order' })).rejects.toMatchObject({
      code: -32_021,
      data: { requiredCapabilities: { elicitation: {} } },
    });
  });
});

describe('for a client of kind 2025-11-25', () => {
  const router = t.router({
    order: tool.mutation(() => ask({ message: 'Which size?', schema: size })),
    greeting: t.procedure
      .meta({ mcp: { prompt: true } })
      .query(async () => (await ask({ message: 'Which size?', schema: size })).action),
  });

  test('a question without a session is PRECONDITION_FAILED, whatever the client can do', async () => {
    await using server = await serve(mcpHandler(router));
    await using client = await converse('2025-11-25', server.mcp, {
      onQuestion: () => ({ action: 'cancel' }),
    });
    const result = await client.call('tools/call', { name: 'order' });
    expect(result).toMatchObject({ isError: true, _meta: { code: 'PRECONDITION_FAILED', httpStatus: 412 } });
    expect(result['content']).toEqual([
      {
        type: 'text',
        text: 'PRECONDITION_FAILED: this needs an answer from a person, and the client cannot be asked: it accepts no event stream, or speaks a revision of MCP before 2026-07-28 without a session; tell the person, so that they can do it themselves or use a client that asks',
      },
    ]);
    await expect(client.call('prompts/get', { name: 'greeting' })).rejects.toThrow('cannot be asked');
  });

  test('with a session it is asked', async () => {
    await using server = await serve(mcpHandler(router, { legacy: 'sessions' }));
    await using client = await converse('2025-11-25', server.mcp, {
      onQuestion: () => ({ action: 'accept', content: { size: 'large' } }),
    });
    const { structuredContent } = await client.call('tools/call', { name: 'order' });
    expect(structuredContent).toEqual({ action: 'accept', content: { size: 'large' } });
  });
});

describe('what a client carries from one round to the next', () => {
  interface Round {
    requestState: string;
    inputRequests: Record<string, { params: { message: string } }>;
  }

  const capabilities = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
  const version = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };

  /** Sends one round by hand, with messages that the official clients would not send. */
  const send = async (
    url: string,
    params: Record<string, unknown>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; result?: Record<string, unknown>; error?: { code: number } }> => {
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { ...params, _meta: { ...version, ...capabilities } },
    };
    const { status, body } = await post(url, message, {
      ...headersOf('modern', 'tools/call', params),
      ...headers,
    });
    return { status, ...(body as object) };
  };

  const answerTo = (round: Round, content: Record<string, unknown>) => ({
    requestState: round.requestState,
    inputResponses: Object.fromEntries(
      Object.keys(round.inputRequests).map((key) => [key, { action: 'accept', content }]),
    ),
  });

  const createRouter = (onRun = () => {}) =>
    t.router({
      order: tool.input(z.object({ item: z.string() })).mutation(async ({ input }) => {
        onRun();
        const { action } = await ask({ message: 'Which size?', schema: size });
        return `${input.item}: ${action}`;
      }),
      cancel: tool.input(z.object({ item: z.string() })).mutation(async () => {
        const { action } = await ask({ message: 'Which size?', schema: size });
        return `cancel: ${action}`;
      }),
    });

  const arguments_ = { item: 'book' };
  const params = { name: 'order', arguments: arguments_ };

  test('the procedure runs once for the first round, and once for each answer', async () => {
    const onRun = vi.fn();
    await using server = await serve(mcpHandler(createRouter(onRun)));
    const { result } = await send(server.mcp, params);
    expect(result).toMatchObject({ resultType: 'input_required', requestState: expect.any(String) });
    expect(onRun).toHaveBeenCalledTimes(1);
    const answered = await send(server.mcp, { ...params, ...answerTo(result as never, { size: 'small' }) });
    expect(answered.result).toMatchObject({ resultType: 'complete', structuredContent: 'book: accept' });
    expect(onRun).toHaveBeenCalledTimes(2);
  });

  test('a state that was changed, is too old, or belongs to another call is refused', async () => {
    const onRun = vi.fn();
    const router = createRouter(onRun);
    const auth = {
      authenticate: (caller: Request) => {
        const token = caller.headers.get('authorization') ?? 'ada';
        return { token, clientId: token, scopes: [] };
      },
    };
    await using server = await serve(mcpHandler(router, { auth }));
    await using other = await serve(mcpHandler(router, { auth }));
    const { result } = await send(server.mcp, params);
    const answer = answerTo(result as never, { size: 'small' });
    onRun.mockClear();
    const { requestState } = answer;
    const refused = { error: { code: -32_602 } };

    const flipped = requestState.slice(0, -2) + (requestState.endsWith('AA') ? 'BB' : 'AA');
    expect(await send(server.mcp, { ...params, ...answer, requestState: flipped })).toMatchObject(refused);
    expect(await send(server.mcp, { ...params, ...answer, requestState: 'v1.e30.AA' })).toMatchObject(
      refused,
    );
    expect(await send(server.mcp, { ...params, ...answer, name: 'cancel' })).toMatchObject(refused);
    expect(await send(server.mcp, { ...params, ...answer, arguments: { item: 'car' } })).toMatchObject(
      refused,
    );
    expect(await send(server.mcp, { ...params, ...answer }, { authorization: 'bob' })).toMatchObject(refused);
    expect(await send(other.mcp, { ...params, ...answer })).toMatchObject(refused);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
    expect(await send(server.mcp, { ...params, ...answer })).toMatchObject(refused);
    vi.useRealTimers();
    expect(onRun).not.toHaveBeenCalled();
    expect((await send(server.mcp, { ...params, ...answer })).result).toMatchObject({
      structuredContent: 'book: accept',
    });
  });

  test('answers that are none are asked for again', async () => {
    await using server = await serve(mcpHandler(createRouter()));
    const first = (await send(server.mcp, params)).result as unknown as Round;
    const { inputRequests } = first;
    let { requestState } = first;
    const [key] = Object.keys(inputRequests);
    for (const none of [{}, { action: 'perhaps' }, { action: 'accept', content: [] }]) {
      const again = await send(server.mcp, { ...params, requestState, inputResponses: { [key!]: none } });
      // The SDK's schema for answers refuses some of them earlier, before the state is spent.
      if (again.error) expect(again).toMatchObject({ error: { code: -32_602 } });
      else {
        expect(again.result).toMatchObject({ resultType: 'input_required', inputRequests });
        ({ requestState } = again.result as unknown as Round);
      }
    }
    const other = await send(server.mcp, {
      ...params,
      requestState,
      inputResponses: { another: { action: 'accept', content: { size: 'small' } } },
    });
    expect(other.result).toMatchObject({ resultType: 'input_required', inputRequests });
  });

  test('the same arguments in another order are the same call', async () => {
    const router = t.router({
      order: tool.input(z.object({ a: z.string(), b: z.string() })).mutation(async () => {
        const { action } = await ask({ message: 'Which size?', schema: size });
        return action;
      }),
    });
    await using server = await serve(mcpHandler(router));
    const { result } = await send(server.mcp, { name: 'order', arguments: { a: '1', b: '2' } });
    const answer = answerTo(result as never, { size: 'small' });
    const second = await send(server.mcp, { name: 'order', arguments: { b: '2', a: '1' }, ...answer });
    expect(second.result).toMatchObject({ structuredContent: 'accept' });
  });
});

test('a client that asks for progress is asked, too', async () => {
  const router = t.router({
    order: tool.mutation(async () => {
      getMcpCall()!.progress({ progress: 1 });
      return (await ask({ message: 'Which size?', schema: size })).action;
    }),
  });
  await using server = await serve(mcpHandler(router));
  await using client = await converse('2026-07-28', server.mcp, {
    onQuestion: () => ({ action: 'decline' }),
  });
  const heard: number[] = [];
  const onprogress = ({ progress }: { progress: number }) => heard.push(progress);
  const { structuredContent } = await client.call('tools/call', { name: 'order' }, { onprogress });
  expect(structuredContent).toBe('decline');
  expect(heard.length).toBeGreaterThan(0);
});

test('a client of 2025 with a session and nobody in front of it is told what it lacks', async () => {
  const router = t.router({
    order: tool.mutation(() => ask({ message: 'Which size?', schema: size })),
    ping: tool.query(() => ({})),
  });
  await using server = await serve(mcpHandler(router, { legacy: 'sessions' }));
  await using client = await converse('2025-11-25', server.mcp);
  const result = await client.call('tools/call', { name: 'order' });
  expect(result).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('did not declare the required capability') }],
  });
  expect(await client.call('tools/call', { name: 'ping' })).toMatchObject({ structuredContent: {} });
});
