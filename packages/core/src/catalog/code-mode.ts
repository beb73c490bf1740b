import type { TRPCError } from '@trpc/server';
import type { McpAnnotations } from '../meta.ts';
import type { Progress } from '../progress.ts';
import { isRecord } from '../record.ts';
import type { JsonObjectSchema, JsonSchema } from '../schema/json-schema.ts';

/**
 * A way to call tools from code that a model writes: `codeMode()` of `@trpc-mcp/code` makes one, which is given to the option
 * `discovery`. This package finds tools, calls them, and asks people; the code mode runs the code. `Ctx` is the context of the
 * procedures.
 */
export interface CodeMode<Ctx = unknown> {
  /** Tells this object from the other values of `discovery`. */
  kind: 'code';
  /**
   * What `tools/list` holds in place of the app's tools. Tools that are `pinned` stay listed beside them. One of them has to
   * run code, and none may have the name of another.
   */
  tools: readonly CodeModeTool[];
  /** From so many tools on, after `expose`, the toolsets and `readonly` in the URL, code takes the place of the list. 0 by default. */
  over?: number | undefined;
  /** A search of the app's own, as `discovery: { over, find }` has it. */
  find?: ((query: string, ctx: Ctx) => readonly string[] | Promise<readonly string[]>) | undefined;
  /**
   * Answers a call of one of `tools`. The arguments are as the client sent them: nothing of them was checked. What it throws is
   * masked, and reported to `onError`.
   */
  call(name: string, args: unknown, run: CodeRun): Promise<CodeAnswer>;
}

/** Whether a value of the option `discovery` is a code mode. */
export function isCodeMode(discovery: unknown): discovery is CodeMode {
  return isRecord(discovery) && discovery['kind'] === 'code';
}

/** A tool that a code mode lists. */
export interface CodeModeTool {
  /**
   * What it does. The description of a tool for `search` gets the areas of the app and the names of some tools, and its calls
   * count for the rate limit of the handler, as searches do. Those of a tool that runs code do not count: the calls inside do.
   */
  does: 'search' | 'run';
  /** The name, which no tool of the app may have. */
  name: string;
  /** The name that people see. */
  title: string;
  /** What the model reads. */
  description: string;
  /** The schema of the arguments. */
  inputSchema: JsonObjectSchema;
  /** Hints for clients. This package sets `readOnlyHint` and `destructiveHint`, because it knows what code may call. */
  annotations?: McpAnnotations | undefined;
}

/** What a code mode can do for one call of one of its tools. All of it is done as the caller, and under the same rules. */
export interface CodeRun {
  /** All tools that this caller may know of, by name. Rejects with a TRPCError if the caller is refused. */
  tools(): Promise<readonly CodeTool[]>;
  /** The tools that fit what a model wants to do, the best first. Rejects with a TRPCError if the caller is refused. */
  search(query: string, limit: number): Promise<readonly CodeTool[]>;
  /**
   * Calls a tool as this caller, with everything that goes with it: authorization, scopes, limits, `onCall`, spans, consent. It
   * does not reject for what goes wrong in the call. It never settles if the run is suspended, because a person has to be
   * asked: then `signal` aborts, and the code runs again from its start when the person has answered. What was called before
   * is answered from what was kept, and does not run again. So the code has to make the same calls in the same order, and
   * results come in the order in which the calls were made. What still runs when the code mode answers is aborted, so that a
   * code mode waits for its calls first.
   */
  call(name: string, args: unknown): Promise<CodeResult>;
  /** Aborts when the caller leaves, and when the run is suspended. What `call` of the code mode returns then is not read. */
  signal: AbortSignal;
  /** When the run began, in milliseconds since 1970. A run that is resumed has the same. */
  startedAt: number;
  /** A number from 0 to 2^32 - 1, for what has to be random. A run that is resumed has the same. */
  seed: number;
  /** How many tokens a result may have, by the option `result` of the handler. */
  maxTokens: number | undefined;
  /** Whether the client has chosen only what changes nothing: `?readonly=1` in the URL. Other tools do not exist then. */
  isReadOnly: boolean;
  /** Tells the client how far the run is. */
  progress(progress: Progress): void;
}

/** A tool as code calls it. */
export interface CodeTool {
  /** The name, by which it is called. */
  name: string;
  /** The dotted path of its procedure, such as `customers.search`. For a tool without a procedure, its name. */
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  title: string;
  /** What the app says about it; empty where it says nothing. */
  description: string;
  /** The schema of the arguments, without those that have no use in code. */
  inputSchema: JsonObjectSchema;
  /** The schema of `json` of a result, also where `tools/list` does not have it. */
  outputSchema?: JsonSchema | undefined;
  /** Whether it changes nothing. */
  isReadOnly: boolean;
  /** Whether a person is asked before it runs. */
  asks: boolean;
  /** The group of the tool. */
  toolset: string;
}

/** How a call inside of code has ended. */
export type CodeResult =
  | {
      ok: true;
      /** The whole result as JSON: no budget, selection of fields or table cuts it. `null` if there is none. */
      json: unknown;
      /**
       * How many files the result has, if it has some. `json` describes each of them, and has the text of those that are texts.
       * Code does not get the bytes of others: the tool has to be called by itself for these.
       */
      files?: number;
    }
  | {
      ok: false;
      /** What went wrong: a code of tRPC. */
      code: TRPCError['code'];
      /** The words that a model reads over MCP, without the code. */
      message: string;
    };

/** How a call of a code mode's tool has ended. */
export type CodeAnswer =
  | {
      kind: 'result';
      /** What the model reads. */
      text: string;
      /** The same for programs, as `structuredContent`. Clients may give it to the model in place of the text. */
      json?: Record<string, unknown> | undefined;
    }
  | {
      kind: 'failure';
      code: TRPCError['code'];
      /** What the model reads, after the code. */
      text: string;
    };
