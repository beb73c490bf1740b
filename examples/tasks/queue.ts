import { TRPCError } from '@trpc/server';
import type { TaskJob } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { redis } from '@trpc-mcp/redis';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { authenticate, isActive } from './people.ts';
import { appRouter, type Context } from './router.ts';

export interface Settings {
  redisUrl: string;
  secret: string;
  /** Begins every key on Redis. */
  prefix: string;
}

const queueName = 'mcp-tasks';

/** Makes what the server and the worker have in common: the router, the store and the secret. */
export function createShared({ redisUrl, secret, prefix }: Settings) {
  const shared = redis({ client: new Redis(redisUrl, { lazyConnect: true }), prefix });
  // Without Redis, a call is refused at once, and does not wait until Redis is back.
  const connection = new Redis(redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  connection.on('error', () => {});
  const queue = new Queue<TaskJob>(queueName, { connection, prefix });
  queue.on('error', () => {});

  const run = async (job: TaskJob) => {
    await queue.add(job.tool.name, job, {
      // The second round of a task is another job. BullMQ takes no colon in an id.
      jobId: `${job.id}-${job.round}`,
      // `runTask` rejects while Redis is away, and when this worker was closed.
      attempts: 10,
      backoff: { type: 'exponential', delay: 1000 },
      removeOnComplete: true,
      removeOnFail: true,
    });
  };
  const handler = mcpHandler(appRouter, {
    auth: { authenticate },
    createContext: ({ mcp }) => ({ user: mcp.auth?.subject }),
    return200ForErrors: 'forbidden',
    ...shared,
    secret,
    tasks: { run, createContext: createTaskContext },
  });

  const close = async () => {
    await handler.close();
    await queue.close();
    connection.disconnect();
    await shared.close();
  };
  return { handler, close };
}

/** Makes the context of a task in the worker, where there is no request. */
function createTaskContext({ subject }: { subject: string }): Context {
  if (!isActive(subject)) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'The account is closed.' });
  return { user: subject };
}

/** Starts what works on the queue, in a process of its own. */
export function startWorker(settings: Settings) {
  const { handler, close } = createShared(settings);
  const connection = new Redis(settings.redisUrl, { maxRetriesPerRequest: null });
  connection.on('error', () => {});
  const worker = new Worker<TaskJob>(queueName, ({ data }) => handler.runTask(data), {
    connection,
    prefix: settings.prefix,
    concurrency: 5,
  });
  worker.on('error', () => {});
  return {
    worker,
    close: async () => {
      // Takes no new job. What runs is told as failed by `close`, which is sooner than to wait for it.
      const closing = worker.close();
      await close();
      await closing;
      connection.disconnect();
    },
  };
}
