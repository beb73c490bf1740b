import { createStore } from '../store.ts';
import { isNamed, readPagePolicy } from './policy.ts';
import { maskOAuthBody } from './secret.ts';
import { endpoint } from './settings.ts';

/** One HTTP request of this page and its response, as far as it has come. */
export interface WireExchange {
  id: number;
  /** When it was sent, in milliseconds since 1970. */
  at: number;
  /** How long it took until the last byte, in milliseconds. `undefined` while it runs. */
  ms: number | undefined;
  method: string;
  url: string;
  /** As far as the page knows them: the browser adds some, cookies among them. Show them with `maskHeader`. */
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

/** A request that got no response. The official client looks for a `TypeError`, which is what `fetch` throws. */
export class RequestFailure extends TypeError {
  override readonly name = 'TypeError';
  readonly url: URL;
  /** True if it was not sent, because the policy of this page does not name its origin. */
  readonly isForbidden: boolean;

  constructor(url: URL, isForbidden: boolean, cause?: unknown) {
    super(
      isForbidden
        ? `The policy of this page does not allow requests to ${url.origin}`
        : `There was no response from ${url.origin} that this page may read`,
      { cause },
    );
    this.url = url;
    this.isForbidden = isForbidden;
  }
}

const mostKept = 200;
/** The characters of a body that are kept. */
const mostCharacters = 1_000_000;
/** How long what comes of a body is collected before it is told. */
const pauseMs = 200;
let lastId = 0;
let failure: RequestFailure | undefined;

/** The first request since `forgetFailure` that got no response. The official client does not pass all of them on. */
export const findFailure = (): RequestFailure | undefined => failure;

export function forgetFailure(): void {
  failure = undefined;
}

/** A `fetch` that notes what is sent and received. It asks for the facts about procedures when it lists tools. */
export async function recordingFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const url = toInspected(new URL(input instanceof Request ? input.url : input), init);
  // Never refused by the policy, because it is asked first.
  const isOther = url.origin !== location.origin;
  const policy = isOther ? await readPagePolicy() : undefined;
  if (policy && !isNamed(policy.connect, url)) {
    failure ??= new RequestFailure(url, true);
    throw new RequestFailure(url, true);
  }
  const request = new Request(url, init);
  const id = ++lastId;
  const started = performance.now();
  const change = (part: Partial<WireExchange>) =>
    wire.update((all) => all.map((one) => (one.id === id ? { ...one, ...part } : one)));
  const mask = url.pathname === endpoint.pathname && !isOther ? (text: string) => text : maskOAuthBody;
  wire.update((all) => [
    ...all.slice(1 - mostKept),
    {
      id,
      at: Date.now(),
      ms: undefined,
      method: request.method,
      url: request.url,
      requestHeaders: [...request.headers],
      requestBody: toText(init?.body, mask),
      status: undefined,
      responseHeaders: [],
      responseBody: '',
      failure: undefined,
    },
  ]);
  const elapsed = () => performance.now() - started;
  try {
    const response = await fetch(url, init);
    if (failure?.url.href === url.href) failure = undefined;
    change({ status: response.status, responseHeaders: [...response.headers] });
    if (!response.body) {
      change({ ms: elapsed() });
      return response;
    }
    const [body, copy] = response.body.tee();
    const isText = /^(?:text\/|application\/(?:[\w.-]+\+)?json)/i.test(
      response.headers.get('content-type') ?? 'text/plain',
    );
    const reading = isText
      ? readCopy(copy, (responseBody) => change({ responseBody: mask(responseBody) }))
      : countCopy(copy, (bytes) => change({ responseBody: `(${bytes} bytes, not text)` }));
    void reading.finally(() => change({ ms: elapsed() }));
    return new Response(body, response);
  } catch (error) {
    change({ failure: error instanceof Error ? error.message : String(error), ms: elapsed() });
    if (!(error instanceof TypeError)) throw error;
    failure ??= new RequestFailure(url, false, error);
    throw new RequestFailure(url, false, error);
  }
}

/** Adds the parameter that asks the endpoint for the facts about procedures, to a request that lists tools. */
function toInspected(url: URL, init: RequestInit | undefined): URL {
  if (url.pathname !== endpoint.pathname || typeof init?.body !== 'string') return url;
  if (!init.body.includes('"tools/list"') || methodOf(init.body) !== 'tools/list') return url;
  url.searchParams.set('inspect', '1');
  return url;
}

function methodOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { method?: unknown }).method;
  } catch {
    return undefined;
  }
}

function toText(body: unknown, mask: (text: string) => string): string | undefined {
  if (body === undefined || body === null) return undefined;
  if (body instanceof URLSearchParams) return mask(body.toString());
  return typeof body === 'string' ? cut(mask(body)) : '(not text)';
}

const cut = (text: string): string =>
  text.length > mostCharacters ? `${text.slice(0, mostCharacters)}… (cut here)` : text;

/** Tells the text of a body now and then while it comes, and at its end: a large one comes in hundreds of chunks. */
async function readCopy(copy: ReadableStream<Uint8Array>, tell: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tellNow = () => {
    clearTimeout(timer);
    timer = undefined;
    tell(cut(text));
  };
  await readChunks(copy, (chunk) => {
    if (text.length > mostCharacters) return;
    text += decoder.decode(chunk, { stream: true });
    timer ??= setTimeout(tellNow, pauseMs);
  });
  if (text !== '') tellNow();
}

async function countCopy(copy: ReadableStream<Uint8Array>, tell: (bytes: number) => void): Promise<void> {
  let bytes = 0;
  await readChunks(copy, (chunk) => (bytes += chunk.byteLength));
  tell(bytes);
}

async function readChunks(
  copy: ReadableStream<Uint8Array>,
  take: (chunk: Uint8Array) => unknown,
): Promise<void> {
  const reader = copy.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      take(value);
    }
  } catch {
    // The stream was cancelled, which ends the copy as well.
  }
}
