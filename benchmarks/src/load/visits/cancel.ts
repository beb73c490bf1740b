import { setTimeout as sleep } from 'node:timers/promises';
import { call, cancel, describe, end, openSession, post } from '../message.ts';
import type { Visit } from '../visit.ts';

const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`);

/** A batch cancels one of its own requests: what is left of it is answered. */
export const cancelInBatch: Visit = async (port) => {
  const batch = shuffle([call(1, 'wait'), call(2, 'hello', { name: 'Ada' }), cancel(1)]);
  const answer = await post(port, batch);
  const answers = answer.text.match(/"id":\d/g) ?? [];
  if (answer.status !== 200 || answers.join() !== '"id":2') throw new Error(`a batch: ${describe(answer)}`);
};

/** A call of a session is cancelled: its response ends, and the session goes on. Some sessions are left open. */
export const cancelInSession: Visit = async (port) => {
  const headers = await openSession(port);
  const waiting = post(port, call(1, 'wait'), { headers });
  await sleep(Math.random() * 10);
  await post(port, cancel(1), { headers });
  await waiting;
  const answer = await post(port, call(2, 'hello', { name: 'Ada' }), { headers });
  // Others may have opened so many sessions that this one had to end.
  if (answer.status !== 404 && !answer.text.includes('Hello Ada'))
    throw new Error(`a session: ${describe(answer)}`);
  if (Math.random() < 0.5) await end(port, { headers });
};

/** Clients that wait for the answer of one key hang up, the one whose call runs included. */
export const abandonKey: Visit = async (port) => {
  const _idempotencyKey = keys[Math.floor(Math.random() * keys.length)];
  const leaving = Array.from({ length: 3 }, async () => {
    const signal = AbortSignal.timeout(Math.ceil(Math.random() * 15));
    await post(port, call(1, 'pay', { _idempotencyKey }), { signal }).catch(() => undefined);
  });
  await Promise.all(leaving);
};

function shuffle<TItem>(items: TItem[]): TItem[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
