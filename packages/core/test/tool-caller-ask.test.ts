import { initTRPC, TRPCError } from '@trpc/server';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createMemoryStore } from '../src/call/memory-store.ts';
import { createToolCaller, type OnElicit, type ToolCallResult } from '../src/caller/tool-caller.ts';
import { getMcpCall, type McpMeta } from '../src/index.ts';
import { createMcpTestClient } from '../src/testing/testing.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create({ isDev: false });
const ctx = { user: 'ada' };

const textOf = ({ content }: ToolCallResult) =>
  content.map((block) => (block.type === 'text' ? block.text : block.type)).join('\n');

type Action = 'accept' | 'decline' | 'cancel';

/** A person who always does the same, and the questions that they were asked. */
function person(action: Action, content?: Record<string, string>) {
  return vi.fn<OnElicit>(() => ({ action, ...(content && { content }) }));
}

function createRouter(ran: (what: string) => void) {
  const owned = t.procedure.use(({ ctx: { user }, next }) => {
    if (user !== 'ada') throw new TRPCError({ code: 'FORBIDDEN', message: 'only ada may' });
    ran(`guard of ${user}`);
    return next();
  });
  return t.router({
    close: owned
      .meta({ mcp: { confirm: 'Close {id}?' } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        ran(`close ${input.id}`);
        return `closed ${input.id}`;
      }),
    remove: owned
      .meta({ mcp: { confirm: { question: 'Remove {name} with {count} notes?', with: 'count' } } })
      .input(z.object({ name: z.string() }))
      .mutation(({ input }) => {
        ran(`remove ${input.name}`);
        return 'removed';
      }),
    count: t.procedure
      .meta({ mcp: true })
      .input(z.object({ name: z.string() }))
      .query(({ input }) => {
        ran('count');
        if (input.name === 'nobody') throw new TRPCError({ code: 'NOT_FOUND', message: 'no such customer' });
        return { count: 3 };
      }),
    careless: t.procedure
      .meta({ mcp: { confirm: 'Sure?', confirmFallback: 'proceed' } })
      .mutation(() => 'went ahead'),
    pick: t.procedure.meta({ mcp: true }).mutation(async () => {
      ran('pick');
      const schema = z.object({ colour: z.string() });
      const first = await getMcpCall()!.ask({ message: 'Which colour?', schema });
      const second = await getMcpCall()!.ask({ message: 'Which one then?', schema });
      return [first, second];
    }),
    visit: t.procedure.meta({ mcp: true }).mutation(async () => {
      const { action } = await getMcpCall()!.ask({ message: 'Pay', url: 'https://pay.example.com/1' });
      return action;
    }),
    sample: t.procedure.meta({ mcp: true }).mutation(async () => {
      const params = { messages: [], maxTokens: 1 };
      return getMcpCall()!.request({ method: 'sampling/createMessage', params } as never);
    }),
    both: t.procedure.meta({ mcp: { confirm: 'Do both?' } }).mutation(async () => {
      const { action } = await getMcpCall()!.ask({ message: 'And which?', schema: z.object({}) });
      return action;
    }),
  });
}

function setUp(onElicit?: OnElicit, user = 'ada') {
  const ran = vi.fn<(what: string) => void>();
  const router = createRouter(ran);
  const onError = vi.fn<(failure: unknown) => void>();
  const caller = createToolCaller(router, { ctx: { user }, onError, ...(onElicit && { onElicit }) });
  return { router, caller, ran: () => ran.mock.calls.flat(), onError };
}

test('a person who agrees lets the call run once, and is told what it would do', async () => {
  const onElicit = person('accept', {});
  const { caller, ran } = setUp(onElicit);
  expect(textOf(await caller.callTool('close', { id: 'a' }))).toBe('closed a');
  expect(ran().filter((what) => what.startsWith('close'))).toEqual(['close a']);
  expect(onElicit).toHaveBeenCalledOnce();
  const [asked, about] = onElicit.mock.calls[0]!;
  expect(asked).toMatchObject({ message: 'Close "a"?', requestedSchema: { type: 'object', properties: {} } });
  expect(about).toEqual({ tool: 'close', arguments: { id: 'a' }, signal: expect.any(AbortSignal) });
});

test('questions and refusals are those of MCP', async () => {
  for (const action of ['accept', 'decline', 'cancel'] as const) {
    const there = person(action, { colour: 'red' });
    const here = person(action, { colour: 'red' });
    const { caller, router } = setUp(here);
    await using remote = createMcpTestClient(router, { ctx, onElicit: (asked) => there(asked, {} as never) });
    const client = await remote.connect();
    for (const [name, args] of [
      ['close', { id: 'a' }],
      ['remove', { name: 'acme' }],
      ['remove', { name: 'nobody' }],
      ['careless', {}],
      ['pick', {}],
      ['visit', {}],
      ['both', {}],
    ] as const) {
      const result = await caller.callTool(name, args);
      const expected = await client.callTool({ name, arguments: args });
      expect(textOf(result), `${action} ${name}`).toBe(textOf(expected));
      expect(result.isError).toBe(expected.isError);
    }
    const questions = ({ mock }: typeof here) => mock.calls.map(([asked]) => asked);
    expect(questions(here).map(({ message }) => message)).toEqual(
      questions(there).map(({ message }) => message),
    );
  }
});

test('without somebody who answers, what has to ask is refused in words and nothing is done', async () => {
  const { caller, ran } = setUp();
  const closed = await caller.callTool('close', { id: 'a' });
  expect(closed._meta).toMatchObject({ code: 'PRECONDITION_FAILED' });
  expect(textOf(closed)).toMatch(/needs the consent of a person, and nobody can be asked here/);
  expect(textOf(await caller.callTool('pick'))).toMatch(/needs an answer from a person, and nobody can be/);
  expect(textOf(await caller.callTool('careless'))).toBe('went ahead');
  expect(ran()).not.toContain('close a');
});

test('a call may bring who answers its questions', async () => {
  const { caller } = setUp(person('decline'));
  expect(textOf(await caller.callTool('close', { id: 'a' }))).toMatch(/declined/);
  const onElicit = person('accept');
  expect(textOf(await caller.callTool('close', { id: 'a' }, { onElicit }))).toBe('closed a');
});

test('a call that a person has agreed to asks for no consent, and its other questions still go to the person', async () => {
  const { caller, ran } = setUp();
  expect(textOf(await caller.callTool('close', { id: 'a' }, { isApproved: true }))).toBe('closed a');
  expect(textOf(await caller.callTool('remove', { name: 'acme' }, { isApproved: true }))).toBe('removed');
  // Nobody reads the question.
  expect(ran()).not.toContain('count');
  expect(textOf(await caller.callTool('both', {}, { isApproved: true }))).toMatch(/nobody can be asked here/);
  const onElicit = person('accept', {});
  expect(textOf(await caller.callTool('both', {}, { isApproved: true, onElicit }))).toBe('accept');
  expect(onElicit.mock.calls.map(([{ message }]) => message)).toEqual(['And which?']);
});

test('an approval with an id lets one call run, also when it is sent twice at once', async () => {
  const { caller, ran } = setUp();
  const close = (id: string, approvalId: string) =>
    caller.callTool('close', { id }, { isApproved: true, approvalId });
  const both = await Promise.all([close('a', 'one'), close('a', 'one')]);
  expect(both.filter((result) => result.isError)).toHaveLength(1);
  const refused = await close('a', 'one');
  expect(refused._meta).toMatchObject({ code: 'CONFLICT' });
  expect(textOf(refused)).toMatch(/^CONFLICT: this approval was used already.*nothing more was done/);
  expect(ran().filter((what) => what === 'close a')).toHaveLength(1);
  expect(textOf(await close('a', 'two'))).toBe('closed a');
  // Without isApproved, the id says nothing.
  expect(textOf(await caller.callTool('close', { id: 'a' }, { approvalId: 'three' }))).toMatch(
    /nobody can be asked/,
  );
  await expect(close('a', '')).rejects.toThrow(/approvalId of callTool has to be a text that is not empty/);
});

test('an approval belongs to its caller', async () => {
  const router = createRouter(() => {});
  const results = ['ada', 'ben'].map((subject) =>
    createToolCaller(router, { ctx, authInfo: { subject } }).callTool(
      'close',
      { id: 'a' },
      { isApproved: true, approvalId: 'one' },
    ),
  );
  expect((await Promise.all(results)).map(textOf)).toEqual(['closed a', 'closed a']);
});

test('an approval lets nothing run when the store cannot tell whether it was used', async () => {
  const ran = vi.fn<(what: string) => void>();
  const onError = vi.fn();
  const broken = { ...createMemoryStore(), add: () => Promise.reject(new Error('Redis is down')) };
  const caller = createToolCaller(createRouter(ran), { ctx, store: broken, secret: 's'.repeat(32), onError });
  const result = await caller.callTool('close', { id: 'a' }, { isApproved: true, approvalId: 'one' });
  expect(result._meta).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(textOf(result)).toMatch(/nothing was done/);
  expect(textOf(result)).not.toContain('Redis');
  expect(onError).toHaveBeenCalledTimes(1);
  expect(ran).not.toHaveBeenCalled();
});

test('an approval does not let anybody past the middleware', async () => {
  const { caller, ran } = setUp(undefined, 'ben');
  const result = await caller.callTool('close', { id: 'a' }, { isApproved: true });
  expect(textOf(result)).toBe('FORBIDDEN: only ada may');
  expect(ran()).toEqual([]);
});

test('consentFor says what a person would be asked, and never runs the procedure', async () => {
  const { caller, ran, onError } = setUp();
  expect(await caller.consentFor('close', { id: 'a' })).toBe('Close "a"?');
  expect(await caller.consentFor('remove', { name: 'acme' })).toBe('Remove "acme" with 3 notes?');
  expect(await caller.consentFor('careless')).toBe('Sure?');
  expect(ran()).toEqual(['guard of ada', 'guard of ada', 'count']);
  // Nobody is asked, or the call would be refused.
  expect(await caller.consentFor('count', { name: 'acme' })).toBeUndefined();
  expect(await caller.consentFor('pick')).toBeUndefined();
  expect(await caller.consentFor('close', null)).toBeUndefined();
  expect(await caller.consentFor('remove', { name: 'nobody' })).toBeUndefined();
  expect(await caller.consentFor('clos', { id: 'a' })).toBeUndefined();
  expect(await caller.consentFor('__proto__')).toBeUndefined();
  expect(await setUp(undefined, 'ben').caller.consentFor('close', { id: 'a' })).toBeUndefined();
  expect(ran().filter((what) => /^(close|remove|pick)/.test(what))).toEqual([]);
  expect(onError).toHaveBeenCalledTimes(1);
});

test('in search mode, the one call inside of run_mutation may be agreed to, and a batch may not', async () => {
  const ran = vi.fn<(what: string) => void>();
  const options = { ctx, discovery: 'search' } as const;
  const caller = createToolCaller(createRouter(ran), options);
  const close = { name: 'close', arguments: { id: 'a' } };
  expect(await caller.consentFor('run_mutation', close)).toBe('Close "a"?');
  expect(await caller.consentFor('run_mutation', { name: 'pick' })).toBeUndefined();
  expect(await caller.consentFor('run_query', { calls: [{ name: 'count', arguments: {} }] })).toBeUndefined();
  expect(ran.mock.calls.flat()).toEqual(['guard of ada']);
  expect(textOf(await caller.callTool('run_mutation', close, { isApproved: true }))).toBe('closed a');

  const reading = t.router({
    read: t.procedure
      .meta({ mcp: { confirm: 'Read all?', annotations: { readOnlyHint: true } } })
      .mutation(() => {
        ran('read');
        return 'read';
      }),
  });
  const batching = createToolCaller(reading, options);
  const calls = [{ name: 'read' }, { name: 'read' }];
  const batch = await batching.callTool(
    'run_query',
    { calls },
    { isApproved: true, onElicit: person('accept') },
  );
  expect(textOf(batch)).toMatch(/asks a person before it goes on; call it alone/);
  expect(ran.mock.calls.flat()).not.toContain('read');
});

test('a person who answers nothing that can be used ends the call after ten rounds', async () => {
  const onElicit = person('accept', {});
  const { caller } = setUp(onElicit);
  const result = await caller.callTool('pick');
  expect(textOf(result)).toMatch(/has asked 10 times, and asks again/);
  expect(onElicit).toHaveBeenCalledTimes(10);
});

test('what onElicit throws is reported and not told, and so is what is no answer', async () => {
  const answers: OnElicit[] = [
    () => Promise.reject(new Error('the database of chats is down')),
    () => {
      throw new Error('the database of chats is down');
    },
    () => undefined as never,
    () => ({ action: 'yes' }) as never,
    () => null as never,
  ];
  for (const onElicit of answers) {
    const { caller, onError } = setUp(onElicit);
    const result = await caller.callTool('close', { id: 'a' });
    expect(result._meta).toMatchObject({ code: 'PRECONDITION_FAILED' });
    expect(textOf(result)).toMatch(/the person could not be asked \(reference [0-9a-f-]{36}\)/);
    expect(textOf(result)).not.toMatch(/database/);
    expect(onError).toHaveBeenCalledOnce();
  }
});

test('a request that only a client could answer is refused', async () => {
  const { caller } = setUp(person('accept'));
  expect(textOf(await caller.callTool('sample'))).toMatch(/needs sampling\/createMessage of a client/);
});

test('a call that is aborted while a person thinks rejects, and the question is taken back', async () => {
  const controller = new AbortController();
  let taken: unknown;
  const onElicit: OnElicit = (_asked, { signal }) =>
    new Promise(() => {
      signal.addEventListener('abort', () => (taken = signal.reason));
      controller.abort(new Error('left'));
    });
  const { caller, ran } = setUp(onElicit);
  const calling = caller.callTool('close', { id: 'a' }, { signal: controller.signal });
  await expect(calling).rejects.toThrow('left');
  expect(taken).toBe(controller.signal.reason);
  expect(ran()).not.toContain('close a');
});

test('a yes that comes after the call was aborted runs nothing, and nothing is reported', async () => {
  const controller = new AbortController();
  let agree = () => {};
  const onElicit: OnElicit = () =>
    new Promise((resolve) => {
      agree = () => resolve({ action: 'accept' });
      controller.abort(new Error('left'));
    });
  const { caller, ran, onError } = setUp(onElicit);
  const calling = caller.callTool('close', { id: 'a' }, { signal: controller.signal });
  await expect(calling).rejects.toThrow('left');
  agree();
  // What the first call still does is done before a second one has ended.
  const next = caller.callTool('close', { id: 'b' }, { onElicit: person('accept') });
  expect(textOf(await next)).toBe('closed b');
  expect(ran().filter((what) => what.startsWith('close'))).toEqual(['close b']);
  expect(onError).not.toHaveBeenCalled();
});

test('an onElicit that ends with its call is not reported', async () => {
  const controller = new AbortController();
  const onElicit: OnElicit = (_asked, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      controller.abort(new Error('left'));
    });
  const { caller, onError } = setUp(onElicit);
  const calling = caller.callTool('close', { id: 'a' }, { signal: controller.signal });
  await expect(calling).rejects.toThrow('left');
  // What the first call still does is done before a second one has ended.
  expect(textOf(await caller.callTool('close', { id: 'b' }, { onElicit: person('accept') }))).toBe(
    'closed b',
  );
  expect(onError).not.toHaveBeenCalled();
});

test('the rounds of one call count once, and consentFor counts nothing', async () => {
  const perMinute = { points: 1, durationMs: 60_000 };
  const seen = vi.fn<(round: number) => void>();
  const router = t.router({
    close: t.procedure.meta({ mcp: { confirm: 'Close?', rateLimit: perMinute } }).mutation(() => 'closed'),
  });
  const caller = createToolCaller(router, {
    ctx,
    authInfo: { subject: 'ada' },
    onElicit: person('accept'),
    onCall: ({ round, next }) => {
      seen(round);
      return next();
    },
  });
  expect(await caller.consentFor('close')).toBe('Close?');
  expect(await caller.consentFor('close')).toBe('Close?');
  expect(seen).not.toHaveBeenCalled();
  expect(textOf(await caller.callTool('close'))).toBe('closed');
  expect(textOf(await caller.callTool('close'))).toMatch(/TOO_MANY_REQUESTS/);
  expect(seen.mock.calls.flat()).toEqual([0, 1]);
});

test('what an async onProgress rejects with is reported, and the call goes on', async () => {
  const router = t.router({
    work: t.procedure.meta({ mcp: true }).query(() => {
      getMcpCall()!.progress({ progress: 1 });
      return 'done';
    }),
  });
  const onError = vi.fn();
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const onProgress = vi.fn(() => Promise.reject(new Error('the stream is closed')));
  const result = await createToolCaller(router, { ctx, onError }).callTool('work', {}, { onProgress });
  // Node tells of it after all microtasks.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(textOf(result)).toBe('done');
  expect(onProgress).toHaveBeenCalledOnce();
  expect(onError).toHaveBeenCalledOnce();
  expect(unhandled).not.toHaveBeenCalled();
});
