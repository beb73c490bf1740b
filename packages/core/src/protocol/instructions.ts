import type { CallHost } from '../call/call.ts';
import type { McpRequest } from '../call/context.ts';
import { reportThrown } from '../call/failure.ts';
import { runHook } from '../hook.ts';
import { readListContext } from './list-context.ts';
import type { ServerInfo } from './options.ts';
import type { ServerParts } from './serving.ts';

/** The instructions that every caller gets; `undefined` if there are none, or if they are made for each caller. */
export function sharedInstructionsOf({ instructions }: ServerInfo): string | undefined {
  return typeof instructions === 'string' && instructions !== '' ? instructions : undefined;
}

/** Whether the instructions are made for each caller, so that nobody else may get them. */
export function arePersonal({ instructions }: ServerInfo): boolean {
  return typeof instructions === 'function';
}

/**
 * Makes the instructions for one caller. Without a context, after an error and after `hookTimeoutMs` there are none, and
 * `onError` is told. It refuses nobody, because clients do not show people why a handshake failed: a caller whom
 * `createContext` refuses is refused by everything that comes after it.
 */
export async function readInstructions(
  parts: ServerParts,
  exchange: CallHost,
  request: Omit<McpRequest, 'tool'>,
): Promise<string | undefined> {
  const { instructions } = parts.info;
  if (typeof instructions !== 'function') return sharedInstructionsOf(parts.info);
  // A function that takes no context does not need one. It may only want to know the time.
  const read =
    instructions.length === 0
      ? ({ kind: 'made', ctx: undefined } as const)
      : await readListContext(parts, exchange, request);
  if (read.kind !== 'made') return undefined;
  try {
    // An app without types may return anything.
    const text: unknown = await runHook('server.instructions', parts.hookTimeoutMs, () =>
      instructions(read.ctx),
    );
    if (typeof text !== 'string')
      throw new TypeError(`server.instructions has to return a text, and returned ${nameOf(text)}`);
    return text === '' ? undefined : text;
  } catch (thrown) {
    reportThrown(parts.report, thrown);
    return undefined;
  }
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
}
