import { setImmediate } from 'node:timers/promises';
import { InMemoryServerEventBus } from '@modelcontextprotocol/server';
import { initTRPC } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { getMcpCall, type McpMeta } from '../../src/index.ts';
import { extensionId, latch, person, type Person, type Task } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';
const callerId = ({ headers }: Request) => headers.get('authorization') ?? undefined;
const task = t.procedure.meta({ mcp: { task: true } });

const size = z.object({ size: z.enum(['small', 'large']) });
const street = z.object({ street: z.string() });
const accept = (content: Record<string, unknown> = {}) => ({ action: 'accept', content });

/** A handler with one procedure that asks for a size and then for a street. */
function open() {
  const runs: string[] = [];
  const router = t.router({
    order: task.mutation(async () => {
      runs.push('start');
      const first = await getMcpCall()!.ask({ message: 'Which size?', schema: size });
      const second = await getMcpCall()!.ask({ message: 'Where to?', schema: street });
      runs.push('end');
      return [first, second];
    }),
    both: task.mutation(async () => {
      const call = getMcpCall()!;
      return Promise.all([
        call.ask({ message: 'Which size?', schema: size, key: 'size' }),
        call.ask({ message: 'Where to?', schema: street, key: 'street' }),
      ]);
    }),
    remove: t.procedure
      .meta({ mcp: { task: true, confirm: 'Remove {id}?' } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        runs.push(input.id);
        return `${input.id} is removed`;
      }),
  });
  const bus = new InMemoryServerEventBus();
  const options = { callerId, secret, store: openStore(), bus, onError: () => {} };
  const handlers = [mcpHandler(router, options), mcpHandler(router, options)] as const;
  onTestFinished(async () => {
    await Promise.all(handlers.map((handler) => handler.close()));
  });
  return { handlers, runs, ann: person(handlers[0], 'ann'), elsewhere: person(handlers[1], 'ann') };
}

/** The one question that is open, with its key. */
function questionOf({ inputRequests }: Task): { key: string; message: string } {
  const entries = Object.entries(inputRequests ?? {});
  expect(entries).toHaveLength(1);
  const [[key, { method, params }]] = entries as [(typeof entries)[0]];
  expect(method).toBe('elicitation/create');
  return { key, message: params.message };
}

/** Polls until another question is open than those that were seen. */
async function nextQuestion(
  who: Person,
  id: string,
  seen: string[] = [],
): Promise<{ key: string; message: string }> {
  for (;;) {
    const asked = await who.until(id, 'input_required');
    const fresh = Object.keys(asked.inputRequests!).filter((key) => !seen.includes(key));
    if (fresh.length > 0) return questionOf(asked);
    await setImmediate();
  }
}

describe('a task that asks', () => {
  test('is told as input_required until it is answered, with keys that are never used twice', async () => {
    const { ann, runs } = open();
    const id = await ann.start('order');
    const first = await nextQuestion(ann, id);
    expect(first.message).toBe('Which size?');
    expect(questionOf(await ann.read(id))).toEqual(first);

    const { result, error } = await ann.update(id, { [first.key]: accept({ size: 'small' }) });
    expect(error).toBe(undefined);
    expect(Object.keys(result!).filter((key) => key !== '_meta')).toEqual(['resultType']);
    const second = await nextQuestion(ann, id, [first.key]);
    expect(second.message).toBe('Where to?');
    expect(second.key).not.toBe(first.key);
    await ann.update(id, { [second.key]: accept({ street: 'Main Street 1' }) });
    const { status, result: whole } = await ann.settle(id);
    expect({ status, content: whole?.structuredContent }).toEqual({
      status: 'completed',
      content: [accept({ size: 'small' }), accept({ street: 'Main Street 1' })],
    });
    expect(runs.at(-1)).toBe('end');
  });

  test('by another process is answered there, and goes on where it runs', async () => {
    const { ann, elsewhere } = open();
    const id = await ann.start('order');
    const first = await nextQuestion(elsewhere, id);
    await elsewhere.update(id, { [first.key]: accept({ size: 'large' }) });
    const second = await nextQuestion(elsewhere, id, [first.key]);
    await elsewhere.update(id, { [second.key]: accept({ street: 'Side Street 2' }) });
    expect((await elsewhere.settle(id)).result?.structuredContent).toEqual([
      accept({ size: 'large' }),
      accept({ street: 'Side Street 2' }),
    ]);
  });

  test.each(['decline', 'cancel'])('goes on when a person answers %s', async (action) => {
    const { ann } = open();
    const id = await ann.start('order');
    const first = await nextQuestion(ann, id);
    await ann.update(id, { [first.key]: { action } });
    const second = await nextQuestion(ann, id, [first.key]);
    await ann.update(id, { [second.key]: { action } });
    expect((await ann.settle(id)).result?.structuredContent).toEqual([{ action }, { action }]);
  });

  test('for a client that cannot be asked fails as its call would, and names what is missing', async () => {
    const { handlers } = open();
    const silent = person(handlers[0], 'ann', { capabilities: { extensions: { [extensionId]: {} } } });
    const id = await silent.start('order');
    const { status, error } = await silent.settle(id);
    expect({ status, error }).toMatchObject({
      status: 'failed',
      error: { code: -32_021, data: { requiredCapabilities: { elicitation: {} } } },
    });
  });
});

describe('tasks/update', () => {
  test('may be partial: the other question stays open', async () => {
    const { ann } = open();
    const id = await ann.start('both');
    const asked = await ann.until(id, 'input_required');
    // A server may also ask one after the other.
    const keys = Object.entries(asked.inputRequests!).map(
      ([key, { params }]) => [params.message, key] as const,
    );
    expect(keys.map(([message]) => message).toSorted()).toEqual(['Where to?', 'Which size?']);
    const { 'Where to?': where, 'Which size?': which } = Object.fromEntries(keys);
    await ann.update(id, { [where!]: accept({ street: 'Main Street 1' }) });
    const rest = await ann.until(id, 'input_required');
    expect(Object.keys(rest.inputRequests!)).toEqual([which]);
    await ann.update(id, { [which!]: accept({ size: 'small' }) });
    expect((await ann.settle(id)).result?.structuredContent).toEqual([
      accept({ size: 'small' }),
      accept({ street: 'Main Street 1' }),
    ]);
  });

  test('with keys that are not open, or an answer twice, changes nothing', async () => {
    const { ann } = open();
    const id = await ann.start('order');
    const first = await nextQuestion(ann, id);
    const odd = { never: accept(), confirm: accept(), constructor: accept(), '': accept() };
    expect((await ann.update(id, odd)).error).toBe(undefined);
    expect(questionOf(await ann.read(id))).toEqual(first);
    await ann.update(id, { ...odd, [first.key]: accept({ size: 'small' }) });
    const second = await nextQuestion(ann, id, [first.key]);
    await ann.update(id, { [first.key]: accept({ size: 'large' }) });
    expect(questionOf(await ann.read(id))).toEqual(second);
    await ann.update(id, { [second.key]: accept({ street: 'Main Street 1' }) });
    const { result } = await ann.settle(id);
    expect(result?.structuredContent).toEqual([
      accept({ size: 'small' }),
      accept({ street: 'Main Street 1' }),
    ]);
  });

  test('by two at once is one of the two', async () => {
    for (let turn = 0; turn < 10; turn++) {
      const { ann, elsewhere } = open();
      const id = await ann.start('order');
      const first = await nextQuestion(ann, id);
      await Promise.all([
        ann.update(id, { [first.key]: accept({ size: 'small' }) }),
        elsewhere.update(id, { [first.key]: accept({ size: 'large' }) }),
      ]);
      const second = await nextQuestion(ann, id, [first.key]);
      await Promise.all([
        ann.update(id, { [second.key]: accept({ street: 'A' }) }),
        elsewhere.update(id, { [second.key]: accept({ street: 'B' }) }),
      ]);
      const { result } = await ann.settle(id);
      const [sized, sent] = result!.structuredContent as [unknown, unknown];
      expect([accept({ size: 'small' }), accept({ size: 'large' })]).toContainEqual(sized);
      expect([accept({ street: 'A' }), accept({ street: 'B' })]).toContainEqual(sent);
    }
  });

  test('of two questions by two at once loses no answer', async () => {
    for (let turn = 0; turn < 10; turn++) {
      const { ann, elsewhere } = open();
      const id = await ann.start('both');
      const { inputRequests } = await ann.until(id, 'input_required');
      const [one, two] = Object.entries(inputRequests!);
      const answerTo = (message: string) =>
        message === 'Which size?' ? accept({ size: 'small' }) : accept({ street: 'A' });
      await Promise.all([
        ann.update(id, { [one![0]]: answerTo(one![1].params.message) }),
        elsewhere.update(id, { [two![0]]: answerTo(two![1].params.message) }),
      ]);
      expect((await ann.settle(id)).result?.structuredContent).toEqual([
        accept({ size: 'small' }),
        accept({ street: 'A' }),
      ]);
    }
  });

  test('after the end changes nothing', async () => {
    const { ann, runs } = open();
    const id = await ann.start('remove', { id: '7' });
    const { key } = await nextQuestion(ann, id);
    await ann.update(id, { [key]: accept() });
    const before = await ann.settle(id);
    await ann.update(id, { [key]: { action: 'decline' } });
    await ann.update(id, { [key]: accept() });
    expect(await ann.read(id)).toEqual(before);
    expect(runs).toEqual(['7']);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'accept'],
    ['a list', [accept()]],
    ['a number', 1],
  ])('with %s in place of answers is refused, and the task waits on', async (_name, responses) => {
    const { ann } = open();
    const id = await ann.start('order');
    const first = await nextQuestion(ann, id);
    const { error } = await ann.update(id, responses);
    expect(error?.code).toBe(-32_602);
    expect(questionOf(await ann.read(id))).toEqual(first);
  });

  test.each([
    ['null', null],
    ['a text', 'accept'],
    ['a list', []],
    ['nothing in it', {}],
    ['an action that there is not', { action: 'yes' }],
    ['an action of a wrong type', { action: true, content: {} }],
    ['a content that is a text', { action: 'accept', content: 'x' }],
    ['a deep content', { action: 'accept', content: nest(1000) }],
    ['prototypes', JSON.parse('{"action":"accept","content":{"__proto__":{"isAdmin":true}}}') as unknown],
  ])('with an answer that is %s never counts as consent', async (_name, answer) => {
    const { ann, runs } = open();
    const id = await ann.start('remove', { id: '7' });
    const { key } = await nextQuestion(ann, id);
    const isYes = (answer as { action?: unknown } | null)?.action === 'accept';
    await ann.update(id, { [key]: answer });
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    if (!isYes) expect(runs).toEqual([]);
    expect(({} as Record<string, unknown>)['isAdmin']).toBe(undefined);
    // Whatever came of it, the task can still be told.
    expect((await ann.read(id)).taskId).toBe(id);
  });

  test('with a huge answer is refused or taken, and the task can be told either way', async () => {
    const { ann } = open();
    const id = await ann.start('order');
    const { key } = await nextQuestion(ann, id);
    const reply = await ann.update(id, { [key]: accept({ size: 'small', more: 'x'.repeat(3_000_000) }) });
    expect(reply.status).toBeLessThan(500);
    expect((await ann.read(id)).taskId).toBe(id);
  });

  test('with ten thousand answers is answered, and the task waits on', async () => {
    const { ann } = open();
    const id = await ann.start('order');
    const first = await nextQuestion(ann, id);
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, accept()]));
    expect((await ann.update(id, many)).status).toBeLessThan(500);
    expect(questionOf(await ann.read(id))).toEqual(first);
  });
});

describe('consent in a task', () => {
  test('is asked for, and the procedure runs once', async () => {
    const { ann, runs } = open();
    const id = await ann.start('remove', { id: '7' });
    const { key, message } = await nextQuestion(ann, id);
    expect(message).toBe('Remove "7"?');
    expect(runs).toEqual([]);
    await Promise.all(Array.from({ length: 10 }, () => ann.update(id, { [key]: accept() })));
    expect((await ann.settle(id)).result?.structuredContent).toBe('7 is removed');
    expect(runs).toEqual(['7']);
  });

  test.each(['decline', 'cancel'])('that is answered %s runs nothing', async (action) => {
    const { ann, runs } = open();
    const id = await ann.start('remove', { id: '7' });
    const { key } = await nextQuestion(ann, id);
    await ann.update(id, { [key]: { action } });
    const { status, result } = await ann.settle(id);
    expect(status).toBe('completed');
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('PRECONDITION_FAILED') }],
    });
    expect(runs).toEqual([]);
  });

  test('of one task does not count for another', async () => {
    const { ann, runs } = open();
    const [one, other] = [await ann.start('remove', { id: '7' }), await ann.start('remove', { id: '8' })];
    const { key } = await nextQuestion(ann, one);
    await nextQuestion(ann, other);
    await ann.update(one, { [key]: accept() });
    await ann.settle(one);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(runs).toEqual(['7']);
  });

  test('may show what a query says', async () => {
    const router = t.router({
      find: t.procedure
        .input(z.object({ id: z.string() }))
        .query(({ input }) => ({ name: `Customer ${input.id}` })),
      remove: t.procedure
        .meta({ mcp: { task: true, confirm: { question: 'Remove {name}?', with: 'find' } } })
        .input(z.object({ id: z.string() }))
        .mutation(() => 'removed'),
    });
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('remove', { id: '7' });
    const { key, message } = await nextQuestion(ann, id);
    expect(message).toContain('Remove "Customer 7"?');
    await ann.update(id, { [key]: accept() });
    expect((await ann.settle(id)).result?.structuredContent).toBe('removed');
  });
});

test('a question within the time of `after` is one of the call itself, and the task comes after it', async () => {
  const done = latch<string>();
  const router = t.router({
    remove: t.procedure
      .meta({ mcp: { task: { after: 200 }, confirm: 'Remove it?' } })
      .mutation(() => done.opened),
  });
  const handler = mcpHandler(router, { callerId });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  const { result } = await ann.call('remove');
  expect(result).toMatchObject({ resultType: 'input_required', requestState: expect.any(String) });
  const again = await ann.send('tools/call', {
    name: 'remove',
    arguments: {},
    requestState: result!['requestState'],
    inputResponses: { confirm: accept() },
  });
  expect(again.result).toMatchObject({ resultType: 'task', status: 'working' });
  done.open('removed');
  const settled = await ann.settle(again.result!['taskId'] as string);
  expect(settled.result?.structuredContent).toBe('removed');
});

test('a task with an idempotency key goes on after an answer where the host ends the signal of each request', async () => {
  const router = t.router({
    order: t.procedure
      .meta({ mcp: { task: true, idempotent: true } })
      .mutation(() => getMcpCall()!.ask({ message: 'Which size?', schema: size })),
  });
  const handler = mcpHandler(router, { callerId });
  onTestFinished(() => handler.close());
  const answer = async (request: Request) => {
    const controller = new AbortController();
    const response = await handler(new Request(request, { signal: controller.signal }));
    const body = await response.text();
    // As `Deno.serve` does it.
    controller.abort();
    return new Response(body, response);
  };
  // Cast: the rest of a handler is not used.
  const ann = person(answer as typeof handler, 'ann');
  const id = await ann.start('order', { _idempotencyKey: 'a key of a client' });
  const { key } = await nextQuestion(ann, id);
  await ann.update(id, { [key]: accept({ size: 'small' }) });
  expect((await ann.settle(id)).result?.structuredContent).toEqual(accept({ size: 'small' }));
});

function nest(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = { value };
  return value;
}
