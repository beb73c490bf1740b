import { type GetPromptResult, isSpecType } from '@modelcontextprotocol/server';

/** Whether clients take this as the result of a prompt. It is in a file of its own because it loads the SDK. */
export function isPromptResult(value: unknown): value is GetPromptResult {
  return isSpecType.GetPromptResult(value);
}
