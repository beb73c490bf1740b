import type { AnyTRPCRouter } from '@trpc/server';
import { isRecord } from '../record.ts';
import { SetupError } from '../setup-error.ts';
import { mount, type Mounted, type MountKey } from './mount.ts';
import { checkCallerOptions, mountOptions } from './option-check.ts';
import type { InProcessOptions, ToolCallerArguments } from './options.ts';
import { type CallerIdentity, createRouterCaller, type ToolCaller } from './router-caller.ts';

export type { Progress } from '../call/progress.ts';
export type { ListedTool } from '../catalog/tool.ts';
export type { Collected, Drained } from './drained.ts';
export type { Json, WireAttachment } from './json.ts';
export type {
  CallerContext,
  InProcessContextOptions,
  InProcessOption,
  InProcessOptions,
  MadeCallerContext,
  OnElicit,
  QuestionAbout,
  ToolCallerArguments,
  ToolCallerOptions,
  ToolCallOptions,
} from './options.ts';
export type { ToolCaller, ToolCallResult } from './router-caller.ts';
export type { ToolInput, ToolName, ToolOutput, ToolTypes } from './tool-types.ts';

/**
 * Calls the tools of a tRPC router in this process, under the app's own middleware: the same catalog and the same calls as
 * over MCP, without a client and a connection. It costs little to make one for each request, because the catalog is made once
 * for a router and the same options. Throws a `SetupError` that names every problem of the router.
 *
 * ```ts
 * const tools = createToolCaller(appRouter, { ctx: { user } });
 * const result = await tools.callTool('customers_rename', { id, name: 'Acme' });
 * ```
 */
export function createToolCaller<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options]: ToolCallerArguments<TRouter>
): ToolCaller {
  const given: unknown = options === undefined ? {} : options;
  // Cast: what the types say was checked.
  return createRouterCaller(mountFor(router, given), given as CallerIdentity);
}

function mountFor(router: AnyTRPCRouter, given: unknown): Mounted {
  const problems = checkCallerOptions(given);
  const found = new Set(problems.map(({ path }) => path));
  try {
    const mounted = mount(router, toKey(isRecord(given) ? given : {}));
    if (problems.length === 0) return mounted;
  } catch (thrown) {
    if (!(thrown instanceof SetupError)) throw thrown;
    problems.push(...thrown.problems.filter(({ path }) => !found.has(path)));
  }
  throw new SetupError(problems);
}

/** The part of the options that decides how a router is mounted. */
function toKey(given: Record<string, unknown>): MountKey {
  const own = Object.entries(given).filter(
    ([name, value]) => Object.hasOwn(mountOptions, name) && value !== undefined,
  );
  return {
    options: Object.fromEntries(own) as InProcessOptions,
    hasContext: Object.hasOwn(given, 'ctx') || Object.hasOwn(given, 'createContext'),
  };
}
