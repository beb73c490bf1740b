import { type Body, BodyConsumed, BodyTooLarge, readLength } from '../protocol/exchange.ts';

const remedy = 'pass it request.clone() before you read it';

/**
 * Whether `text()` reads no more than `maxBytes`, and reads them from the socket. Hono's server for Node does, where the client
 * can send no more than its `Content-Length`. It would have to make a stream first, which takes longer than the whole of a
 * call. With any other request, the body may be another one than was announced, for example because it was decompressed.
 */
export function readsSocket(request: Request, maxBytes: number): boolean {
  if (request.text === Request.prototype.text || request.bodyUsed) return false;
  const length = readLength(request.headers.get('content-length'));
  return length !== undefined && length <= maxBytes;
}

/** Reads the body of any other request. Rejects with `BodyTooLarge`. */
export async function readStream(request: Request, maxBytes: number): Promise<Body> {
  if (request.bodyUsed) throw new BodyConsumed(remedy);
  const length = readLength(request.headers.get('content-length'));
  if (length !== undefined && length > 2 * maxBytes) throw new BodyTooLarge();
  const { body } = request;
  if (body?.locked) throw new BodyConsumed(remedy);
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  // A client reads the answer only after it has sent its body, so a body that is a little too large is read and dropped.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > 2 * maxBytes) break;
    text = size > maxBytes ? '' : text + decoder.decode(chunk, { stream: true });
  }
  if (size > maxBytes || (length ?? 0) > maxBytes) throw new BodyTooLarge();
  return { text: text + decoder.decode() };
}
