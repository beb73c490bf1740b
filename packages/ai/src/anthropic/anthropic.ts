import type { ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages';
import type { AnyTRPCRouter } from '@trpc/server';
import type { ListedTool, ToolCallerArguments } from '@trpc-mcp/core/caller';
import { type Calls, type CallsOptions, openCalls, type RunOptions } from '../calls.ts';
import type { Discovery, ListedName } from '../names.ts';
import { toRefusal } from '../refusal.ts';
import { type AnthropicBlock, toContent } from './content.ts';

export { aiInstructions } from '../instructions.ts';
export { ToolRefusal } from '../refusal.ts';
export type { AnthropicBlock } from './content.ts';
export type { CallsOptions, RunOptions } from '../calls.ts';
export type { CodeToolName, Discovery, ListedName, SearchToolName } from '../names.ts';
export type { ToolProgress } from '../progress.ts';

/** The definition of a tool for the Messages API, and for `toolRunner` of the SDK, which calls `run`. */
export interface AnthropicTool<TName extends string = string> {
  /** The name of the tool. */
  name: TName;
  /** What the tool does, for the model. */
  description: string;
  /** The JSON Schema of the arguments. */
  input_schema: { type: 'object'; [key: string]: unknown };
  /** Calls the tool, for `toolRunner`. Throws what the model reads of a refusal. It is not sent. */
  run: (
    input: unknown,
    context?: { signal?: AbortSignal | null | undefined },
  ) => Promise<string | AnthropicBlock[]>;
  /** Takes the arguments as they are, because the call checks them. It is not sent. */
  parse: (input: unknown) => unknown;
}

/** A call of a tool, as Claude writes it: a `tool_use` block. */
export interface AnthropicCall {
  /** The id of the block. */
  id: string;
  /** The name of the tool. */
  name: string;
  /** The arguments. */
  input: unknown;
}

/** The tools of a router for the Anthropic SDK. */
export interface AnthropicTools<TName extends string = string> {
  /** For `anthropic.messages.create({ tools })`, and for `toolRunner`. */
  tools: AnthropicTool<TName>[];
  /**
   * Runs a `tool_use` block and resolves to its `tool_result`. Never rejects for what the model or the app does wrong: the
   * result has `is_error`, and the model reads why. Rejects if `signal` aborts.
   */
  run: (block: AnthropicCall, options?: RunOptions) => Promise<ToolResultBlockParam>;
  /**
   * The question that a person is asked before this call may run; `undefined` if none is. Show it to them, and run the call with
   * `isApproved` if they agree. With `onElicit` that happens by itself.
   */
  consentFor: (block: AnthropicCall) => Promise<string | undefined>;
}

/**
 * Makes the definitions of a router's tools for the Anthropic SDK, and a function that runs a call and makes its answer. A call
 * is the same call as over MCP, in this process.
 *
 * ```ts
 * const { tools, run } = await aiTools(appRouter, { ctx: { user } });
 * const { content } = await anthropic.messages.create({ model, max_tokens, messages, tools });
 * const results = await Promise.all(content.filter((block) => block.type === 'tool_use').map((block) => run(block)));
 * ```
 */
export async function aiTools<
  TRouter extends AnyTRPCRouter,
  const TDiscovery extends Discovery<TRouter> = 'list',
>(
  router: TRouter,
  ...[options]: ToolCallerArguments<TRouter, CallsOptions<TRouter, TDiscovery>>
): Promise<AnthropicTools<ListedName<TRouter, TDiscovery>>> {
  // Cast: the arguments depend on the context of the router, which is not known here.
  const calls = await openCalls(router, (options ?? {}) as CallsOptions<TRouter>);
  const tools: AnthropicTools = {
    tools: calls.listed.map((tool) => toTool(tool, calls)),
    run: async ({ id, name, input }, runOptions = {}) => {
      const result = await calls.call({ ...runOptions, name, args: input, toolCallId: id });
      const content = toContent(result.content);
      return { type: 'tool_result', tool_use_id: id, content, ...(result.isError && { is_error: true }) };
    },
    consentFor: ({ name, input }) => calls.caller.consentFor(name, input),
  };
  // Cast: which tools there are is known when they have been listed.
  return tools as AnthropicTools<ListedName<TRouter, TDiscovery>>;
}

function toTool({ name, description, inputSchema }: ListedTool, calls: Calls): AnthropicTool {
  return {
    name,
    description,
    input_schema: inputSchema,
    parse: (input) => input,
    run: async (input, context) => {
      const signal = context?.signal ?? undefined;
      const toolCallId = idOf(context);
      const result = await calls.call({ name, args: input, toolCallId, ...(signal && { signal }) });
      if (!result.isError) return toContent(result.content);
      const { message } = toRefusal(name, result);
      // The SDK writes "Error: " before the message of any other error. Only who uses its runner gets here.
      const { ToolError } = await import('@anthropic-ai/sdk/lib/tools/ToolError');
      throw new ToolError(message);
    },
  };
}

function idOf(context: object | undefined): string | undefined {
  const { toolUse } = (context ?? {}) as { toolUse?: { id?: unknown } };
  return typeof toolUse?.id === 'string' ? toolUse.id : undefined;
}
