import { AsyncLocalStorage } from 'node:async_hooks';
import type { BypassKind } from '../catalog/bypassable.ts';
import type { McpCall } from './context.ts';
import { hasUnseen, type Running, setStorage } from './running.ts';

// The adapters do not import this file. Whoever does can ask for the call that is running, so that calls are stored from now on.
const storage = setStorage(() => new AsyncLocalStorage());

/**
 * Returns the MCP call that this code runs for, or `undefined` if it runs for something else, such as a call over tRPC.
 * It works in `createContext`, middleware, resolvers and everything they call. Clients cannot forge it. Import it where the
 * app starts, and not while a call runs: calls that began before the first import are not known, and it throws until they
 * have ended.
 */
export function getMcpCall(): McpCall | undefined {
  return currentOf()?.call;
}

/** Whether this invocation is that of the tool's own procedure, and not of a caller that is nested inside it. */
export function isOwnInvocation(invocation: { getRawInput: unknown }): boolean {
  return currentOf()?.getRawInput === invocation.getRawInput;
}

/** Whether this invocation skips middleware of a kind. The tool's own procedure does; callers nested inside it do not. */
export function isBypassed(kind: BypassKind, invocation: { getRawInput: unknown }): boolean {
  return currentOf()?.bypass?.[kind] === true && isOwnInvocation(invocation);
}

/** Throws if it cannot tell, so that no middleware takes a call over MCP for one over tRPC. */
function currentOf(): Running | undefined {
  const running = storage.getStore();
  if (!running && hasUnseen()) throw new Error(lateImport);
  return running;
}

const lateImport =
  'getMcpCall, bypassable or requireScopes was imported from @trpc-mcp/core for the first time while a call was running, ' +
  'so that nobody knows whether this code runs for it; import them where the app starts';
