import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Bypass, McpCall } from './context.ts';

/** What is kept of a call for the code that it runs. */
export interface Running {
  call: McpCall;
  bypass: Bypass | undefined;
  /** Identifies the invocation of the tool's own procedure. Callers that are nested inside it have another one. */
  getRawInput: unknown;
}

// One of each for the process, so that two copies of this package (two versions, for example) see the same call.
const storageKey = Symbol.for('trpc-mcp.call');
const unseenKey = Symbol.for('trpc-mcp.unseen-calls');

const shared = globalThis as unknown as {
  [storageKey]?: AsyncLocalStorage<Running>;
  [unseenKey]?: { count: number };
};
const unseen = (shared[unseenKey] ??= { count: 0 });

/**
 * Runs `work` as part of a call. `getRawInput` is what the tool's own procedure is invoked with. Where nobody can ask which
 * call is running, it is not stored: before Node 24, a storage makes every promise of the process slower.
 */
export function runInCall<TResult>(
  call: McpCall,
  bypass: Bypass | undefined,
  getRawInput: () => Promise<unknown>,
  work: () => Promise<TResult>,
): Promise<TResult> {
  const storage = shared[storageKey];
  if (storage) return storage.run({ call, bypass, getRawInput }, work);
  unseen.count++;
  const running = work();
  running.then(leaveUnseen, leaveUnseen);
  return running;
}

/** Lets calls be stored from now on. */
export function setStorage(make: () => AsyncLocalStorage<Running>): AsyncLocalStorage<Running> {
  return (shared[storageKey] ??= make());
}

/** Whether calls are running that began before there was a storage. */
export function hasUnseen(): boolean {
  return unseen.count > 0;
}

const leaveUnseen = (): void => {
  unseen.count--;
};
