import { readEvents, type SentEvent } from '../events.ts';
import { type Answered, call, cancel, describe, end, open, openSession, post } from '../message.ts';
import { pickOfPair } from '../pair.ts';
import type { Visit } from '../visit.ts';

const requests = 4;

/** A session goes to and fro between two handlers. Some sessions are left open. */
export const moveSession: Visit = async (port) => {
  const headers = await openSession(port, { path: pickOfPair() });
  for (let id = 1; id <= requests; id++)
    expectCounted(await post(port, call(id, 'count', { to: 1 }), { path: pickOfPair(), headers }));
  if (Math.random() < 0.5) await end(port, { path: pickOfPair(), headers });
};

/** A call runs in one handler, and is cancelled at the other one. The session goes on. */
export const moveCall: Visit = async (port) => {
  const headers = await openSession(port, { path: pickOfPair() });
  const events = await startCounting(port, pickOfPair(), headers);
  await post(port, cancel(1), { path: pickOfPair(), headers });
  for await (const { message } of events)
    if (message?.result) throw new Error(`a cancelled call: ${JSON.stringify(message)}`);
  expectCounted(await post(port, call(2, 'count', { to: 1 }), { path: pickOfPair(), headers }));
};

/** A session is ended at either handler, also while a call runs at the other one. Then nobody knows it. */
export const endAnywhere: Visit = async (port) => {
  const headers = await openSession(port, { path: pickOfPair() });
  const events = Math.random() < 0.5 ? await startCounting(port, pickOfPair(), headers) : undefined;
  const status = await end(port, { path: pickOfPair(), headers });
  if (status !== 200) throw new Error(`the end of a session: ${status}`);
  for await (const { message } of events ?? [])
    if (message?.result) throw new Error(`a call of an ended session: ${JSON.stringify(message)}`);
  for (const path of ['/one', '/other']) {
    const answer = await post(port, call(2, 'count', { to: 1 }), { path, headers });
    if (answer.status !== 404) throw new Error(`a session that has ended: ${describe(answer)}`);
  }
};

/** Begins a call that takes much longer than anything else here. Resolves when it runs, with the events that follow. */
async function startCounting(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<AsyncIterable<SentEvent>> {
  const counting = call(1, 'count', { to: 10_000 }, { progressToken: 'count' });
  const response = await open(port, counting, { path, headers });
  if (response.status !== 200)
    throw new Error(`a call: ${describe({ status: response.status, text: await response.text() })}`);
  const events = readEvents(response);
  for (let event = await events.next(); !event.value?.message; event = await events.next())
    if (event.done) throw new Error('a call ended without a progress');
  return events;
}

function expectCounted(answer: Answered): void {
  if (answer.status !== 200 || !answer.text.includes('"counted":1'))
    throw new Error(`a session that has moved: ${describe(answer)}`);
}
