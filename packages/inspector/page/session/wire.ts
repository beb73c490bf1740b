import { createStore } from '../store.ts';

/** One HTTP request of this page and its response, as far as it has come. */
export interface WireExchange {
  id: number;
  /** When it was sent, in milliseconds since 1970. */
  at: number;
  /** How long it took until the last byte, in milliseconds. `undefined` while it runs. */
  ms: number | undefined;
  method: string;
  url: string;
  requestHeaders: readonly [name: string, value: string][];
  requestBody: string | undefined;
  status: number | undefined;
  responseHeaders: readonly [name: string, value: string][];
  responseBody: string;
  /** Why there is no response. */
  failure: string | undefined;
}

/** The last exchanges, the oldest first. */
export const wire = createStore<readonly WireExchange[]>([]);

const mostKept = 200;
/** The characters of a body that are kept. */
const mostCharacters = 1_000_000;
let lastId = 0;

/** A `fetch` that notes what is sent and received. */
export async function recordingFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const id = ++lastId;
  const started = performance.now();
  const change = (part: Partial<WireExchange>) =>
    wire.update((all) => all.map((one) => (one.id === id ? { ...one, ...part } : one)));
  wire.update((all) => [
    ...all.slice(1 - mostKept),
    {
      id,
      at: Date.now(),
      ms: undefined,
      method: request.method,
      url: request.url,
      requestHeaders: [...request.headers],
      requestBody: typeof init?.body === 'string' ? init.body : undefined,
      status: undefined,
      responseHeaders: [],
      responseBody: '',
      failure: undefined,
    },
  ]);
  const elapsed = () => performance.now() - started;
  try {
    const response = await fetch(input, init);
    change({ status: response.status, responseHeaders: [...response.headers] });
    if (!response.body) {
      change({ ms: elapsed() });
      return response;
    }
    const [body, copy] = response.body.tee();
    void readCopy(copy, (responseBody) => change({ responseBody })).finally(() => change({ ms: elapsed() }));
    return new Response(body, response);
  } catch (error) {
    change({ failure: error instanceof Error ? error.message : String(error), ms: elapsed() });
    throw error;
  }
}

async function readCopy(copy: ReadableStream<Uint8Array>, tell: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  const reader = copy.getReader();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (text.length >= mostCharacters) continue;
      text += decoder.decode(value, { stream: true });
      tell(text.length > mostCharacters ? `${text.slice(0, mostCharacters)}… (cut here)` : text);
    }
  } catch {
    // The stream was cancelled, which ends the copy as well.
  }
}
