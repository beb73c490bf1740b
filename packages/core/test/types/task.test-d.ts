import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import { getMcpCall, type McpMeta, type TaskInfo, type TaskJob } from '../../src/index.ts';

interface Context {
  user: string;
}

const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create();
const createContext = () => ({ user: 'ada' });

test('a task is true, or its times', () => {
  t.procedure.meta({ mcp: { task: true } });
  t.procedure.meta({ mcp: { task: { ttlMs: 1, pollMs: 1, after: 1, required: true } } });
  // @ts-expect-error a call is no task without it
  t.procedure.meta({ mcp: { task: false } });
  // @ts-expect-error there is no such time
  t.procedure.meta({ mcp: { task: { ttl: 1 } } });
});

test('the queue gets a job, and a worker makes the context that procedures have', () => {
  const handler = mcpHandler(t.router({}), {
    createContext,
    tasks: {
      run: (job) => expectTypeOf(job).toEqualTypeOf<TaskJob>(),
      createContext({ subject, clientId, scopes, extra }) {
        expectTypeOf(subject).toEqualTypeOf<string>();
        expectTypeOf(clientId).toEqualTypeOf<string>();
        expectTypeOf(scopes).toEqualTypeOf<string[]>();
        expectTypeOf(extra).toEqualTypeOf<Record<string, unknown> | undefined>();
        return { user: subject };
      },
    },
  });
  expectTypeOf(handler.runTask).toEqualTypeOf<(job: TaskJob) => Promise<void>>();
  // @ts-expect-error the context has a user
  mcpHandler(t.router({}), { createContext, tasks: { createContext: () => ({}) } });
});

test('a call knows its task, and those of its caller', () => {
  expectTypeOf(getMcpCall()!.task).toEqualTypeOf<{ id: string } | undefined>();
  expectTypeOf(getMcpCall()!.tasks()).toEqualTypeOf<Promise<TaskInfo[]>>();
});
