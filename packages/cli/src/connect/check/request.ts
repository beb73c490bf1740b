/** What an endpoint answered, or why it did not. Redirects are not followed. */
export type Answer = HttpAnswer | { failure: Failure };

export interface HttpAnswer {
  status: number;
  headers: Headers;
  /** The first part of the body. */
  text: string;
}

export interface Failure {
  code: string;
  message: string;
}

const timeoutMs = 20_000;
/** Enough for metadata, and for seeing that something is a page. */
const maxCharacters = 1_000_000;

/** Sends one request, and reads the body as far as it comes: an event stream up to its first event. */
export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      ...init,
    });
    return { status: response.status, headers: response.headers, text: await readStart(response) };
  } catch (error) {
    return { failure: toFailure(error) };
  }
}

/** Asks as clients do at first. */
export function requestInitialize(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const message = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'trpc-mcp-check', version: '1' },
    },
  };
  return request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(message),
  });
}

/** Reads JSON. Returns `undefined` for anything else, and for what is not an object. */
export async function requestJson(url: string): Promise<JsonDocument | undefined> {
  const answer = await request(url, { headers: { accept: 'application/json' } });
  if ('failure' in answer || answer.status !== 200) return undefined;
  const value = toObject(answer.text);
  const type = answer.headers.get('content-type') ?? 'none';
  return value && { url, value, type, isJson: /^application\/(?:[\w.-]+\+)?json\b/i.test(type) };
}

export interface JsonDocument {
  url: string;
  value: Record<string, unknown>;
  /** Its content type. */
  type: string;
  isJson: boolean;
}

export function toObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

async function readStart(response: Response): Promise<string> {
  if (!response.body) return '';
  const isStream = response.headers.get('content-type')?.includes('text/event-stream') === true;
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxCharacters || (isStream && /\r?\n\r?\n/.test(text.trimStart()))) break;
  }
  return text;
}

function toFailure(error: unknown): Failure {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError')
    return { code: 'TIMEOUT', message: `no answer within ${timeoutMs / 1000} seconds` };
  return { code: cause?.code ?? cause?.message ?? name, message: cause?.message || message };
}
