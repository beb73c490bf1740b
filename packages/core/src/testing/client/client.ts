import type { Client } from '@modelcontextprotocol/client';
import {
  type CallToolResult,
  type CompleteRequestParams,
  type CompleteResult,
  type GetPromptResult,
  type Prompt,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplateType,
  type Tool as ListedTool,
} from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import { toFetchHandler } from '../../adapters/fetch-exchange.ts';
import type { CatalogSource } from '../../catalog/catalog.ts';
import { createHandler } from '../../protocol/handler.ts';
import type { CallOptions, McpTestClientArguments, McpTestClientOptions } from './client-options.ts';
import { createInMemoryFetch } from './in-memory.ts';
import { loadClient } from './official.ts';
import type { InputAt, OutputAt, ToolPath } from '../../caller/path.ts';
import { readPart, readResult, readWords } from './reading.ts';
import { explainHidden, findTool } from './tool-at.ts';
import { McpToolError, toToolResult, type ToolResult } from './tool-result.ts';
import { Replays, runWitnessed, withWitness, type Witness } from './witness.ts';

/** The arguments after a path: an input only where the procedure takes one. */
export type CallArguments<TInput> = void extends TInput
  ? [input?: TInput, options?: CallOptions]
  : [input: TInput, options?: CallOptions];

/** An MCP client of one router, in the same process. It connects at its first request. */
export interface McpTestClient<TRouter extends AnyTRPCRouter> extends AsyncDisposable {
  /**
   * Calls the tool of a procedure. The input is written as for a tRPC client; the codec encodes it. Returns a result
   * with `ok: false` if the tool fails. Rejects with a `ProtocolError` if the tool does not exist or is hidden from
   * this caller.
   */
  call<TPath extends ToolPath<TRouter>>(
    path: TPath,
    ...args: CallArguments<InputAt<TRouter, TPath>>
  ): Promise<ToolResult<OutputAt<TRouter, TPath>>>;
  /** Calls a tool by its name, with arguments as a model would write them. `output` is the JSON that came back. Without structured content, it is what the procedure returned, as JSON. */
  callTool(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ToolResult>;
  /** The same two calls, but they return the output itself and throw a `McpToolError` if the tool fails. */
  unwrap: {
    /** Calls the tool of a procedure, and returns what the procedure returned. */
    call<TPath extends ToolPath<TRouter>>(
      path: TPath,
      ...args: CallArguments<InputAt<TRouter, TPath>>
    ): Promise<OutputAt<TRouter, TPath>>;
    /** Calls a tool by its name, and returns the JSON that came back. */
    callTool(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<unknown>;
  };
  /** The lists as this caller sees them. They are requested again each time. */
  listTools(): Promise<ListedTool[]>;
  /** The resources as this caller sees them, without templates. */
  listResources(): Promise<Resource[]>;
  /** The resource templates as this caller sees them. */
  listResourceTemplates(): Promise<ResourceTemplateType[]>;
  /** Reads a resource by its URI. Rejects with a `ProtocolError` if it does not exist or is hidden from this caller. */
  readResource(uri: string): Promise<ReadResourceResult>;
  /** The prompts as this caller sees them. */
  listPrompts(): Promise<Prompt[]>;
  /** Gets a prompt's messages. Arguments are strings, as MCP has them. */
  getPrompt(name: string, args?: Record<string, string>): Promise<GetPromptResult>;
  /** Asks for completions of an argument of a prompt or of a template's variable. */
  complete(request: CompleteRequestParams): Promise<CompleteResult['completion']>;
  /** Returns the connected official client, for everything that has no method here. */
  connect(): Promise<Client>;
  /** Disconnects and aborts the calls that are running. */
  close(): Promise<void>;
}

/**
 * Makes a client for tests: the official `@modelcontextprotocol/client`, connected in memory to a handler of this
 * router. Throws a `SetupError` when the router cannot be served.
 *
 * ```ts
 * await using client = createMcpTestClient(appRouter, { ctx: { user: admin } });
 * const result = await client.call('customers.deactivate', { id });
 * expect(result).toBeToolError('FORBIDDEN');
 * ```
 */
export function createMcpTestClient<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options = {}]: McpTestClientArguments<TRouter>
): McpTestClient<TRouter> {
  const { ctx, createContext, headers = {}, era = 'modern', onElicit, ...handlerOptions } = options;
  let catalog!: CatalogSource;
  const makeContext = createContext ?? (() => (isFunction(ctx) ? ctx() : ctx));
  const served = { ...handlerOptions, createContext: makeContext };
  const handler = createHandler(router, served, (source) => (catalog = withWitness(source)));
  const fetch = createInMemoryFetch(toFetchHandler(handler, makeContext));

  const open = async (): Promise<Client> => {
    const { Client: OfficialClient, StreamableHTTPClientTransport } = await loadClient();
    const client = new OfficialClient(
      { name: 'trpc-mcp-test-client', version: '0.0.0' },
      {
        capabilities: onElicit ? { elicitation: { form: {}, url: {} } } : {},
        versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
      },
    );
    if (onElicit) client.setRequestHandler('elicitation/create', ({ params }) => onElicit(params));
    const transport = new StreamableHTTPClientTransport(urlFor(handlerOptions), {
      fetch,
      requestInit: { headers },
    });
    await client.connect(transport);
    return client;
  };
  let connecting: Promise<Client> | undefined;
  const connect = (): Promise<Client> => (connecting ??= open());

  const send = async (
    name: string,
    args: unknown,
    callOptions: CallOptions = {},
  ): Promise<CallToolResult> => {
    const { signal, timeoutMs, onProgress } = callOptions;
    const client = await connect();
    return client.callTool(
      // Sent as the test wrote it. The server refuses arguments that are not an object.
      { name, ...(args !== undefined && { arguments: args as Record<string, unknown> }) },
      {
        ...(signal && { signal }),
        ...(timeoutMs !== undefined && { timeout: timeoutMs }),
        ...(onProgress && { onprogress: onProgress }),
      },
    );
  };

  const replays = new Replays();
  /** Sends a call, and sees what its procedure returns. */
  const watch = async (
    name: string,
    args: unknown,
    sending: () => Promise<CallToolResult>,
  ): Promise<{ result: CallToolResult; witness: Witness }> => {
    const witness: Witness = {};
    const result = await runWitnessed(witness, sending);
    replays.settle(witness, name, args);
    return { result, witness };
  };

  const call = async (path: string, input?: unknown, callOptions?: CallOptions): Promise<ToolResult> => {
    const tool = await findTool(router, catalog, path, handlerOptions.tag);
    const args: unknown = await tool.input.encode(input);
    const { result, witness } = await watch(tool.name, args, () =>
      send(tool.name, args, callOptions).catch((error: unknown) => {
        throw explainHidden(error, tool);
      }),
    );
    return toToolResult(result, (success) => readResult(success, tool, era, witness));
  };

  const readPartOf = async (
    name: string,
    result: CallToolResult,
    { returned }: Witness,
  ): Promise<unknown> => {
    const { tools } = catalog.current ?? (await catalog.whole);
    return returned && tools.get(name)?.portion && readPart(result, (await returned.encoded).json);
  };
  const isCode = (name: string) => {
    const { front } = catalog.current ?? {};
    return front?.code !== undefined && front.names.has(name);
  };
  const callTool: McpTestClient<TRouter>['callTool'] = async (name, args, callOptions) => {
    const { result, witness } = await watch(name, args, () => send(name, args, callOptions));
    return toToolResult(result, async (success) => {
      const { structuredContent } = success;
      // A witness has seen one call, and several may be inside of this one.
      const seen = (name === 'run_query' && hasSeveralCalls(args)) || isCode(name) ? {} : witness;
      const json =
        structuredContent === undefined
          ? ((await readPartOf(name, success, seen)) ?? (await readWords(success, seen)))
          : structuredContent;
      return { json, readOutput: () => json };
    });
  };

  const close = async (): Promise<void> => {
    await connecting?.then(
      (client) => client.close(),
      () => undefined,
    );
    await handler.close();
  };

  const fresh = { cacheMode: 'refresh' } as const;
  const client = {
    call,
    callTool,
    unwrap: {
      call: async (...args: Parameters<typeof call>) => outputOf(await call(...args)),
      callTool: async (...args: Parameters<typeof callTool>) => outputOf(await callTool(...args)),
    },
    listTools: async () => (await (await connect()).listTools(undefined, fresh)).tools,
    listResources: async () => (await (await connect()).listResources(undefined, fresh)).resources,
    listResourceTemplates: async () =>
      (await (await connect()).listResourceTemplates(undefined, fresh)).resourceTemplates,
    readResource: async (uri: string) => (await connect()).readResource({ uri }, fresh),
    listPrompts: async () => (await (await connect()).listPrompts(undefined, fresh)).prompts,
    getPrompt: async (name: string, args?: Record<string, string>) =>
      (await connect()).getPrompt({ name, ...(args && { arguments: args }) }),
    complete: async (request: CompleteRequestParams) =>
      (await (await connect()).complete(request)).completion,
    connect,
    close,
    [Symbol.asyncDispose]: close,
  };
  // Cast: only the interface says how a path decides the types of its call.
  return client as unknown as McpTestClient<TRouter>;
}

function outputOf(result: ToolResult): unknown {
  if (!result.ok) throw new McpToolError(result.error);
  return result.output;
}

function hasSeveralCalls(args: Record<string, unknown> | undefined): boolean {
  const calls = args?.['calls'];
  return Array.isArray(calls) && calls.length > 1;
}

/** If the handler serves only some host names, use one of them. */
function urlFor({ allowedHosts }: McpTestClientOptions): URL {
  const [host = 'localhost'] = Array.isArray(allowedHosts) ? (allowedHosts as string[]) : [];
  return new URL(`http://${host}/mcp`);
}

// A context is always an object, so a function is one that makes it.
function isFunction(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
