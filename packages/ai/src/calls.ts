import type { AnyTRPCRouter } from '@trpc/server';
import {
  createToolCaller,
  type ListedTool,
  type ToolCaller,
  type ToolCallerArguments,
  type ToolCallerOptions,
  type ToolCallResult,
} from '@trpc-mcp/core/caller';
import type { Discovery } from './names.ts';
import type { ToolProgress } from './progress.ts';

/** The options of `createToolCaller`, and what is told of running calls. */
export interface CallsOptions<
  TRouter extends AnyTRPCRouter = AnyTRPCRouter,
  TDiscovery extends Discovery<TRouter> = Discovery<TRouter>,
> extends Omit<ToolCallerOptions<TRouter>, 'discovery'> {
  /**
   * How models find tools: all of them are listed by default. `search` gives tools to search, describe and call them with;
   * `{ over: 50 }` does so from 50 tools on.
   */
  discovery?: TDiscovery;
  /** Called with the progress of running calls. */
  onProgress?: (progress: ToolProgress) => void;
}

/** The options of one call. */
export interface RunOptions {
  /** Aborts the call, which then rejects with the reason. */
  signal?: AbortSignal;
  /** A person has agreed to exactly this call, after reading the question of `consentFor`. */
  isApproved?: boolean;
}

/** A call as a model wrote it. */
export interface WrittenCall extends RunOptions {
  /** Which approval it is, to let it run one call. */
  approvalId?: string | undefined;
  name: string;
  args: unknown;
  toolCallId: string | undefined;
}

/** The tools of one caller. */
export interface Calls {
  caller: ToolCaller;
  listed: readonly ListedTool[];
  call: (call: WrittenCall) => Promise<ToolCallResult>;
}

/** Lists the tools of a caller. */
export async function openCalls<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  { onProgress, ...options }: CallsOptions<TRouter>,
): Promise<Calls> {
  // Cast: the arguments depend on the context of the router, which is not known here.
  const caller = createToolCaller(router, ...([options] as unknown as ToolCallerArguments<TRouter>));
  const listed = await caller.listTools();
  return {
    caller,
    listed,
    call: ({ name, args, toolCallId, signal, isApproved, approvalId }) =>
      caller.callTool(name, args, {
        ...(signal && { signal }),
        ...(isApproved !== undefined && { isApproved }),
        ...(approvalId !== undefined && { approvalId }),
        ...(onProgress && {
          onProgress: (progress) =>
            onProgress({ ...progress, tool: name, ...(toolCallId !== undefined && { toolCallId }) }),
        }),
      }),
  };
}
