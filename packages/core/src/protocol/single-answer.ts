import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import type { Reply } from './exchange.ts';
import { isResponse } from './json-rpc.ts';

/**
 * Makes one JSON body of a stream of events, for a client that accepts no stream. Reads it to its end, and drops what comes
 * before the answers. A batch may have several answers.
 */
export async function withoutStream(reply: Reply, isBatch: boolean): Promise<Reply> {
  const { body, headers: given } = reply;
  if (!(body instanceof ReadableStream)) return reply;
  const answers: JSONRPCMessage[] = [];
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      // The SDK writes each message as one line of data.
      if (!line.startsWith('data: {')) continue;
      const message = JSON.parse(line.slice('data: '.length)) as JSONRPCMessage;
      if (isResponse(message)) answers.push(message);
    }
  }
  const session = given['mcp-session-id'];
  const headers = { ...(session !== undefined && { 'mcp-session-id': session }) };
  // A request that was cancelled has no answer.
  if (answers.length === 0) return { status: 202, headers, body: undefined };
  const json = JSON.stringify(isBatch ? answers : answers[0]);
  return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body: json };
}
