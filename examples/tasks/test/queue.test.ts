import { randomUUID } from 'node:crypto';
import type { TaskJob } from '@trpc-mcp/core';
import { Queue, Worker } from 'bullmq';
import { start } from 'example-testing/server';
import express from 'express';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { person } from '../../../packages/core/test/tasks/person.ts';
import { createShared, type Settings, startWorker } from '../queue.ts';

process.env['STEP_MS'] = '20';
const redisUrl = process.env['REDIS_URL'] ?? '';
const title = 'tasks on BullMQ';

/** The server of the app, with a part of Redis that nobody else has. Workers are started by the tests. */
async function open() {
  const settings: Settings = {
    redisUrl,
    prefix: `trpc-mcp-test:${randomUUID()}`,
    secret: 'a secret of thirty-two bytes or more',
  };
  const { handler, close } = createShared(settings);
  const server = await start(express().use('/mcp', handler));
  const admin = new Redis(redisUrl);
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await close();
    const keys = await admin.keys(`${settings.prefix}*`);
    if (keys.length > 0) await admin.del(keys);
    admin.disconnect();
  });
  const as = (name: string) => person(`${server.url}/mcp`, `token-of-${name}`);
  return { settings, handler, admin, ann: as('ada'), ben: as('ben') };
}

/** A worker of BullMQ that calls a function for each job. It ends before the server does. */
function work(settings: Settings, process: (job: TaskJob) => Promise<void>, options: object = {}): Worker {
  const connection = new Redis(settings.redisUrl, { maxRetriesPerRequest: null });
  const worker = new Worker<TaskJob>('mcp-tasks', ({ data }) => process(data), {
    connection,
    prefix: settings.prefix,
    ...options,
  });
  worker.on('error', () => {});
  onTestFinished(async () => {
    await worker.close(true);
    connection.disconnect();
  });
  return worker;
}

describe.skipIf(!redisUrl)(redisUrl ? title : `${title} (skipped: REDIS_URL is not set)`, () => {
  test('wait until there is a worker, which runs them with a context of its own', async () => {
    const { settings, ann, ben } = await open();
    const id = await ann.start('reports_sales', { year: 2026 });
    expect((await ann.read(id)).status).toBe('working');
    expect((await ben.get(id)).error?.code).toBe(-32_602);
    const worker = startWorker(settings);
    onTestFinished(() => worker.close());
    expect((await ann.settle(id)).result?.structuredContent).toEqual({ year: 2026, total: 4200, by: 'ada' });
    expect((await ann.call('reports_mine')).result?.['structuredContent']).toMatchObject([
      { id, status: 'completed' },
    ]);
    expect((await ben.call('reports_mine')).result?.['structuredContent']).toEqual([]);
  });

  test('that ask are jobs of their own for each round, with ids of their own', async () => {
    const { settings, handler, ann } = await open();
    const jobs: TaskJob[] = [];
    work(settings, async (job) => {
      jobs.push(job);
      await handler.runTask(job);
    });
    const id = await ann.start('customers_import', { file: 'a.csv' });
    const { inputRequests } = await ann.until(id, 'input_required');
    await ann.update(id, {
      [Object.keys(inputRequests!)[0]!]: { action: 'accept', content: {} },
    });
    expect((await ann.settle(id)).result?.structuredContent).toEqual({ file: 'a.csv', imported: 120 });
    expect(jobs.map(({ round }) => round)).toEqual([0, 1]);
  });

  test('that a worker fails after they have run are tried again by BullMQ, and do not run again', async () => {
    const { settings, handler, ann } = await open();
    let tries = 0;
    work(settings, async (job) => {
      tries++;
      await handler.runTask(job);
      if (tries === 1) throw new Error('the worker failed after the work');
    });
    const id = await ann.start('reports_sales', { year: 2026 });
    const first = await ann.settle(id);
    await expect.poll(() => tries, { timeout: 20_000 }).toBe(2);
    expect(await ann.read(id)).toEqual(first);
  });

  test('that BullMQ takes for stalled are given to a second worker, and do not run twice', async () => {
    const { settings, handler, ann } = await open();
    const given: number[] = [];
    const takeAs = (number: number) => async (job: TaskJob) => {
      given.push(number);
      await handler.runTask(job);
      // This worker seems to hang: it does not renew its lock, and never says that the job is over.
      if (number === 1) await new Promise(() => {});
    };
    work(settings, takeAs(1), { lockDuration: 500, skipLockRenewal: true, skipStalledCheck: true });
    const id = await ann.start('reports_sales', { year: 2026 });
    await expect.poll(() => given, { timeout: 20_000 }).toEqual([1]);
    work(settings, takeAs(2), { lockDuration: 500, stalledInterval: 300 });
    await expect.poll(() => given, { timeout: 20_000 }).toEqual([1, 2]);
    expect((await ann.settle(id)).result?.structuredContent).toEqual({ year: 2026, total: 4200, by: 'ada' });
  });

  test('that are cancelled before a worker takes them never run', async () => {
    const { settings, handler, ann } = await open();
    const id = await ann.start('reports_sales', { year: 2026 });
    await ann.cancel(id);
    let isOver = false;
    work(settings, async (job) => {
      await handler.runTask(job);
      isOver = true;
    });
    await expect.poll(() => isOver, { timeout: 20_000 }).toBe(true);
    const task = await ann.read(id);
    expect(task.status).toBe('cancelled');
    expect(task.statusMessage).toBe(undefined);
  });

  test('leave no credential, argument or result in a job', async () => {
    const { settings, admin, ann } = await open();
    await ann.start('customers_import', { file: 'private.csv' });
    const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
    const queue = new Queue<TaskJob>('mcp-tasks', { connection, prefix: settings.prefix });
    onTestFinished(async () => {
      await queue.close();
      connection.disconnect();
    });
    const jobs = await queue.getJobs();
    expect(jobs.map(({ data }) => data)).toEqual([
      { id: expect.any(String), round: 0, tool: { name: 'customers_import', path: 'customers.import' } },
    ]);
    for (const key of await admin.keys(`${settings.prefix}*`)) {
      const value = (await admin.type(key)) === 'string' ? await admin.get(key) : '';
      const fields = (await admin.type(key)) === 'hash' ? await admin.hgetall(key) : {};
      expect(`${key} ${value} ${JSON.stringify(fields)}`).not.toMatch(/private|token-of-ada/);
    }
  });
});

test('while Redis is away, a call is refused with what to do, and is no task', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  const { handler, close } = createShared({
    redisUrl: 'redis://127.0.0.1:1',
    prefix: 'none',
    secret: 'a secret of thirty-two bytes or more',
  });
  await using server = await start(express().use('/mcp', handler));
  const { result } = await person(`${server.url}/mcp`, 'token-of-ada').call('reports_sales', { year: 2026 });
  expect(result).toMatchObject({ isError: true });
  expect(JSON.stringify(result)).toContain('SERVICE_UNAVAILABLE');
  void close();
});
