import type { Tool } from '../../catalog/tool.ts';
import { isRecord } from '../../record.ts';
import { WireError } from '../../schema/wire-error.ts';
import { type Caller, toCallerKey } from '../caller.ts';
import { digest } from '../digest.ts';
import { createSealer, type Sealer } from '../sealed.ts';

/** Where the lists of a result go on: each with where it is in the result, and after how many rows. */
export type Continuation = readonly { keys: readonly string[]; skip: number }[];

/** Makes and reads the handles that a model gets with a result that was cut. */
export interface Handles {
  seal(continuation: Continuation, of: HandleOwner): Promise<string>;
  /** Throws a `WireError` for a handle of another caller or tool, of other arguments, and for one that is too old. */
  open(handle: string, of: HandleOwner): Promise<Continuation>;
}

/** To what a handle belongs. */
export interface HandleOwner {
  tool: Tool;
  /** The arguments of the call, without the handle. */
  args: unknown;
  caller: () => Promise<Caller>;
}

/** How long a handle is good for. */
export const handleLifeMs: number = 10 * 60_000;

/** Machines that serve the same callers share a `secret`; without it, each process makes one of its own. */
export function createHandles(secret: string | undefined, now: () => number = Date.now): Handles {
  let made: Sealer | undefined;
  // Made at the first call, because Workers have no random numbers at mount time.
  const sealer = () =>
    (made ??= createSealer(secret ?? crypto.randomUUID() + crypto.randomUUID(), 'handles'));
  return {
    async seal(continuation, owner) {
      const lists = continuation.map(({ keys, skip }) => [skip, ...keys]);
      const text = JSON.stringify([now() + handleLifeMs, ...lists]);
      return sealer().seal(text, await bindingOf(owner));
    },
    async open(handle, owner) {
      const text = await sealer().open(handle, await bindingOf(owner));
      const read: unknown = text === undefined ? undefined : JSON.parse(text);
      if (!Array.isArray(read)) throw new WireError(foreign, ['_cursor']);
      const [expires, ...lists] = read as [number, ...[number, ...string[]][]];
      if (expires < now()) throw new WireError(expired, ['_cursor']);
      return lists.map(([skip, ...keys]) => ({ keys, skip }));
    },
  };
}

const foreign =
  'this handle was not given to you for this tool with these arguments; send it with the arguments of the call that gave ' +
  'it and nothing else changed, or leave it out to begin again';
const expired = 'this handle is older than 10 minutes; leave it out to begin again';

async function bindingOf({ tool, args, caller }: HandleOwner): Promise<string> {
  // Clients send no arguments, or none in an object.
  const given = isRecord(args) ? args : {};
  return digest(['_cursor', tool.path, tool.name, given, toCallerKey(await caller())]);
}
