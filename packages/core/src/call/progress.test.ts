import type { ServerContext } from '@modelcontextprotocol/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openProgress, type Progress } from './progress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Client {
  /** What the client was told. */
  told: Progress[];
  leave: () => void;
  /** Ends the connection of a client that does not cancel thereby. */
  drop: () => void;
  context: ServerContext;
}

/** A client that asked for progress, and reads what it is sent at once unless `reads` says otherwise. */
function createClient(reads: () => Promise<void> = async () => {}): Client {
  const told: Progress[] = [];
  const request = new AbortController();
  const connection = new AbortController();
  const notify = ({ params }: { params: Progress & { progressToken: unknown } }) => {
    const { progressToken: _, ...progress } = params;
    told.push(progress);
    return reads();
  };
  const mcpReq = { _meta: { progressToken: 'p' }, notify, signal: request.signal };
  const context = { mcpReq, http: { req: { signal: connection.signal } } } as unknown as ServerContext;
  return { told, leave: () => request.abort(), drop: () => connection.abort(), context };
}

const open = ({ context }: Client) => {
  const channel = openProgress(context)!;
  channel.begin();
  return channel;
};
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const values = ({ told }: Client) => told.map(({ progress }) => progress);

describe('a heartbeat', () => {
  test('comes every 3 seconds, and rises from 0 in steps of 0.000001', async () => {
    const client = createClient();
    open(client);
    await wait(2999);
    expect(client.told).toEqual([]);
    await wait(1 + 3 * 3000);
    expect(client.told).toEqual([0, 1e-6, 2e-6, 3e-6].map((progress) => ({ progress })));
  });

  test('repeats the last message of the app, with a little more', async () => {
    const client = createClient();
    const channel = open(client);
    await wait(6100);
    channel.offer({ progress: 5, total: 9, message: 'half way' });
    await wait(6100);
    channel.offer({ progress: 6 });
    await wait(3000);
    const words = { total: 9, message: 'half way' };
    expect(client.told).toEqual([
      { progress: 0 },
      { progress: 1e-6 },
      { progress: 5, ...words },
      { progress: 5 + 1e-6, ...words },
      { progress: 5 + 2e-6, ...words },
      { progress: 6 },
      { progress: 6 + 1e-6 },
    ]);
  });

  test('comes 3 seconds after the last message of the app, and not sooner', async () => {
    const client = createClient();
    const channel = open(client);
    for (let count = 1; count <= 10; count++) {
      await wait(2000);
      channel.offer({ progress: count });
    }
    expect(values(client)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await wait(2999);
    expect(client.told).toHaveLength(10);
    await wait(1);
    expect(client.told).toHaveLength(11);
  });

  test.each([
    ['starts at 0', [0, 1, 2]],
    ['counts in steps that are smaller', [1e-9, 2e-9, 3e-9, 4e-9]],
    ['begins below 0', [-10, -9, -8]],
    ['is at numbers so large that a little more is the same', [1e15, 1e15 + 1, 1e15 + 2]],
    ['is at the largest numbers', [1e300, Number.MAX_VALUE]],
  ])('lets every message of an app pass that %s, and what is sent always grows', async (_, steps) => {
    const client = createClient();
    const channel = open(client);
    for (const progress of steps) {
      await wait(7000);
      channel.offer({ progress, message: `at ${progress}` });
    }
    await wait(7000);
    const messages = new Set(client.told.flatMap(({ message }) => message ?? []));
    expect([...messages]).toEqual(steps.map((progress) => `at ${progress}`));
    const sent = values(client);
    expect(sent.every((value, index) => index === 0 || value > sent[index - 1]!)).toBe(true);
    expect(sent.every(Number.isFinite)).toBe(true);
  });

  test('still leaves out what the app says that does not grow', async () => {
    const client = createClient();
    const channel = open(client);
    channel.offer({ progress: 5 });
    await wait(3000);
    channel.offer({ progress: 5 });
    channel.offer({ progress: 4 });
    await wait(100);
    expect(values(client)).toEqual([5, 5 + 1e-6]);
  });

  test('does not pile up for a client that does not read', async () => {
    let read!: () => void;
    const client = createClient(() => new Promise((resolve) => (read = resolve)));
    open(client);
    await wait(60_000);
    expect(client.told).toHaveLength(1);
    read();
    await wait(3000);
    expect(client.told).toHaveLength(2);
  });

  test('never begins again at 0 in a further round of the same request', async () => {
    const client = createClient();
    const first = open(client);
    first.offer({ progress: 7 });
    first.end();
    open(client);
    await wait(6000);
    const [told, ...beats] = values(client);
    expect(told).toBe(7);
    expect(beats).toHaveLength(2);
    expect(beats.every((value) => value > 7 && value < 7.001)).toBe(true);
  });

  test.each<[string, (client: Client, channel: ReturnType<typeof open>) => void]>([
    ['the call ends', (_, channel) => channel.end()],
    ['the client cancels', (client) => client.leave()],
    ['the connection ends', (client) => client.drop()],
  ])('stops when %s, and leaves no timer', async (_, stop) => {
    const client = createClient();
    const channel = open(client);
    await wait(3000);
    stop(client, channel);
    expect(vi.getTimerCount()).toBe(0);
    await wait(60_000);
    expect(client.told).toHaveLength(1);
  });

  test('does not begin for a client that has left, and not after the end', () => {
    const left = createClient();
    left.leave();
    open(left);
    const ended = openProgress(createClient().context)!;
    ended.end();
    ended.begin();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('goes on when the clock of the machine is set back', async () => {
    const client = createClient();
    const channel = open(client);
    channel.offer({ progress: 1 });
    vi.setSystemTime(Date.now() - 3_600_000);
    await wait(3000);
    expect(values(client)).toEqual([1, 1 + 1e-6]);
  });

  test('is not sent to whoever did not ask for progress', () => {
    const { context } = createClient();
    const mcpReq = { ...context.mcpReq, _meta: {} };
    expect(openProgress({ ...context, mcpReq })).toBeUndefined();
  });
});

test('a further round after the largest number tells nothing that is no number', async () => {
  const client = createClient();
  const first = open(client);
  first.offer({ progress: Number.MAX_VALUE });
  first.end();
  const second = open(client);
  second.offer({ progress: 1 });
  await wait(10_000);
  second.end();
  expect(values(client)).toEqual([Number.MAX_VALUE]);
});
