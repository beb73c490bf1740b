import {
  isInitializeRequest,
  type JSONRPCMessage,
  parseJSONRPCMessage,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import { maxBatch } from './batch.ts';
import { errorReply, type Reply } from './exchange.ts';
import { errorCodes, idOf, type RpcError } from './json-rpc.ts';
import { checkMessage } from './params.ts';

/** What a client of 2025 has sent: one message, a batch, or nothing with GET and DELETE. */
export interface LegacyMessages {
  messages: readonly JSONRPCMessage[];
  isBatch: boolean;
  /** The messages of a batch whose params are malformed, and what is wrong with them. They are not delivered. */
  wrong: ReadonlyMap<JSONRPCMessage, RpcError>;
}

const { invalidRequest, parseError } = errorCodes;

/**
 * Reads the messages of a request of 2025, before anything is opened for it. Returns a reply if they cannot be served.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
export function readMessages(request: Request, body: unknown): LegacyMessages | { reply: Reply } {
  const refuse = (status: number, code: number, message: string) => ({
    reply: errorReply(status, { code, message }, {}, idOf(body)),
  });
  const types = request.method === 'POST' ? ['application/json', 'text/event-stream'] : ['text/event-stream'];
  const accept = request.headers.get('accept') ?? '';
  if (request.method !== 'DELETE' && !types.every((type) => accept.includes(type))) {
    return refuse(406, invalidRequest, `Not Acceptable: accept ${types.join(' and ')}`);
  }
  const isBatch = Array.isArray(body);
  const bodies: unknown[] = isBatch ? body : request.method === 'POST' ? [body] : [];
  const wrong = new Map<JSONRPCMessage, RpcError>();
  const messages = bodies
    .map((value) => {
      const error = isBatch ? checkMessage(value) : undefined;
      const message = toMessage(error ? withoutParams(value) : value);
      if (error && message) wrong.set(message, error);
      return message;
    })
    .filter((message) => message !== undefined);
  if (messages.length < bodies.length) {
    return refuse(400, parseError, 'Parse error: Invalid JSON-RPC message');
  }
  if (messages.some((message) => isInitializeRequest(message))) {
    return messages.length > 1
      ? refuse(400, invalidRequest, 'Invalid Request: Only one initialization request is allowed')
      : { messages, isBatch, wrong };
  }
  const version = request.headers.get('mcp-protocol-version');
  if (version !== null && !SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
    const served = SUPPORTED_PROTOCOL_VERSIONS.join(', ');
    const message = `Bad Request: Unsupported protocol version: ${version} (supported versions: ${served})`;
    return refuse(400, invalidRequest, message);
  }
  return { messages, isBatch, wrong };
}

/** A batch as far as its messages can be read: without the params that are malformed. */
export function toReadable(body: unknown): unknown {
  if (!Array.isArray(body) || body.length > maxBatch) return body;
  return body.map((value: unknown) => (checkMessage(value) ? withoutParams(value) : value));
}

function withoutParams(message: unknown): unknown {
  const { params: _, ...rest } = message as { params?: unknown };
  return rest;
}

/** Whether this is the one message that opens a session. */
export function isOpening({ messages }: LegacyMessages): boolean {
  return isInitializeRequest(messages[0]);
}

function toMessage(value: unknown): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(value);
  } catch {
    return undefined;
  }
}
