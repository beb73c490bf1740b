import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import type { TRPCError } from '@trpc/server';
import type { WireIssue } from '../../schema/wire-error.ts';
import type { Json } from '../../caller/json.ts';
import { shareClass } from '../../shared-class.ts';

/** The result of a call. `ok` says whether it succeeded. */
export type ToolResult<TOutput = unknown> = ToolSuccess<TOutput> | ToolFailure;

/** A call that succeeded. */
export interface ToolSuccess<TOutput = unknown> {
  readonly ok: true;
  /**
   * What the procedure returned, made from the JSON by its `.output()`. Without an `.output()` it is the JSON. If the
   * JSON differs from what was returned, for example because of a `Date`, reading this throws; read `json` instead.
   */
  readonly output: TOutput;
  /** The structured content, as it came over the wire. Without it, what it would have been. */
  readonly json: Json<TOutput>;
  /** The content that the model reads: text and files. */
  readonly content: readonly ContentBlock[];
}

/** A call whose tool failed, with what the model reads. */
export interface ToolFailure {
  readonly ok: false;
  readonly error: ToolError;
  /** What the model reads. */
  readonly content: readonly ContentBlock[];
}

/** Why a tool failed. */
export interface ToolError {
  /** tRPC's error code; `undefined` for a tool that failed without one. */
  code: TRPCError['code'] | undefined;
  /** The HTTP status that a tRPC call would have. 401 and 403 are the status of the MCP answer too. */
  httpStatus: number | undefined;
  /** All that the model reads: the code, the message, what is wrong with the arguments, and what to do next. */
  message: string;
  /** What was wrong with the arguments. Each issue has the path of the argument and a message. */
  issues: readonly WireIssue[];
  /** The error's shape from the app's `errorFormatter`; `undefined` if the error is masked. */
  shape: unknown;
  /** The procedure's dotted path. */
  path: string | undefined;
}

/** Thrown by `client.unwrap` for a tool that failed. */
export class McpToolError extends Error {
  static {
    shareClass(this, 'McpToolError');
  }

  /** Always `McpToolError`. */
  override readonly name = 'McpToolError';
  /** The error as `call` returns it. */
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

/** Reads a successful result. `readOutput` throws if the output cannot be made from the JSON. */
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

/** Reads the error of a tool result from its text and its `_meta`. */
export function toToolError({ content, _meta: meta = {} }: CallToolResult): ToolError {
  const { code, httpStatus, issues, shape, path } = meta as Partial<ToolError>;
  const message = content.flatMap((block) => (block.type === 'text' ? block.text : [])).join('\n');
  return { code, httpStatus, message, issues: issues ?? [], shape, path };
}

/** `output` is a getter of the class, so that printing or comparing a result does not throw. */
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
