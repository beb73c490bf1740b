import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import type { TRPCError } from '@trpc/server';
import type { WireIssue } from '../../schema/wire-error.ts';
import type { Json } from './json.ts';

/** What became of a call: `ok` tells the two apart. */
export type ToolResult<TOutput = unknown> = ToolSuccess<TOutput> | ToolFailure;

/** A call that was done. */
export interface ToolSuccess<TOutput = unknown> {
  readonly ok: true;
  /**
   * What the procedure returned, made of the JSON by its `.output()`. Without an `.output()` it is the JSON; where that
   * cannot be what was returned (there was a Date in it, say), reading this throws and `json` is what there is.
   */
  readonly output: TOutput;
  /** What came over the wire as structured content. */
  readonly json: Json<TOutput>;
  /** What the model reads: text, and files. */
  readonly content: readonly ContentBlock[];
}

/** A call that failed inside its tool, as the model is told of it. */
export interface ToolFailure {
  readonly ok: false;
  readonly error: ToolError;
  /** What the model reads. */
  readonly content: readonly ContentBlock[];
}

/** Why a tool failed. */
export interface ToolError {
  /** tRPC's code. A tool that fails without one has none. */
  code: TRPCError['code'] | undefined;
  /** What the HTTP status of a call over tRPC would be. 401 and 403 are that of the MCP answer as well. */
  httpStatus: number | undefined;
  /** All that the model reads: the code, the message, what is wrong with the arguments, and what to do next. */
  message: string;
  /** What was wrong with the arguments: where, as a path into them, and what. */
  issues: readonly WireIssue[];
  /** What the app's `errorFormatter` made of it; `undefined` where the error is masked. */
  shape: unknown;
  /** The procedure's dotted path. */
  path: string | undefined;
}

/** Thrown by `client.unwrap` for a tool that failed. */
export class McpToolError extends Error {
  override readonly name = 'McpToolError';
  readonly error: ToolError;

  constructor(error: ToolError) {
    super(error.message);
    this.error = error;
  }

  /** tRPC's code. */
  get code(): ToolError['code'] {
    return this.error.code;
  }
}

/** How a successful result is read; may throw for an output that cannot be told. */
export interface Reading {
  json: unknown;
  readOutput: () => unknown;
}

export async function toToolResult<TOutput>(
  result: CallToolResult,
  read: (result: CallToolResult) => Reading | Promise<Reading>,
): Promise<ToolResult<TOutput>> {
  const { content } = result;
  if (result.isError) return { ok: false, error: toToolError(result), content };
  const { json, readOutput } = await read(result);
  return new Success<TOutput>(json as Json<TOutput>, readOutput as () => TOutput, content);
}

/** What a result that is an error says, in its text and in its `_meta`. */
export function toToolError({ content, _meta: meta = {} }: CallToolResult): ToolError {
  const { code, httpStatus, issues, shape, path } = meta as Partial<ToolError>;
  const message = content.flatMap((block) => (block.type === 'text' ? block.text : [])).join('\n');
  return { code, httpStatus, message, issues: issues ?? [], shape, path };
}

/** The output is a getter of the class, so that printing or comparing a result does not throw. */
class Success<TOutput> implements ToolSuccess<TOutput> {
  readonly ok = true;
  readonly json: Json<TOutput>;
  readonly content: readonly ContentBlock[];
  readonly #readOutput: () => TOutput;

  constructor(json: Json<TOutput>, readOutput: () => TOutput, content: readonly ContentBlock[]) {
    this.json = json;
    this.content = content;
    this.#readOutput = readOutput;
  }

  get output(): TOutput {
    return this.#readOutput();
  }
}
