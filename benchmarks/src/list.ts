/** What `tools/list` says of one tool. */
export interface ListedTool {
  name: string;
  description?: string;
  inputSchema: unknown;
}

/** Asks an endpoint for its tools, as a client of 2026. `send` is `fetch`, or a handler in this process. */
export async function listTools(
  url: string,
  send: (request: Request) => Promise<Response>,
): Promise<ListedTool[]> {
  const response = await send(
    new Request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/list',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/list',
        params: {
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
    }),
  );
  const { result } = (await response.json()) as { result: { tools: ListedTool[] } };
  return result.tools;
}

/** What most clients give a model of a list: names, descriptions and input schemas. */
export function toModelView(tools: readonly ListedTool[]): object[] {
  return tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
}
