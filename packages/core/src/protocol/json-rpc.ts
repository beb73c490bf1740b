/** The id of a JSON-RPC request. `null` stands for an id that is missing or that could not be read. */
export type MessageId = string | number | null;

/** A JSON-RPC error. */
export interface RpcError {
  code: number;
  message: string;
  data?: Record<string, unknown>;
}

/** A whole JSON-RPC message that carries an error. */
export interface ErrorMessage {
  jsonrpc: '2.0';
  error: RpcError;
  id: MessageId;
}

/** A JSON-RPC request or notification, as far as the gate needs it. */
export interface MessageHead {
  method: string;
  /** The tool's name, for `tools/call`. */
  tool: string | undefined;
}

/** The codes of JSON-RPC itself, and those of MCP that are needed outside of the SDK. */
export const errorCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  invalidParams: -32_602,
  internalError: -32_603,
  headerMismatch: -32_020,
  missingCapability: -32_021,
  unsupportedVersion: -32_022,
} as const;

/** Each progress message repeats the token. */
export const maxTokenCharacters = 1000;

/** Makes the message that answers a request with an error. */
export function toErrorMessage(error: RpcError, id: MessageId = null): ErrorMessage {
  return { jsonrpc: '2.0', error, id };
}

/** Reads the method and tool of a message, or of each message of a batch. */
export function headsOf(message: unknown): MessageHead[] {
  return [message].flat().map((one) => {
    const { method, params } = (one ?? {}) as { method?: unknown; params?: { name?: unknown } };
    const name = method === 'tools/call' ? params?.name : undefined;
    return {
      method: typeof method === 'string' ? method : '',
      tool: typeof name === 'string' ? name : undefined,
    };
  });
}

/** Whether the message is one `tools/call` request. A refused one is answered with a tool result, for the model to read. */
export function isToolCall(message: unknown): boolean {
  return !Array.isArray(message) && headsOf(message)[0]?.method === 'tools/call' && idOf(message) !== null;
}

/** The id under which a message is answered. The id of a response is that of a request which we have sent. */
export function idOf(message: unknown): MessageId {
  const id = (message as { id?: unknown } | null)?.id;
  if (typeof id !== 'string' && typeof id !== 'number') return null;
  return isResponse(message as object) ? null : id;
}

/** Whether a message is a response. It gets no answer, however malformed it is. */
export function isResponse(message: object): boolean {
  return !('method' in message) && ('result' in message || 'error' in message);
}
