import { expect, test, vi } from 'vitest';
import type { Tool } from '../catalog/tool.ts';
import type { CallRequest } from './active-call.ts';
import type { Caller } from './caller.ts';
import { createMemoryStore } from './memory-store.ts';
import { createIdempotencyKeys } from './once.ts';
import type { Outcome } from './outcome.ts';
import type { Store } from './store.ts';

const { signal } = new AbortController();
const ann: Caller = { kind: 'identified', id: 'ann' };

function open(caller: Caller, store: Store, secret?: string, report = () => {}) {
  return createIdempotencyKeys(store, secret, report).open({
    // Only these properties are read.
    tool: { name: 'pay', path: 'pay' } as Tool,
    request: { era: 'modern', signal, caller: async () => caller } as CallRequest,
    key: 'k',
    args: {},
    left: undefined,
    toResult: (value) => ({ kind: 'result', result: { value } }),
  });
}

/** Runs a call as far as it comes, and returns its outcome. */
async function run(keyed: ReturnType<typeof open>, value: unknown): Promise<Outcome | undefined> {
  const kept = await keyed.look(signal);
  if (kept) return kept;
  await keyed.enter(signal);
  const outcome = await keyed.toResult(value, 'modern');
  await keyed.leave(outcome);
  return outcome;
}

test.each([
  [{ kind: 'credential', id: 'x' } as const, '`subject`'],
  [{ kind: 'unknown' } as const, '`callerId`'],
])('a key of a caller of kind %j is refused in words that name what is missing', async (caller, name) => {
  const store = createMemoryStore();
  const add = vi.spyOn(store, 'add');
  const get = vi.spyOn(store, 'get');
  await expect(run(open(caller, store), 1)).rejects.toMatchObject({
    code: 'PRECONDITION_FAILED',
    message: expect.stringContaining(name),
  });
  expect([add.mock.calls, get.mock.calls]).toEqual([[], []]);
});

test.each([undefined, 'a secret of thirty-two bytes or more'])(
  'the first outcome is given again, with the secret %j',
  async (secret) => {
    const store = createMemoryStore();
    expect(await run(open(ann, store, secret), 1)).toEqual({ kind: 'result', result: { value: 1 } });
    expect(await run(open(ann, store, secret), 2)).toEqual({ kind: 'result', result: { value: 1 } });
  },
);

test('what cannot be read is refused and reported, and is never run again', async () => {
  const store = createMemoryStore();
  await run(open(ann, store, 'a secret of thirty-two bytes or more'), 1);
  for (const secret of [undefined, 'another secret of 32 bytes or more']) {
    const report = vi.fn();
    expect(await run(open(ann, store, secret, report), 2)).toMatchObject({
      kind: 'failure',
      code: 'CONFLICT',
      text: expect.stringContaining('cannot be read'),
    });
    expect(report).toHaveBeenCalledOnce();
  }
});

test('a result that is too large leaves a note, and the call is never run again', async () => {
  const store = createMemoryStore();
  const set = vi.spyOn(store, 'set');
  const large = 'ä'.repeat(200_000);
  expect(await run(open(ann, store), large)).toMatchObject({ result: { value: large } });
  expect(set.mock.lastCall![1].length).toBeLessThan(200);
  expect(await run(open(ann, store), 2)).toMatchObject({
    code: 'CONFLICT',
    text: expect.stringContaining('too large'),
  });
});

test('a call that finds no room for its result leaves a note', async () => {
  const store = createMemoryStore({ bytes: 10_000, bytesOfOwner: 1000 });
  const middle = 'x'.repeat(5000);
  expect(await run(open(ann, store), middle)).toMatchObject({ result: { value: middle } });
  expect(await run(open(ann, store), 2)).toMatchObject({ code: 'CONFLICT' });
});

test('keys have no room where the store is full, and nothing runs', async () => {
  await expect(run(open(ann, createMemoryStore({ bytes: 1000, bytesOfOwner: 0 })), 1)).rejects.toMatchObject({
    code: 'TOO_MANY_REQUESTS',
    message: expect.stringContaining('nothing was done'),
  });
  await expect(run(open(ann, createMemoryStore({ bytes: 0, bytesOfOwner: 1000 })), 1)).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringContaining('nothing was done'),
  });
});
