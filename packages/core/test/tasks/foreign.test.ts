import { initTRPC } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { getMcpCall, type McpMeta } from '../../src/index.ts';
import { extensionId, isUnknown, latch, person, type Reply } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';

/** Ann's report waits until it is let go; Ben and somebody without a name have the same endpoint. */
async function open() {
  const store = openStore();
  const done = latch<string>();
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: true } }).mutation(() => done.opened),
    mine: t.procedure.meta({ mcp: true }).query(() => getMcpCall()!.tasks()),
    order: t.procedure.meta({ mcp: { task: true, confirm: 'Order it?' } }).mutation(() => 'ordered'),
  });
  const handler = mcpHandler(router, {
    store,
    secret,
    callerId: ({ headers }) => headers.get('authorization') ?? undefined,
    onError: () => {},
  });
  onTestFinished(() => handler.close());
  const [ann, ben, nobody] = [person(handler, 'ann'), person(handler, 'ben'), person(handler)];
  return { handler, store, done, ann, ben, nobody, id: await ann.start('report') };
}

const methods = ['get', 'update', 'cancel'] as const;
const answers = { confirm: { action: 'accept', content: {} } };

/** The error, with the id that was sent taken out. */
function errorOf({ status, error }: Reply, id: string): unknown {
  expect(error).toBeDefined();
  return JSON.parse(JSON.stringify({ status, error }).replaceAll(id, 'ID'));
}

describe("another's task", () => {
  test.each(methods)('is to tasks/%s what a task is that never was', async (method) => {
    const { ben, nobody, id } = await open();
    const never = crypto.randomUUID();
    const [foreign, unnamed, unknown] = [
      await ben[method](id, answers),
      await nobody[method](id, answers),
      await ben[method](never, answers),
    ];
    expect(unknown.error?.code).toBe(-32_602);
    expect(errorOf(foreign, id)).toEqual(errorOf(unknown, never));
    expect(errorOf(unnamed, id)).toEqual(errorOf(unknown, never));
  });

  test.each(methods)(
    'costs tasks/%s as many operations of the store as one that never was',
    async (method) => {
      const { ben, store, id } = await open();
      const count = async (taskId: string) => {
        store.operations.length = 0;
        await ben[method](taskId, answers);
        return [...store.operations];
      };
      const ofForeign = await count(id);
      // A random id of the same length.
      const ofUnknown = await count(
        id.replaceAll(/[0-9a-z]/gi, () => Math.floor(Math.random() * 10).toString()),
      );
      expect(ofForeign).toEqual(ofUnknown);
    },
  );

  test('runs on after others have cancelled and answered it', async () => {
    const { ann, ben, nobody, done, id } = await open();
    await Promise.all([ben, nobody].flatMap((other) => [other.cancel(id), other.update(id, answers)]));
    expect((await ann.read(id)).status).toBe('working');
    done.open('whole');
    expect(await ann.settle(id)).toMatchObject({
      status: 'completed',
      result: { structuredContent: 'whole' },
    });
  });

  test('is not in the list of others', async () => {
    const { ann, ben, id } = await open();
    const listOf = async (caller: typeof ann) => (await caller.call('mine')).result?.['structuredContent'];
    expect(await listOf(ann)).toMatchObject([{ id, tool: expect.anything(), status: 'working' }]);
    expect(await listOf(ben)).toEqual([]);
  });

  test('that waits for consent cannot be agreed to by others', async () => {
    const { ann, ben, nobody } = await open();
    const id = await ann.start('order');
    const { inputRequests } = await ann.until(id, 'input_required');
    const yes = Object.fromEntries(Object.keys(inputRequests!).map((key) => [key, answers.confirm]));
    for (const other of [ben, nobody]) expect(isUnknown(await other.update(id, yes))).toBe(true);
    expect((await ann.read(id)).status).toBe('input_required');
    await ann.update(id, yes);
    expect((await ann.settle(id)).result?.structuredContent).toBe('ordered');
  });
});

describe('an id', () => {
  test.each(methods)(
    'that was guessed is unknown to tasks/%s, and costs no error of the server',
    async (method) => {
      const { ann, id } = await open();
      const last = id.at(-1) === '0' ? '1' : '0';
      const guesses = [
        '',
        ' ',
        '0',
        '1',
        'task',
        `${id} `,
        ` ${id}`,
        id.toUpperCase() === id ? id.toLowerCase() : id.toUpperCase(),
        id.slice(0, -1),
        id.slice(0, -1) + last,
        `${id}:lease`,
        `${id}:result`,
        `${id}\u0000`,
        `../${id}`,
        'undefined',
        '__proto__',
        'constructor',
        'toString',
        '*',
        'ä',
        '😀',
        'x'.repeat(100_000),
      ];
      for (const guess of guesses) {
        const reply = await ann[method](guess, answers);
        expect(reply, guess.slice(0, 50)).toMatchObject({ error: { code: expect.any(Number) } });
        expect([-32_602, -32_020], guess.slice(0, 50)).toContain(reply.error!.code);
      }
      expect((await ann.read(id)).status).toBe('working');
    },
  );

  test.each(methods)('of a wrong type is refused by tasks/%s', async (method) => {
    const { ann } = await open();
    const wrong: unknown[] = [undefined, null, 0, 1.5, true, [], ['x'], {}, JSON.parse(`{"__proto__":"x"}`)];
    for (const taskId of wrong) {
      const { error } = await ann[method](taskId, answers);
      expect([-32_602, -32_020], JSON.stringify(taskId)).toContain(error?.code);
    }
  });

  test('has at least 120 random bits', async () => {
    const { ann, ben } = await open();
    const ids = await Promise.all(
      Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? ann : ben).start('report')),
    );
    expect(new Set(ids).size).toBe(60);
    for (const id of ids) expect(id).toMatch(/^[\w-]{21,}$/);
    // A position where all ids agree is no counter and no time, but a mark of the format.
    const fixed = ids[0]!.split('').filter((letter, at) => ids.every((id) => id[at] === letter)).length;
    expect(ids[0]!.length - fixed).toBeGreaterThanOrEqual(21);
  });

  test.each(methods)('has to be in the header Mcp-Name of tasks/%s', async (method) => {
    const { ann, id } = await open();
    const params = { taskId: id, ...(method === 'update' && { inputResponses: {} }) };
    for (const name of ['', 'report', crypto.randomUUID()]) {
      const reply = await ann.send(`tasks/${method}`, params, { 'mcp-name': name });
      expect(reply, name).toMatchObject({ status: 400, error: { code: -32_020 } });
    }
    expect((await ann.read(id)).status).toBe('working');
  });
});

describe('a client without the extension', () => {
  test.each(methods)(
    'is told by tasks/%s what it lacks, whether the task is there or not',
    async (method) => {
      const { handler, id } = await open();
      const plain = person(handler, 'ann', { capabilities: { elicitation: { form: {} } } });
      const replies = [await plain[method](id, answers), await plain[method](crypto.randomUUID(), answers)];
      for (const { error } of replies) {
        expect(error).toMatchObject({
          code: -32_021,
          data: { requiredCapabilities: { extensions: { [extensionId]: {} } } },
        });
      }
    },
  );

  test.each(['tasks/list', 'tasks/result', 'tasks/__proto__', 'tasks/'])(
    '%s is no method',
    async (method) => {
      const { ann, id } = await open();
      expect((await ann.send(method, { taskId: id })).error?.code).toBe(-32_601);
    },
  );

  test('gets the result of a plain call', async () => {
    const { handler, done } = await open();
    done.open('whole');
    const plain = person(handler, 'ann', { capabilities: {} });
    expect((await plain.call('report')).result).toMatchObject({
      resultType: 'complete',
      structuredContent: 'whole',
    });
  });

  test.each([null, [], 'yes', 1, true])('is one that declares it as %j', async (declared) => {
    const { handler, done } = await open();
    done.open('whole');
    const odd = person(handler, 'ann', { capabilities: { extensions: { [extensionId]: declared } } });
    const reply = await odd.call('report');
    // It may be refused as malformed, but gets no task.
    expect(reply.result?.['resultType']).not.toBe('task');
  });
});

test('a caller who is not identified gets no task, and the call runs as before', async () => {
  const { nobody, done } = await open();
  done.open('whole');
  expect((await nobody.call('report')).result).toMatchObject({ structuredContent: 'whole' });
});

test('two credentials of one subject are one caller, and one credential of two subjects is none', async () => {
  const done = latch<string>();
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: true } }).mutation(() => done.opened),
  });
  const handler = mcpHandler(router, {
    auth: {
      authenticate: ({ headers }) => ({
        token: headers.get('authorization')!,
        clientId: 'client',
        scopes: [],
        subject: headers.get('x-user') ?? 'ann',
      }),
    },
  });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'one');
  const id = await ann.start('report');
  const annAgain = person(handler, 'two');
  const ben = person(handler, 'one', { headers: { 'x-user': 'ben' } });
  expect((await annAgain.read(id)).status).toBe('working');
  expect(isUnknown(await ben.get(id))).toBe(true);
  done.open('whole');
});
