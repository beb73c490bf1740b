import type { ToolCallResult } from '@trpc-mcp/core/caller';

/**
 * What a tool throws when its call is refused or fails. The message is what a model reads over MCP, so that it may be shown to
 * the model and to the person.
 */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal';
  /** The code of the error, such as `FORBIDDEN` or `BAD_REQUEST`. */
  readonly code: string;
  /** The name of the tool. */
  readonly tool: string;

  constructor(tool: string, code: string, message: string) {
    super(message);
    this.tool = tool;
    this.code = code;
  }

  /** The message alone: it is what AI SDK 7 and LangChain write for the model. */
  override toString(): string {
    return this.message;
  }
}

/** Makes the error of a failed call. */
export function toRefusal(tool: string, { content, _meta }: ToolCallResult): ToolRefusal {
  const words = content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  const code = _meta?.['code'];
  return new ToolRefusal(tool, typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR', words.join('\n'));
}
