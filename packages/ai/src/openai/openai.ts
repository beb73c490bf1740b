import type { AnyTRPCRouter } from '@trpc/server';
import type { ListedTool, ToolCallerArguments } from '@trpc-mcp/core/caller';
import type {
  ChatCompletionMessageToolCall,
  ChatCompletionToolMessageParam,
} from 'openai/resources/chat/completions';
import type { ResponseFunctionToolCall, ResponseInputItem } from 'openai/resources/responses/responses';
import { type Calls, type CallsOptions, openCalls, type RunOptions } from '../calls.ts';
import type { Discovery, ListedName } from '../names.ts';
import { readArguments } from './arguments.ts';
import { toResponsesOutput, toText } from './content.ts';

export { aiInstructions } from '../instructions.ts';
export type { CallsOptions, RunOptions } from '../calls.ts';
export type { CodeToolName, Discovery, ListedName, SearchToolName } from '../names.ts';
export type { ToolProgress } from '../progress.ts';

/** The definition of a tool for Chat Completions, and for `runTools` of the SDK, which calls `function`. */
export interface OpenAiChatTool<TName extends string = string> {
  type: 'function';
  function: {
    name: TName;
    description: string;
    parameters: Record<string, unknown>;
    strict: false;
    /** Calls the tool with the arguments as the model wrote them, and resolves to the words that it reads. It is not sent. */
    function: (args: string) => Promise<string>;
  };
}

/** The definition of a tool for Responses. */
export interface OpenAiResponsesTool<TName extends string = string> {
  type: 'function';
  name: TName;
  description: string;
  parameters: Record<string, unknown>;
  strict: false;
}

/** A call of Chat Completions, or of Responses. */
export type OpenAiCall = ChatCompletionMessageToolCall | ResponseFunctionToolCall;

/** The tools of a router for the OpenAI SDK. */
export interface OpenAiTools<TName extends string = string> {
  /** For `openai.chat.completions.create({ tools })`, and for `runTools`. */
  tools: OpenAiChatTool<TName>[];
  /** For `openai.responses.create({ tools })`. */
  responsesTools: OpenAiResponsesTool<TName>[];
  /**
   * Runs a call of Chat Completions and resolves to the message to append; a call of Responses, to the item to append. Never
   * rejects for what the model or the app does wrong: the model reads it. Rejects if `signal` aborts.
   */
  run: {
    (call: ChatCompletionMessageToolCall, options?: RunOptions): Promise<ChatCompletionToolMessageParam>;
    (call: ResponseFunctionToolCall, options?: RunOptions): Promise<ResponseInputItem.FunctionCallOutput>;
  };
  /**
   * The question that a person is asked before this call may run; `undefined` if none is. Show it to them, and run the call with
   * `isApproved` if they agree. With `onElicit` that happens by itself.
   */
  consentFor: (call: OpenAiCall) => Promise<string | undefined>;
}

/**
 * Makes the definitions of a router's tools for the OpenAI SDK, and a function that runs a call and makes its answer. A call is
 * the same call as over MCP, in this process.
 *
 * ```ts
 * const { tools, run } = await aiTools(appRouter, { ctx: { user } });
 * const { choices } = await openai.chat.completions.create({ model, messages, tools });
 * for (const call of choices[0].message.tool_calls ?? []) messages.push(await run(call));
 * ```
 */
export async function aiTools<
  TRouter extends AnyTRPCRouter,
  const TDiscovery extends Discovery<TRouter> = 'list',
>(
  router: TRouter,
  ...[options]: ToolCallerArguments<TRouter, CallsOptions<TRouter, TDiscovery>>
): Promise<OpenAiTools<ListedName<TRouter, TDiscovery>>> {
  // Cast: the arguments depend on the context of the router, which is not known here.
  const calls = await openCalls(router, (options ?? {}) as CallsOptions<TRouter>);
  const tools: OpenAiTools = {
    tools: calls.listed.map((tool) => toChatTool(tool, calls)),
    responsesTools: calls.listed.map((tool) => ({ type: 'function', ...toDefinition(tool) })),
    // Cast: an overload is chosen by what the call is.
    run: ((call: OpenAiCall, runOptions: RunOptions = {}) =>
      run(calls, call, runOptions)) as OpenAiTools['run'],
    consentFor: async (call) => {
      const { name, text } = toWritten(call);
      const read = readArguments(text);
      return read.ok ? calls.caller.consentFor(name, read.args) : undefined;
    },
  };
  // Cast: which tools there are is known when they have been listed.
  return tools as OpenAiTools<ListedName<TRouter, TDiscovery>>;
}

function toDefinition({ name, description, inputSchema }: ListedTool): Omit<OpenAiResponsesTool, 'type'> {
  return { name, description, parameters: inputSchema, strict: false };
}

function toChatTool(tool: ListedTool, calls: Calls): OpenAiChatTool {
  const call = async (text: string, runner?: unknown): Promise<string> => {
    const signal = signalOf(runner);
    return toText(await answer(calls, { name: tool.name, text, id: undefined }, signal ? { signal } : {}));
  };
  return { type: 'function', function: { ...toDefinition(tool), function: call } };
}

/** The signal of `runTools`, which gives its runner to each function that it calls. */
function signalOf(runner: unknown): AbortSignal | undefined {
  const { controller } = (runner ?? {}) as { controller?: { signal?: unknown } };
  return controller?.signal instanceof AbortSignal ? controller.signal : undefined;
}

async function run(
  calls: Calls,
  call: OpenAiCall,
  options: RunOptions,
): Promise<ChatCompletionToolMessageParam | ResponseInputItem.FunctionCallOutput> {
  const written = toWritten(call);
  const content = await answer(calls, written, options);
  return call.type === 'function_call'
    ? { type: 'function_call_output', call_id: written.id, output: toResponsesOutput(content) }
    : { role: 'tool', tool_call_id: written.id, content: toText(content) };
}

type Content = Awaited<ReturnType<Calls['call']>>['content'];

async function answer(
  calls: Calls,
  { name, text, id }: { name: string; text: unknown; id: string | undefined },
  options: RunOptions,
): Promise<Content> {
  const read = readArguments(text);
  if (!read.ok) return [{ type: 'text', text: read.words }];
  const { content } = await calls.call({ ...options, name, args: read.args, toolCallId: id });
  return content;
}

/** The name and the arguments of a call of either API. A custom tool has a text in place of arguments, and none is ours. */
function toWritten(call: OpenAiCall): { name: string; text: unknown; id: string } {
  switch (call.type) {
    case 'function_call':
      return { name: call.name, text: call.arguments, id: call.call_id };
    case 'custom':
      return { name: call.custom.name, text: JSON.stringify(call.custom.input), id: call.id };
    default:
      return { name: call.function.name, text: call.function.arguments, id: call.id };
  }
}
