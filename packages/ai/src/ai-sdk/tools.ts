import type { AnyTRPCRouter } from '@trpc/server';
import type { ListedTool, ToolCallerArguments, ToolTypes } from '@trpc-mcp/core/caller';
import type { JSONSchema7, JSONValue, ModelMessage, Schema } from 'ai';
import { type Calls, type CallsOptions, openCalls } from '../calls.ts';
import type { Discovery, ListedName } from '../names.ts';
import { ToolRefusal, toRefusal } from '../refusal.ts';
import { findApproval } from './approval.ts';
import { type ModelOutput, type ToolContent, toModelOutput, toOutput } from './output.ts';

/** What the AI SDK tells a tool of a call. */
export interface AiToolOptions {
  /** The id that the model gave the call. */
  toolCallId: string;
  /** The messages before the call. A person's approval of it is read from them. */
  messages: ModelMessage[];
  /** Aborts the call. */
  abortSignal?: AbortSignal;
}

/** One tool for the AI SDK. Input and output are JSON. */
export interface AiTool<TInput = unknown, TOutput = unknown> {
  /** What the tool does, for the model. */
  description: string;
  /** The title, for people. */
  title: string;
  /** The hints of the tool (`annotations`), which the AI SDK hands on with each of its calls. */
  metadata: { annotations: { [key: string]: JSONValue } };
  /** The JSON Schema of the arguments, as it is listed over MCP. The arguments are checked by the call, not by the SDK. */
  inputSchema: Schema<TInput>;
  /** Whether a person has to approve this call first. Absent with `onElicit`, which asks them in place of the SDK. */
  needsApproval?: (input: TInput, options: AiToolOptions) => Promise<boolean>;
  /** Calls the tool. Throws a `ToolRefusal` if it is refused or fails. */
  execute: (input: TInput, options: AiToolOptions) => Promise<TOutput | ToolContent>;
  /** Makes of an output what the model reads. */
  toModelOutput: (options: { output: TOutput | ToolContent }) => ModelOutput;
}

/**
 * The tools of a router by name, each with its input and its output as JSON; or, with `discovery`, the tools that find them. A
 * tool that this caller may not see is not there, although its name is in the type.
 */
export type AiTools<TRouter extends AnyTRPCRouter, TDiscovery = 'list'> = [TDiscovery] extends [
  'list' | undefined,
]
  ? ToolsOf<ToolTypes<TRouter>>
  : { [TName in ListedName<TRouter, TDiscovery>]: AiTool };

type ToolsOf<TTypes> = {
  [TName in keyof TTypes]: TTypes[TName] extends { input: infer TInput; output: infer TOutput }
    ? AiTool<TInput, TOutput>
    : never;
};

/** A call that a person has to approve. */
export interface ToolApprovalAsked {
  /** The id that the model gave the call. */
  toolCallId: string;
  /** The name of the tool. */
  tool: string;
  /** The arguments of the call. */
  input: unknown;
  /** What the person is asked, such as `Deactivate customer Ada Ltd?`. */
  question: string;
}

/** The options of `createToolCaller`, and those of the AI SDK. */
export interface AiToolsOptions<
  TRouter extends AnyTRPCRouter = AnyTRPCRouter,
  TDiscovery extends Discovery<TRouter> = Discovery<TRouter>,
> extends CallsOptions<TRouter, TDiscovery> {
  /**
   * Called with the question of each call that the AI SDK is going to ask an approval for, before it does. Write it into the
   * stream, so that the page can show the person what they agree to.
   */
  onApproval?: (asked: ToolApprovalAsked) => unknown;
}

/**
 * Makes the `ToolSet` of a router for `generateText`, `streamText` and agents of the AI SDK (v6 and v7). A call is the same
 * call as over MCP, in this process: with the context that you give, the middleware, the limits and the words for the model.
 * Rejects with a `SetupError` if the router cannot be served, and with the refusal if `createContext` refuses.
 *
 * ```ts
 * const tools = await aiTools(appRouter, { ctx: { user } });
 * const result = streamText({ model, tools, messages, stopWhen: stepCountIs(10) });
 * ```
 */
export async function aiTools<
  TRouter extends AnyTRPCRouter,
  const TDiscovery extends Discovery<TRouter> = 'list',
>(
  router: TRouter,
  ...[options]: ToolCallerArguments<TRouter, AiToolsOptions<TRouter, TDiscovery>>
): Promise<AiTools<TRouter, TDiscovery>> {
  const { onApproval, ...given } = (options ?? {}) as AiToolsOptions<TRouter>;
  const calls = await openCalls(router, given);
  const canElicit = given.onElicit !== undefined;
  const entries = calls.listed.map((tool) => [tool.name, toAiTool(calls, tool, { onApproval, canElicit })]);
  // Without a prototype, because v6 of the SDK looks up whatever name a model calls: `constructor` is no tool.
  // Cast: which tools there are is known when they have been listed.
  return Object.setPrototypeOf(Object.fromEntries(entries), null) as AiTools<TRouter, TDiscovery>;
}

interface Hooks {
  onApproval: ((asked: ToolApprovalAsked) => unknown) | undefined;
  /** Whether the app answers questions itself. */
  canElicit: boolean;
}

function toAiTool(
  { caller, call: run }: Calls,
  listed: ListedTool,
  { onApproval, canElicit }: Hooks,
): AiTool {
  const { name, description, title, annotations, inputSchema } = listed;
  // v7 warns of files in the form of v6, which it takes all the same. Where nothing has run yet, that form has to do.
  let isSeven = false;
  const needsApproval = async (input: unknown, { toolCallId, messages }: AiToolOptions): Promise<boolean> => {
    // The SDK asks once more before it runs an approved call, and would deny what needs no approval.
    if (findApproval(messages, { toolCallId, toolName: name, input }) !== undefined) return true;
    const question = await caller.consentFor(name, input);
    if (question === undefined) return false;
    await onApproval?.({ toolCallId, tool: name, input, question });
    return true;
  };
  return {
    description,
    title,
    // Cast: what is listed is JSON.
    metadata: { annotations: annotations as { [key: string]: JSONValue } },
    inputSchema: toSchema(inputSchema),
    ...(!canElicit && { needsApproval }),
    execute: async (input, given) => {
      // Whoever calls it directly may have left out what the SDK gives. Cast: the types do not know of them.
      const call = (given as AiToolOptions | undefined) ?? noOptions;
      const { toolCallId, messages, abortSignal } = call;
      isSeven ||= 'context' in call;
      const found = canElicit ? undefined : findApproval(messages, { toolCallId, toolName: name, input });
      const isAgreed = found !== undefined;
      // The same messages may be sent twice, and the call is to run once. Some apps give their approvals ids in a row.
      const approvalId = isAgreed ? { approvalId: `${toolCallId} ${found}` } : undefined;
      const signal = abortSignal && { signal: abortSignal };
      const result = await run({
        name,
        args: input,
        toolCallId,
        isApproved: isAgreed,
        ...approvalId,
        ...signal,
      });
      if (!result.isError) return toOutput(result);
      const refusal = toRefusal(name, result);
      const canApprove = !canElicit && !isAgreed && refusal.code === 'PRECONDITION_FAILED';
      const question = canApprove ? await caller.consentFor(name, input) : undefined;
      throw question === undefined ? refusal : new ToolRefusal(name, refusal.code, notApproved(question));
    },
    toModelOutput: ({ output }) => toModelOutput(output, isSeven),
  };
}

const noOptions: AiToolOptions = { toolCallId: '', messages: [] };

/** What a call gets that needs an approval and has none. The AI SDK asks for one before, so only other callers read it. */
function notApproved(question: string): string {
  return `This call needs a person's approval, and the messages hold none of exactly this call: "${question}". Nothing was done. Call the tool through generateText, streamText or an agent of the AI SDK, show its approval request to the person, and send their response with the messages; or answer questions with the option onElicit of aiTools.`;
}

/** How the AI SDK marks a schema. Made here, so that nothing of either major has to be loaded. */
const schemaMark = Symbol.for('vercel.ai.schema');

function toSchema(inputSchema: ListedTool['inputSchema']): Schema {
  // Without `validate`, the SDK takes any JSON: the call itself checks it, repairs it, and words what is wrong.
  const schema = {
    [schemaMark]: true,
    _type: undefined,
    jsonSchema: inputSchema as JSONSchema7,
    validate: undefined,
  };
  // Cast: the SDK does not export the type of its mark.
  return schema as unknown as Schema;
}
