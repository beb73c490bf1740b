import { ToolRefusal } from '@trpc-mcp/ai';
import { APICallError, InvalidToolApprovalSignatureError } from 'ai';

/** Says on the page why there is no answer. What a server or a provider wrote about itself stays in the log. */
export function toWords(error: unknown): string {
  if (error instanceof ToolRefusal) return error.message;
  if (InvalidToolApprovalSignatureError.isInstance(error)) {
    return 'This consent is not to a question that you were asked here. Ask for it once more.';
  }
  // What the AI SDK tells the model of a call that it could not make, such as one of a tool that there is not.
  if (typeof error === 'string') return error;
  if (APICallError.isInstance(error)) {
    const status =
      error.statusCode === undefined ? 'cannot be reached' : `answered with status ${error.statusCode}`;
    return `The model ${status}. The log of the server has more.`;
  }
  return 'Something went wrong on our side. Try again in a moment.';
}
