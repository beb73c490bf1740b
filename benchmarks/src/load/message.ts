/** How long an answer may take. */
const deadlineMs = 30_000;

export const legacyRevision = '2025-11-25';
const modernRevision = '2026-07-28';

export interface SendOptions {
  /** The handler that is called. */
  path?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  user?: string;
}

/** An answer that was read to its end. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

/** Who is let in by the procedures' middleware. */
const alice = 'Bearer alice';

/** Sends a message as a client of 2025, and returns the response when its head has come. Without a message it is a GET. */
export function open(
  port: number,
  body: object | undefined,
  { path = '/mcp', headers = {}, user = alice, signal = AbortSignal.timeout(deadlineMs) }: SendOptions = {},
): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      accept: body ? 'application/json, text/event-stream' : 'text/event-stream',
      'mcp-protocol-version': legacyRevision,
      authorization: user,
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    signal,
  });
}

export async function post(port: number, body: object, options?: SendOptions): Promise<Answered> {
  return toAnswered(await open(port, body, options));
}

/** Ends a session. */
export async function end(
  port: number,
  { path = '/mcp', headers = {}, user = alice }: SendOptions = {},
): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'DELETE',
    headers: { authorization: user, 'mcp-protocol-version': legacyRevision, ...headers },
    signal: AbortSignal.timeout(deadlineMs),
  });
  await response.text();
  return response.status;
}

/** Sends a request of revision 2026-07-28, of a client that takes tasks and answers questions. */
export async function ask(
  port: number,
  method: string,
  params: { name?: string; taskId?: string } & Record<string, unknown>,
  options: SendOptions = {},
): Promise<Answered> {
  const name = params.name ?? params.taskId;
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': modernRevision,
    'io.modelcontextprotocol/clientInfo': { name: 'soak', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {
      elicitation: { form: {} },
      extensions: { 'io.modelcontextprotocol/tasks': {} },
    },
  };
  return post(
    port,
    { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } },
    {
      ...options,
      headers: {
        'mcp-protocol-version': modernRevision,
        'mcp-method': method,
        ...(name !== undefined && { 'mcp-name': name }),
      },
    },
  );
}

/** A call of a client of 2025. */
export function call(id: number, name: string, args: object = {}, _meta?: object): object {
  return {
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: args, ...(_meta && { _meta }) },
  };
}

export function cancel(requestId: number): object {
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } };
}

/** Opens a session of a client of 2025. Returns the header that names it. */
export async function openSession(
  port: number,
  options: SendOptions = {},
): Promise<{ 'mcp-session-id': string }> {
  const clientInfo = { name: 'soak', version: '1.0.0' };
  const hello = { protocolVersion: legacyRevision, capabilities: {}, clientInfo };
  const opened = await post(port, { jsonrpc: '2.0', id: 0, method: 'initialize', params: hello }, options);
  const session = opened.headers.get('mcp-session-id');
  if (session === null) throw new Error(`no session: ${describe(opened)}`);
  return { 'mcp-session-id': session };
}

export function describe({ status, text }: Pick<Answered, 'status' | 'text'>): string {
  return `${status} ${text.slice(0, 200)}`;
}

async function toAnswered(response: Response): Promise<Answered> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}
