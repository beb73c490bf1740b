import { ToolMessage } from '@langchain/core/messages';
import { DynamicStructuredTool, type ToolRunnableConfig } from '@langchain/core/tools';
import type { AnyTRPCRouter } from '@trpc/server';
import type { ListedTool, ToolCallerArguments, ToolTypes } from '@trpc-mcp/core/caller';
import { type Calls, type CallsOptions, openCalls } from '../calls.ts';
import type { Discovery, ListedName } from '../names.ts';
import { toRefusal } from '../refusal.ts';
import { toContent } from './content.ts';

export { aiInstructions } from '../instructions.ts';
export { ToolRefusal } from '../refusal.ts';
export type { CallsOptions } from '../calls.ts';
export type { CodeToolName, Discovery, ListedName, SearchToolName } from '../names.ts';
export type { ToolProgress } from '../progress.ts';

/** The JSON Schema of a tool's arguments. */
export interface LangChainSchema {
  type: 'object';
  [key: string]: unknown;
}

/**
 * A tool for LangChain. Called by an agent, it makes a `ToolMessage`: what the model reads is its content, the JSON of the
 * result its `artifact`, and a refusal has the status `error`. Called with arguments alone, it resolves to the content, and
 * throws a `ToolRefusal`.
 */
export type LangChainTool<TName extends string = string, TInput = unknown> = DynamicStructuredTool<
  LangChainSchema,
  TInput,
  TInput,
  unknown,
  unknown,
  TName
>;

/** The tools of a router, each with its own name and arguments; or, with `discovery`, the tools that find them. */
export type LangChainTools<TRouter extends AnyTRPCRouter, TDiscovery = 'list'> = [TDiscovery] extends [
  'list' | undefined,
]
  ? ToolOf<ToolTypes<TRouter>>[]
  : LangChainTool<ListedName<TRouter, TDiscovery>>[];

type ToolOf<TTypes> = {
  [TName in keyof TTypes & string]: TTypes[TName] extends { input: infer TInput }
    ? LangChainTool<TName, TInput>
    : never;
}[keyof TTypes & string];

/**
 * Makes the tools of a router for agents and tool nodes of LangChain. A call is the same call as over MCP, in this process.
 *
 * ```ts
 * const agent = createAgent({ model, tools: await aiTools(appRouter, { ctx: { user } }) });
 * ```
 */
export async function aiTools<
  TRouter extends AnyTRPCRouter,
  const TDiscovery extends Discovery<TRouter> = 'list',
>(
  router: TRouter,
  ...[options]: ToolCallerArguments<TRouter, CallsOptions<TRouter, TDiscovery>>
): Promise<LangChainTools<TRouter, TDiscovery>> {
  // Cast: the arguments depend on the context of the router, which is not known here.
  const calls = await openCalls(router, (options ?? {}) as CallsOptions<TRouter>);
  // Cast: which tools there are is known when they have been listed.
  return calls.listed.map((tool) => toTool(tool, calls)) as unknown as LangChainTools<TRouter, TDiscovery>;
}

function toTool({ name, description, inputSchema, annotations }: ListedTool, calls: Calls): LangChainTool {
  const tool: LangChainTool = new DynamicStructuredTool({
    name,
    description,
    schema: inputSchema,
    metadata: { annotations },
    func: (input: unknown, _: unknown, config?: ToolRunnableConfig) => run(calls, name, input, config),
  });
  // LangChain would compare the arguments with the schema first, and refuse what the call repairs, in other words than ours.
  const unchecked = Object.create(tool, { schema: { value: {} } }) as LangChainTool;
  tool.call = tool.call.bind(unchecked);
  return tool;
}

async function run(
  calls: Calls,
  name: string,
  args: unknown,
  config: ToolRunnableConfig | undefined,
): Promise<unknown> {
  const { id: toolCallId } = (config?.toolCall ?? {}) as { id?: string };
  const signal = config?.signal;
  const result = await calls.call({ name, args, toolCallId, ...(signal && { signal }) });
  const content = toContent(result.content);
  if (toolCallId === undefined) {
    if (result.isError) throw toRefusal(name, result);
    return content;
  }
  // An agent would add words of its own to the message of an error.
  return new ToolMessage({
    name,
    content,
    tool_call_id: toolCallId,
    status: result.isError ? 'error' : 'success',
    ...(result.structuredContent !== undefined && { artifact: result.structuredContent }),
  });
}
