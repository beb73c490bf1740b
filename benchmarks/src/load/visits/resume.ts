import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { readEvents, type SentEvent } from '../events.ts';
import { call, cancel, describe, end, open, openSession, post } from '../message.ts';
import { pickOfPair } from '../pair.ts';
import type { Visit } from '../visit.ts';

const steps = 8;

/**
 * A call that says how far it is loses its connection, once or more often. Its client gets every event exactly once. In a
 * pair of handlers it goes on at any of them.
 */
export const resumeStream: Visit = async (port) => {
  const isShared = Math.random() < 0.5;
  const pickPath = () => (isShared ? pickOfPair() : '/long');
  const headers = await openSession(port, { path: pickPath() });
  const counting = call(1, 'count', { to: steps }, { progressToken: 'count' });
  const got: SentEvent[] = [];
  let last = await readSome(got, (signal) => open(port, counting, { path: pickPath(), headers, signal }));
  while (got.at(-1)?.message?.id !== 1) {
    await sleep(Math.random() * 30);
    const resumed = { ...headers, ...(last !== undefined && { 'last-event-id': last }) };
    const path = pickPath();
    last =
      (await readSome(got, (signal) => open(port, undefined, { path, headers: resumed, signal }))) ?? last;
  }
  expectAll(got);
  // The others are left to end by themselves.
  if (Math.random() < 0.5) await end(port, { path: pickPath(), headers });
};

/** Loses a connection and does not come back. Some cancel the call, and some end the session while it runs. */
export const abandonStream: Visit = async (port) => {
  const path = Math.random() < 0.5 ? '/long' : pickOfPair();
  const headers = await openSession(port, { path });
  const counting = call(1, 'count', { to: 30 }, { progressToken: 'count' });
  await readSome([], (signal) => open(port, counting, { path, headers, signal }));
  const chance = Math.random();
  if (chance < 0.3) await post(port, cancel(1), { path, headers });
  else if (chance < 0.6) await end(port, { path: path === '/long' ? path : pickOfPair(), headers });
};

/** Opens the stream of changes, loses it, and goes on with it. */
export const listenAgain: Visit = async (port) => {
  const isShared = Math.random() < 0.5;
  const pickPath = () => (isShared ? pickOfPair() : '/long');
  const headers = await openSession(port, { path: pickPath() });
  let last: string | undefined;
  for (let time = 0; time < 2; time++) {
    const resumed = { ...headers, ...(last !== undefined && { 'last-event-id': last }) };
    const path = pickPath();
    const cut = new AbortController();
    const response = await open(port, undefined, { path, headers: resumed, signal: cut.signal });
    if (response.status !== 200)
      throw new Error(
        `a stream of changes: ${describe({ status: response.status, text: await response.text() })}`,
      );
    const { value } = await readEvents(response).next();
    last = value?.id;
    if (last === undefined) throw new Error('a stream of changes begins without an id');
    cut.abort();
  }
  if (Math.random() < 0.5) await end(port, { path: pickPath(), headers });
};

/** Reads some events, or all of them, and cuts the connection. Returns the id of the last one. */
async function readSome(
  got: SentEvent[],
  connect: (signal: AbortSignal) => Promise<Response>,
): Promise<string | undefined> {
  const cut = new AbortController();
  const response = await connect(cut.signal);
  if (response.status !== 200)
    throw new Error(`a stream: ${describe({ status: response.status, text: await response.text() })}`);
  const most = 1 + Math.floor(Math.random() * 6);
  let last: string | undefined;
  let count = 0;
  for await (const event of readEvents(response)) {
    last = event.id ?? last;
    if (event.message) got.push(event);
    if (++count >= most && event.message?.id === undefined) break;
  }
  cut.abort();
  return last;
}

/** Each event once and in its order, although of fast progress some is left out. */
function expectAll(got: readonly SentEvent[]): void {
  const places = got.map(({ id }) => Number(id?.split('-').at(-1)));
  const { result } = got.at(-1)!.message!;
  const isWhole =
    places.every((place, index) => place === index + 1) &&
    got.at(-2)?.message?.params?.progress === steps &&
    isDeepStrictEqual(result?.structuredContent, { counted: steps });
  if (!isWhole) throw new Error(`a resumed stream: ${JSON.stringify(got).slice(0, 600)}`);
}
