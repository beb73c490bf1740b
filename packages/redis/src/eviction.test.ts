import { expect, test, vi } from 'vitest';
import type { Connection } from './connection.ts';
import { warnOfEviction } from './eviction.ts';

/** What the app is told by a Redis that says this of its memory. */
async function told(info: unknown): Promise<string[]> {
  const onError = vi.fn<(error: Error) => void>();
  const answer = info instanceof Error ? Promise.reject(info) : Promise.resolve(info);
  // Of a cluster, any master may be the one that forgets.
  const answers = answer.then((given) => [infoOf(0, 'noeviction'), given]);
  const connection: Connection = { send: () => answer, sendToAll: () => answers, close: () => {} };
  warnOfEviction(connection, 'what is needed', onError);
  await answers.catch(() => {});
  return onError.mock.calls.map(([{ message }]) => message);
}

const infoOf = (maxmemory: number, policy: string) =>
  `# Memory\r\nused_memory:1\r\nmaxmemory:${maxmemory}\r\nmaxmemory_human:1M\r\nmaxmemory_policy:${policy}\r\n`;

test.each(['allkeys-lru', 'volatile-ttl', 'volatile-lru'])(
  'a Redis that removes keys by %s before they expire is told of',
  async (policy) => {
    expect(await told(infoOf(1_000_000, policy))).toEqual([
      expect.stringContaining(`is ${policy}), also what is needed; `),
    ]);
  },
);

test.each([infoOf(1_000_000, 'noeviction'), infoOf(0, 'allkeys-lru'), '', null, new Error('NOPERM')])(
  'nothing is said otherwise (%#)',
  async (info) => {
    expect(await told(info)).toEqual([]);
  },
);
