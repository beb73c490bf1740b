import type { CallToolResult } from '@modelcontextprotocol/server';
import { TRPCError } from '@trpc/server';
import type { CallRequest } from '../call/active-call.ts';
import type { CallHost } from '../call/call.ts';
import type { Caller } from '../call/caller.ts';
import { reportThrown } from '../call/failure.ts';
import type { ListedTool } from '../catalog/tool.ts';
import type { McpAuthInfo } from '../meta.ts';
import { callNamed } from '../protocol/call-by-name.ts';
import { identifyInProcess } from '../protocol/caller-of.ts';
import { readInstructions } from '../protocol/instructions.ts';
import { listEntries, readContextOf } from '../protocol/listing.ts';
import type { ServerParts, Serving } from '../protocol/serving.ts';
import { readArguments } from './arguments.ts';
import { spendApproval } from './approval.ts';
import { checkCallOptions } from './call-options.ts';
import { readQuestion, takesApproval } from './consent.ts';
import type { Mounted } from './mount.ts';
import type { ToolCallerOptions, ToolCallOptions } from './options.ts';
import { toReport } from './progress.ts';
import { toRefused, toToolCallResult } from './result.ts';
import { callInRounds, ElicitFailed, Unanswered } from './rounds.ts';
import { untilAborted } from './until-aborted.ts';

/** What a model reads of a call. With `isError`, its text says what went wrong, and `_meta.code` is tRPC's code. */
export type ToolCallResult = CallToolResult;

/** Calls the tools of one router in this process, for one caller. */
export interface ToolCaller {
  /** Lists the tools that this caller sees. Rejects with a `TRPCError` if `createContext` refuses the caller. */
  listTools: (options?: Pick<ToolCallOptions, 'signal'>) => Promise<ListedTool[]>;
  /** The instructions of `server.instructions` for this caller, for the system prompt; `undefined` if there are none. */
  instructions: (options?: Pick<ToolCallOptions, 'signal'>) => Promise<string | undefined>;
  /**
   * Calls a tool with arguments as a model writes them. Whatever the app or the model does wrong is a result with `isError`.
   * Rejects only with the reason of `options.signal`, when that aborts, and with a `TypeError` for options that there are not.
   */
  callTool: (name: string, args?: unknown, options?: ToolCallOptions) => Promise<ToolCallResult>;
  /**
   * Returns the question that a person would be asked for consent before this call runs. Returns `undefined` if nobody would
   * be asked, or if the call would be refused. Runs middleware and the query of `confirm.with`, and never the procedure.
   */
  consentFor: (
    name: string,
    args?: unknown,
    options?: Pick<ToolCallOptions, 'signal'>,
  ) => Promise<string | undefined>;
}

/** Who calls. */
export type CallerIdentity = Pick<ToolCallerOptions, 'authInfo' | 'onElicit' | 'client'> & {
  ctx?: unknown;
  createContext?: CallHost['createContext'];
};

/** Makes what calls the tools of a mount, for one caller. */
export function createRouterCaller(mounted: Mounted, identity: CallerIdentity): ToolCaller {
  const { catalog, parts, tasksOf, approvals } = mounted;
  const { ctx, authInfo, client, onElicit: answering } = identity;
  const { createContext = () => (isFunction(ctx) ? ctx() : ctx) } = identity;
  const auth: McpAuthInfo | undefined = authInfo && { token: '', clientId: '', scopes: [], ...authInfo };
  const hasContext = identity.createContext !== undefined || ctx !== undefined;
  let identified: Promise<Caller> | undefined;
  const caller = () => (identified ??= identifyInProcess(auth, hasContext));

  const serve = async (signal: AbortSignal): Promise<Serving> => ({
    exchange: { url: null, header: () => undefined, signal, createContext },
    catalog: catalog.current ?? (await catalog.whole.then(() => catalog.current!)),
    auth,
    caller,
    tasksOf,
    mayStream: true,
  });
  const toRequest = (method: string, signal: AbortSignal, canAsk = false): CallRequest => ({
    id: undefined,
    method,
    era: 'modern',
    client,
    capabilities: canAsk ? { elicitation: { form: {}, url: {} } } : {},
    auth,
    signal,
    trace: undefined,
    sdk: undefined,
    canAsk,
    isInProcess: true,
    state: undefined,
    responses: undefined,
    caller,
    tasksOf,
  });
  const run = async <TResult>(
    method: string,
    options: ToolCallOptions,
    work: (signal: AbortSignal) => Promise<TResult>,
  ): Promise<TResult> => {
    checkCallOptions(method, options);
    const { signal = new AbortController().signal } = options;
    return untilAborted(signal, () => work(signal));
  };

  const call = async (name: string, args: unknown, signal: AbortSignal, options: ToolCallOptions) => {
    const { onProgress, onElicit = answering, isApproved = false, approvalId } = options;
    const serving = await serve(signal);
    const isTaken = isApproved && takesApproval(serving.catalog, name);
    if (isTaken && approvalId !== undefined) {
      const refused = await spendApproval(approvals, await caller(), { approvalId, name, args }, (thrown) => {
        reportThrown(parts.report, thrown, { name });
      });
      if (refused) return refused;
    }
    const request: CallRequest = {
      ...toRequest('tools/call', signal, onElicit !== undefined),
      report: onProgress && toReport(onProgress, (thrown) => void reportThrown(parts.report, thrown)),
      isApproved: isTaken,
    };
    const params = { name, arguments: args };
    const outcome = await callInRounds(
      (round) => callNamed(parts, serving, 'tools/call', params, { ...request, ...round }),
      onElicit,
      { tool: name, arguments: args, signal },
      async ({ run: id }) => (id === undefined ? undefined : parts.journals?.forget(id)),
    );
    return toToolCallResult(name, outcome);
  };

  return {
    listTools: (options = {}) =>
      run('listTools', options, async (signal) => {
        const serving = await serve(signal);
        const request = toRequest('tools/list', signal);
        const read = await readContextOf(parts, serving, 'tools/list', request);
        if (read?.kind === 'failure') throw new TRPCError({ code: read.code, message: read.text });
        const entries = await listEntries(parts, serving, 'tools/list', request, read);
        // The catalog is for all callers, and what one of them changes must not reach another one.
        return JSON.parse(JSON.stringify(entries)) as ListedTool[];
      }),
    instructions: (options = {}) =>
      run('instructions', options, async (signal) => {
        const { exchange } = await serve(signal);
        return readInstructions(parts, exchange, toRequest('server/discover', signal));
      }),
    callTool: (name, args, options = {}) =>
      run('callTool', options, async (signal) => {
        const read = readCall(name, args);
        if ('refused' in read) return read.refused;
        try {
          return await call(name, read.args, signal, options);
        } catch (thrown) {
          return toFailed(parts, name, thrown, signal);
        }
      }),
    consentFor: (name, args, options = {}) =>
      run('consentFor', options, async (signal) => {
        const read = readCall(name, args);
        if ('refused' in read) return undefined;
        try {
          const serving = await serve(signal);
          return await readQuestion(parts, serving, name, read.args, toRequest('tools/call', signal, true));
        } catch (thrown) {
          reportThrown(parts.report, thrown, { name });
          return undefined;
        }
      }),
  };
}

/** Copies the arguments of a call, or refuses a call that nobody could make over MCP. */
function readCall(name: unknown, args: unknown): { args: unknown } | { refused: ToolCallResult } {
  if (typeof name !== 'string')
    return { refused: toRefused('BAD_REQUEST', 'the name of a tool has to be a text') };
  const read = readArguments(args);
  return read.kind === 'read' ? { args: read.value } : { refused: toRefused('BAD_REQUEST', read.words) };
}

/** The result of a call that could not go on. What the app has to mend is reported, and the model gets a reference. */
function toFailed(
  { report }: ServerParts,
  name: string,
  thrown: unknown,
  { aborted }: AbortSignal,
): ToolCallResult {
  if (thrown instanceof Unanswered) return toRefused('PRECONDITION_FAILED', thrown.message);
  const isOfElicit = thrown instanceof ElicitFailed;
  // A dialog that is closed with its call rejects. That is no failure, and `callTool` has rejected already.
  if (isOfElicit && aborted) return toRefused('PRECONDITION_FAILED', 'the call was cancelled');
  const reference = reportThrown(report, isOfElicit ? thrown.cause : thrown, { name });
  return isOfElicit
    ? toRefused('PRECONDITION_FAILED', `the person could not be asked (reference ${reference})`)
    : toRefused('INTERNAL_SERVER_ERROR', `something went wrong inside the app (reference ${reference})`);
}

// A context is always an object, so a function is one that makes it.
function isFunction(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
