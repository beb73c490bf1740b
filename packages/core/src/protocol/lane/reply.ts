import type { ReadRequest } from '../call-request.ts';
import type { Reply } from '../exchange.ts';

const encoder = new TextEncoder();
const headers = { 'content-type': 'application/json' };

/** Makes the reply of a whole message. */
export function toReply(body: Reply['body']): Reply {
  return { status: 200, headers, body };
}

/** Makes the whole message of a result or an error. */
export function toMessage(answer: string, id: ReadRequest['id']): string {
  return `{${answer},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`;
}

/** Makes the bytes of a result that is answered again and again, up to the id. `tail` stands at the end of the result. */
export function toBytes(result: object, tail: string): Uint8Array {
  return encoder.encode(`{"result":${JSON.stringify(result).slice(0, -1)}${tail}}`);
}

/** Completes an answer that was serialized before. */
export function toIdReply(bytes: Uint8Array, id: ReadRequest['id']): Reply {
  return toReply([bytes, encoder.encode(`,"jsonrpc":"2.0","id":${JSON.stringify(id)}}`)]);
}
