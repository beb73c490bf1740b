import type { RawClientDispatch } from '@modelcontextprotocol/ext-tasks/client';

/** Sends requests for `ext-tasks`: the official client itself takes no task for an answer to `tools/call`. */
export function dispatchTo(url: string, headers: Record<string, string>): RawClientDispatch {
  let count = 0;
  return async (request, options) => {
    const { method, params } = request as { method: string; params: { name?: string; taskId?: string } };
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        'mcp-name': params.taskId ?? params.name ?? '',
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: `raw-${++count}`, method, params }),
      ...(options?.signal && { signal: options.signal }),
    });
    const text = await response.text();
    const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
    const { result, error } = JSON.parse(data) as { result?: never; error?: never };
    return error ? { kind: 'error', error } : { kind: 'result', result: result! };
  };
}
