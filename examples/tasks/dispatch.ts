import type { RawClientDispatch } from '@modelcontextprotocol/ext-tasks/client';

/** Sends what the official client does not send itself yet: calls that are answered with a task, and requests about tasks. */
export function dispatchTo(url: string, authorization: string): RawClientDispatch {
  let id = 0;
  return async (request, options) => {
    const { method, params } = request as { method: string; params: { name?: string; taskId?: string } };
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        'mcp-name': params.taskId ?? params.name ?? '',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: `task-${++id}`, method, params }),
      signal: options?.signal ?? null,
    });
    const text = await response.text();
    // An answer may be one JSON text, or the last event of a stream.
    const events = text.match(/^data: .*$/gm);
    const json = events ? events.at(-1)!.slice('data: '.length) : text;
    const { result, error } = JSON.parse(json) as { result?: never; error?: never };
    return error ? { kind: 'error', error } : { kind: 'result', result: result! };
  };
}
