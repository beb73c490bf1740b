import type { FetchMcpHandler } from '../src/adapters/fetch.ts';
import type { Era } from '../src/catalog/era.ts';
import { type Answer, headersOf, toAnswer, toMessage } from './messages.ts';

/** Posts a text to a handler that has no socket, so that nothing but its own work is measured. */
export async function postTo(
  handler: FetchMcpHandler,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const request = new Request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  });
  return toAnswer(await handler(request));
}

export function ask(
  handler: FetchMcpHandler,
  era: Era,
  method: string,
  params: Record<string, unknown>,
  /** Put in place of the text "ARGS" in quotes: what JSON.stringify could not write. */
  raw?: string,
): Promise<Answer> {
  const text = JSON.stringify(toMessage(era, method, params));
  return postTo(
    handler,
    raw === undefined ? text : text.replace('"ARGS"', raw),
    headersFor(era, method, params),
  );
}

export function callTool(handler: FetchMcpHandler, era: Era, name: string, args: unknown): Promise<Answer> {
  return ask(handler, era, 'tools/call', { name, arguments: args });
}

/** Names of what there is not may be such as no header can carry. */
function headersFor(era: Era, method: string, params: Record<string, unknown>): Record<string, string> {
  const headers = headersOf(era, method, params);
  const name = headers['mcp-name'];
  if (name === undefined || /^[!-~](?:[ -~]*[!-~])?$/.test(name)) return headers;
  return { ...headers, 'mcp-name': `=?base64?${Buffer.from(name).toString('base64')}?=` };
}
