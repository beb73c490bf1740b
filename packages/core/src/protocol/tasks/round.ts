import type { ClientCapabilities } from '@modelcontextprotocol/server';
import type { AskState, OpenQuestions } from '../../call/ask.ts';
import { errorCodes, type RpcError } from '../json-rpc.ts';
import type { Stage } from './record.ts';

/** Makes the stage of a task that waits for answers. Keys that the client has seen before are not used again. */
export function toWaiting(before: Stage, open: OpenQuestions): Stage {
  const used = new Set(before.used);
  const keys: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const own of Object.keys(open.requests)) {
    let key = own;
    for (let count = 2; used.has(key); count++) key = `${own}-${count}`;
    used.add(key);
    keys[key] = own;
  }
  return { ...before, updatedAt: Date.now(), open, keys, used: [...used] };
}

/** The error for questions that the client cannot answer. `undefined` if it can answer all of them. */
export function lackOf(
  { requests }: OpenQuestions,
  capabilities: ClientCapabilities | undefined,
): RpcError | undefined {
  const needed = Object.values(requests)
    .map(({ method }) => capabilityOf[method])
    .find((name) => name !== undefined && capabilities?.[name] === undefined);
  if (needed === undefined) return undefined;
  return {
    code: errorCodes.missingCapability,
    message: `Missing required client capability: ${needed}`,
    data: { requiredCapabilities: { [needed]: {} } },
  };
}

const capabilityOf: Record<string, 'elicitation' | 'sampling' | 'roots'> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};

/** Makes the state with which the next round begins. It is good for one round. */
export function toAskState(open: OpenQuestions): AskState {
  const { requests: _, ...rest } = open;
  return { ...rest, bind: 'task', nonce: crypto.randomUUID() };
}
