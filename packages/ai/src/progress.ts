import type { Progress } from '@trpc-mcp/core/caller';

/** What a running tool tells of its progress, and which call it is. */
export interface ToolProgress extends Progress {
  /** The name of the tool. */
  tool: string;
  /** The id that the model gave the call; absent where the SDK does not say it. */
  toolCallId?: string;
}
