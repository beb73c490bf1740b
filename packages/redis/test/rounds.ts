/** Calls of 2026-07-28 in their rounds, as they are on the wire: what no well-meaning client would send, too. */
export interface Round {
  name: string;
  arguments?: Record<string, unknown>;
  requestState?: string;
  inputResponses?: Record<string, unknown>;
}

export interface RoundOptions {
  /** Who is calling. */
  as?: string;
  /** What the client can do; it can ask unless said otherwise. */
  capabilities?: Record<string, unknown>;
}

export interface Answer {
  status: number;
  result?: {
    resultType?: string;
    content?: { text: string }[];
    structuredContent?: unknown;
    isError?: boolean;
    inputRequests?: Record<string, { method: string; params: { message: string } }>;
    requestState?: string;
  };
  error?: { code: number; message: string };
}

export async function send(
  url: string,
  round: Round,
  { as = 'ann', capabilities = { elicitation: { form: {} } } }: RoundOptions = {},
): Promise<Answer> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': round.name,
      authorization: `Bearer ${as}`,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...round, _meta } }),
  });
  return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
}

export const accepted = { confirm: { action: 'accept', content: {} } };
export const declined = { confirm: { action: 'decline' } };

/** What an answer says to the model. */
export function textOf({ result, error }: Answer): string {
  return error
    ? `${error.code} ${error.message}`
    : (result?.content?.map(({ text }) => text).join('\n') ?? '');
}
