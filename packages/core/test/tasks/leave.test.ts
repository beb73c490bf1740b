import { initTRPC } from '@trpc/server';
import { expect, onTestFinished, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { getMcpCall, type McpMeta, type TaskJob } from '../../src/index.ts';
import { latch, person } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';
const auth = {
  authenticate: ({ headers }: Request) => {
    const subject = headers.get('authorization')!;
    return { token: subject, clientId: 'client', scopes: [], subject };
  },
};

/** Ann, who leaves when she is told to, and a store that tells her while it creates a task. */
function open(task: true | { after: number }, isQueued: boolean, leavesAt: 'create' | 'queue') {
  const leaving = new AbortController();
  const jobs: TaskJob[] = [];
  const aborted = latch();
  let runs = 0;
  const router = t.router({
    report: t.procedure.meta({ mcp: { task } }).mutation(({ signal }) => {
      runs++;
      return new Promise((_resolve, reject) => {
        signal!.addEventListener('abort', () => {
          aborted.open();
          reject(signal!.reason as Error);
        });
      });
    }),
    mine: t.procedure.meta({ mcp: true }).query(() => getMcpCall()!.tasks()),
  });
  const store = openStore();
  const add = store.add.bind(store);
  store.add = async (key, ...rest) => {
    if (leavesAt === 'create' && key.startsWith('task-place:')) leaving.abort();
    return add(key, ...rest);
  };
  const run = (job: TaskJob) => {
    jobs.push(job);
    if (leavesAt === 'queue') leaving.abort();
  };
  const failures: unknown[] = [];
  const handler = mcpHandler(router, {
    auth,
    secret,
    store,
    onError: (failure) => failures.push(failure),
    ...(isQueued && { tasks: { run, createContext: () => ({}) } }),
  });
  onTestFinished(() => handler.close());
  const { signal } = leaving;
  // Cast: only the request is changed, and the rest of a handler is not used.
  const leavable = ((request) => handler(new Request(request, { signal }))) as typeof handler;
  return {
    leave: () => person(leavable, 'ann').call('report'),
    mine: async () => (await person(handler, 'ann').call('mine')).result?.['structuredContent'],
    records: () => [...store.kept.keys()].filter((key) => key.startsWith('task:')),
    runs: () => runs,
    jobs,
    failures,
    aborted: aborted.opened,
  };
}

test.each([false, true])(
  'a client that leaves while its task is created has none, and nothing runs (in a queue: %j)',
  async (isQueued) => {
    const { leave, mine, records, runs, jobs, failures } = open(true, isQueued, 'create');
    await leave();
    expect(await mine()).toEqual([]);
    expect({ records: records(), runs: runs(), jobs, failures }).toEqual({
      records: [],
      runs: 0,
      jobs: [],
      failures: [],
    });
  },
);

test('a call whose client leaves while it becomes a task is ended', async () => {
  const { leave, mine, records, runs, failures, aborted } = open({ after: 1 }, false, 'create');
  await leave();
  await aborted;
  expect(await mine()).toEqual([]);
  expect({ records: records(), runs: runs(), failures }).toEqual({ records: [], runs: 1, failures: [] });
});

test('a task whose client leaves while the queue takes its job is cancelled', async () => {
  const { leave, mine, jobs } = open(true, true, 'queue');
  await leave();
  expect(await mine()).toMatchObject([{ id: jobs[0]!.id, status: 'cancelled' }]);
});
